"""Staff pages of contacts: adding and changing people."""

from __future__ import annotations

import re

import pytest

from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.policies import scope as scopes
from tests.browser_client import Browser
from tests.personas import World


def uid(world: World, client_id: int | None = None) -> str:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Client, client_id or world.lindner).uid


def membership_uid(world: World, membership_id: int) -> str:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Membership, membership_id).uid


def contacts_of(world: World, client_id: int) -> dict[str, Membership]:
    with scopes.of_firm(world.firm) as scope:
        rows = scope.join(scope.of(Membership, Membership, Contact), Contact, on=Membership.contact == Contact.id)
        living = rows.where(Membership.client == client_id, Membership.ended_at.is_null())
        return {row.contact.name: row for row in living}


def test_adds_a_contact_with_its_switches(anna: Browser, world: World) -> None:
    assert anna.get(f"/firm/clients/{uid(world)}/contacts/new").status_code == 200
    data = {"email": "karin@lindner.example.org", "first_name": "Karin", "last_name": "Vogt", "login": "y"}
    answer = anna.post(f"/firm/clients/{uid(world)}/contacts", data)
    assert (answer.status_code, answer.location) == (303, f"/firm/clients/{uid(world)}#contacts")
    added = contacts_of(world, world.lindner)["Karin Vogt"]
    assert (added.login, added.notify, added.email_sync, added.primary) == (True, False, False, False)


def test_a_known_address_becomes_contact_here_too(anna: Browser, world: World) -> None:
    anna.post(
        f"/firm/clients/{uid(world, world.okonkwo)}/contacts", {"email": "dora@lindner.example.org", "login": "y"}
    )
    assert contacts_of(world, world.okonkwo)["Dora Lindner"].contact_id == world.dora


def test_another_name_for_a_known_address_says_the_name_on_file(anna: Browser, world: World) -> None:
    answer = anna.post(
        f"/firm/clients/{uid(world, world.okonkwo)}/contacts",
        {"email": "dora@lindner.example.org", "first_name": "Doris", "last_name": "Anders"},
    )
    assert answer.status_code == 409
    assert "belongs to Dora Lindner" in answer.text
    assert 'value="Anders"' in answer.text
    answer = anna.post(f"/firm/clients/{uid(world)}/contacts", {"email": "dora@lindner.example.org"})
    assert answer.status_code == 409
    assert "contact of this client already" in answer.text


def test_errors_stand_at_their_fields(anna: Browser, world: World) -> None:
    answer = anna.post(f"/firm/clients/{uid(world)}/contacts", {"email": "nobody"})
    assert answer.status_code == 422
    assert re.search(r'id="email"[^>]*aria-invalid="true"', answer.text)
    assert anna.post(f"/firm/clients/{uid(world)}/contacts", {}).status_code == 422


def test_changes_the_person_and_says_where_else(anna: Browser, world: World) -> None:
    address = f"/firm/memberships/{membership_uid(world, world.dora_at_lindner)}/contact"
    assert "Also a contact of Bäckerei Thode" in anna.get(address).text
    data = {"email": "dora@lindner.example.org", "first_name": "Dora", "last_name": "Lindner-Voß", "salutation": "ms"}
    assert anna.post(address, data).status_code == 303
    assert "Dora Lindner-Voß" in contacts_of(world, world.thode)
    assert anna.post(address, {**data, "email": "emil@okonkwo.example.org"}).status_code == 422


@pytest.mark.parametrize("method", ["get", "post"])
def test_is_not_for_other_firms(frida: Browser, world: World, method: str) -> None:
    for address in (
        f"/firm/clients/{uid(world)}/contacts" + ("/new" if method == "get" else ""),
        f"/firm/memberships/{membership_uid(world, world.dora_at_lindner)}/contact",
    ):
        assert getattr(frida, method)(address).status_code == 404


@pytest.mark.usefixtures("advisers_restricted")
def test_is_not_for_advisers_not_assigned(ben: Browser, clara: Browser, world: World) -> None:
    address = f"/firm/memberships/{membership_uid(world, world.dora_at_lindner)}/contact"
    assert (ben.get(address).status_code, clara.get(address).status_code) == (200, 403)
    assert clara.post(f"/firm/clients/{uid(world)}/contacts", {"email": "a@example.com"}).status_code == 403
