"""What a contact is at a client: switches, primary, the end; taking access away is journalled (TRUST, Keys)."""

from __future__ import annotations

import pytest

from portal.base import clock, journal
from portal.base.config import Config
from portal.base.errors import Conflict
from portal.models.audit_entry import AuditEntry
from portal.models.client import ACTIVE, OFFLINE, Client
from portal.models.contact import Membership
from portal.models.link import Link
from portal.operations import contacts, links, memberships
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.queries.sign_ins import link_opens
from tests.personas import World

pytestmark = pytest.mark.usefixtures("instance")


def actor(world: World) -> InstanceActor:
    return InstanceActor(world.firm, "test")


def membership_of(world: World, membership_id: int) -> Membership:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Membership, membership_id)


def journalled(instance: Config) -> list[tuple[str, int]]:
    return [(line["act"], line["membership"]) for line in journal.read(instance.instance / "journal")]


def opens(world: World, link_id: int, membership_id: int) -> bool:
    with scopes.of_firm(world.firm) as scope:
        link, membership = scope.by_id(Link, link_id), scope.by_id(Membership, membership_id)
        living = membership if membership.ended_at is None else None
        return link_opens(scope.by_id(Client, link.client_id), scope.firm, link, living, clock.now())


def test_login_off_closes_the_links_of_this_contact_only(world: World, instance: Config) -> None:
    assert opens(world, world.dora_link, world.dora_at_lindner)
    memberships.set_login(actor(world), membership_of(world, world.dora_at_lindner), False)
    assert not opens(world, world.dora_link, world.dora_at_lindner)
    assert membership_of(world, world.dora_at_thode).login
    assert journalled(instance) == [("membership.login_off", world.dora_at_lindner)]
    memberships.set_login(actor(world), membership_of(world, world.dora_at_lindner), True)
    assert opens(world, world.dora_link, world.dora_at_lindner)
    assert len(journalled(instance)) == 1


def test_the_status_follows_the_login_of_the_last_way_in(world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        own = scope.by_id(Link, world.lindner_link)
    links.revoke(actor(world), own)
    with scopes.of_firm(world.firm) as scope:
        assert scope.by_id(Client, world.lindner).status(clock.now()) == ACTIVE
    memberships.set_login(actor(world), membership_of(world, world.dora_at_lindner), False)
    with scopes.of_firm(world.firm) as scope:
        assert scope.by_id(Client, world.lindner).status(clock.now()) == OFFLINE


def test_switches_that_stand_already_leave_no_entry(world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        before = len(list(scope.of(AuditEntry)))
    memberships.set_notify(actor(world), membership_of(world, world.dora_at_lindner), True)
    memberships.set_email_sync(actor(world), membership_of(world, world.dora_at_lindner), False)
    with scopes.of_firm(world.firm) as scope:
        assert len(list(scope.of(AuditEntry))) == before
    memberships.set_email_sync(actor(world), membership_of(world, world.dora_at_lindner), True)
    memberships.set_notify(actor(world), membership_of(world, world.dora_at_lindner), False)
    with scopes.of_firm(world.firm) as scope:
        actions = [row.action for row in scope.of(AuditEntry).order_by(AuditEntry.id.desc()).limit(2)]
    assert actions == ["membership.notify_off", "membership.email_sync_on"]


def test_the_oldest_becomes_primary_when_the_primary_leaves(world: World, instance: Config) -> None:
    with scopes.of_firm(world.firm) as scope:
        client = scope.by_id(Client, world.lindner)
    second = contacts.add(actor(world), client, email="zwei@example.com")
    third = contacts.add(actor(world), client, email="drei@example.com")
    memberships.make_primary(actor(world), membership_of(world, third.id))
    assert [membership_of(world, uid).primary for uid in (world.dora_at_lindner, second.id, third.id)] == [
        False,
        False,
        True,
    ]
    memberships.end(actor(world), membership_of(world, third.id))
    assert membership_of(world, world.dora_at_lindner).primary
    memberships.end(actor(world), membership_of(world, world.dora_at_lindner))
    assert membership_of(world, second.id).primary
    assert not opens(world, world.dora_link, world.dora_at_lindner)
    assert journalled(instance) == [("membership.ended", third.id), ("membership.ended", world.dora_at_lindner)]


def test_an_ended_membership_takes_no_more_acts(world: World) -> None:
    membership = membership_of(world, world.dora_at_thode)
    memberships.end(actor(world), membership)
    for act in (memberships.end, memberships.make_primary):
        with pytest.raises(Conflict):
            act(actor(world), membership_of(world, world.dora_at_thode))
    with pytest.raises(Conflict):
        memberships.set_login(actor(world), membership_of(world, world.dora_at_thode), False)


def test_a_stale_row_does_not_keep_a_login_alive(world: World) -> None:
    memberships.set_login(actor(world), membership_of(world, world.dora_at_lindner), False)
    stale = membership_of(world, world.dora_at_lindner)
    memberships.set_login(actor(world), membership_of(world, world.dora_at_lindner), True)
    memberships.set_login(actor(world), stale, False)
    assert not membership_of(world, world.dora_at_lindner).login


def test_a_client_whose_last_contact_left_is_offline(world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        own = scope.by_id(Link, world.lindner_link)
    links.revoke(actor(world), own)
    memberships.end(actor(world), membership_of(world, world.dora_at_lindner))
    with scopes.of_firm(world.firm) as scope:
        client = scope.by_id(Client, world.lindner)
    assert (client.status(clock.now()), client.login_granted, client.reachable_until) == (OFFLINE, False, None)
