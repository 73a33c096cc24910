"""Invoices as XML: what is written is read back, and the schema of Factur-X takes it."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.base import einvoice
from portal.base.einvoice import Party
from portal.papers import bill
from portal.papers.bill import CREDIT_NOTE, INVOICE, Bill, Item

SELLER = Party(
    name="Petry Haustechnik GmbH", vat_id="DE123456789", contact="Jana Petry", street="Fährstieg 14", postcode="21107",
    city="Hamburg", country="DE", email="post@petry.example.com", phone="040 66969-120",
)  # fmt: skip
BUYER = Party(
    name="Bäckerei <Thode> & Söhne", number="K-1043", vat_id="DE987654321", contact="Hinnerk Thode",
    street="Neuer Weg 12", extra="Hinterhaus", postcode="21109", city="Hamburg", country="DE",
)  # fmt: skip
ITEMS = (
    Item("Wartung", "1", "C62", 198_00, "zwei\nZeilen"),
    Item("Arbeitszeit", "1.5", "HUR", 64_00),
    Item("Kabel “NYM”", "12.25", "MTR", 1_19),
)
PAPER = Bill(
    INVOICE, "RE-1", date(2026, 11, 16), SELLER, BUYER, ITEMS, iban="DE89370400440532013000", bic="COBADEFFXXX",
    due_on=date(2026, 11, 30), delivered_on=date(2026, 11, 13), terms="Ohne Abzug", note="Danke",
)  # fmt: skip


def test_everything_is_read_back() -> None:
    found = einvoice.read(bill.write(PAPER))
    assert (found.kind, found.number, found.syntax, found.currency) == ("invoice", "RE-1", "CII", "EUR")
    assert (found.issued_on, found.due_on, found.delivered_on) == (PAPER.issued_on, PAPER.due_on, PAPER.delivered_on)
    assert (found.net, found.tax, found.total, found.payable) == (308_58, 58_63, 367_21, 367_21)
    assert (found.seller, found.buyer) == (SELLER, BUYER)
    assert [(line.title, line.detail, line.quantity, line.unit, line.amount) for line in found.lines] == [
        ("Wartung", "zwei\nZeilen", "1", "C62", 198_00),
        ("Arbeitszeit", "", "1.5", "HUR", 96_00),
        ("Kabel “NYM”", "", "12.25", "MTR", 14_58),
    ]
    assert (found.iban, found.payment_reference, found.payment_terms) == (PAPER.iban, "RE-1", "Ohne Abzug")
    assert [(tax.rate, tax.basis, tax.amount) for tax in found.taxes] == [("19", 308_58, 58_63)]


def test_a_credit_note_is_one() -> None:
    found = einvoice.read(
        bill.write(dataclasses.replace(PAPER, type_code=CREDIT_NOTE, due_on=None, corrects="RE-0", terms=""))
    )
    assert found.kind == "credit_note"
    assert found.total == 367_21
    assert found.due_on is None


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"type_code": CREDIT_NOTE, "corrects": "RE-0", "due_on": None},
        {"terms": "", "due_on": None, "note": "", "bic": "", "delivered_on": None},
        {"buyer": Party(name="Familie Okonkwo", city="Wedel")},
    ],
)
def test_the_schema_takes_it(changes: dict[str, Any]) -> None:
    facturx = pytest.importorskip("facturx")
    facturx.xml_check_xsd(bill.write(dataclasses.replace(PAPER, **changes)), flavor="factur-x", level="en16931")


@given(
    st.lists(
        st.tuples(st.integers(1, 9999), st.integers(0, 99), st.integers(0, 10**8)), min_size=1, max_size=20
    )
)  # fmt: skip
def test_sums_agree_whatever_the_prices(lines: list[tuple[int, int, int]]) -> None:
    """EN 16931: lines add up to the net (BR-CO-10), net and tax to the total (BR-CO-15)."""
    items = tuple(Item("x", f"{whole}.{hundredths:02d}", "C62", price) for whole, hundredths, price in lines)
    found = einvoice.read(bill.write(dataclasses.replace(PAPER, items=items)))
    assert found.net == sum(line.amount or 0 for line in found.lines)
    assert found.total == (found.net or 0) + (found.tax or 0)
    assert abs((found.net or 0) * 19 - (found.tax or 0) * 100) <= 50
