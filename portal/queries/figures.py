"""The figures of *Today*: who came in, and what offers and invoices wait for (P2). The test client counts nowhere (T3).

A firm of up to `LIVE` clients is counted while the page is made; for a larger one the worker counts once a minute and
keeps the result, since every figure is a walk through all contacts or all open documents. A restricted adviser's
clients are always counted at once: they are few.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from peewee import Case, fn

from portal.base import clock
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.document import INVOICE, OFFER, PART_PAID, PUBLISHED, Document
from portal.models.figures import KeptFigures
from portal.models.firm import SECRET_LINK, Firm
from portal.models.identity import Identity
from portal.policies import scope as scopes
from portal.policies.prepared import prepared
from portal.policies.scope import Scope, StaffScope

LIVE = 1_000
RECENT = timedelta(days=30)
_NOW = timedelta(seconds=5)
# how old the last invitation, offer or due date may be, in days; None: any age
OFFER_DAYS: tuple[int | None, ...] = (7, 30, None)
INVOICE_DAYS: tuple[int | None, ...] = (0, 14, 30, None)


@dataclass(frozen=True)
class Funnel:
    """Contacts, each counted once: with access, of these invited, come in at least once, there in the last 30 days."""

    granted: int
    invited: int
    activated: int
    active: int


@dataclass(frozen=True)
class Age:
    """Documents of one age. `sums` in cents by currency, of those whose amount is known."""

    count: int
    sums: Mapping[str, int]


@dataclass(frozen=True)
class Figures:
    """`offers` by days since they were issued (OFFER_DAYS), `invoices` by days since they were due (INVOICE_DAYS)."""

    funnel: Funnel
    offers: tuple[Age, ...]
    invoices: tuple[Age, ...]
    counted_at: datetime


def of(scope: Scope, firm: Firm) -> Figures | None:
    """What *Today* shows; None: the worker has not counted yet."""
    if _is_restricted(scope) or not is_large(scope):
        return count(scope, firm)
    row = next(iter(_kept(scope)), None)
    return None if row is None else _read(row)


def is_old(figures: Figures) -> bool:
    """Whether they were counted a while ago, so that a page says when."""
    return clock.now() - figures.counted_at > _NOW


def is_large(scope: Scope) -> bool:
    """Whether counting takes too long for a page."""
    return bool(_beyond_live(scope))


def large_firms() -> list[Firm]:
    """The firms that the worker counts for."""
    with scopes.instance("the figures of all large firms") as scope:
        firms: list[Firm] = list(scope.of(Firm).order_by(Firm.id))
        found = scope.of(Client, Client.id)
        return [each for each in firms if scope.holds(found.where(Client.firm == each.id).offset(LIVE))]


def count(scope: Scope, firm: Firm) -> Figures:
    """Count everything now, in four statements."""
    now, today = clock.now(), clock.today(firm.time_zone)
    return Figures(
        funnel=_funnel_of(scope, firm, now),
        offers=_ages(_offers(scope, today=today, **_days(today, OFFER_DAYS)), OFFER_DAYS),
        invoices=_ages(
            [
                *_unpaid(scope, **_days(today, INVOICE_DAYS)),
                *_part_paid(scope, **_days(today, INVOICE_DAYS)),
            ],
            INVOICE_DAYS,
        ),
        counted_at=now,
    )


def kept(figures: Figures) -> dict[str, Any]:
    """As it is kept in the row."""
    return {name: value for name, value in asdict(figures).items() if name != "counted_at"}


def _read(row: KeptFigures) -> Figures:
    found = row.figures
    return Figures(
        funnel=Funnel(**found["funnel"]),
        offers=tuple(Age(**each) for each in found["offers"]),
        invoices=tuple(Age(**each) for each in found["invoices"]),
        counted_at=row.counted_at,
    )


@prepared
def _kept(scope: Scope) -> Any:
    return scope.of(KeptFigures)


@prepared
def _beyond_live(scope: Scope) -> Any:
    return scope.of(Client, Client.id).offset(LIVE).limit(1).tuples()


def _is_restricted(scope: Scope) -> bool:
    return isinstance(scope, StaffScope) and scope.assigned_to is not None


def _funnel_of(scope: Scope, firm: Firm, now: datetime) -> Funnel:
    ((granted, invited, activated, active),) = _funnel(scope, login_type=firm.login_type, since=now - RECENT)
    return Funnel(granted, invited, activated, active)


@prepared
def _funnel(scope: Scope, login_type: Any, since: Any) -> Any:
    by_link = fn.COALESCE(Client.login_type, login_type) == SECRET_LINK
    came = Identity.password.is_null(False) | (by_link & Membership.activated_at.is_null(False))
    asked = Contact.invited_at.is_null(False)
    query = scope.of(
        Membership, fn.COUNT(fn.DISTINCT(Contact.id)), _those(asked), _those(came),
        _those(came & (Membership.seen_at >= since)),
    )  # fmt: skip
    query = scope.join(query, Client, Membership.client == Client.id)
    query = scope.join(query, Contact, Membership.contact == Contact.id, src=Membership)
    query = scope.join(query, Identity, Contact.identity == Identity.id, src=Contact, outer=True)
    return query.where(
        Membership.login == True,  # noqa: E712
        Membership.ended_at.is_null(),
        Client.portal_access == True,  # noqa: E712
        *_counts(),
    ).tuples()


def _those(condition: Any) -> Any:
    return fn.COUNT(fn.DISTINCT(Case(None, [(condition, Contact.id)], None)))


def _counts() -> tuple[Any, ...]:
    return Client.archived_at.is_null(), Client.is_test == False  # noqa: E712


@prepared
def _offers(scope: Scope, today: Any, day0: Any, day1: Any) -> Any:
    waits = Document.valid_until.is_null() | (Document.valid_until >= today)
    place = Case(None, [(Document.issued_on >= day0, 0), (Document.issued_on >= day1, 1)], 2)
    return _by_age(scope, place, Document.kind == OFFER, Document.outcome.is_null(), waits)


@prepared
def _unpaid(scope: Scope, day0: Any, day1: Any, day2: Any) -> Any:
    return _by_age(scope, _late(day0, day1, day2), *_owed(), Document.outcome.is_null())


@prepared
def _part_paid(scope: Scope, day0: Any, day1: Any, day2: Any) -> Any:
    return _by_age(scope, _late(day0, day1, day2), *_owed(), Document.outcome == PART_PAID)


def _owed() -> tuple[Any, ...]:
    # money to the client is not waited for
    return Document.kind == INVOICE, Document.payable.is_null() | (Document.payable > Document.paid)


def _late(day0: Any, day1: Any, day2: Any) -> Any:
    due = Document.due_on
    return Case(None, [(due.is_null() | (due >= day0), 0), (due >= day1, 1), (due >= day2, 2)], 3)


def _by_age(scope: Scope, place: Any, *conditions: Any) -> Any:
    left = fn.SUM(Document.payable - Document.paid)
    query = scope.of(Document, place.alias("place"), Document.currency, fn.COUNT(Document.id), left)
    query = scope.join(query, Client, Document.client == Client.id)
    query = query.where(Document.state == PUBLISHED, *conditions, *_counts())
    return query.group_by(place, Document.currency).tuples()


def _days(today: date, ages: tuple[int | None, ...]) -> dict[str, date]:
    """The first day that is no older than each age."""
    return {f"day{place}": today - timedelta(days=days) for place, days in enumerate(ages) if days is not None}


def _ages(rows: list[Any], ages: tuple[int | None, ...]) -> tuple[Age, ...]:
    counts = [0] * len(ages)
    sums: list[dict[str, int]] = [{} for _ in ages]
    for place, currency, how_many, cents in rows:
        counts[place] += how_many
        if cents is not None:
            sums[place][currency] = sums[place].get(currency, 0) + cents
    return tuple(Age(how_many, amounts) for how_many, amounts in zip(counts, sums, strict=True))
