"""A client decides about an offer: from the secret link to the certificate; wide, on a phone, and without scripts."""

from __future__ import annotations

import io
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from tests.browser.conftest import PHONE, WIDE, Visitors
from tests.browser.site import Site, code_in

KIM = {"email": "kim@brandt.example.org", "first_name": "Kim", "last_name": "Brandt"}
_ABOVE_THE_LIMIT = 4386_34


@pytest.fixture(
    params=[("wide", WIDE, True), ("phone", PHONE, True), ("phone, no scripts", PHONE, False)], ids=lambda way: way[0]
)
def way(request: pytest.FixtureRequest) -> dict[str, Any]:
    """How the client looks at the portal."""
    _name, size, scripts = request.param
    return {"size": size, "scripts": scripts}


def test_from_the_link_to_the_certificate(site: Site, visitors: Visitors, way: dict[str, Any]) -> None:
    client = site.client()
    offer = site.document(client, total=238_00, title="Thermostat tauschen")
    page = visitors.open(site.link_of(client), **way)
    expect(page).to_have_url(f"{site.url}/portal/")
    expect(page.get_by_role("banner")).to_contain_text("Petry Haustechnik GmbH")
    expect(page.get_by_role("banner").get_by_role("link").filter(visible=True).last).to_have_attribute(
        "href", "tel:04066969120"
    )
    expect(page.get_by_role("heading", name="Please look at our offer: Thermostat tauschen")).to_be_visible()

    page.get_by_role("link", name="Look at the offer").click()
    expect(page.get_by_text("€238.00").first).to_be_visible()
    expect(page.get_by_text("Valid until").filter(visible=True).first).to_be_visible()
    _shown(page, "Accept offer").click()
    form = _form(page, way)
    form.get_by_label("Your name").fill("Kim Brandt")
    form.get_by_label("I have read the offer and the terms").check()
    form.get_by_role("button", name="Place binding order").click()

    heading = page.get_by_role("heading", name="Accepted", exact=True)
    expect(heading).to_be_visible()
    expect(page.locator("#decision")).to_contain_text("Accepted by Kim Brandt on ")
    expect(page.get_by_role("link", name="Accept offer")).to_have_count(0)
    if way["scripts"]:
        expect(heading).to_be_focused()
    certificate = page.get_by_role("link", name="Certificate").get_attribute("href")
    answer = page.request.get(str(certificate))
    assert answer.headers["content-type"] == "application/pdf"
    text = " ".join(PdfReader(io.BytesIO(answer.body())).pages[0].extract_text().split())
    assert offer.number in text
    assert "Kim Brandt" in text


def test_above_the_limit_a_code_proves_who_it_is(site: Site, visitors: Visitors, way: dict[str, Any]) -> None:
    # an address of its own: the pause between two codes belongs to it
    address = f"kim{way['size']['width']}{way['scripts']}@brandt.example.org".lower()
    client = site.client(person={**KIM, "email": address})
    site.document(client, total=_ABOVE_THE_LIMIT, title="Neue Heizungspumpe")
    page = visitors.open(site.link_of(client), **way)
    visitors.watch(page).expect(422)
    page.get_by_role("link", name="Look at the offer").click()
    _shown(page, "Accept offer").click()
    form = _form(page, way)
    form.get_by_label("Your name").fill("Kim Brandt")
    form.get_by_role("button", name="Send code").click()
    expect(form.get_by_text("We sent a code to k•••@brandt.example.org", exact=False)).to_be_visible()
    expect(form.get_by_label("Your name")).to_have_value("Kim Brandt")

    code = code_in(site.mail_to(address, "Neue Heizungspumpe"))
    form.get_by_label("I have read the offer and the terms").check()
    form.get_by_label("Code").fill(_another(code))
    form.get_by_role("button", name="Place binding order").click()
    field = form.get_by_label("Code")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    expect(form.get_by_label("I have read the offer and the terms")).to_be_checked()

    field.fill(f" {code[:3]} {code[3:]} ")
    form.get_by_role("button", name="Place binding order").click()
    expect(page.get_by_role("heading", name="Accepted", exact=True)).to_be_visible()


def test_declining_with_a_reason(site: Site, visitors: Visitors, way: dict[str, Any]) -> None:
    client = site.client()
    site.document(client, total=_ABOVE_THE_LIMIT)
    page = visitors.open(site.link_of(client), **way)
    page.get_by_role("link", name="Look at the offer").click()
    _shown(page, "Decline offer").click()
    form = _form(page, way)
    form.get_by_label("Your name").fill("Kim Brandt")
    form.get_by_label("Reason").fill("Wir bauen doch nicht um.")
    form.get_by_role("button", name="Decline", exact=True).click()
    expect(page.get_by_role("heading", name="Declined", exact=True)).to_be_visible()
    expect(page.locator("#decision")).to_contain_text("Declined by Kim Brandt on ")
    expect(page.locator("#decision")).to_contain_text("Wir bauen doch nicht um.")


def test_a_form_with_errors_comes_back_as_it_was_typed(site: Site, visitors: Visitors, way: dict[str, Any]) -> None:
    client = site.client()
    site.document(client, total=238_00)
    page = visitors.open(site.link_of(client), **way)
    visitors.watch(page).expect(422)
    page.get_by_role("link", name="Look at the offer").click()
    _shown(page, "Accept offer").click()
    form = _form(page, way)
    form.get_by_label("Your name").fill("Kim Brandt")
    form.get_by_role("button", name="Place binding order").click()
    box = form.get_by_label("I have read the offer and the terms")
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_be_focused()
    expect(form.get_by_label("Your name")).to_have_value("Kim Brandt")
    expect(page.get_by_role("heading", name="Accepted", exact=True)).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_second_tab_gets_the_present_state(site: Site, visitors: Visitors, *, scripts: bool) -> None:
    client = site.client()
    offer = site.document(client, total=238_00)
    first = visitors.open(site.link_of(client), scripts=scripts)
    visitors.watch(first).expect(409)
    second = first.context.new_page()
    for page in (first, second):
        page.goto(f"/portal/documents/{offer.uid}")
        _shown(page, "Accept offer").click()
        form = _form(page, {"scripts": scripts})
        form.get_by_label("Your name").fill("Kim Brandt")
        form.get_by_label("I have read the offer and the terms").check()
    _form(first, {"scripts": scripts}).get_by_role("button", name="Place binding order").click()
    expect(first.get_by_role("heading", name="Accepted", exact=True)).to_be_visible()

    with second.expect_response("**/acceptance") as answered:
        _form(second, {"scripts": scripts}).get_by_role("button", name="Place binding order").click()
    assert answered.value.status == 409
    expect(second.get_by_text("Somebody decided about this offer already.", exact=False)).to_be_visible()
    if scripts:
        second.get_by_role("link", name="Show the present state").click()
    expect(second.get_by_role("heading", name="Accepted", exact=True)).to_be_visible()


def test_without_an_address_staff_confirm(site: Site, visitors: Visitors, anna: Page) -> None:
    client = site.client("Gasthof zur Linde")
    offer = site.document(client, total=_ABOVE_THE_LIMIT)
    page = visitors.open(site.link_of(client), size=PHONE)
    page.goto(f"/portal/documents/{offer.uid}/acceptance")
    expect(page.get_by_text("we confirm your acceptance with you in person", exact=False)).to_be_visible()
    page.get_by_label("Your name").fill("Wirtin Linde")
    page.get_by_label("I have read the offer and the terms").check()
    page.get_by_role("button", name="Place binding order").click()
    expect(page.get_by_role("heading", name="Awaiting confirmation")).to_be_visible()

    anna.goto("/firm/")
    row = anna.get_by_role("listitem").filter(has_text=offer.number).filter(has_text="awaits your confirmation")
    row.get_by_role("link", name=f"Confirm {offer.number}").click()
    anna.get_by_role("link", name="Confirm", exact=True).click()
    dialog = anna.get_by_role("dialog")
    dialog.locator("[name=with_whom]").fill("Wirtin Linde")
    dialog.locator("[name=how]").select_option(index=1)
    dialog.locator("[name=when]").fill("heute 10 Uhr")
    dialog.get_by_role("button", name="Confirm bindingly").click()
    expect(anna.locator("#decision")).to_contain_text("Accepted")

    page.reload()
    expect(page.get_by_role("heading", name="Accepted", exact=True)).to_be_visible()


def test_an_expired_offer_cannot_be_accepted(site: Site, visitors: Visitors) -> None:
    offer = site.document(client := site.client(), total=238_00)
    page = visitors.open(site.link_of(client))
    visitors.watch(page).expect(401, 409)
    page.goto(f"/portal/documents/{offer.uid}/acceptance")
    page.get_by_label("Your name").fill("Kim Brandt")
    page.get_by_label("I have read the offer and the terms").check()
    site.move_clock(days=15)
    page.get_by_role("button", name="Place binding order").click()
    # two weeks later the visit has ended as well: she opens her link once more
    expect(page.get_by_role("heading", name="Your visit has ended")).to_be_visible()
    page.goto(site.link_of(client))
    page.goto(f"/portal/documents/{offer.uid}/acceptance")
    expect(page.get_by_text("This offer has expired.", exact=False)).to_be_visible()
    expect(page.get_by_text("This offer ended on", exact=False)).to_be_visible()
    expect(page.get_by_role("button", name="Place binding order")).to_have_count(0)


def _shown(page: Page, name: str) -> Locator:
    """The link of this name that this width shows: beside the offer, or in the bar of a phone."""
    return page.get_by_role("link", name=name).filter(visible=True)


def _form(page: Page, way: dict[str, Any]) -> Locator:
    """The dialog; without scripts the page of its own."""
    return page.get_by_role("dialog" if way["scripts"] else "main")


def _another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"
