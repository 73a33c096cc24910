"""How a client signs in: chosen for each, said beforehand and afterwards what it means, and nobody is lost (B2)."""

from __future__ import annotations

import re

import pytest

from portal.base import clock
from portal.models.client import ACTIVE, PENDING, Client
from portal.models.contact import Contact
from portal.models.firm import PASSWORD, SECRET_LINK
from portal.policies import scope as scopes
from tests import acting
from tests.browser_client import Browser
from tests.personas import World


def lindner(world: World) -> Client:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Client, world.lindner)


def data(world: World, **fields: str) -> dict[str, str]:
    client = lindner(world)
    return {"name": client.name, "number": client.number, "kind": client.kind, "country": "DE", **fields}


def save(browser: Browser, world: World, login_type: str) -> str:
    """What the next page says after saving."""
    here = f"/firm/clients/{lindner(world).uid}"
    assert browser.post(f"{here}/edit", data(world, login_type=login_type)).status_code == 303
    return browser.get(here).text


def test_the_form_offers_three_and_says_what_another_means(anna: Browser, world: World) -> None:
    page = anna.get(f"/firm/clients/{lindner(world).uid}/edit").text
    assert re.search(r'<option value="">As the firm has it \(Secret link\)</option>', page)
    assert "If it becomes “User name and password”:" in page
    assert re.search(r"\d secret links? opens? nothing as long as it is so", page)
    assert "1 contact has no password yet and gets in with an invitation, which you send." in page


def test_password_is_taken_and_nobody_is_lost(anna: Browser, dora: Browser, holder: Browser, world: World) -> None:
    dora.get("/portal/")
    assert lindner(world).status(clock.now()) == ACTIVE
    page = save(anna, world, PASSWORD)
    assert lindner(world).login_type == PASSWORD
    assert "1 contact has no password yet" in page
    assert "Login: user name and password" in page
    assert "http://localhost/login" in page or "http://localhost/f/petry/login" in page
    assert "Copy secret link" not in page
    assert "Not yet. Login is on, but nobody has sent an invitation." in page
    assert (dora.get("/portal/").status_code, holder.get("/portal/").status_code) == (303, 303)
    assert lindner(world).status(clock.now()) == PENDING
    with scopes.of_firm(world.firm) as scope:
        assert scope.by_id(Contact, world.dora).pending
    page = save(anna, world, "")
    assert lindner(world).login_type is None
    assert "Login: secret link, as the firm has it" in page
    assert (dora.get("/portal/").status_code, holder.get("/portal/").status_code) == (200, 200)
    assert lindner(world).status(clock.now()) == ACTIVE


def test_a_password_stays_good_under_secret_link(anna: Browser, dora_signed_in: Browser, world: World) -> None:
    save(anna, world, PASSWORD)
    page = save(anna, world, SECRET_LINK)
    assert "1 contact has a password and can go on using it." in page
    assert dora_signed_in.get("/portal/").status_code == 200


def test_saving_the_same_says_nothing_of_it(anna: Browser, world: World) -> None:
    assert "has no password yet" not in save(anna, world, SECRET_LINK)


def test_an_unknown_one_is_refused(anna: Browser, world: World) -> None:
    answer = anna.post(f"/firm/clients/{lindner(world).uid}/edit", data(world, login_type="magic"))
    assert answer.status_code == 422
    assert lindner(world).login_type is None


@pytest.mark.parametrize("password", [True, False])
def test_a_client_by_password_gives_away_the_sign_in_address(anna: Browser, world: World, password: bool) -> None:
    save(anna, world, PASSWORD if password else SECRET_LINK)
    page = anna.get(f"/firm/clients/{lindner(world).uid}/access").text
    assert ("these links open nothing now" in page) is password
    assert acting.mails(world.firm, "invitation") == []
