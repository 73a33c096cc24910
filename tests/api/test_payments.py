"""Payments of invoices by API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from portal.models.document import Payment
from portal.policies import scope as scopes
from tests.api.conftest import Programme
from tests.personas import World

PAID = {"amount": "100.00", "currency": "EUR", "paid_on": "2026-03-01", "reference": "Konto 7/12"}


@pytest.fixture
def invoice(uid_of: Callable[[int], str], world: World) -> str:
    """The address of an invoice over 456.96 EUR."""
    return f"/documents/{uid_of(world.invoice)}"


def test_payments_add_up_until_it_is_paid(api: Programme, invoice: str) -> None:
    made = api.post(invoice + "/payments", json=PAID)
    assert made.status_code == 201
    assert made.json is not None
    assert made.json["amount"] == {"amount": "100.00", "currency": "EUR"}
    assert (made.json["paid_on"], made.json["reference"]) == ("2026-03-01", "Konto 7/12")
    part = api.get(invoice).json
    assert part is not None
    assert (part["status"], part["paid"]["amount"], part["payments"]) == ("part_paid", "100.00", [made.json])
    api.post(invoice + "/payments", json={**PAID, "amount": "356.96", "reference": "Rest"})
    assert api.get(invoice).json["status"] == "paid"  # type: ignore[index]
    api.post(invoice + "/payments", json={**PAID, "amount": "-356.96", "reference": "Rücklastschrift"})
    assert api.get(invoice).json["status"] == "part_paid"  # type: ignore[index]


def test_the_reference_is_the_natural_key(api: Programme, invoice: str, world: World) -> None:
    first, again = (api.post(invoice + "/payments", json=PAID) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    other = api.post(invoice + "/payments", json={**PAID, "amount": "99.00"})
    assert (other.status_code, other.json["code"], other.json["id"]) == (409, "reference", first.json["id"])  # type: ignore[index]
    with scopes.of_firm(world.firm) as scope:
        assert scope.of(Payment).count() == 1


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"amount": 100}, {"amount"}),
        ({"amount": "100,00"}, {"amount"}),
        ({"amount": "0.00"}, {"amount"}),
        ({"amount": "1e3"}, {"amount"}),
        ({"amount": "٣"}, {"amount"}),
        ({"amount": "99999999999999"}, {"amount"}),
        ({"currency": "CHF"}, {"currency"}),
        ({"currency": "Euro"}, {"currency"}),
        ({"paid_on": "1.3.2026"}, {"paid_on"}),
        ({"paid_on": None}, {"paid_on"}),
        ({"reference": " "}, {"reference"}),
        ({"reference": "\u0000"}, {"reference"}),
        ({"reference": "x" * 141}, {"reference"}),
        ({"betrag": "1"}, {"betrag"}),
    ],
)
def test_bad_fields_are_named(api: Programme, invoice: str, change: dict[str, Any], wrong: set[str]) -> None:
    refused = api.post(invoice + "/payments", json={**PAID, **change})
    assert refused.status_code == 422
    assert set(refused.json["errors"]) == wrong  # type: ignore[index]


def test_all_fields_are_needed(api: Programme, invoice: str) -> None:
    assert set(api.post(invoice + "/payments", json={}).json["errors"]) == set(PAID)  # type: ignore[index]


def test_only_published_invoices_are_paid(api: Programme, uid_of: Callable[[int], str], world: World) -> None:
    refused = api.post(f"/documents/{uid_of(world.offer)}/payments", json=PAID)
    assert (refused.status_code, refused.json["code"]) == (409, "not_an_invoice")  # type: ignore[index]
