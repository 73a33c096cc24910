"""What needs attention today: few rows of each sort, counts up to 100 (P2). Test clients count nowhere (T3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from peewee import fn

from portal.base import clock
from portal.models.client import Client
from portal.models.decision import BINDING, CONFIRMED, OfferDecision
from portal.models.document import AWAITING as WAITS
from portal.models.document import INVOICE, OFFER, PART_PAID, PUBLISHED, Comment, Document, late
from portal.models.firm import Firm
from portal.models.outbox import FAILED, OutboxMail
from portal.policies.prepared import prepared
from portal.policies.scope import Scope
from portal.queries import pending

SHOWN, COUNTED = 6, 100
_SOON = timedelta(days=3)
_RECENT = timedelta(days=14)


@dataclass(frozen=True)
class Part:
    """The first rows of one sort. `count` is exact up to 100, then None and `many`."""

    rows: Sequence[Any]
    count: int | None
    many: bool

    def __bool__(self) -> bool:
        return bool(self.rows)


@dataclass(frozen=True)
class Tally:
    """How many there are: exact up to 1,000, then None and `many`."""

    count: int | None
    many: bool

    def __bool__(self) -> bool:
        return self.many or bool(self.count)


@dataclass(frozen=True)
class Today:
    """Documents carry their `client`; decisions their `document` with its client; comments likewise.

    `unreachable`: people who are waited for and whom no mail reaches; `unanswered`: those whose invitation ran out.
    """

    awaiting: Part
    overdue: Part
    expiring: Part
    questions: Part
    decided: Part
    waiting: Part
    unpaid: Part
    failed: Part
    unreachable: Tally
    unanswered: Tally

    @property
    def to_do(self) -> int:
        """How many things ask for a person."""
        parts = (self.awaiting, self.overdue, self.expiring, self.questions, self.failed)
        return (
            sum(COUNTED if part.count is None else part.count for part in parts)
            + bool(self.unreachable)
            + bool(self.unanswered)
        )


def of(scope: Scope, firm: Firm) -> Today:
    """Everything of the page, in a number of queries that does not depend on how much there is."""
    today, lately = clock.today(firm.time_zone), clock.now() - _RECENT
    return Today(
        awaiting=_AWAITING.part(scope),
        overdue=_OVERDUE.part(scope, today=today),
        expiring=_EXPIRING.part(scope, today=today, soon=today + _SOON),
        questions=_QUESTIONS.part(scope, since=lately),
        decided=_DECIDED.part(scope, since=clock.start_of(today - timedelta(days=1), firm.time_zone)),
        waiting=_WAITING.part(scope, today=today),
        unpaid=_UNPAID.part(scope, today=today),
        failed=_FAILED.part(scope, since=lately),
        unreachable=Tally(*pending.count_of(scope, pending.PROBLEM)),
        unanswered=Tally(*pending.count_of(scope, pending.EXPIRED)),
    )


def days_late(document: Document, today: date) -> int:
    """Whole days since it was due."""
    return (today - document.due_on).days


class _Sort:
    """One sort of thing, the first ones by a column. `ranges` are queries that an index has in that order already:
    `outcome IS NULL OR outcome = …` in one would be sorted row by row."""

    def __init__(self, by: Any, *ranges: Callable[..., Any], latest: bool = False) -> None:
        model = by.model
        order = (by.desc(), model.id.desc()) if latest else (by, model.id)
        self._column, self._latest = by.name, latest
        self._first = [prepared(_first(build, order)) for build in ranges]
        self._count = [prepared(_ids(build, model)) for build in ranges]

    def part(self, scope: Scope, **values: Any) -> Part:
        rows = [row for query in self._first for row in query(scope, **values)]
        if len(rows) < SHOWN:
            return Part(self._ordered(rows), len(rows), many=False)
        found = sum(len(query(scope, **values)) for query in self._count)
        return Part(self._ordered(rows)[:SHOWN], found if found <= COUNTED else None, found > COUNTED)

    def _ordered(self, rows: list[Any]) -> list[Any]:
        return sorted(rows, key=lambda row: (getattr(row, self._column) or _LATE, row.id), reverse=self._latest)


def _first(build: Callable[..., Any], order: tuple[Any, ...]) -> Callable[..., Any]:
    return lambda scope, **values: build(scope, (), **values).order_by(*order).limit(SHOWN)


def _ids(build: Callable[..., Any], model: Any) -> Callable[..., Any]:
    return lambda scope, **values: build(scope, (model.id,), **values).limit(COUNTED + 1).tuples()


def _documents(scope: Scope, columns: tuple[Any, ...], *conditions: Any) -> Any:
    query = scope.join(scope.of(Document, *columns or (Document, Client)), Client, Document.client == Client.id)
    counts = Client.archived_at.is_null() & (Client.is_test == False)  # noqa: E712
    return query.where(Document.state == PUBLISHED, *conditions, counts)


def _awaiting(scope: Scope, columns: tuple[Any, ...]) -> Any:
    return _documents(scope, columns, Document.kind == OFFER, Document.outcome == WAITS)


def _offers(scope: Scope, columns: tuple[Any, ...], *conditions: Any) -> Any:
    return _documents(scope, columns, Document.kind == OFFER, Document.outcome.is_null(), *conditions)


def _expiring(scope: Scope, columns: tuple[Any, ...], today: Any, soon: Any) -> Any:
    return _offers(scope, columns, Document.valid_until >= today, Document.valid_until <= soon)


def _waiting(scope: Scope, columns: tuple[Any, ...], today: Any) -> Any:
    return _offers(scope, columns, Document.valid_until >= today)


def _waiting_for_ever(scope: Scope, columns: tuple[Any, ...], **_values: Any) -> Any:
    return _offers(scope, columns, Document.valid_until.is_null())


def _unpaid_invoices(scope: Scope, columns: tuple[Any, ...], *conditions: Any) -> Any:
    return _documents(scope, columns, Document.kind == INVOICE, Document.outcome.is_null(), *conditions)


def _part_paid_invoices(scope: Scope, columns: tuple[Any, ...], *conditions: Any) -> Any:
    return _documents(scope, columns, Document.kind == INVOICE, Document.outcome == PART_PAID, *conditions)


def _late_of(invoices: Callable[..., Any]) -> Callable[..., Any]:
    return lambda scope, columns, today: invoices(scope, columns, late(today))


def _due_of(invoices: Callable[..., Any]) -> Callable[..., Any]:
    return lambda scope, columns, today: invoices(scope, columns, Document.due_on >= today)


def _decided(scope: Scope, columns: tuple[Any, ...], since: Any) -> Any:
    query = scope.of(OfferDecision, *columns or (OfferDecision, Document, Client))
    query = scope.join(query, Document, OfferDecision.document == Document.id)
    query = scope.join(query, Client, Document.client == Client.id, src=Document)
    settled = OfferDecision.state.in_((BINDING, CONFIRMED))
    return query.where(OfferDecision.at >= since, settled, Client.is_test == False)  # noqa: E712


def _questions(scope: Scope, columns: tuple[Any, ...], since: Any) -> Any:
    """Documents whose last word is the client's."""
    later = scope.alias(Comment, "later")
    answered = scope.of(later, later.id).where(later.document == Comment.document, later.id > Comment.id)
    query = scope.of(Comment, *columns or (Comment, Document, Client))
    query = scope.join(query, Document, Comment.document == Document.id)
    query = scope.join(query, Client, Document.client == Client.id, src=Document)
    unanswered = (Comment.by_staff == False) & ~fn.EXISTS(answered)  # noqa: E712
    return query.where(Comment.at >= since, unanswered, Client.is_test == False)  # noqa: E712


def _failed(scope: Scope, columns: tuple[Any, ...], since: Any) -> Any:
    return scope.of(OutboxMail, *columns).where(OutboxMail.state == FAILED, OutboxMail.done_at >= since)


_LATE = date(9999, 12, 31)
_AWAITING = _Sort(Document.valid_until, _awaiting)
_OVERDUE = _Sort(Document.due_on, _late_of(_unpaid_invoices), _late_of(_part_paid_invoices))
_EXPIRING = _Sort(Document.valid_until, _expiring)
_WAITING = _Sort(Document.valid_until, _waiting, _waiting_for_ever)
_UNPAID = _Sort(Document.due_on, _due_of(_unpaid_invoices), _due_of(_part_paid_invoices))
_DECIDED = _Sort(OfferDecision.at, _decided, latest=True)
_QUESTIONS = _Sort(Comment.at, _questions, latest=True)
_FAILED = _Sort(OutboxMail.done_at, _failed, latest=True)
