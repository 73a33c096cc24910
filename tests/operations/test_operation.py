"""The one door for writes: permission, one transaction, an audit entry, the worker woken after the commit."""

from __future__ import annotations

import pytest

from portal.base.config import Config
from portal.base.database import database
from portal.base.errors import NotFound, NotPermitted
from portal.base.wake import work_waiting
from portal.models.audit_entry import AuditEntry
from portal.models.client import Client
from portal.models.record import ScopeMissing
from portal.operations import audit
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import Actor, InstanceActor, Stranger
from portal.policies.permissions import Permission
from tests import acting
from tests.personas import World


@operation(allow=Permission.CLIENT_WORK)
def rename(actor: Actor, client: Client, *, name: str, then: Exception | None = None) -> str:
    """Change, record, and perhaps fail afterwards."""
    scopes.current().change(client, name=name)
    audit.record(actor, "client.renamed", client)
    if then is not None:
        raise then
    return name


@operation(allow=Permission.CLIENT_WORK)
def forget_the_log(actor: Actor, client: Client) -> None:
    """A programmer's mistake."""
    scopes.current().change(client, name="unlogged")


@operation(allow=Permission.CLIENT_WORK, audited=False)
def note(actor: Actor, client: Client) -> None:
    """What needs no entry."""
    scopes.current().change(client, name="noted")


@operation(allow=Permission.CLIENT_WORK)
def twice(actor: Actor, client: Client) -> None:
    """One operation inside another: one transaction, and the inner one's entry counts."""
    rename(actor, client, name="inner")


@operation(allow=Permission.CLIENT_WORK)
def see_everything(actor: Actor, client: Client) -> int:
    """The scope inside is the whole firm."""
    audit.noticed()
    return len(list(scopes.current().of(Client)))


def test_it_changes_records_and_wakes(instance: Config, world: World) -> None:
    work_waiting.clear()
    assert rename(acting.staff(world.firm, world.anna), _client(world), name="neu") == "neu"
    assert _client(world).name == "neu"
    assert _entries(world, "client.renamed") == 1
    assert work_waiting.is_set()


def test_whatever_fails_leaves_nothing(instance: Config, world: World) -> None:
    with pytest.raises(ZeroDivisionError):
        rename(acting.staff(world.firm, world.anna), _client(world), name="neu", then=ZeroDivisionError())
    assert _client(world).name == "Hausverwaltung Lindner"
    assert _entries(world, "client.renamed") == 0
    assert not database.in_transaction()


def test_without_an_entry_it_is_a_mistake_and_undone(instance: Config, world: World) -> None:
    with pytest.raises(RuntimeError, match="left no audit entry"):
        forget_the_log(acting.staff(world.firm, world.anna), _client(world))
    assert _client(world).name == "Hausverwaltung Lindner"


def test_notes_need_none(instance: Config, world: World) -> None:
    note(acting.staff(world.firm, world.anna), _client(world))
    assert _client(world).name == "noted"


def test_an_operation_inside_another_counts_for_both(instance: Config, world: World) -> None:
    twice(acting.staff(world.firm, world.anna), _client(world))
    assert _client(world).name == "inner"
    assert _entries(world, "client.renamed") == 1


def test_the_permission_is_demanded_before_anything(instance: Config, world: World) -> None:
    for actor, error in (
        (acting.by_link(world.firm, world.dora_link), NotPermitted),
        (acting.viewing(acting.staff(world.firm, world.anna), world.lindner), NotPermitted),
        (Stranger(world.firm), NotPermitted),
        (acting.staff(world.other_firm, world.frida), NotFound),
    ):
        with pytest.raises(error):
            rename(actor, _client(world), name="neu")
    assert _client(world).name == "Hausverwaltung Lindner"


def test_inside_the_scope_is_the_whole_firm_and_outside_it_is_as_before(instance: Config, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        every = len(list(scope.of(Client)))
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.firm, advisers_see_all=False)
    ben = acting.staff(world.firm, world.ben)
    with scopes.opened_scope(narrow := scopes.of(ben)):
        assert [client.id for client in narrow.of(Client)] == [world.lindner]
        assert see_everything(ben, _client(world)) == every
        assert scopes.current() is narrow
    with pytest.raises(ScopeMissing):
        scopes.current()


def test_an_actor_without_a_firm_does_nothing_but_the_instance(instance: Config, world: World) -> None:
    with pytest.raises(NotPermitted):
        note(Stranger(None), _client(world))
    note(InstanceActor(None, "test"), _client(world))


def _client(world: World) -> Client:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Client, world.lindner)


def _entries(world: World, action: str) -> int:
    with scopes.of_firm(world.firm) as scope:
        return len(list(scope.of(AuditEntry).where(AuditEntry.action == action)))
