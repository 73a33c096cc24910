"""A client's documents: what she sees of them, and what she gets as files."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from portal.base import clock
from portal.base.database import statements
from portal.models.client import Client
from portal.models.document import INVOICE, OFFER
from portal.operations import documents, payments
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from tests import factories
from tests.browser_client import Browser
from tests.client.deciding import address, document
from tests.personas import World


def test_the_list_shows_what_was_released(dora: Browser, world: World) -> None:
    page = dora.get("/portal/documents")
    assert page.status_code == 200
    for number in ("AN-2026-0147", "AN-2026-0150", "RE-2026-0312", "SB-2026-0488"):
        assert number in page.text
    for hidden in ("AN-2026-0160", "AN-2026-0151", "AN-1"):
        assert hidden not in page.text


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("kind=invoice", {"RE-2026-0312"}),
        ("kind=offer", {"AN-2026-0147", "AN-2026-0150"}),
        ("status=open", {"AN-2026-0147", "AN-2026-0150", "RE-2026-0312"}),
        ("status=paid", set()),
        ("q=heizungspumpe", {"AN-2026-0147"}),
        ("q=0312", {"RE-2026-0312"}),
        ("q=nothing", set()),
        ("kind=offer&q=thermostat", {"AN-2026-0150"}),
        ("kind=nonsense&status=draft", {"AN-2026-0147", "AN-2026-0150", "RE-2026-0312", "SB-2026-0488"}),
    ],
)
def test_the_list_is_searched_and_filtered(dora: Browser, world: World, question: str, numbers: set[str]) -> None:
    page = dora.get(f"/portal/documents?{question}")
    assert page.status_code == 200
    assert set(re.findall(r"[A-Z]{2}-2026-\d{4}", _listed(page.text))) == numbers
    if not numbers:
        assert "Nothing fits your search" in page.text
    part = dora.get(f"/portal/documents?{question}", htmx=True)
    assert "<html" not in part.text
    assert set(re.findall(r"[A-Z]{2}-2026-\d{4}", part.text)) == numbers


@pytest.mark.parametrize(
    "question",
    [
        "after=nonsense", "before=%00", "after=WyJ4IiwxXQ", "after=WyIyMDI2LTAxLTAxIiw5OTk5OTk5OTk5OTk5OTk5OTk5OV0",
        "q=%25_%27%22", "q=" + "x" * 5000, "q=%ff%fe", "kind=offer&kind=invoice", "q=%F0%9F%98%80",
    ],
)  # fmt: skip
def test_nonsense_in_the_address_breaks_nothing(dora: Browser, question: str) -> None:
    assert dora.get(f"/portal/documents?{question}").status_code in (200, 404)


def test_a_hundred_documents_are_walked_page_by_page(holder: Browser, world: World) -> None:
    numbers, content = _many(world, 70), set[str]()
    address_of_page: str | None = "/portal/documents?kind=other"
    pages = 0
    while address_of_page:
        page = holder.get(address_of_page).text
        content |= set(re.findall(r"X-\d{3}", page))
        following = re.findall(r'rel="next" href="([^"]+)"', page)
        address_of_page = following[0].replace("&amp;", "&") if following else None
        pages += 1
    assert pages == 3
    assert content == numbers


@pytest.mark.parametrize("page", ["/portal/", "/portal/documents", "/portal/documents?q=x&kind=other"])
def test_more_rows_cost_no_more_statements(holder: Browser, world: World, page: str) -> None:
    few = _statements(holder, page)
    _many(world, 40)
    assert _statements(holder, page) == few


def test_more_comments_and_payments_cost_no_more_statements(holder: Browser, world: World) -> None:
    from portal.operations import comments

    page = address(world, world.invoice)
    row = document(world, world.invoice)
    payments.record(
        InstanceActor(world.firm, "t"),
        row,
        amount=1_00,
        currency="EUR",
        paid_on=clock.today("Europe/Berlin"),
        reference="0",
    )
    few = _statements(holder, page)
    for number in range(1, 12):
        payments.record(
            InstanceActor(world.firm, "t"),
            row,
            amount=1_00,
            currency="EUR",
            paid_on=clock.today("Europe/Berlin"),
            reference=str(number),
        )
        comments.write(InstanceActor(world.firm, "t"), row, text="x", author="Ben", key=str(number))
    assert _statements(holder, page) == few


# a page


def test_an_offer_says_what_it_is_and_what_it_costs(dora: Browser, world: World) -> None:
    page = dora.get(address(world, world.offer)).text
    for words in (
        "Neue Heizungspumpe", "AN-2026-0147", "€4,386.34", "Valid until", "Accept offer", "Decline offer",
        "The original", "What happens after you accept?", "040 66969-120", "post@petry.example.com",
    ):  # fmt: skip
        assert words in page, words
    german = dora.get(address(world, world.offer), language="de").text
    for words in ("4.386,34\u00a0€", "Angebot annehmen", "Angebot ablehnen"):
        assert words in german, words


def test_an_invoice_says_how_to_pay(dora: Browser, world: World) -> None:
    page = dora.get(address(world, world.invoice)).text
    for words in ("€456.96", "DE89 3704 0044 0532 0130 00", "RE-2026-0312", "due on", "in 14 days", "GiroCode", "<svg"):
        assert words in page, words
    assert 'data-copy="DE89370400440532013000"' in page
    assert 'data-copy="456.96"' in page
    assert 'data-copy="456,96"' in dora.get(address(world, world.invoice), language="de").text


def test_part_payments_are_shown_and_what_is_left_is_asked(dora: Browser, world: World) -> None:
    payments.record(
        InstanceActor(world.firm, "t"), document(world, world.invoice), amount=100_00, currency="EUR",
        paid_on=clock.today("Europe/Berlin"), reference="1",
    )  # fmt: skip
    page = dora.get(address(world, world.invoice)).text
    assert "€356.96" in page
    assert "of €456.96; €100.00 are paid" in page
    assert 'data-copy="356.96"' in page
    payments.record(
        InstanceActor(world.firm, "t"), document(world, world.invoice), amount=356_96, currency="EUR",
        paid_on=clock.today("Europe/Berlin"), reference="2",
    )  # fmt: skip
    paid = dora.get(address(world, world.invoice)).text
    assert "Paid" in paid
    assert "Pay by bank transfer" not in paid


@pytest.mark.parametrize(
    ("change", "shown"),
    [({"currency": "CHF"}, False), ({"payable": 0, "total": 0, "net": 0, "tax": 0}, False), ({}, True)],
)
def test_a_girocode_only_where_one_is_allowed(
    holder: Browser, world: World, change: dict[str, Any], shown: bool
) -> None:
    made = factories.document(_client(world), kind=INVOICE, number="RE-1", **{"total": 100_00, **change})
    page = holder.get(address(world, made.id)).text
    assert ("GiroCode" in page) is shown


def test_without_an_account_nothing_is_asked_for(dora: Browser, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.firm, iban="")
    assert "Pay by bank transfer" not in dora.get(address(world, world.invoice)).text


def test_text_of_the_firm_is_escaped(holder: Browser, world: World) -> None:
    nasty = "<script>alert(1)</script>"
    made = factories.document(_client(world), number="A&B<1>", title=nasty, note=nasty + "\nzwei")
    page = holder.get(address(world, made.id)).text
    assert nasty not in page
    assert "&lt;script&gt;" in page
    assert "<br>zwei" in page
    assert nasty not in holder.get("/portal/documents").text


def test_what_was_withdrawn_shows_number_title_and_date_only(dora: Browser, world: World) -> None:
    documents.withdraw(InstanceActor(world.firm, "t"), document(world, world.small_offer))
    page = dora.get(address(world, world.small_offer))
    assert page.status_code == 200
    assert "This document was withdrawn on" in page.text
    for gone in ("€238.00", "Accept offer", "/file", "/picture"):
        assert gone not in page.text
    for what in ("file", "file?inline=1", "file?version=1", "picture", "certificate"):
        assert dora.get(address(world, world.small_offer, what)).status_code == 404


def test_what_was_cancelled_stays_readable_with_the_mark(dora: Browser, world: World) -> None:
    documents.cancel(InstanceActor(world.firm, "t"), document(world, world.invoice))
    page = dora.get(address(world, world.invoice))
    assert "This document was cancelled on" in page.text
    assert "Pay by bank transfer" not in page.text
    assert dora.get(address(world, world.invoice, "file"), buffered=True).status_code == 200


@pytest.mark.parametrize("row", ["thode_offer", "other_offer", "draft"])
@pytest.mark.parametrize("what", ["", "file", "picture", "certificate", "acceptance", "decline"])
def test_what_is_not_hers_does_not_exist(dora: Browser, world: World, row: str, what: str) -> None:
    foreign, unknown = (
        dora.get(address(world, getattr(world, row), what)),
        dora.get(f"/portal/documents/nothing/{what}"),
    )
    assert foreign.status_code == 404
    assert foreign.status_code == unknown.status_code or not what
    assert _without_tokens(foreign.text) == _without_tokens(dora.get("/portal/documents/unknown").text)


# files


def test_a_file_is_an_attachment_that_nothing_runs_in(dora: Browser, world: World) -> None:
    answer = dora.get(address(world, world.offer, "file"), buffered=True)
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "AN-2026-0147.pdf" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "private" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("inline=1", True), ("inline=0", False), ("inline=true", False), ("inline", False), ("", False)],
)
def test_a_pdf_is_shown_inline_only_when_asked(dora: Browser, world: World, asked: str, shown: bool) -> None:
    answer = dora.get(address(world, world.offer, f"file?{asked}"), buffered=True)
    assert answer.headers.get("Content-Disposition", "inline").startswith("inline") is shown
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "script-src" not in answer.headers["Content-Security-Policy"]


def test_other_files_are_never_inline(dora: Browser, world: World) -> None:
    from portal.models.document import DocumentVersion
    from portal.models.stored_file import StoredFile

    with scopes.of_firm(world.firm) as scope:
        version = scope.one(scope.of(DocumentVersion).where(DocumentVersion.document == world.offer))
        scope.update(StoredFile, media_type="application/xml", name="r.xml").where(
            StoredFile.id == version.file_id
        ).execute()
    answer = dora.get(address(world, world.offer, "file?inline=1"), buffered=True)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("number", ["2", "0", "-1", "99999999999999999999"])
def test_a_version_that_is_not_there_is_not_found(dora: Browser, world: World, number: str) -> None:
    assert dora.get(address(world, world.offer, f"file?version={number}"), buffered=True).status_code == 404


def test_earlier_versions_stay_readable(dora: Browser, world: World) -> None:
    import io

    from portal.base import files

    row, new = document(world, world.small_offer), factories.pdf("zweite Fassung")
    old = dora.get(address(world, world.small_offer, "file"), buffered=True).data
    with files.received(io.BytesIO(new)) as file:
        documents.add_version(
            InstanceActor(world.firm, "t"), row, file=file, filename="v2.pdf", title="Zwei", issued_on=row.issued_on,
            currency="EUR", note="", lines=[], syntax="", warnings=[], pages=1, valid_until=row.valid_until,
            net=None, tax=None, total=None, payable=None,
        )  # fmt: skip
    page = dora.get(address(world, world.small_offer)).text
    assert "Version 2" in page
    assert "Version 1" in page
    assert dora.get(address(world, world.small_offer, "file"), buffered=True).data == new
    assert dora.get(address(world, world.small_offer, "file?version=1"), buffered=True).data == old


def test_a_file_once_known_is_asked_for_again(dora: Browser, world: World, app: Flask) -> None:
    first = dora.get(address(world, world.offer, "file"), buffered=True)
    known = {"If-None-Match": first.headers["ETag"]}
    again = dora.get(address(world, world.offer, "file"), buffered=True, headers=known)
    assert again.status_code == 304
    stranger = Browser(app).get(address(world, world.offer, "file"), buffered=True, headers=known)
    assert stranger.status_code == 303


def test_without_a_picture_there_is_none(dora: Browser, world: World) -> None:
    assert dora.get(address(world, world.offer, "picture")).status_code == 404


# start page


def test_the_start_page_asks_for_one_thing_first(holder: Browser, world: World, token_of: Callable[[int], str]) -> None:
    today = clock.today("Europe/Berlin")
    _many(world, 35, kind=OFFER, total=10_00, valid_until=today + timedelta(days=60))
    old = factories.document(
        _client(world), kind=INVOICE, number="ALT", title="Alte Schuld", total=10_00,
        issued_on=today - timedelta(days=300), due_on=today - timedelta(days=280),
    )  # fmt: skip
    page = holder.get("/portal/").text
    first = page[page.index('class="next"') : page.index("Also open")]
    assert "Alte Schuld" in first, "the oldest debt, however much is newer"
    assert old.uid in first
    assert page.count("<h1") == 1
    assert "Show everything that is open" in page


def test_expired_offers_and_credit_notes_ask_for_nothing(emil: Browser, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        okonkwo = scope.by_id(Client, world.okonkwo)
    today = clock.today("Europe/Berlin")
    factories.document(
        okonkwo, number="ALT", issued_on=today - timedelta(days=9), valid_until=today - timedelta(days=1)
    )
    factories.document(okonkwo, kind="credit_note", number="GS", total=-10_00)
    factories.document(okonkwo, kind=INVOICE, number="NULL", total=0)
    page = emil.get("/portal/").text
    assert "Nothing is waiting for you" in page


def test_a_client_without_documents_is_told_so(emil: Browser) -> None:
    page = emil.get("/portal/")
    assert page.status_code == 200
    assert "There is nothing here yet" in page.text
    assert emil.get("/portal/documents").status_code == 200


@pytest.mark.parametrize(
    ("salutation", "english", "german"),
    [("ms", "Hello Ms Lindner", "Guten Tag, Frau Lindner"), (None, "Hello Dora Lindner", "Guten Tag, Dora Lindner")],
)
def test_she_is_greeted_by_name(dora: Browser, world: World, salutation: str | None, english: str, german: str) -> None:
    from portal.models.contact import Contact

    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.by_id(Contact, world.dora), salutation=salutation)
    assert english in dora.get("/portal/").text
    assert german in dora.get("/portal/", language="de").text


def _client(world: World) -> Client:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Client, world.lindner)


def _many(world: World, count: int, **fields: Any) -> set[str]:
    client, content = _client(world), factories.pdf()
    for number in range(count):
        factories.document(
            client,
            number=f"X-{number:03d}",
            content=content,
            **{"kind": "other", "total": None, "title": "Viel", **fields},
        )
    return {f"X-{number:03d}" for number in range(count)}


def _statements(browser: Browser, page: str) -> int:
    browser.get(page)
    before = statements.count
    assert browser.get(page).status_code == 200
    counted: int = statements.count - before
    return counted


def _listed(text: str) -> str:
    return text[text.index('id="list"') :]


def _without_tokens(text: str) -> str:
    text = re.sub(r'name="csrf_token" value="[^"]*"', "", text)
    return re.sub(r'name="back" value="[^"]*"', "", text)
