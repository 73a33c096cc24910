"""Staff: the figures and the bars on *Today*, each with the list that shows it (P2)."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from portal.base import clock
from portal.models.client import Client
from portal.models.contact import Contact
from portal.models.document import INVOICE
from portal.policies import scope as scopes
from portal.queries import figures
from portal.worker.figures import Counting
from tests import acting, factories
from tests.browser_client import Browser
from tests.personas import World


def bars(browser: Browser, heading: str) -> dict[str, tuple[str, str]]:
    """Words of each bar with its number and what else stands there."""
    text = browser.get("/firm/").text
    card = text[text.index(f'id="{heading}"') :]
    card = card[: card.index("</section>")]
    rows = re.findall(r"<dt>(?:<a[^>]*>)?([^<]+)<.*?<dd><b>([^<]+)</b>(.*?)</dd>", card, flags=re.S)
    return {words: (number, unescape(re.sub(r"<[^>]+>", " ", more)).strip()) for words, number, more in rows}


def change(world: World, contact_id: int, **fields: object) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.update(Contact, **fields).where(Contact.id == contact_id).execute()


def test_the_way_in(anna: Browser, world: World) -> None:
    acting.give_password(world.firm, world.emil)
    change(world, world.dora, invited_at=clock.now())
    assert {words: number for words, (number, _more) in bars(anna, "access-h").items()} == {
        "Access granted": "2", "Invited": "1", "Activated": "1", "Active in 30 days": "0",
    }  # fmt: skip
    assert "50 % of the people with access have come in." in anna.get("/firm/").text


def test_unpaid_invoices_and_open_offers_by_age(anna: Browser, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        thode = scope.by_id(Client, world.thode)
    due = clock.today("Europe/Berlin") - timedelta(days=20)
    factories.document(thode, kind=INVOICE, number="RE-1", total=1234_50, due_on=due)
    assert bars(anna, "owed-h") == {
        "not due yet": ("1", "€456.96"),
        "1 to 14 days overdue": ("0", ""),
        "15 to 30 days": ("1", "€1,234.50"),
        "more than 30 days": ("0", ""),
    }
    assert bars(anna, "offers-h")["up to 7 days old"] == ("3", "€4,743.34")


@pytest.mark.usefixtures("advisers_restricted")
def test_a_restricted_adviser_sees_figures_of_assigned_clients(ben: Browser, clara: Browser, world: World) -> None:
    assert bars(ben, "access-h")["Access granted"][0] == "1"
    assert bars(ben, "offers-h")["up to 7 days old"][0] == "2"
    assert bars(clara, "access-h")["Access granted"][0] == "0"
    change(world, world.emil, email_error="550 no")
    assert "cannot be invited" not in ben.get("/firm/").text


def test_each_bar_leads_to_a_list(anna: Browser) -> None:
    text = anna.get("/firm/").text
    addresses = [unescape(each) for each in re.findall(r'<dt><a href="([^"]+)"', text)]
    assert len(addresses) == 11
    for address in addresses:
        assert anna.get(address).status_code == 200, address


def test_people_whom_no_invitation_reaches_ask_for_attention(anna: Browser, frida: Browser, world: World) -> None:
    plain = anna.get("/firm/").text
    assert "cannot be invited" not in plain
    assert "was not answered" not in plain
    change(world, world.emil, email_error="550 no")
    change(world, world.dora, invited_at=clock.now() - timedelta(days=8))
    text = anna.get("/firm/").text
    assert '<a class="rowlink" href="/firm/clients/pending?show=problem">1 person cannot be invited</a>' in text
    assert '<a class="rowlink" href="/firm/clients/pending?show=expired">1 invitation was not answered</a>' in text
    assert "2 things wait for you" in text
    assert "cannot be invited" not in frida.get("/firm/").text


def test_a_large_firm_is_told_that_it_is_being_counted(
    anna: Browser, world: World, monkeypatch: pytest.MonkeyPatch, move_clock: object
) -> None:
    monkeypatch.setattr(figures, "is_large", lambda _scope: True)
    monkeypatch.setattr(figures, "LIVE", 3)
    text = anna.get("/firm/").text
    assert text.count("This is being counted.") == 3
    Counting().step()
    assert bars(anna, "access-h")["Access granted"][0] == "2"
    assert "Counted on" not in anna.get("/firm/").text
    move_clock(minutes=2)  # type: ignore[operator]
    assert "Counted on" in anna.get("/firm/").text
