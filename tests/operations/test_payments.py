"""Payments: counted, never twice, only for invoices that are out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from portal.base.errors import Conflict, Invalid, NotFound
from portal.models.document import CANCELLED, DRAFT, INVOICE, PAID, PART_PAID, WITHDRAWN, Document
from portal.operations import payments
from portal.operations.payments import outcome_of
from portal.policies import scope as scopes
from tests import acting, factories
from tests.personas import World

pytestmark = pytest.mark.usefixtures("instance")
DAY = date(2026, 11, 20)


def invoice(world: World) -> Document:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Document, world.invoice)


def pay(
    world: World, amount: int, *, currency: str = "EUR", paid_on: date | None = DAY, reference: str = ""
) -> payments.Made:
    actor = acting.staff(world.firm, world.ben)
    return payments.record(
        actor, invoice(world), amount=amount, currency=currency, paid_on=paid_on, reference=reference
    )


def state(world: World) -> tuple[int, str | None, bool]:
    found = invoice(world)
    return found.paid, found.outcome, found.closed_at is not None


def test_parts_add_up_until_it_is_paid_and_a_return_opens_it_again(world: World) -> None:
    pay(world, 400_00)
    assert state(world) == (400_00, PART_PAID, False)
    pay(world, 56_96)
    assert state(world) == (456_96, PAID, True)
    pay(world, -56_96)
    assert state(world) == (400_00, PART_PAID, False)
    pay(world, -400_00)
    assert state(world) == (0, None, False)


def test_the_same_reference_counts_once(world: World) -> None:
    first = pay(world, 100_00, reference=" TX  1 ")
    again = pay(world, 100_00, reference="TX 1")
    assert (first.created, again.created, again.payment.id) == (True, False, first.payment.id)
    assert state(world)[0] == 100_00


@pytest.mark.parametrize(("amount", "paid_on"), [(200_00, DAY), (100_00, date(2026, 11, 21))])
def test_the_same_reference_for_something_else_names_the_existing(world: World, amount: int, paid_on: date) -> None:
    first = pay(world, 100_00, reference="TX 1")
    with pytest.raises(Conflict) as conflict:
        pay(world, amount, reference="TX 1", paid_on=paid_on)
    assert (conflict.value.code, conflict.value.existing) == ("reference", first.payment.uid)
    assert state(world)[0] == 100_00


def test_without_reference_each_is_a_payment_of_its_own(world: World) -> None:
    pay(world, 100_00)
    pay(world, 100_00)
    assert state(world)[0] == 200_00


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": 10**16}, "amount"),
        ({"amount": 1, "currency": "CHF"}, "currency"),
        ({"amount": 1, "paid_on": None}, "paid_on"),
        ({"amount": 1, "reference": "x" * 141}, "reference"),
    ],
)
def test_refuses(world: World, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        pay(world, **values)
    assert list(refused.value.errors) == [field]
    assert state(world) == (0, None, False)


@pytest.mark.parametrize("given", [WITHDRAWN, CANCELLED, DRAFT])
def test_only_while_published(world: World, given: str) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.change(invoice(world), state=given)
    with pytest.raises(Conflict, match=given):
        pay(world, 1)


def test_only_for_invoices(world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        offer = scope.by_id(Document, world.offer)
    with pytest.raises(Conflict, match="not_an_invoice"):
        payments.mark_paid(acting.staff(world.firm, world.anna), offer, paid_on=DAY)


def test_marking_as_paid_takes_the_rest(world: World) -> None:
    pay(world, 400_00)
    made = payments.mark_paid(acting.staff(world.firm, world.anna), invoice(world), paid_on=DAY)
    assert made.payment.amount == 56_96
    assert state(world) == (456_96, PAID, True)
    with pytest.raises(Conflict, match="paid"):
        payments.mark_paid(acting.staff(world.firm, world.anna), invoice(world), paid_on=DAY)


def test_marking_as_paid_needs_an_amount(world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.change(invoice(world), payable=None)
    with pytest.raises(Conflict, match="amount_unknown"):
        payments.mark_paid(acting.staff(world.firm, world.anna), invoice(world), paid_on=DAY)


def test_marking_as_paid_with_a_used_reference_is_refused(world: World) -> None:
    pay(world, 1_00, reference="TX 1")
    with pytest.raises(Invalid):
        payments.mark_paid(acting.staff(world.firm, world.anna), invoice(world), paid_on=DAY, reference="TX 1")


def test_not_by_another_firm(world: World) -> None:
    with pytest.raises(NotFound):
        payments.mark_paid(acting.staff(world.other_firm, world.frida), invoice(world), paid_on=DAY)


@pytest.mark.parametrize(
    ("payable", "paid", "outcome"),
    [
        (100, 0, None), (100, 99, PART_PAID), (100, 100, PAID), (100, 101, PAID), (100, -1, None), (0, 0, PAID),
        (None, 0, None), (None, 5, PART_PAID), (-100, 0, None), (-100, -100, None),
    ],
)  # fmt: skip
def test_what_payments_make_of_an_invoice(payable: int | None, paid: int, outcome: str | None) -> None:
    assert outcome_of(INVOICE, payable, paid) == outcome
    assert outcome_of("offer", payable, paid) is None


def test_an_invoice_in_another_currency_takes_that_one(world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        from portal.models.client import Client

        client = scope.by_id(Client, world.thode)
    foreign = factories.document(client, kind=INVOICE, number="GBP-1", total=100, currency="GBP")
    payments.record(acting.staff(world.firm, world.anna), foreign, amount=100, currency="GBP", paid_on=DAY)
    with scopes.of_firm(world.firm) as scope:
        assert scope.by_id(Document, foreign.id).outcome == PAID
