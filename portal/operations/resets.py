"""*Forgotten password*: queues the same row for any address; the worker looks whose it is (TRUST, Sessions)."""

from __future__ import annotations

from datetime import timedelta

from portal.base import clock
from portal.base.text import uid, valid_email
from portal.models.outbox import enqueue
from portal.operations.operation import operation
from portal.policies.actors import Stranger
from portal.policies.permissions import Permission

_LASTS = timedelta(minutes=30)


@operation(allow=Permission.PUBLIC, audited=False)
def ask(actor: Stranger, address: str, *, language: str) -> None:
    """Queue a reset for whatever was typed, as long as mail could go there at all."""
    if valid_email(address):
        enqueue("reset", {}, address, key=uid(), language=language, not_after=clock.now() + _LASTS)
