"""What needs attention today: few rows of each sort, and counts that stop at 1,000 (P2). Test clients count nowhere (T3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from peewee import ModelSelect, fn

from portal.base import clock
from portal.models.client import Client
from portal.models.decision import BINDING, CONFIRMED, OfferDecision
from portal.models.document import AWAITING as WAITS
from portal.models.document import INVOICE, OFFER, PART_PAID, PUBLISHED, Comment, Document
from portal.models.firm import Firm
from portal.models.outbox import FAILED, OutboxMail
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
        return sum(
            part.count or COUNTED for part in (self.awaiting, self.overdue, self.expiring, self.questions, self.failed)
        )


def of(scope: Scope, firm: Firm) -> Today:
    """Everything of the page, in a number of queries that does not depend on how much there is."""
    today = clock.today(firm.time_zone)
    offers, invoices = _open(scope, OFFER), _open(scope, INVOICE)
    still = Document.valid_until.is_null() | (Document.valid_until >= today)
    expiring = offers.where(
        Document.outcome.is_null(), Document.valid_until >= today, Document.valid_until <= today + _SOON
    )
    return Today(
        awaiting=_part(
            _of_clients(
                scope, Document, Document.kind == OFFER, Document.state == PUBLISHED, Document.outcome == WAITS
            ),
            Document.id,
        ),
        overdue=_part(invoices.where(Document.due_on < today), Document.due_on, Document.id),
        expiring=_part(expiring, Document.valid_until, Document.id),
        questions=_questions(scope),
        decided=_decided(scope, clock.start_of(today - timedelta(days=1), firm.time_zone)),
        waiting=_part(offers.where(Document.outcome.is_null(), still), Document.issued_on.desc(), Document.id.desc()),
        unpaid=_part(
            invoices.where(Document.due_on.is_null() | (Document.due_on >= today)), Document.due_on, Document.id
        ),
        failed=_failed(scope),
    )


def days_late(document: Document, today: date) -> int:
    """Whole days since it was due."""
    return (today - document.due_on).days


def _open(scope: Scope, kind: str) -> ModelSelect:
    unpaid = Document.outcome.is_null() | (Document.outcome == PART_PAID)
    return _of_clients(scope, Document, Document.kind == kind, Document.state == PUBLISHED, unpaid)


def _of_clients(scope: Scope, model: Any, *conditions: Any) -> ModelSelect:
    query = scope.join(scope.of(model, model, Client), Client, model.client == Client.id)
    return query.where(*conditions, Client.archived_at.is_null(), Client.is_test == False)  # noqa: E712


def _decided(scope: Scope, since: datetime) -> Part:
    query = scope.of(OfferDecision, OfferDecision, Document, Client)
    query = scope.join(query, Document, OfferDecision.document == Document.id)
    query = scope.join(query, Client, Document.client == Client.id, src=Document)
    settled = OfferDecision.state.in_((BINDING, CONFIRMED))
    query = query.where(OfferDecision.at >= since, settled, Client.is_test == False)  # noqa: E712
    return _part(query, OfferDecision.at.desc())


def _questions(scope: Scope) -> Part:
    """Documents whose last word is the client's, of the last two weeks."""
    later = scope.alias(Comment, "later")
    answered = scope.of(later, later.id).where(later.document == Comment.document, later.id > Comment.id)
    query = scope.of(Comment, Comment, Document, Client)
    query = scope.join(query, Document, Comment.document == Document.id)
    query = scope.join(query, Client, Document.client == Client.id, src=Document)
    recent = Comment.at >= clock.now() - _RECENT
    query = query.where(recent, Comment.by_staff == False, ~fn.EXISTS(answered), Client.is_test == False)  # noqa: E712
    return _part(query, Comment.at.desc())


def _failed(scope: Scope) -> Part:
    query = scope.of(OutboxMail).where(OutboxMail.state == FAILED, OutboxMail.done_at >= clock.now() - _RECENT)
    return _part(query, OutboxMail.done_at.desc())


def _part(query: ModelSelect, *order: Any) -> Part:
    rows = list(query.order_by(*order).limit(SHOWN))
    if len(rows) < SHOWN:
        return Part(rows, len(rows), many=False)
    count, many = counted(query.limit(COUNTED + 1).count())
    return Part(rows, count, many)
