"""The test client of a firm is found by an index of its own. Frozen: later changes are migrations of their own."""

from __future__ import annotations

from typing import Any

STATEMENTS = ('CREATE INDEX "client_test" ON "client" ("firm_id") WHERE is_test = 1',)


def up(migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
