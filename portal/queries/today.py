"""What needs attention today: few rows of each sort, counts up to 1,000 (P2). Test clients count nowhere (T3)."""

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
from portal.queries.page import COUNTED, counted

SHOWN = 6
_SOON = timedelta(days=3)
_RECENT = timedelta(days=14)


@dataclass(frozen=True)
class Part:
    """The first rows of one sort. `count` is exact up to 1,000, then None and `many`."""

    rows: Sequence[Any]
    count: int | None
    many: bool

    def __bool__(self) -> bool:
        return bool(self.rows)


@dataclass(frozen=True)
class Today:
    """Documents carry their `client`; decisions their `document` with its client; comments likewise."""

    awaiting: Part
    overdue: Part
    expiring: Part
    questions: Part
    decided: Part
    waiting: Part
    unpaid: Part
    failed: Part

    @property
    def to_do(self) -> int:
        """How many things ask for a person."""
        parts = (self.awaiting, self.overdue, self.expiring, self.questions, self.failed)
        return sum(COUNTED if part.count is None else part.count for part in parts)


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
    )


def days_late(document: Document, today: date) -> int:
    """Whole days since it was due."""
    return (today - document.due_on).days


class _Sort:
    """One sort of thing: `build(scope, columns, …)` makes the query, `order` puts it in order."""

    def __init__(self, build: Callable[..., Any], *order: Any) -> None:
        self._first = prepared(lambda scope, **values: build(scope, (), **values).order_by(*order).limit(SHOWN))
        self._count = prepared(lambda scope, **values: build(scope, (order[-1],), **values).limit(COUNTED + 1).tuples())

    def part(self, scope: Scope, **values: Any) -> Part:
        rows = self._first(scope, **values)
        if len(rows) < SHOWN:
            return Part(rows, len(rows), many=False)
        return Part(rows, *counted(len(self._count(scope, **values))))


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
    return _offers(scope, columns, Document.valid_until.is_null() | (Document.valid_until >= today))


def _owed(scope: Scope, columns: tuple[Any, ...], *conditions: Any) -> Any:
    open_ones = Document.outcome.is_null() | (Document.outcome == PART_PAID)
    return _documents(scope, columns, Document.kind == INVOICE, open_ones, *conditions)


def _overdue(scope: Scope, columns: tuple[Any, ...], today: Any) -> Any:
    return _owed(scope, columns, late(today))


def _unpaid(scope: Scope, columns: tuple[Any, ...], today: Any) -> Any:
    return _owed(scope, columns, Document.due_on.is_null() | (Document.due_on >= today))


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


_AWAITING = _Sort(_awaiting, Document.id)
_OVERDUE = _Sort(_overdue, Document.due_on, Document.id)
_EXPIRING = _Sort(_expiring, Document.valid_until, Document.id)
_WAITING = _Sort(_waiting, Document.issued_on.desc(), Document.id)
_UNPAID = _Sort(_unpaid, Document.due_on, Document.id)
_DECIDED = _Sort(_decided, OfferDecision.at.desc(), OfferDecision.id)
_QUESTIONS = _Sort(_questions, Comment.at.desc(), Comment.id)
_FAILED = _Sort(_failed, OutboxMail.done_at.desc(), OutboxMail.id)
