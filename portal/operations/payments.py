"""Payments of invoices: recorded by staff or a programme, never changed; a return is a negative one (B9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.base import clock, money, text
from portal.base.errors import Conflict, Invalid
from portal.models.document import DRAFT, INVOICE, PAID, PART_PAID, PUBLISHED, Document, Payment
from portal.operations import audit
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import Actor
from portal.policies.permissions import Permission
from portal.policies.scope import Scope

REFERENCE_LETTERS = 140


@dataclass(frozen=True)
class Made:
    """`created` is False when a payment with this reference was there already."""

    payment: Payment
    created: bool


@operation(allow=Permission.CLIENT_WORK)
def record(
    actor: Actor, document: Document, *, amount: int, currency: str, paid_on: date | None, reference: str = ""
) -> Made:
    """Note money received for an invoice, in cents; negative: it went back. `reference` is the natural key.

    Raises Invalid (amount, currency, paid_on, reference), and Conflict: `not_an_invoice`, the state of a document that
    is not published, or `reference` when the same one stands for another amount, currency or day.
    """
    scope = scopes.current()
    document = scope.by_id(Document, document.id)
    _demand_open(document)
    reference = _checked(document, amount, currency, paid_on, reference)
    assert paid_on is not None
    existing = _by_reference(scope, document, reference)
    if existing is not None:
        if (existing.amount, existing.currency, existing.paid_on) != (amount, currency, paid_on):
            raise Conflict("reference", existing=existing.uid)
        audit.noticed()
        return Made(existing, False)
    return Made(_add(actor, scope, document, amount, paid_on, reference), True)


@operation(allow=Permission.CLIENT_WORK)
def mark_paid(actor: Actor, document: Document, *, paid_on: date | None, reference: str = "") -> Made:
    """Note that what is still owed came in. Raises as `record`, and Conflict: `paid`, `amount_unknown`."""
    scope = scopes.current()
    document = scope.by_id(Document, document.id)
    _demand_open(document)
    owed = document.owed
    if owed is None:
        raise Conflict("amount_unknown")
    if owed <= 0:
        raise Conflict("paid")
    reference = _checked(document, owed, document.currency, paid_on, reference)
    assert paid_on is not None
    if _by_reference(scope, document, reference) is not None:
        raise Invalid(reference="taken")
    return Made(_add(actor, scope, document, owed, paid_on, reference), True)


def outcome_of(kind: str, payable: int | None, paid: int) -> str | None:
    """What payments make of an invoice: nothing, part-paid or paid. Amounts in cents; nothing owed is paid."""
    if kind != INVOICE:
        return None
    if payable is not None and payable >= 0 and paid >= payable:
        return PAID
    return PART_PAID if paid > 0 else None


def _demand_open(document: Document) -> None:
    if document.kind != INVOICE:
        raise Conflict("not_an_invoice")
    if document.state != PUBLISHED:
        raise Conflict("draft" if document.state == DRAFT else document.state)


def _checked(document: Document, amount: int, currency: str, paid_on: date | None, reference: str) -> str:
    """The reference in its one form; an empty one is made up."""
    errors: dict[str, str] = {}
    reference = text.one_line(reference)
    if amount == 0 or abs(amount) > money.LARGEST:
        errors["amount"] = "amount"
    if currency != document.currency:
        errors["currency"] = "other_currency"
    if paid_on is None:
        errors["paid_on"] = "missing"
    if len(reference) > REFERENCE_LETTERS:
        errors["reference"] = "too_long"
    if errors:
        raise Invalid(**errors)
    return reference or f"#{text.uid()}"


def _by_reference(scope: Scope, document: Document, reference: str) -> Payment | None:
    query = scope.of(Payment).where(Payment.document == document.id, Payment.reference == reference)
    found: Payment | None = scope.first(query)
    return found


def _add(actor: Actor, scope: Scope, document: Document, amount: int, paid_on: date, reference: str) -> Payment:
    payment = scope.add(
        Payment,
        client=document.client_id,
        document=document.id,
        amount=amount,
        currency=document.currency,
        paid_on=paid_on,
        reference=reference,
        recorded_at=clock.now(),
    )
    paid = document.paid + amount
    outcome = outcome_of(document.kind, document.payable, paid)
    closed_at = clock.now() if outcome == PAID else None
    scope.change(document, Document.state == PUBLISHED, Document.paid == document.paid, paid=paid, outcome=outcome,
                 closed_at=closed_at)  # fmt: skip
    facts = {"payment": payment.uid, "amount": amount, "currency": document.currency, "outcome": outcome}
    audit.record(actor, "payment.recorded", document, facts=facts, personal={"reference": reference})
    return payment
