"""Urgent mail is found among thousands, and a mail by its Message-ID when it comes back.

Frozen: later changes are migrations of their own.
"""

from __future__ import annotations

from typing import Any

STATEMENTS = (
    'CREATE INDEX "outbox_mail_state_kind_not_before" ON "outbox_mail" ("state", "kind", "not_before")',
    'CREATE INDEX "outbox_mail_message_id" ON "outbox_mail" ("message_id")',
)


def up(migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
