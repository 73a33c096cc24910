"""Asking those who are waited for, and taking invitations back: by whom it may be done and what stands in the way."""

from __future__ import annotations

import pytest

from portal.base.config import Config
from portal.base.errors import Conflict, NotFound, NotPermitted
from portal.models.contact import Contact, Membership
from portal.models.outbox import OutboxMail
from portal.operations import memberships, pending
from portal.operations.pending import Outcome
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from tests import acting
from tests.personas import World


@pytest.fixture
def world(instance: Config, world: World) -> World:
    return world


def contact(world: World, contact_id: int) -> Contact:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Contact, contact_id)


def mails(world: World) -> int:
    with scopes.of_firm(world.firm) as scope:
        return int(scope.of(OutboxMail).where(OutboxMail.kind.in_(("access", "invitation"))).count())


@pytest.mark.usefixtures("advisers_restricted")
def test_a_restricted_adviser_acts_for_people_of_assigned_clients(world: World) -> None:
    ben, emil = acting.staff(world.firm, world.ben), contact(world, world.emil)
    with pytest.raises(NotPermitted):
        pending.resend(ben, emil, key="k")
    pending.resend(acting.staff(world.firm, world.anna), emil, key="k")
    with pytest.raises(NotPermitted):
        pending.cancel(ben, emil)
    assert contact(world, world.emil).invited_at is not None
    pending.resend(ben, contact(world, world.dora), key="k")
    assert pending.cancel_all(ben, [emil, contact(world, world.dora)]) == Outcome(1, {"not_assigned": 1})


def test_another_firm_is_not_there(world: World) -> None:
    frida = acting.staff(world.other_firm, world.frida)
    for act in (
        lambda: pending.resend(frida, contact(world, world.dora), key="k"),
        lambda: pending.cancel(frida, contact(world, world.dora)),
    ):
        with pytest.raises(NotFound):
            act()
    assert mails(world) == 0


def test_a_contact_of_nobody_is_not_asked(world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        membership = scope.by_id(Membership, world.emil_at_okonkwo)
    memberships.end(InstanceActor(world.firm, "test"), membership)
    with pytest.raises(Conflict, match="ended"):
        pending.resend(acting.staff(world.firm, world.anna), contact(world, world.emil), key="k")
    assert mails(world) == 0


def test_the_same_act_asks_once_even_when_its_mail_has_left(world: World) -> None:
    anna = acting.staff(world.firm, world.anna)
    pending.resend(anna, contact(world, world.emil), key="k")
    with scopes.of_firm(world.firm) as scope:
        scope.update(OutboxMail, state="sent").execute()
    pending.resend(anna, contact(world, world.emil), key="k")
    assert mails(world) == 1


def test_whose_notify_is_off_at_one_client_is_asked_by_the_other(world: World) -> None:
    actor = InstanceActor(world.firm, "test")
    with scopes.of_firm(world.firm) as scope:
        both = [scope.by_id(Membership, each) for each in (world.dora_at_lindner, world.dora_at_thode)]
    memberships.set_notify(actor, both[0], False)
    pending.resend(actor, contact(world, world.dora), key="k")
    memberships.set_notify(actor, both[1], False)
    with pytest.raises(Conflict, match="notify_off"):
        pending.resend(actor, contact(world, world.dora), key="l")
