"""The worker's side of the outbox: claiming rows with a lease, and saying what came of them (TRUST, Outbox).

Each step is one short transaction; the sending between them is in none. No operations: these are the queue's marks on
its own rows, acts of nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.base import clock
from portal.base.database import transaction
from portal.models import notices
from portal.models.contact import Contact
from portal.models.outbox import DROPPED, FAILED, QUEUED, SENDING, SENT, OutboxMail
from portal.policies import scope as scopes
from portal.policies.scope import Scope

LEASE = timedelta(seconds=120)
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=24),
)
JOINING = ("document", "comment_to_client", "comment_to_staff")
_MOST_JOINED = 50


@dataclass(frozen=True)
class Claim:
    """Rows that become one mail, the oldest first, ours until `until`."""

    rows: tuple[OutboxMail, ...]
    until: datetime

    @property
    def first(self) -> OutboxMail:
        return self.rows[0]


def claim() -> Claim | None:
    """Take the next mail that is due, with those that join it; None when there is nothing to do."""
    now = clock.now()
    with scopes.instance("the worker takes the next mail of any firm") as scope:
        if _next(scope, now) is None or is_on_hold():
            return None
        with transaction():
            first = _next(scope, now)
            if first is None:
                return None
            rows = _joined(scope, first)
            return _take(scope, rows, now + LEASE)


def is_on_hold() -> bool:
    """After a restore nothing goes out until the operator says so (`foyer mail release`)."""
    return notices.find(notices.MAIL_HOLD) is not None


def sent(claimed: Claim) -> None:
    """The mail server has taken it."""
    _report(claimed, state=SENT, error="", done_at=clock.now())


def dropped(claimed: Claim, reason: str) -> None:
    """It has lost its reason, or its time is over."""
    _report(claimed, state=DROPPED, error=reason, done_at=clock.now())


def put_back(claimed: Claim, words: str) -> None:
    """Not delivered: later again, with growing pauses; after the last it has failed and staff see the words."""
    attempts = claimed.first.attempts
    if attempts > len(PAUSES):
        _report(claimed, state=FAILED, error=words, done_at=clock.now())
    else:
        _report(claimed, state=QUEUED, error=words, not_before=clock.now() + PAUSES[attempts - 1])


def refused(claimed: Claim, words: str) -> None:
    """The recipient does not exist: failed at once, and the contact is marked so that nobody counts on the address."""
    with transaction():
        _report(claimed, state=FAILED, error=words, done_at=clock.now())
        row = claimed.first
        with scopes.of_firm(row.firm_id) as scope:
            scope.update(Contact, email_error=words).where(Contact.email_key == row.to_key).execute()


def _next(scope: Scope, now: datetime) -> OutboxMail | None:
    """What has an end goes first: a code is worth nothing behind a hundred newsletters."""
    mails = scope.of(OutboxMail).order_by(OutboxMail.not_after.is_null(), OutboxMail.not_before, OutboxMail.id)
    waiting = mails.where(OutboxMail.state == QUEUED, OutboxMail.not_before <= now, ~OutboxMail.held)
    lost = mails.where(OutboxMail.state == SENDING, OutboxMail.leased_until < now, ~OutboxMail.held)
    found = scope.first(waiting) or scope.first(lost)
    return found if isinstance(found, OutboxMail) else None


def _joined(scope: Scope, first: OutboxMail) -> list[OutboxMail]:
    """What was tried once stays together under its Message-ID; a fresh one takes along what waits for the same eyes."""
    if first.kind not in JOINING:
        return [first]
    query = scope.of(OutboxMail).where(
        OutboxMail.firm == first.firm_id,
        OutboxMail.kind == first.kind,
        OutboxMail.to_key == first.to_key,
        OutboxMail.client_id == first.client_id if first.client_id else OutboxMail.client_id.is_null(),
        OutboxMail.state == first.state,
        ~OutboxMail.held,
    )
    if first.attempts:
        query = query.where(OutboxMail.message_id == first.message_id)
    else:
        query = query.where(OutboxMail.attempts == 0, OutboxMail.language == first.language)
    found: list[OutboxMail] = list(query.order_by(OutboxMail.id).limit(_MOST_JOINED))
    return sorted([first, *(row for row in found if row.id != first.id)], key=lambda row: int(row.id))


def _take(scope: Scope, rows: list[OutboxMail], until: datetime) -> Claim:
    together = {"message_id": rows[0].message_id, "attempts": rows[0].attempts + 1}
    for row in rows:
        scope.change(row, state=SENDING, leased_until=until, **together)
    return Claim(tuple(rows), until)


def _report(claimed: Claim, **fields: object) -> None:
    """Only while the claim is ours: who came too late leaves the report to whoever took over."""
    with transaction(), scopes.of_firm(claimed.first.firm_id) as scope:
        scope.update(OutboxMail, leased_until=None, **fields).where(
            OutboxMail.id.in_([row.id for row in claimed.rows]),
            OutboxMail.state == SENDING,
            OutboxMail.leased_until == claimed.until,
        ).execute()
