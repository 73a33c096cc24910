"""Contacts: one address is one person of the firm, at one or more clients (DETAILS 8)."""

from __future__ import annotations

import pytest

from portal.base.errors import Conflict, Invalid
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.operations import contacts, memberships
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.queries import clients as client_queries
from portal.queries import contacts as queries
from tests.personas import World

pytestmark = pytest.mark.usefixtures("instance")


def actor(world: World) -> InstanceActor:
    return InstanceActor(world.firm, "test")


def client_of(world: World, client_id: int) -> Client:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Client, client_id)


def person(world: World, contact_id: int) -> Contact:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Contact, contact_id)


def membership_of(world: World, membership_id: int) -> Membership:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Membership, membership_id)


def primaries(world: World, client_id: int) -> list[int]:
    with scopes.of_firm(world.firm) as scope:
        rows = scope.of(Membership).where(Membership.client == client_id, Membership.ended_at.is_null())
        return [row.contact_id for row in rows if row.primary]


def found_by(world: World, search: str) -> set[str]:
    scope = scopes.StaffScope(world.firm)
    from portal.models.record import opened

    with opened(scope):
        return {row.name for row in client_queries.page(scope, search=search).rows}


def test_one_address_is_one_contact_at_two_clients(world: World) -> None:
    at_lindner, at_thode = (membership_of(world, uid) for uid in (world.dora_at_lindner, world.dora_at_thode))
    assert at_lindner.contact_id == at_thode.contact_id == world.dora
    again = contacts.add(actor(world), client_of(world, world.okonkwo), email=" DORA@Lindner.example.org ")
    assert again.contact_id == world.dora


def test_the_first_contact_is_primary_and_there_is_one(world: World) -> None:
    assert primaries(world, world.lindner) == [world.dora]
    second = contacts.add(actor(world), client_of(world, world.lindner), email="zwei@example.com", primary=True)
    assert primaries(world, world.lindner) == [second.contact_id]
    contacts.add(actor(world), client_of(world, world.lindner), email="drei@example.com", primary=False)
    assert primaries(world, world.lindner) == [second.contact_id]


def test_a_contact_is_added_once(world: World) -> None:
    with pytest.raises(Conflict) as conflict:
        contacts.add(actor(world), client_of(world, world.lindner), email="dora@lindner.example.org")
    assert (conflict.value.code, conflict.value.existing) == ("member", person(world, world.dora).uid)


def test_another_name_is_refused_while_another_client_knows_the_person(world: World) -> None:
    with pytest.raises(Conflict) as conflict:
        contacts.add(
            actor(world), client_of(world, world.okonkwo), email="dora@lindner.example.org", first_name="Doris",
            last_name="Lindner",
        )  # fmt: skip
    assert conflict.value.code == "name"
    with pytest.raises(Conflict):
        contacts.put(actor(world), client_of(world, world.lindner), email="dora@lindner.example.org", last_name="Voß")
    assert person(world, world.dora).name == "Dora Lindner"


def test_the_same_name_in_other_letters_changes_nothing_elsewhere(world: World) -> None:
    contacts.add(
        actor(world), client_of(world, world.okonkwo), email="dora@lindner.example.org", first_name="DORA",
        last_name="lindner", phone="040 99",
    )  # fmt: skip
    assert (person(world, world.dora).name, person(world, world.dora).phone) == ("Dora Lindner", "040 99")


def test_another_name_is_a_change_at_the_only_client(world: World) -> None:
    membership, made = contacts.put(
        actor(world), client_of(world, world.okonkwo), email="emil@okonkwo.example.org", last_name="Okonkwo-Berg"
    )
    assert (made, person(world, membership.contact_id).name) == (False, "Emil Okonkwo-Berg")


def test_put_matches_by_name_where_there_is_no_address(world: World) -> None:
    client = client_of(world, world.thode)
    first, made = contacts.put(actor(world), client, first_name="Max", last_name="Thode")
    again, made_again = contacts.put(
        actor(world), client, first_name="max", last_name="THODE", role="Meister", login=False
    )
    assert (made, made_again, first.id == again.id) == (True, False, True)
    assert person(world, again.contact_id).role == "Meister"
    assert membership_of(world, again.id).login is False
    _other, made_other = contacts.put(actor(world), client, first_name="Moritz", last_name="Thode")
    assert made_other


def test_put_changes_only_what_is_sent(world: World) -> None:
    client = client_of(world, world.okonkwo)
    contacts.put(actor(world), client, email="emil@okonkwo.example.org", notify=False)
    membership = membership_of(world, world.emil_at_okonkwo)
    assert (membership.login, membership.notify, membership.primary) == (True, False, True)
    assert person(world, world.emil).first_name == "Emil"
    assert contacts.put(actor(world), client, email="emil@okonkwo.example.org")[1] is False


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "last_name"), ({"email": "nobody"}, "email"), ({"last_name": "x" * 201}, "last_name"),
        ({"last_name": "A", "salutation": "dr"}, "salutation"), ({"last_name": "A", "language": "fr"}, "language"),
        ({"role": "Chef"}, "last_name"),
    ],
)  # fmt: skip
def test_bad_fields_are_named(world: World, fields: dict[str, str], wrong: str) -> None:
    with pytest.raises(Invalid) as refused:
        contacts.add(actor(world), client_of(world, world.thode), **fields)
    assert set(refused.value.errors) == {wrong}


def test_a_new_address_clears_the_mark_of_a_bounce_and_is_found(world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.update(Contact, email_error="550 unknown").where(Contact.id == world.dora).execute()
    membership = membership_of(world, world.dora_at_lindner)
    contacts.change(actor(world), membership, role="Inhaberin")
    assert person(world, world.dora).email_error == "550 unknown"
    contacts.change(actor(world), membership, email="d.lindner@neu.example.com")
    assert person(world, world.dora).email_error is None
    assert found_by(world, "d.lindner@neu") == {"Hausverwaltung Lindner", "Bäckerei Thode"}
    assert found_by(world, "dora@lindner.example") == set()


def test_an_address_belongs_to_one_contact(world: World) -> None:
    membership = membership_of(world, world.emil_at_okonkwo)
    with pytest.raises(Invalid) as refused:
        contacts.change(actor(world), membership, email="Dora@lindner.example.org")
    assert refused.value.errors == {"email": ["taken"]}
    with pytest.raises(Invalid):
        contacts.change(actor(world), membership, email="", first_name="", last_name="")


def test_who_left_and_comes_back_gets_a_new_membership(world: World) -> None:
    memberships.end(actor(world), membership_of(world, world.dora_at_thode))
    again = contacts.add(actor(world), client_of(world, world.thode), email="dora@lindner.example.org")
    assert again.id != world.dora_at_thode
    assert again.contact_id == world.dora
    assert again.primary


def test_what_is_missing_is_said(world: World) -> None:
    added = contacts.add(actor(world), client_of(world, world.lindner), last_name="Vogt", login=False, notify=False)
    scope = scopes.StaffScope(world.firm)
    from portal.base import clock
    from portal.models.record import opened

    with opened(scope):
        rows = queries.of_client(scope, client_of_scope(scope, world.lindner), scope.firm, clock.now())
        others = queries.other_clients(scope, membership_of_scope(scope, world.dora_at_lindner))
    by_name = {row.contact.name: row for row in rows}
    assert by_name["Vogt"].missing == ("no_email", "login_off", "notify_off")
    assert by_name["Vogt"].state == "no_access"
    assert by_name["Dora Lindner"].missing == ()
    assert by_name["Dora Lindner"].state == "pending"
    assert rows[0].membership.primary
    assert rows[0].membership.id != added.id
    assert others == ["Bäckerei Thode"]


def client_of_scope(scope: scopes.Scope, client_id: int) -> Client:
    return scope.by_id(Client, client_id)


def membership_of_scope(scope: scopes.Scope, membership_id: int) -> Membership:
    return scope.by_id(Membership, membership_id)
