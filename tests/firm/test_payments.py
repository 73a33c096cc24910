"""Payments for staff: recording one, marking as paid."""

from __future__ import annotations

import re
from typing import Any

import pytest

from portal.models.document import PAID, PART_PAID, Document, Payment
from portal.policies import scope as scopes
from tests.browser_client import Browser
from tests.personas import World


def invoice(world: World) -> Document:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Document, world.invoice)


def address(world: World, rest: str = "") -> str:
    return f"/firm/documents/{invoice(world).uid}/payments{rest}"


def payments(world: World) -> list[Any]:
    with scopes.of_firm(world.firm) as scope:
        return list(scope.of(Payment).where(Payment.document == world.invoice))


FIELDS = {"amount": "200,50", "paid_on": "20.11.2026", "reference": "TX 1"}


def test_records_one(anna: Browser, world: World) -> None:
    answer = anna.post(address(world), FIELDS)
    assert (answer.status_code, answer.location.rpartition("#")[2]) == (303, "payments")
    assert (invoice(world).paid, invoice(world).outcome) == (200_50, PART_PAID)
    page = anna.get(f"/firm/documents/{invoice(world).uid}").text
    for text in ("€200.50", "TX 1", "20 Nov 2026", "€256.46"):
        assert text in page


@pytest.mark.parametrize(
    ("typed", "cents"), [("1.000,00", 1000_00), ("1,000.00", 1000_00), ("-5", -5_00), ("7 €", 7_00)]
)
def test_amounts_are_typed_as_people_do(anna: Browser, world: World, typed: str, cents: int) -> None:
    anna.post(address(world), {**FIELDS, "amount": typed})
    assert invoice(world).paid == cents


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"amount": ""}, "Please fill this in."),
        ({"amount": "viel"}, "Please enter an amount"),
        ({"amount": "0"}, "Please enter an amount"),
        ({"paid_on": ""}, "Please fill this in."),
        ({"paid_on": "gestern"}, "Please enter a date."),
    ],
)
def test_errors_keep_what_was_typed(anna: Browser, world: World, wrong: dict[str, str], words: str) -> None:
    answer = anna.post(address(world), {**FIELDS, **wrong})
    assert answer.status_code == 422
    assert words in answer.text
    assert "TX 1" in answer.text
    assert payments(world) == []


def test_htmx_gets_the_form_alone_and_a_way_on(anna: Browser, world: World) -> None:
    wrong = anna.post(address(world), {**FIELDS, "amount": ""}, htmx=True)
    assert wrong.status_code == 422
    assert wrong.text.lstrip().startswith("<form")
    right = anna.post(address(world), FIELDS, htmx=True)
    assert right.headers["HX-Redirect"].endswith("#payments")


def test_a_second_click_counts_once_even_without_a_reference(anna: Browser, world: World) -> None:
    key = re.search(r'name="key" value="([^"]+)"', anna.get(address(world, "/new")).text)
    assert key is not None
    for _click in range(2):
        assert anna.post(address(world), {**FIELDS, "reference": "", "key": key[1]}).status_code == 303
    assert invoice(world).paid == 200_50


def test_a_used_reference_with_another_amount_is_said_at_the_field(anna: Browser, world: World) -> None:
    anna.post(address(world), FIELDS)
    answer = anna.post(address(world), {**FIELDS, "amount": "1"})
    assert answer.status_code == 409
    assert "recorded already" in answer.text


def test_marks_as_paid(anna: Browser, world: World) -> None:
    assert "€456.96" in anna.get(address(world, "/rest")).text
    answer = anna.post(address(world, "/rest"), {"paid_on": "2026-11-20", "reference": ""})
    assert answer.status_code == 303
    assert (invoice(world).paid, invoice(world).outcome) == (456_96, PAID)
    again = anna.post(address(world, "/rest"), {"paid_on": "2026-11-20"})
    assert again.status_code == 409
    assert invoice(world).paid == 456_96


def test_marking_as_paid_wants_a_day(anna: Browser, world: World) -> None:
    answer = anna.post(address(world, "/rest"), {"paid_on": ""})
    assert answer.status_code == 422
    assert payments(world) == []


def test_not_for_offers(anna: Browser, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        offer = scope.by_id(Document, world.offer)
    assert anna.post(f"/firm/documents/{offer.uid}/payments", FIELDS).status_code == 409


def test_not_for_another_firm(frida: Browser, world: World) -> None:
    for rest in ("/new", "/rest"):
        assert frida.get(address(world, rest)).status_code == 404
    assert frida.post(address(world), FIELDS).status_code == 404
    assert frida.post(address(world, "/rest"), FIELDS).status_code == 404


@pytest.mark.usefixtures("advisers_restricted")
def test_not_for_an_adviser_of_other_clients(clara: Browser, world: World) -> None:
    assert clara.post(address(world), FIELDS).status_code == 403
    assert clara.post(address(world, "/rest"), FIELDS).status_code == 403
    assert payments(world) == []
