"""What a client should do next: one thing, chosen by deadline; the rest stands under it (DESIGN, Principles 2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import fn

from portal.models.document import AWAITING, INVOICE, OFFER, PART_PAID, PUBLISHED, Document
from portal.policies.prepared import prepared
from portal.policies.scope import Scope

_AT_MOST, _RECENT = 30, 5
_LATE = date(9999, 12, 31)


@dataclass(frozen=True)
class NextSteps:
    """`first` is asked for, `more` stands under it; `waiting` are acceptances that the firm has yet to confirm."""

    first: Document | None
    more: list[Document]
    waiting: list[Document]


def of_client(scope: Scope, today: date, *, pays: bool = True) -> NextSteps:
    """Overdue invoice, expiring offer, due invoice: whatever ends first. Expired offers ask for nothing.

    `pays` False: the visitor may not pay, so invoices ask for nothing either (X19).
    """
    found: list[Document] = _undecided(scope, today=today)
    asked = [d for d in found if d.is_open and _asks(d) and (pays or d.kind == OFFER)]
    asked.sort(key=lambda d: (not d.is_overdue(today), deadline(d) or _LATE, d.id))
    return NextSteps(asked[0] if asked else None, asked[1:], [d for d in found if d.outcome == AWAITING])


def deadline(document: Document) -> date | None:
    """The day by which something is asked."""
    day: date | None = document.valid_until if document.kind == OFFER else document.due_on
    return day


def recent(scope: Scope, at_most: int = _RECENT) -> list[Document]:
    """The newest documents."""
    return _newest(scope)[:at_most]


@prepared
def _undecided(scope: Scope, today: Any) -> Any:
    """What ends first stands first: of many, the oldest debt must not fall off the end."""
    undecided = Document.outcome.is_null() | Document.outcome.in_((PART_PAID, AWAITING))
    still = (Document.kind == INVOICE) | Document.valid_until.is_null() | (Document.valid_until >= today)
    ends = fn.COALESCE(Document.valid_until, Document.due_on)
    query = scope.of(Document).where(Document.state == PUBLISHED, Document.kind.in_((OFFER, INVOICE)), undecided, still)
    return query.order_by(ends.is_null(), ends, Document.id).limit(_AT_MOST)


@prepared
def _newest(scope: Scope) -> Any:
    return scope.of(Document).order_by(Document.issued_on.desc(), Document.id.desc()).limit(_RECENT)


def _asks(document: Document) -> bool:
    # an invoice over nothing, or one that is money to the client, asks for nothing
    return document.kind == OFFER or document.owed is None or document.owed > 0
