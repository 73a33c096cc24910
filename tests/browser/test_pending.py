"""*Pending activation* in the browser: select, resend, cancel; wide, on a phone, without script (T9 to T11)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, StorageState, expect

from portal.models.contact import Contact
from portal.policies import scope as scopes
from tests import factories
from tests.browser.conftest import PHONE, WIDE, Visitors
from tests.browser.site import Site

SIZES = [WIDE, PHONE]
LIST = "/firm/clients/pending"


@pytest.fixture
def people(site: Site) -> list[str]:
    """Addresses of three people of a client of its own, who were never asked in."""
    client = site.client("Werkhalle Süd GmbH")
    names = [f"{letter}{client.number.lower()}@werkhalle.example.org" for letter in "abc"]
    for place, address in enumerate(names):
        factories.contact(client, email=address, first_name="Person", last_name=f"{'ABC'[place]} {client.number}")
    return names


def row(page: Page, address: str) -> Locator:
    return page.locator("tbody tr").filter(has_text=address)


def tick(page: Page, *addresses: str) -> None:
    for address in addresses:
        row(page, address).get_by_role("checkbox").check()


@pytest.mark.parametrize("size", SIZES, ids=["wide", "phone"])
def test_select_resend_and_cancel(
    site: Site, visitors: Visitors, anna_state: StorageState, people: list[str], size: dict[str, int]
) -> None:
    page = visitors.open(f"{LIST}?search=werkhalle", size=size, state=anna_state)
    first, second, third = people
    bar = page.locator("#bulk")
    expect(bar).to_be_hidden()
    tick(page, first, second)
    expect(bar).to_be_visible()
    bar.get_by_role("button", name="Resend").click()
    expect(page.get_by_role("status").filter(has_text="2 invitations are on their way.")).to_be_visible()
    expect(row(page, first)).not_to_contain_text("never sent")
    expect(row(page, third)).to_contain_text("never sent")
    expect(page.locator("caption")).to_be_focused()
    expect(bar).to_be_hidden()
    site.mail_to(first)
    site.mail_to(second)

    page.get_by_label(f"Actions for {first}").click()
    page.locator(".menu:popover-open").get_by_role("link", name="Cancel invitation").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_contain_text("Cancel the invitation of Person A")
    dialog.get_by_role("link", name="Keep").click()
    expect(row(page, first)).not_to_contain_text("never sent")

    tick(page, first, second, third)
    bar.get_by_role("button", name="Cancel invitations").click()
    expect(dialog.get_by_role("heading")).to_have_text("Cancel 2 invitations?")
    dialog.get_by_role("button", name="Cancel invitations").click()
    expect(page.get_by_role("status").filter(has_text="2 invitations were cancelled.")).to_be_visible()
    expect(dialog).to_be_hidden()
    expect(row(page, first)).to_contain_text("never sent")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("size", SIZES, ids=["wide", "phone"])
def test_one_row_is_resent_and_cancelled(
    site: Site, visitors: Visitors, anna_state: StorageState, people: list[str], size: dict[str, int]
) -> None:
    page = visitors.open(f"{LIST}?search=werkhalle", size=size, state=anna_state)
    address = people[0]
    row(page, address).get_by_role("button", name="Send invitation").click()
    expect(row(page, address).get_by_role("button", name="Resend")).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="The invitation to Person A")).to_be_visible()
    expect(page.locator("tbody tr.flash")).to_have_count(1)
    page.get_by_label(f"Actions for {address}").click()
    page.locator(".menu:popover-open").get_by_role("link", name="Cancel invitation").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel invitation").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(row(page, address)).to_contain_text("never sent")


def test_who_came_in_meanwhile_is_shown_so(
    site: Site, visitors: Visitors, anna_state: StorageState, people: list[str]
) -> None:
    page = visitors.open(f"{LIST}?search=werkhalle", state=anna_state)
    visitors.watch(page).expect(409)
    with scopes.of_firm(site.world.firm) as scope:
        scope.update(Contact, email_error="550 no such user").where(Contact.email == people[0]).execute()
    row(page, people[0]).get_by_role("button", name="Send invitation").click()
    expect(row(page, people[0])).to_contain_text("Mail came back: 550 no such user")
    expect(row(page, people[0]).get_by_role("link", name="Correct")).to_be_visible()


def test_all_of_it_without_script(site: Site, visitors: Visitors, anna_state: StorageState, people: list[str]) -> None:
    page = visitors.open(f"{LIST}?search=werkhalle", scripts=False, state=anna_state)
    tick(page, *people[:2])
    page.locator("#bulk").get_by_role("button", name="Resend").click()
    expect(page.get_by_text("2 invitations are on their way.")).to_be_visible()
    expect(page).to_have_url(site.url + f"{LIST}?search=werkhalle")
    tick(page, *people[:2])
    page.locator("#bulk").get_by_role("button", name="Cancel invitations").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cancel invitations")
    assert "csrf" not in page.url
    page.get_by_role("button", name="Cancel invitations").click()
    expect(page.get_by_text("2 invitations were cancelled.")).to_be_visible()
    expect(row(page, people[0])).to_contain_text("never sent")


def test_the_bars_of_today_lead_to_their_lists(visitors: Visitors, anna_state: StorageState) -> None:
    page = visitors.open("/firm/", state=anna_state)
    page.get_by_role("region", name="Access").get_by_role("link", name="Invited").click()
    expect(page.get_by_role("link", name="Sent, not used yet")).to_have_attribute("aria-current", "true")
