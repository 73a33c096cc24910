"""The whole way of a bulk change: filter, select, what will happen, the bar, the result; with script and without."""

from __future__ import annotations

import re

from playwright.sync_api import Page, StorageState, expect

from portal.models.contact import Membership
from portal.policies import scope as scopes
from tests import factories
from tests.browser.conftest import PHONE, Visitors
from tests.browser.site import Site, text_of


def off_line(site: Site, name: str, many: int) -> None:
    """So many clients whose contacts have no login."""
    for number in range(many):
        address = f"{name.lower()}{number}@example.org"
        client = site.client(f"{name} {number}")
        factories.contact(client, email=address, first_name="Kim", last_name=f"{name}{number}", login=False)
        with scopes.of_firm(site.world.firm) as scope:
            scope.update(Membership, login=False).where(Membership.client == client.id).execute()


def test_with_the_mouse(site: Site, anna: Page) -> None:
    off_line(site, "Maus", 3)
    anna.goto("/firm/clients?search=Maus")
    anna.get_by_role("checkbox", name="Select all on this page").check()
    bar = anna.locator(".bulkbar")
    expect(bar).to_contain_text("selected")
    anna.get_by_role("button", name="More actions").click()
    anna.get_by_role("button", name="Edit login, notify and e-mail sync").click()
    dialog = anna.get_by_role("dialog")
    expect(dialog).to_contain_text("3 contacts, 3 clients")
    dialog.get_by_label("Login", exact=True).select_option(label="Enable for all contacts")
    dialog.get_by_label("Send invitations").check()
    dialog.get_by_label(re.compile("Personal message")).fill("Willkommen, [Client.contact_name]!")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_contain_text("switched on for 3 contacts")
    expect(dialog).to_contain_text("3 people get one e-mail each")
    expect(dialog).to_contain_text("Willkommen, Kim Maus")
    dialog.get_by_role("button", name="Change").click()
    expect(dialog.get_by_label(re.compile("Personal message"))).to_have_value("Willkommen, [Client.contact_name]!")
    dialog.get_by_role("button", name="Save").click()
    dialog.get_by_role("button", name="Do it and send 3 invitations").dblclick()
    anna.wait_for_url("**/firm/runs/*")
    expect(anna.get_by_role("heading", name="Done", exact=True)).to_be_visible()
    expect(anna.get_by_text("3 invitations are on their way.")).to_be_visible()
    assert "Willkommen, Kim Maus1!" in text_of(site.mail_to("maus1@example.org"))


def test_by_keyboard(site: Site, anna: Page) -> None:
    off_line(site, "Tasten", 2)
    anna.goto("/firm/clients?search=Tasten")
    anna.keyboard.press("j")
    anna.keyboard.press("x")
    expect(anna.locator(".sel:checked")).to_have_count(1)
    anna.get_by_role("button", name="Send invitations").press("Enter")
    dialog = anna.get_by_role("dialog")
    expect(dialog).to_contain_text("1 contact, 1 client")
    anna.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_without_script_on_a_phone(site: Site, visitors: Visitors, anna_state: StorageState) -> None:
    off_line(site, "Plain", 2)
    page = visitors.open("/firm/clients?search=Plain", state=anna_state, scripts=False, size=PHONE)
    page.get_by_role("link", name="Select all on this page").click()
    expect(page.locator(".sel:checked")).to_have_count(2)
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Edit login, notify and e-mail sync").click()
    page.wait_for_url("**/firm/clients/switches?*")
    page.get_by_label("Login", exact=True).select_option(label="Enable for all contacts")
    page.get_by_label("Send invitations").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="What will happen")).to_be_visible()
    page.get_by_role("button", name="Do it and send 2 invitations").click()
    page.wait_for_url("**/firm/runs/*")
    for _time in range(20):
        if page.get_by_role("heading", name="Done", exact=True).count():
            break
        page.wait_for_timeout(500)
        page.goto(page.url)
    expect(page.get_by_text("2 invitations are on their way.")).to_be_visible()
    assert site.mail_to("plain0@example.org")


def test_all_that_match_over_pages(site: Site, anna: Page) -> None:
    off_line(site, "Viele", 52)
    anna.goto("/firm/clients?search=Viele")
    anna.get_by_role("checkbox", name="Select all on this page").check()
    anna.get_by_role("link", name="Select all 52 that match").click()
    expect(anna.locator(".bulkbar")).to_contain_text("All 52 clients that match are selected")
    anna.get_by_role("button", name="Send invitations").click()
    dialog = anna.get_by_role("dialog")
    expect(dialog).to_contain_text("52 contacts, 52 clients")
    dialog.get_by_role("button", name="Go on").click()
    expect(dialog).to_contain_text("nobody gets an e-mail")
    expect(dialog).to_contain_text("Login is off.")
    dialog.get_by_role("link", name="Cancel").click()
    expect(dialog).to_be_hidden()
