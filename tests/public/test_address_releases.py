"""The old address confirms what staff changed: GET uses nothing up, POST does it once (X6; TRUST)."""

from __future__ import annotations

import pytest

from portal.base import tokens
from portal.models.contact import Contact, Membership
from portal.models.ticket import RELEASE, Ticket
from portal.operations import address_changes, contacts
from portal.policies import scope as scopes
from tests import acting
from tests.browser_client import Browser
from tests.personas import World


@pytest.fixture
def token(anna: Browser, world: World) -> str:
    """What the mail to Dora's old address carries."""
    with scopes.of_firm(world.firm) as scope:
        row = scope.by_id(Membership, world.dora_at_lindner)
    contacts.change(acting.staff(world.firm, world.anna), row, email="dora@neu.example.com")
    with scopes.of_firm(world.firm) as scope:
        ticket = scope.one(scope.of(Ticket).where(Ticket.purpose == RELEASE))
    return tokens.issue(RELEASE, ticket.id, ticket.nonce)


def is_held(world: World) -> bool:
    with scopes.of_firm(world.firm) as scope:
        return address_changes.is_held(scope.by_id(Contact, world.dora))


def test_the_old_address_confirms(nobody: Browser, world: World, token: str) -> None:
    arrived = nobody.get(f"/address/{token}")
    assert (arrived.status_code, arrived.location) == (303, "/address")
    page = nobody.get("/address")
    assert "d•••@neu.example.com" in page.text
    assert "dora@neu.example.com" not in page.text
    assert token not in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert is_held(world), "a scanner that follows the link confirms nothing"
    assert nobody.post("/address", csrf=False).status_code in (400, 422)
    assert is_held(world)
    assert "the change is confirmed" in nobody.post("/address").text
    assert not is_held(world)


def test_it_works_once(nobody: Browser, app: object, world: World, token: str) -> None:
    nobody.get(f"/address/{token}")
    nobody.post("/address")
    assert nobody.post("/address").status_code == 410
    assert nobody.get(f"/address/{token}").status_code == 410


def test_a_forged_token_is_unknown(nobody: Browser, world: World, token: str) -> None:
    assert nobody.get(f"/address/{token[:-1]}{'0' if token[-1] != '0' else '1'}").status_code == 404
    assert nobody.get("/address").status_code == 410
    assert nobody.post("/address").status_code == 410
    assert nobody.get(f"/invite/{token}").status_code == 404
    assert is_held(world)
