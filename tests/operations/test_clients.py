"""Clients: made, changed, archived, closed; and the status that follows (T12, DETAILS 3, 8)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portal.base import clock, journal
from portal.base.config import Config
from portal.base.errors import Conflict, Invalid, NotFound, NotPermitted
from portal.models.audit_entry import AuditEntry
from portal.models.client import ACTIVE, OFFLINE, PENDING, Client
from portal.models.firm import Firm
from portal.models.link import Link
from portal.models.staff import Assignment, Staff
from portal.operations import access, assignments, clients, links, memberships, settings
from portal.policies import scope as scopes
from portal.policies.actors import StaffActor
from tests import acting, factories
from tests.personas import World

pytestmark = pytest.mark.usefixtures("instance")


def anna(world: World) -> StaffActor:
    return acting.staff(world.firm, world.anna)


def firm_of(world: World) -> Firm:
    with scopes.of_firm(world.firm) as scope:
        return scope.firm


def client_of(world: World, client_id: int) -> Client:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Client, client_id)


def status_of(world: World, client_id: int) -> str:
    return client_of(world, client_id).status(clock.now())


def own_link(world: World, client_id: int) -> Link:
    with scopes.of_firm(world.firm) as scope:
        return scope.one(scope.of(Link).where(Link.client == client_id, Link.contact.is_null()))


def make(world: World, **fields: object) -> Client:
    return clients.create(anna(world), firm_of(world), **{"name": "Café Nordlicht", **fields})


def acts(world: World, client_id: int) -> list[str]:
    with scopes.of_firm(world.firm) as scope:
        rows = scope.of(AuditEntry).where(AuditEntry.client_id == client_id).order_by(AuditEntry.id)
        return [row.action for row in rows]


def test_a_new_client_has_a_link_and_can_get_in(world: World) -> None:
    made = make(world, city="Hamburg")
    assert made.status(clock.now()) == ACTIVE
    assert own_link(world, made.id).is_live(clock.now())
    assert (made.kind, made.portal_access, made.login_type) == ("company", True, None)
    assert acts(world, made.id) == ["client.created"]


def test_numbers_go_on_from_the_newest(world: World) -> None:
    first = make(world)
    assert first.number.isdecimal()
    make(world, number="20500")
    make(world, number="20501")
    make(world, number="X-1")
    assert make(world).number == "20502"
    make(world, number="20503")
    with scopes.of_firm(world.firm) as scope:
        scope.update(Client, number_key="x", number="x").where(Client.number == "20503").execute()
    assert make(world).number == "20503"


@pytest.mark.parametrize("number", ["", "   ", "..", "A/B", "A\x00/", "ä" * 41, "1\u2028/2", "<script>"])
def test_bad_numbers_are_refused(world: World, number: str) -> None:
    with pytest.raises(Invalid) as refused:
        clients.change(anna(world), client_of(world, world.thode), number=number)
    assert set(refused.value.errors) == {"number"}
    assert client_of(world, world.thode).number == "K-1043"


@pytest.mark.parametrize("number", ["a", "KD 10-42_b.7", "MÜ-001", "9" * 40])
def test_good_numbers_are_taken(world: World, number: str) -> None:
    assert make(world, number=number).number == number


def test_a_number_is_given_once_whatever_its_case(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        make(world, number="k-1042")
    assert refused.value.errors == {"number": ["taken"]}
    with pytest.raises(Invalid):
        clients.change(anna(world), client_of(world, world.thode), number="k-1042")
    assert clients.change(anna(world), client_of(world, world.thode), number="k-1043").number == "k-1043"


def test_a_refused_client_leaves_nothing(world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        before = len(list(scope.of(Client))), len(list(scope.of(Link))), len(list(scope.of(AuditEntry)))
    actor, firm = anna(world), firm_of(world)
    with scopes.of_firm(world.firm) as scope:
        entries = len(list(scope.of(AuditEntry)))
    with pytest.raises(Invalid):
        clients.create(actor, firm, name="Doppelt", number="K-1042")
    with scopes.of_firm(world.firm) as scope:
        after = len(list(scope.of(Client))), len(list(scope.of(Link))), len(list(scope.of(AuditEntry)))
    assert after == (before[0], before[1], entries)


def test_names_are_cleaned_and_may_be_long(world: World) -> None:
    long = "Wohnungseigentümergemeinschaft " * 10
    assert len(make(world, name=long).name) == len(long.strip())
    assert make(world, name=" A\x00\u202eB \n C ").name == "AB C"
    with pytest.raises(Invalid):
        make(world, name="\u202e\x07 ")
    with pytest.raises(Invalid):
        make(world, name="x" * 401)


@pytest.mark.parametrize(
    ("field", "value"),
    [("kind", "both"), ("language", "fr"), ("login_type", "oauth"), ("email", "nobody"), ("city", "x" * 201)],
)
def test_bad_fields_are_named(world: World, field: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        make(world, **{field: value})
    assert set(refused.value.errors) == {field}


def test_a_change_says_which_fields_and_no_more(world: World) -> None:
    clients.change(anna(world), client_of(world, world.thode), name="Thode & Söhne", city="Hamburg", phone="040 1")
    with scopes.of_firm(world.firm) as scope:
        entry = scope.first(scope.of(AuditEntry).order_by(AuditEntry.id.desc()))
    assert (entry.action, entry.facts) == ("client.changed", {"fields": ["name", "phone"]})
    before = acts(world, world.thode)
    clients.change(anna(world), client_of(world, world.thode), name="Thode & Söhne")
    assert acts(world, world.thode) == before


def test_closing_the_portal_is_journalled_and_makes_it_offline(world: World, instance: Config) -> None:
    client = clients.set_access(anna(world), client_of(world, world.lindner), False)
    assert client.status(clock.now()) == OFFLINE
    assert [line["act"] for line in journal.read(instance.instance / "journal")] == ["client.access_off"]
    assert clients.set_access(anna(world), client, True).status(clock.now()) == ACTIVE


def test_an_archived_client_is_offline_until_fetched_back(world: World, instance: Config) -> None:
    archived = clients.archive(anna(world), client_of(world, world.lindner))
    assert archived.status(clock.now()) == OFFLINE
    line = next(iter(journal.read(instance.instance / "journal")))
    assert (line["act"], line["client"]) == ("client.archived", world.lindner)
    with pytest.raises(Conflict):
        clients.archive(anna(world), archived)
    assert clients.unarchive(anna(world), archived).status(clock.now()) == ACTIVE
    with pytest.raises(Conflict):
        clients.unarchive(anna(world), client_of(world, world.lindner))


def test_a_client_without_a_live_link_is_pending_while_a_contact_may_log_in(world: World) -> None:
    links.revoke(anna(world), own_link(world, world.okonkwo))
    assert status_of(world, world.okonkwo) == PENDING
    with scopes.of_firm(world.firm) as scope:
        from portal.models.contact import Membership

        membership = scope.by_id(Membership, world.emil_at_okonkwo)
    memberships.set_login(anna(world), membership, False)
    assert status_of(world, world.okonkwo) == OFFLINE


def test_a_status_runs_out_with_the_last_link(world: World, move_clock: Callable[..., None]) -> None:
    made = make(world)
    move_clock(days=364)
    assert status_of(world, made.id) == ACTIVE
    move_clock(days=2)
    assert status_of(world, made.id) == OFFLINE


def test_one_statement_computes_the_same_for_all(world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        before = {row.id: (row.login_granted, row.reachable_until) for row in scope.of(Client)}
        scope.update(Client, login_granted=False, reachable_until=None).execute()
        access.refresh_all(scope.firm)
        assert {row.id: (row.login_granted, row.reachable_until) for row in scope.of(Client)} == before


def test_links_without_end_are_active_for_ever(world: World, move_clock: Callable[..., None]) -> None:
    settings.change_links(
        anna(world), firm_of(world), link_comment=True, link_decide=True, link_days=None, code_limit=None,
        persons_accept=False,
    )  # fmt: skip
    move_clock(days=5000)
    assert status_of(world, world.lindner) == ACTIVE


def test_only_the_portal_admin_archives(world: World) -> None:
    with pytest.raises(NotPermitted):
        clients.archive(acting.staff(world.firm, world.ben), client_of(world, world.lindner))


@pytest.mark.usefixtures("instance")
def test_a_restricted_adviser_works_for_assigned_clients_only(world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.firm, advisers_see_all=False)
    assert (
        clients.change(acting.staff(world.firm, world.ben), client_of(world, world.lindner), city="Kiel").city == "Kiel"
    )
    with pytest.raises(NotPermitted):
        clients.change(acting.staff(world.firm, world.clara), client_of(world, world.lindner), city="Kiel")


def test_another_firm_finds_nothing(world: World) -> None:
    with pytest.raises(NotFound):
        clients.change(acting.staff(world.other_firm, world.frida), client_of(world, world.lindner), city="Kiel")
    with pytest.raises(NotFound):
        clients.create(acting.staff(world.other_firm, world.frida), firm_of(world), name="Fremd")


def test_advisers_are_assigned_where_the_firm_is_external_accountant(world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        clara = scope.by_id(Staff, world.clara)
    with pytest.raises(Conflict):
        assignments.assign(anna(world), client_of(world, world.thode), clara)
    clients.change(anna(world), client_of(world, world.thode), external_accountant=True)
    assignments.assign(anna(world), client_of(world, world.thode), clara)
    assignments.assign(anna(world), client_of(world, world.thode), clara)
    with scopes.of_firm(world.firm) as scope:
        assert len(list(scope.of(Assignment).where(Assignment.client == world.thode))) == 1
    assignments.remove(anna(world), client_of(world, world.thode), clara)
    assert acts(world, world.thode)[-2:] == ["client.assigned", "client.unassigned"]


def test_a_client_of_another_firm_may_have_the_same_number(world: World) -> None:
    assert factories.client(world.other_firm, number="K-1043").number == "K-1043"
