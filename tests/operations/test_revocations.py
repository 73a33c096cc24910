"""*Revoke all* and single sign-outs: what is out in the world ends, at this client only, and no switch turns (X15)."""

from __future__ import annotations

import pytest

from portal.base import clock, journal
from portal.base.config import Config
from portal.base.errors import Conflict, NotFound
from portal.models.client import PENDING, Client
from portal.models.contact import Contact, Membership
from portal.models.firm import PASSWORD
from portal.models.link import Link
from portal.models.sign_in import SignIn
from portal.models.ticket import Ticket
from portal.operations import access, access_mails, contacts, revocations, sign_outs
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor, StaffActor
from tests import acting
from tests.personas import World

pytestmark = pytest.mark.usefixtures("instance")


def anna(world: World) -> StaffActor:
    return acting.staff(world.firm, world.anna)


def lindner(world: World) -> Client:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Client, world.lindner)


def is_over(world: World, sign_in_id: int) -> bool:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(SignIn, sign_in_id).ended_at is not None


def test_links_and_sessions_of_this_client_end(world: World, instance: Config) -> None:
    acting.give_password(world.firm, world.dora)
    here = [
        acting.by_link(world.firm, world.lindner_link), acting.by_link(world.firm, world.dora_link),
        acting.by_password(world.firm, world.dora_at_lindner), acting.viewing(anna(world), world.lindner),
    ]  # fmt: skip
    elsewhere = acting.by_password(world.firm, world.dora_at_thode)
    with scopes.of_firm(world.firm) as scope:
        links = {row.id for row in scope.of(Link).where(Link.client == world.lindner)}
    done = revocations.everything(anna(world), lindner(world))
    assert (done.links, done.sessions) == (len(links), 4)
    assert [is_over(world, each.sign_in_id) for each in here] == [True] * 4
    assert not is_over(world, elsewhere.sign_in_id)
    with scopes.of_firm(world.firm) as scope:
        assert {row.client_id for row in scope.of(Link).where(Link.revoked_at.is_null(False))} == {world.lindner}
        assert scope.by_id(Membership, world.dora_at_lindner).login
    written = {line["link"] for line in journal.read(instance.instance / "journal") if line["act"] == "link.revoked"}
    assert written == links >= {world.lindner_link, world.dora_link}


def test_invitations_open_nothing_any_more(world: World, instance: Config) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.by_id(Client, world.lindner), login_type=PASSWORD)
        access.refresh(world.lindner)
    row = contacts.add(InstanceActor(world.firm, "test"), lindner(world), email="vogt@example.org", last_name="Vogt")
    access_mails.send(anna(world), row)
    assert revocations.everything(anna(world), lindner(world)).invitations == 1
    with scopes.of_firm(world.firm) as scope:
        ticket = scope.one(scope.of(Ticket).where(Ticket.contact == row.contact_id))
        assert ticket.cancelled_at is not None
        assert scope.by_id(Contact, row.contact_id).invited_at is None
    acts = [(line["act"], line.get("ticket")) for line in journal.read(instance.instance / "journal")]
    assert ("ticket.cancelled", ticket.id) in acts


def test_the_status_follows(world: World) -> None:
    revocations.everything(anna(world), lindner(world))
    assert lindner(world).status(clock.now()) == PENDING
    assert revocations.everything(anna(world), lindner(world)).links == 0


def test_one_session_ends(world: World) -> None:
    first, second = (acting.by_link(world.firm, world.dora_link) for _ in range(2))
    with scopes.of_firm(world.firm) as scope:
        session = scope.by_id(SignIn, first.sign_in_id)
    sign_outs.one(anna(world), session)
    assert (is_over(world, first.sign_in_id), is_over(world, second.sign_in_id)) == (True, False)
    with pytest.raises(Conflict):
        sign_outs.one(anna(world), session)


def test_sessions_of_staff_are_none_of_a_client(world: World) -> None:
    actor = anna(world)
    with scopes.of_firm(world.firm) as scope:
        own = scope.by_id(SignIn, actor.sign_in_id)
    with pytest.raises(NotFound):
        sign_outs.one(actor, own)
    assert not is_over(world, actor.sign_in_id)
