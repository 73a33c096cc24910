"""*Forgotten password*: queues the same row for any address; the worker looks whose it is (TRUST, Sessions)."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from portal.base import clock
from portal.base.errors import TooMany
from portal.base.text import email_key, uid, valid_email
from portal.models.outbox import enqueue
from portal.operations import limits
from portal.operations.operation import operation
from portal.policies.actors import Stranger
from portal.policies.permissions import Permission

_LASTS = timedelta(minutes=30)
_MOST = 5  # mails to one address in an hour, whoever asks from wherever


@operation(allow=Permission.PUBLIC, audited=False)
def ask(actor: Stranger, address: str, *, language: str) -> None:
    """Queue a reset for whatever was typed, as long as mail could go there at all and not too much of it does."""
    if not valid_email(address):
        return
    with suppress(TooMany):
        limits.spend(f"reset:{actor.firm_id}:{email_key(address)}", most=_MOST, seconds=3600)
        enqueue("reset", {}, address, key=uid(), language=language, not_after=clock.now() + _LASTS)
