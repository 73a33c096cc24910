"""A contact invites a colleague (F10, X19): no more rights than one's own, no word about whom the firm knows."""

from __future__ import annotations

from typing import Any

import pytest

from portal.base.config import Config
from portal.base.errors import Invalid, NotFound, NotPermitted, TooMany
from portal.models.audit_entry import AuditEntry
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.firm import NOBODY, PASSWORD
from portal.models.outbox import OutboxMail
from portal.models.staff import Assignment, Staff
from portal.operations import colleagues, contact_accounts, memberships
from portal.policies import scope as scopes
from portal.policies.actors import ClientActor, InstanceActor
from portal.policies.permissions import Rights
from tests import acting, factories
from tests.personas import World

KARL = {"first_name": "Karl", "last_name": "Brandt", "email": "karl@lindner.example.org"}


@pytest.fixture
def dora(instance: Config, world: World) -> ClientActor:
    """Signed in with a password, with the right to invite and rights of her own that end somewhere."""
    acting.give_password(world.firm, world.dora)
    with scopes.of_firm(world.firm) as scope:
        row = scope.by_id(Membership, world.dora_at_lindner)
        scope.change(row, invite=True, decide_limit=500_00, upload=False)
        scope.delete(OutboxMail).execute()
    return acting.by_password(world.firm, world.dora_at_lindner)


def client(world: World, row_id: int = 0) -> Client:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Client, row_id or world.lindner)


def at(world: World, client_id: int, email: str) -> list[Membership]:
    """The memberships of an address at a client, ended ones too."""
    with scopes.of_firm(world.firm) as scope:
        people = scope.of(Contact, Contact.id).where(Contact.email_key == email.casefold())
        return list(scope.of(Membership).where(Membership.client == client_id, Membership.contact.in_(people)))


def person(world: World, email: str) -> Contact:
    with scopes.of_firm(world.firm) as scope:
        return scope.one(scope.of(Contact).where(Contact.email_key == email.casefold()))


def mails(world: World, kind: str | None = None) -> list[OutboxMail]:
    with scopes.of_firm(world.firm) as scope:
        rows = list(scope.of(OutboxMail).order_by(OutboxMail.id))
    return [row for row in rows if kind in (None, row.kind)]


def last_act(world: World) -> AuditEntry:
    with scopes.of_firm(world.firm) as scope:
        return scope.first(scope.of(AuditEntry).order_by(AuditEntry.id.desc()))


def invite(actor: ClientActor, world: World, **fields: Any) -> None:
    colleagues.invite(actor, client(world), **{**KARL, **fields})


def test_a_colleague_comes_with_ones_own_rights_and_no_more(dora: ClientActor, world: World) -> None:
    invite(dora, world)
    [membership] = at(world, world.lindner, KARL["email"])
    assert Rights.of(membership) == Rights(decide_limit=500_00, upload=False, invite=False)
    assert (membership.login, membership.notify, membership.email_sync, membership.primary) == (
        True,
        True,
        False,
        False,
    )
    karl = person(world, KARL["email"])
    assert (karl.name, karl.invited_by, karl.invited_by_contact_id) == ("Karl Brandt", None, world.dora)
    assert karl.pending
    assert karl.invited_at is not None
    assert "karl" in client(world).search_text
    assert last_act(world).action == "colleague.invited"
    assert last_act(world).client_id == world.lindner


def test_the_colleague_is_mailed_and_staff_are_told(dora: ClientActor, world: World) -> None:
    invite(dora, world)
    told = [(row.kind, row.to) for row in mails(world)]
    assert told == [("access", KARL["email"]), ("colleague_invited", "ben@petry.example.com")]
    assert mails(world, "access")[0].subject["colleague"] == world.dora


def test_where_people_have_passwords_the_colleague_is_asked_to_set_one(dora: ClientActor, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.firm, login_type=PASSWORD)
    invite(dora, world)
    [mail] = mails(world, "invitation")
    assert mail.to == KARL["email"]
    assert mail.subject["ticket"] is not None


def test_without_an_adviser_the_admins_are_told(dora: ClientActor, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.delete(Assignment).execute()
        founder = scope.of(Staff).where(Staff.id.not_in([world.anna, world.ben, world.clara]))
        others = {row.id for row in founder}
    invite(dora, world)
    told = {row.subject["staff"] for row in mails(world, "colleague_invited")}
    assert world.anna in told
    assert told <= {world.anna, *others}


def test_where_access_is_given_by_hand_nobody_is_asked_in(dora: ClientActor, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.firm, default_access=NOBODY)
    invite(dora, world)
    [membership] = at(world, world.lindner, KARL["email"])
    assert not membership.login
    assert [row.kind for row in mails(world)] == ["colleague_invited"]
    assert person(world, KARL["email"]).invited_at is None


def test_somebody_known_elsewhere_under_this_name_is_added(dora: ClientActor, world: World) -> None:
    invite(dora, world, first_name="EMIL", last_name="okonkwo", email="Emil@Okonkwo.example.org")
    [membership] = at(world, world.lindner, "emil@okonkwo.example.org")
    assert membership.contact_id == world.emil
    assert person(world, "emil@okonkwo.example.org").first_name == "Emil", "the name on file stays"
    assert len(mails(world, "colleague_invited")) == 1


def test_under_another_name_staff_decide(dora: ClientActor, world: World) -> None:
    invite(dora, world, email="emil@okonkwo.example.org")
    assert at(world, world.lindner, "emil@okonkwo.example.org") == []
    assert last_act(world).action == "colleague.unsure"
    [mail] = mails(world)
    assert (mail.kind, mail.subject["outcome"]) == ("colleague_invited", "unsure")


def test_whom_staff_removed_no_colleague_fetches_back(dora: ClientActor, world: World) -> None:
    invite(dora, world)
    [membership] = at(world, world.lindner, KARL["email"])
    memberships.end(InstanceActor(world.firm, "test"), membership)
    invite(dora, world)
    assert [row.ended_at is None for row in at(world, world.lindner, KARL["email"])] == [False]
    assert last_act(world).action == "colleague.unsure"


def test_whom_staff_shut_out_no_colleague_lets_in(dora: ClientActor, world: World) -> None:
    invite(dora, world)
    [membership] = at(world, world.lindner, KARL["email"])
    memberships.set_login(InstanceActor(world.firm, "test"), membership, False)
    before = len(mails(world))
    invite(dora, world)
    [after] = at(world, world.lindner, KARL["email"])
    assert not after.login
    assert len(mails(world)) == before


@pytest.mark.parametrize("missing", ["first_name", "last_name", "email"])
def test_all_three_are_needed(dora: ClientActor, world: World, missing: str) -> None:
    with pytest.raises(Invalid) as refused:
        invite(dora, world, **{missing: " "})
    assert missing in refused.value.errors
    with pytest.raises(Invalid):
        invite(dora, world, email="karl@")
    assert mails(world) == []


@pytest.mark.parametrize(
    "name",
    ["Sie haben gewonnen: bank.example.com", "https://bank.example.com", "www.bank.example", "a@b.example", "x" * 81],
)
def test_a_name_carries_no_message(dora: ClientActor, world: World, name: str) -> None:
    for field in ("first_name", "last_name"):
        with pytest.raises(Invalid) as refused:
            colleagues.invite(dora, client(world), **{**KARL, field: name})
        assert refused.value.errors == {field: ["not_a_name"]}
        with pytest.raises(Invalid):
            contact_accounts.change_details(dora, client(world), **{field: name})
    assert mails(world) == []


@pytest.mark.parametrize("name", ["Müller-Lüdenscheidt", "d'Arc", "van der Berg-O’Neill", "H.-P.", "José Á.", "李"])
def test_names_are_names(dora: ClientActor, world: World, name: str) -> None:
    colleagues.invite(dora, client(world), **{**KARL, "last_name": name})
    contact_accounts.change_details(dora, client(world), last_name=name, title="Dr.med.")


def test_twenty_a_day(dora: ClientActor, world: World) -> None:
    for number in range(20):
        invite(dora, world, email=f"karl{number}@lindner.example.org")
    with pytest.raises(TooMany):
        invite(dora, world, email="karl99@lindner.example.org")
    assert at(world, world.lindner, "karl99@lindner.example.org") == []


def test_not_without_the_right_nor_by_link_nor_elsewhere(dora: ClientActor, world: World) -> None:
    by_link = acting.by_link(world.firm, world.dora_link)
    at_thode = acting.by_password(world.firm, world.dora_at_thode)
    for actor in (by_link, at_thode):
        with pytest.raises(NotPermitted):
            colleagues.invite(actor, client(world, actor.client_id), **KARL)
    with pytest.raises(NotFound):
        colleagues.invite(dora, client(world, world.thode), **KARL)
    assert mails(world) == []


def test_an_address_that_refuses_mail_is_added_but_not_asked(dora: ClientActor, world: World) -> None:
    eva = factories.contact(
        client(world, world.thode), first_name="Eva", last_name="Thode", email="eva@thode.example.org"
    )
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.by_id(Contact, eva.contact_id), email_error="550 no such user")
    invite(dora, world, first_name="Eva", last_name="Thode", email="eva@thode.example.org")
    assert len(at(world, world.lindner, "eva@thode.example.org")) == 1
    assert [row.kind for row in mails(world)] == ["colleague_invited"]
