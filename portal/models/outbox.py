"""Mail to be sent: rows written in the transaction of what they tell about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from peewee import BooleanField, IntegerField, TextField

from portal.base import clock, text
from portal.base.text import email_key, uid
from portal.models.firm import FirmRecord
from portal.models.record import InstantField, JsonField, open_scope

QUEUED, SENDING, SENT, FAILED, DROPPED = "queued", "sending", "sent", "failed", "dropped"


class OutboxMail(FirmRecord):
    """A mail. `kind` names its function in `mail/`, `subject` the rows it speaks of; tokens are made at sending.

    `unique_key` makes a second enqueue of the same thing a no-op. `not_after`: dropped then, never sent late.
    `message_id` is fixed, so a mail sent twice after a lost reply is recognised. `leased_until` is the claim.
    """

    uid = TextField(default=uid, unique=True)
    kind = TextField()
    subject = JsonField(default=dict)
    to = TextField()
    to_key = TextField(index=True)
    client_id = IntegerField(null=True, index=True)
    language = TextField(default="de")
    unique_key = TextField(unique=True)
    # `uid` is the column by now, no longer the function
    message_id = TextField(default=text.uid)
    state = TextField(default=QUEUED)
    held = BooleanField(default=False)
    attempts = IntegerField(default=0)
    error = TextField(default="")
    created_at = InstantField()
    not_before = InstantField()
    not_after = InstantField(null=True)
    leased_until = InstantField(null=True)
    done_at = InstantField(null=True)

    class Meta:
        table_name = "outbox_mail"
        indexes = (
            (("state", "not_before"), False),
            (("state", "kind", "not_before"), False),
            (("firm_id", "state", "done_at"), False),
            (("message_id",), False),
        )


def enqueue(
    kind: str,
    subject: Mapping[str, Any],
    to: str,
    *,
    key: str,
    language: str,
    client_id: int | None = None,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
) -> None:
    """Queue one mail in the open transaction and scope. `key` is unique for what it tells: the second is a no-op."""
    now = clock.now()
    OutboxMail.insert(
        firm=open_scope().firm_id,
        kind=kind,
        subject=dict(subject),
        to=to,
        to_key=email_key(to),
        client_id=client_id,
        language=language,
        unique_key=unique_key(kind, key, to),
        created_at=now,
        not_before=not_before or now,
        not_after=not_after,
    ).on_conflict_ignore().execute()


def unique_key(kind: str, key: str, to: str) -> str:
    """What makes a mail of the open scope's firm the only one of its sort."""
    return f"{open_scope().firm_id}:{kind}:{key}:{email_key(to)}"
