"""The client's own side with a password: settings, the menu with her clients, with long names and without scripts."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from portal.models.client import Client
from portal.models.contact import Membership
from portal.operations import sign_ins
from portal.policies import scope as scopes
from portal.policies.actors import Stranger
from tests import acting, factories
from tests.browser.axe import violations
from tests.browser.conftest import PHONE, Visitors
from tests.browser.site import Site
from tests.browser.test_layout import _LONG, _SMALL, _flaws

_persons = itertools.count(1)


@dataclass(frozen=True)
class Somebody:
    """A contact with a password at two clients, of which `here` is the first."""

    membership: Membership
    here: Client
    there: Client


def somebody(site: Site, *, long: bool = False, **rights: Any) -> Somebody:
    """A person of her own for a test."""
    word = _LONG if long else ""
    person = {
        "first_name": f"Marlene {word}".strip(), "last_name": f"Dachs{next(_persons)} {word}".strip(),
        "email": f"marlene{next(_persons)}@{'unterabteilung.' * (9 if long else 1)}example.org", "salutation": "ms",
    }  # fmt: skip
    here = site.client(f"Bäckerei Nord {word * 3}".strip(), street=word or "Am Deich 4", city=word or "Husum")
    there = site.client(f"Werft Süd {word * 3}".strip())
    membership = factories.contact(here, **person)
    factories.contact(there, **person)
    site.document(here, title="Ofen warten", total=119_00)
    site.document(there, title="Kran prüfen", total=238_00)
    acting.give_password(site.world.firm, membership.contact_id)
    with scopes.of_firm(site.world.firm) as scope:
        scope.change(membership, **{"invite": False, **rights})
    return Somebody(membership, here, there)


def enter(page: Page, site: Site, who: Somebody) -> None:
    """Come in as this person, in this page's browser."""
    token = sign_ins.begin_contact(Stranger(site.world.firm, "127.0.0.1", "Mozilla/5.0 Firefox/140.0"), who.membership)
    page.context.add_cookies([{"name": "foyer-client", "value": token, "url": site.url}])


def test_long_names_fit(site: Site, visitors: Visitors) -> None:
    who = somebody(site, long=True, invite=True)
    page = visitors.open(language="de")
    enter(page, site, who)
    wrong = []
    for path in ("/portal/", "/portal/settings", "/portal/settings/colleague"):
        page.goto(path)
        wrong += _flaws(page, path, least=24)
        page.set_viewport_size(PHONE)
        wrong += [f"{path}: too small on a phone: {found}" for found in page.evaluate(_SMALL, 44)]
    for width in (390, 700, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.get_by_role("button", name="Marlene").click()
        box = page.locator("#account .menu").bounding_box()
        assert box is not None
        if box["x"] < 0 or box["x"] + box["width"] > width:
            wrong.append(f"the menu is wider than the window at {width}: {box}")
        page.keyboard.press("Escape")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("dark", [False, True])
def test_nothing_is_wrong_with_the_pages(site: Site, visitors: Visitors, dark: bool) -> None:
    page = visitors.open(dark=dark)
    enter(page, site, somebody(site, invite=True))
    wrong = []
    for path in ("/portal/settings", "/portal/settings/colleague"):
        page.goto(path)
        wrong += violations(page)
    page.get_by_role("button", name="Account of").click()
    wrong += violations(page, widths=(1280,))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_one_goes_from_client_to_client(site: Site, visitors: Visitors, size: str) -> None:
    who = somebody(site)
    page = visitors.open(**({"size": PHONE} if size == "phone" else {}))
    enter(page, site, who)
    page.goto("/portal/")
    expect(page.get_by_text("Ofen warten").first).to_be_visible()
    page.get_by_role("button", name="Account of").click()
    page.get_by_role("button", name="Werft Süd").click()
    page.wait_for_url("**/portal/")
    expect(page.get_by_text("Kran prüfen").first).to_be_visible()
    expect(page.get_by_text("Ofen warten")).to_have_count(0)
    page.go_back()
    expect(page.get_by_text("Ofen warten")).to_have_count(0)


def test_by_keyboard(site: Site, visitors: Visitors) -> None:
    page = visitors.open()
    enter(page, site, somebody(site))
    page.goto("/portal/")
    page.get_by_role("button", name="Account of").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Werft Süd")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Werft Süd")).to_be_hidden()
    expect(page.get_by_role("button", name="Account of")).to_be_focused()


def test_without_scripts(site: Site, visitors: Visitors) -> None:
    who = somebody(site, invite=True)
    page = visitors.open(scripts=False)
    visitors.watch(page).expect(422)
    enter(page, site, who)
    page.goto("/portal/settings")
    page.get_by_label("E-mails about news").select_option("daily")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("E-mails about news")).to_have_value("daily")
    page.get_by_role("link", name="Invite a colleague").click()
    page.get_by_label("First name").fill("Jan")
    page.get_by_label("Last name").fill("Dachs")
    page.get_by_role("button", name="Send invitation").click()
    expect(page.get_by_text("Please fill this in.")).to_be_visible()
    page.get_by_label("E-mail address").fill(f"jan{next(_persons)}@example.org")
    page.get_by_role("button", name="Send invitation").click()
    expect(page.get_by_text("an e-mail is on its way")).to_be_visible()
    page.get_by_role("button", name="Account of").click()
    page.get_by_role("button", name="Werft Süd").click()
    expect(page.get_by_text("Kran prüfen").first).to_be_visible()
