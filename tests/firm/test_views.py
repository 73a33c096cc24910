"""Staff look at the portal as a client does, and act as the test client (X15, T3)."""

from __future__ import annotations

import re

import pytest

from portal.models.client import Client
from portal.models.document import Comment
from portal.models.link import Opening
from portal.policies import scope as scopes
from tests import factories
from tests.browser_client import Browser
from tests.personas import World


def uid(world: World, client_id: int) -> str:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Client, client_id).uid


def openings(world: World) -> int:
    with scopes.of_firm(world.firm) as scope:
        return scope.of(Opening).count()


def test_looks_without_a_link_and_counts_nothing(anna: Browser, world: World) -> None:
    here = f"/firm/clients/{uid(world, world.lindner)}"
    assert "View as client" in anna.get(here).text
    answer = anna.post(f"{here}/view")
    assert (answer.status_code, answer.location) == (303, "/portal/")
    page = anna.get("/portal/").text
    assert "You see the portal as Hausverwaltung Lindner does." in page
    assert "Nothing can be done here" in page
    assert anna.get("/portal/documents").status_code == 200
    assert openings(world) == 0
    with scopes.of_firm(world.firm) as scope:
        assert scope.by_id(Client, world.lindner).last_seen_at is None


def test_ends_with_the_staff_session(anna: Browser, world: World) -> None:
    anna.post(f"/firm/clients/{uid(world, world.lindner)}/view")
    assert anna.get("/portal/").status_code == 200
    anna.post("/logout", {"area": "firm"})
    assert anna.get("/portal/").status_code == 303


def test_one_click_opens_the_test_client_where_acts_count(anna: Browser, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        test_client = scope.by_id(Client, world.test_client)
    offer = factories.document(test_client, number="AN-T-1", total=100_00)
    here = f"/firm/clients/{test_client.uid}"
    page = anna.get(here).text
    assert "Open as test client" in page
    assert "View as client" not in page
    anna.post(f"{here}/view")
    assert "What you do here counts: this is the test client." in anna.get("/portal/").text
    written = {"author": "Anna Petry", "text": "Kommt das an?", "key": "k1"}
    token = re.search(r'name="csrf_token" value="([^"]+)"', anna.get(f"/portal/documents/{offer.uid}").text)
    assert token is not None
    answer = anna.post(f"/portal/documents/{offer.uid}/comments", {**written, "csrf_token": token.group(1)}, csrf=False)
    assert answer.status_code == 303
    with scopes.of_firm(world.firm) as scope:
        assert [row.text for row in scope.of(Comment).where(Comment.document == offer.id)] == ["Kommt das an?"]


@pytest.mark.usefixtures("advisers_restricted")
def test_is_for_assigned_advisers(ben: Browser, clara: Browser, frida: Browser, world: World) -> None:
    address = f"/firm/clients/{uid(world, world.lindner)}/view"
    assert (ben.post(address).location, clara.post(address).status_code) == ("/portal/", 403)
    assert frida.post(address).status_code == 404


def test_the_list_opens_the_test_client_in_one_click(anna: Browser, world: World) -> None:
    page = anna.get("/firm/clients").text
    assert page.count("Open as test client") == 1
    assert f'action="/firm/clients/{uid(world, world.test_client)}/view"' in page
