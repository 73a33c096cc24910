"""The worker's side of the outbox: claiming rows with a lease, and saying what came of them (TRUST, Outbox).

Each step is one short transaction; the sending between them is in none. These are the queue's marks on its own rows,
acts of nobody; only that an address is dead is told to the rest of the house.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from portal.base import clock
from portal.base.database import transaction
from portal.mail.kinds import URGENT
from portal.models import notices
from portal.models.outbox import DROPPED, FAILED, QUEUED, SENDING, SENT, OutboxMail
from portal.operations import bounces
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
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
JOINING = ("document", "comment_to_client", "comment_to_staff", "digest")
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
    return next(iter(claim_some(1)), None)


def claim_some(most: int) -> list[Claim]:
    """Take the next mails that are due, so many at most, in one transaction.

    What was tried before comes alone: a mail that stops the program must not take others along with it.
    """
    now = clock.now()
    with scopes.instance("the worker takes the next mail of any firm") as scope:
        if not _next(scope, now, 1) or is_on_hold():
            return []
        with transaction():
            return _take(scope, _next(scope, now, most), now + LEASE)


def is_on_hold() -> bool:
    """After a restore nothing goes out until the operator says so (`foyer mail release`)."""
    return notices.find(notices.MAIL_HOLD) is not None


def give_back(claims: Iterable[Claim]) -> None:
    """Not tried after all: due at once, and it counts as no attempt."""
    rows = [row.id for claimed in claims for row in claimed.rows]
    if not rows:
        return
    with transaction(), scopes.instance("the worker gives back what it did not come to") as scope:
        back = scope.update(OutboxMail, state=QUEUED, leased_until=None, attempts=OutboxMail.attempts - 1)
        back.where(OutboxMail.id.in_(rows), OutboxMail.state == SENDING).execute()


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
        bounces.refused(InstanceActor(claimed.first.firm_id, "worker"), claimed.first, words=words)


def _next(scope: Scope, now: datetime, most: int) -> list[OutboxMail]:
    """The first mails of each bundle: what somebody waits for, then what was claimed and never reported, then bulk."""
    due = (OutboxMail.state == QUEUED) & (OutboxMail.not_before <= now) & ~OutboxMail.held
    urgent = scope.of(OutboxMail).where(due, OutboxMail.kind.in_(URGENT))
    # the few that are waited for are sorted: what has an end goes first
    in_haste = urgent.order_by(OutboxMail.not_after.is_null(), OutboxMail.not_before, OutboxMail.id)
    lost = scope.of(OutboxMail).where(OutboxMail.state == SENDING, OutboxMail.leased_until < now, ~OutboxMail.held)
    bulk = scope.of(OutboxMail).where(due).order_by(OutboxMail.not_before, OutboxMail.id)
    for query in (in_haste, lost.order_by(OutboxMail.leased_until, OutboxMail.id), bulk):
        found: list[OutboxMail] = list(query.limit(most))
        if found:
            fresh = list(takewhile(lambda row: not row.attempts, found))
            return fresh or found[:1]
    return []


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


def _take(scope: Scope, firsts: list[OutboxMail], until: datetime) -> list[Claim]:
    bundles: list[list[OutboxMail]] = []
    taken: set[int] = set()
    for first in firsts:
        if first.id not in taken:
            bundles.append(_joined(scope, first))
            taken |= {row.id for row in bundles[-1]}
    marks = scope.update(OutboxMail, state=SENDING, leased_until=until, attempts=OutboxMail.attempts + 1)
    marks.where(OutboxMail.id.in_(taken)).execute()
    return [_claimed(scope, rows, until) for rows in bundles]


def _claimed(scope: Scope, rows: list[OutboxMail], until: datetime) -> Claim:
    """Joined rows go under one Message-ID; the objects say so, too."""
    message_id = rows[0].message_id
    if any(row.message_id != message_id for row in rows):
        scope.update(OutboxMail, message_id=message_id).where(OutboxMail.id.in_([row.id for row in rows])).execute()
    for row in rows:
        row.message_id, row.attempts = message_id, row.attempts + 1
    return Claim(tuple(rows), until)


def _report(claimed: Claim, **fields: object) -> None:
    """Only while the claim is ours: who came too late leaves the report to whoever took over."""
    with transaction(), scopes.of_firm(claimed.first.firm_id) as scope:
        scope.update(OutboxMail, leased_until=None, **fields).where(
            OutboxMail.id.in_([row.id for row in claimed.rows]),
            OutboxMail.state == SENDING,
            OutboxMail.leased_until == claimed.until,
        ).execute()
