"""Both languages: the names that people and tests from outside find, and switching on every page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, StorageState, expect

from portal.base.language import gettext_in
from tests.browser.conftest import PHONE, Visitors
from tests.browser.site import Site

# what stands in the table of names, as far as the pages exist
NAMES = {
    "Sign in": "Anmelden",
    "Sign out": "Abmelden",
    "Clients": "Kunden",
    "Team": "Team",
    "Settings": "Einstellungen",
    "Search": "Suchen",
    "Filter": "Filter",
    "Last login": "Letzte Anmeldung",
    "Offline": "Offline",
    "Active": "Aktiv",
    "Save": "Speichern",
    "Login": "Anmeldung",
    "Notify": "Benachrichtigung",
    "E-mail sync": "E-Mail-Sync",
    "Copy secret link": "Geheimen Link kopieren",
    "More actions": "Weitere Aktionen",
    "Accept offer": "Angebot annehmen",
    "Decline offer": "Angebot ablehnen",
    "Your name": "Ihr Name",
    "I have read the offer and the terms": "Ich habe das Angebot und die Bedingungen gelesen",
    "Code": "Code",
    "Place binding order": "Zahlungspflichtig beauftragen",
    "Reason": "Grund",
    "Decline": "Ablehnen",
    "Accepted": "Angenommen",
    "Declined": "Abgelehnt",
    "Certificate": "Nachweis",
}


def test_the_names_are_those_agreed() -> None:
    wrong = {english: gettext_in("de", english) for english in NAMES if gettext_in("de", english) != NAMES[english]}
    assert not wrong


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_names_of_deciding(site: Site, visitors: Visitors, language: str) -> None:
    def name(english: str) -> str:
        return gettext_in(language, english)

    client = site.client("Malerei Sander", language=language)
    first, second = site.document(client, total=238_00), site.document(client, total=238_00)
    page = visitors.open(site.link_of(client), language=language, size=PHONE)
    expect(page.locator("html")).to_have_attribute("lang", language)
    page.goto(f"/portal/documents/{first.uid}")
    page.get_by_role("link", name=name("Accept offer")).filter(visible=True).click()
    form = page.get_by_role("dialog")
    form.get_by_label(name("Your name")).fill("Kim Sander")
    form.get_by_role("checkbox", name=name("I have read the offer and the terms")).check()
    form.get_by_role("button", name=name("Place binding order")).click()
    expect(page.get_by_role("heading", name=name("Accepted"), exact=True)).to_be_visible()
    expect(page.get_by_role("link", name=name("Certificate"))).to_be_visible()

    page.goto(f"/portal/documents/{second.uid}")
    page.get_by_role("link", name=name("Decline offer")).filter(visible=True).click()
    form.get_by_label(name("Your name")).fill("Kim Sander")
    form.get_by_label(name("Reason")).fill("…")
    form.get_by_role("button", name=name("Decline"), exact=True).click()
    expect(page.get_by_role("heading", name=name("Declined"), exact=True)).to_be_visible()
    expect(page.get_by_role("button", name=name("Sign out"))).to_be_visible()


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_names_of_the_office(site: Site, visitors: Visitors, anna_state: StorageState, language: str) -> None:
    def name(english: str) -> str:
        return gettext_in(language, english)

    client = site.client(person={"email": f"{language}@sander.example.org", "first_name": "Ida", "last_name": "Sander"})
    page = visitors.open("/firm/clients", state=anna_state, language=language)
    for entry in ("Clients", "Team", "Settings"):
        expect(page.get_by_role("link", name=name(entry), exact=True)).to_be_visible()
    expect(page.get_by_label(name("Search"), exact=True)).to_be_visible()
    expect(page.get_by_role("button", name=name("Filter"), exact=True)).to_be_visible()
    for entry in ("Active", "Offline"):
        expect(page.get_by_role("link", name=name(entry), exact=True)).to_have_accessible_description(
            name("Last login")
        )
    page.goto(f"/firm/clients/{client.uid}")
    for entry in ("Login", "Notify", "E-mail sync"):
        expect(page.get_by_role("switch", name=name(entry), exact=True)).to_have_accessible_description("Ida Sander")
        expect(page.get_by_role("columnheader", name=name(entry), exact=True)).to_be_visible()
    expect(page.get_by_role("button", name=re.compile(f"^{name('Copy secret link')}"))).to_be_visible()
    expect(page.get_by_role("button", name=name("More actions"), exact=True)).to_be_visible()
    page.goto(f"/firm/clients/{client.uid}/edit")
    expect(page.get_by_role("button", name=name("Save"), exact=True)).to_be_visible()
    page.get_by_role("button", name="Anna Petry").click()
    expect(page.get_by_role("button", name=name("Sign out"))).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_switching_the_language_stays_on_the_page(site: Site, visitors: Visitors, *, scripts: bool) -> None:
    client = site.client()
    page = visitors.open(scripts=scripts)
    for path in ("/f/petry/login", "/l", "/portal/door", "/f/petry/password/forgot"):
        page.goto(path)
        _switch_and_back(page)
    page.goto(site.link_of(client))
    for path in ("/portal/", "/portal/documents?q=xyz"):
        page.goto(path)
        _switch_and_back(page)


def _switch_and_back(page: Page) -> None:
    address = page.url
    page.get_by_role("button", name="Deutsch").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert page.url == address
    page.get_by_role("button", name="English").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_language_of_staff_and_light_and_dark(site: Site, visitors: Visitors, anna_state: StorageState) -> None:
    page = visitors.open("/firm/team", state=anna_state)
    page.get_by_role("button", name="Anna Petry").click()
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.get_by_role("button", name="Anna Petry").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")

    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Anna Petry").click()
    page.get_by_role("button", name="Dark appearance").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    page.goto("/f/petry/password/forgot")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto("/firm/team")
    page.get_by_role("button", name="Anna Petry").click()
    page.get_by_role("button", name="Appearance as the system").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == light
