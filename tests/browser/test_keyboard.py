"""Without a mouse: skip link, dialogs that hold and give back the focus, the staff's keys."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visitors
from tests.browser.site import Site


def test_an_offer_is_accepted_by_keys_alone(site: Site, visitors: Visitors) -> None:
    client = site.client()
    offer = site.document(client, total=238_00)
    page = visitors.open(site.link_of(client))
    page.goto(f"/portal/documents/{offer.uid}")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    accept = page.get_by_role("link", name="Accept offer").filter(visible=True)
    _tab_to(page, accept)
    page.keyboard.press("Enter")

    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Your name")).to_be_focused()
    for _ in range(12):
        page.keyboard.press("Tab")
        held = page.evaluate("document.activeElement.matches('dialog, dialog *, body')")
        assert held, "the focus left the open dialog"
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    expect(accept).to_be_focused()

    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Your name")).to_be_focused()
    page.keyboard.type("Kim Brandt")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    _tab_to(page, dialog.get_by_role("button", name="Place binding order"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Accepted", exact=True)).to_be_focused()


def test_the_keys_of_staff(site: Site, anna: Page) -> None:
    anna.goto("/firm/clients")
    names = anna.locator("tbody .rowlink")
    anna.keyboard.press("j")
    expect(names.nth(0)).to_be_focused()
    anna.keyboard.press("j")
    expect(names.nth(1)).to_be_focused()
    anna.keyboard.press("k")
    expect(names.nth(0)).to_be_focused()
    anna.keyboard.press("/")
    search = anna.get_by_label("Search", exact=True)
    expect(search).to_be_focused()
    anna.keyboard.type("jk?")
    expect(search).to_have_value("jk?")
    expect(anna.get_by_role("dialog")).to_have_count(0)

    anna.goto("/firm/clients")
    anna.keyboard.press("?")
    dialog = anna.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    anna.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    anna.keyboard.press("g")
    anna.keyboard.press("h")
    expect(anna.get_by_role("heading", name="Today")).to_be_visible()
    anna.keyboard.press("g")
    anna.keyboard.press("k")
    expect(anna.get_by_role("heading", name="Clients", level=1)).to_be_visible()
    anna.keyboard.press("j")
    name = names.nth(0).inner_text()
    anna.keyboard.press("Enter")
    expect(anna.get_by_role("heading", level=1)).to_contain_text(name)


def test_a_menu_opens_and_closes_by_keys(site: Site, anna: Page) -> None:
    client = site.client()
    anna.goto(f"/firm/clients/{client.uid}")
    opener = anna.get_by_role("button", name="More actions")
    opener.focus()
    anna.keyboard.press("Enter")
    entry = anna.locator("#client-menu").get_by_role("link", name="Archive")
    expect(entry).to_be_visible()
    anna.keyboard.press("Escape")
    expect(entry).not_to_be_visible()
    expect(opener).to_be_focused()
    anna.keyboard.press("Enter")
    _tab_to(anna, entry)
    anna.keyboard.press("Enter")
    dialog = anna.get_by_role("dialog")
    expect(dialog).to_be_visible()
    anna.keyboard.press("Escape")
    expect(opener).to_be_focused()


def _tab_to(page: Page, target: Locator) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if target.evaluate("found => found === document.activeElement"):
            return
    raise AssertionError("the tab key never came there")
