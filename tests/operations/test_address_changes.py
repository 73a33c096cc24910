"""Staff change a contact's e-mail: nobody takes an account that way, and mistyping costs no three days (TRUST)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from portal.base import clock, journal
from portal.base.config import Config
from portal.base.errors import Conflict, Gone, Invalid, NotPermitted
from portal.models.audit_entry import AuditEntry
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.identity import Identity
from portal.models.link import Link, LinkFetch
from portal.models.sign_in import SignIn
from portal.models.staff import Staff
from portal.models.ticket import INVITE, RELEASE, RESET, Ticket
from portal.operations import access_mails, address_changes, contacts, invitations, recipients, sign_ins
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor, StaffActor, Stranger
from tests import acting
from tests.personas import World

pytestmark = pytest.mark.usefixtures("instance")
NEW = "dora@neu.example.com"


def anna(world: World) -> StaffActor:
    return acting.staff(world.firm, world.anna)


def member(world: World) -> Membership:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Membership, world.dora_at_lindner)


def dora(world: World) -> Contact:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Contact, world.dora)


def move(world: World, email: str = NEW) -> Contact:
    contacts.change(anna(world), member(world), email=email)
    return dora(world)


def newcomer(world: World, **fields: str) -> Membership:
    with scopes.of_firm(world.firm) as scope:
        client = scope.by_id(Client, world.thode)
    return contacts.add(
        InstanceActor(world.firm, "test"), client, **{"email": "neu@example.com", "last_name": "Neu", **fields}
    )


def of(world: World, row: Membership) -> Contact:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Contact, row.contact_id)


def the_release(world: World) -> Ticket:
    with scopes.of_firm(world.firm) as scope:
        living = scope.of(Ticket).where(Ticket.purpose == RELEASE, Ticket.cancelled_at.is_null())
        found: Ticket = scope.one(living.order_by(Ticket.created_at.desc()))
        return found


def test_whoever_could_get_in_is_protected(world: World, instance: Config) -> None:
    acting.give_password(world.firm, world.dora)
    by_password = acting.by_password(world.firm, world.dora_at_thode)
    by_link = acting.by_link(world.firm, world.dora_link)
    found = move(world)
    assert found.held_until is not None
    assert timedelta(hours=71) < found.held_until - clock.now() <= timedelta(hours=72)
    with scopes.of_firm(world.firm) as scope:
        assert scope.by_id(Link, world.dora_link).revoked_at is not None
        for actor in (by_password, by_link):
            assert scope.by_id(SignIn, actor.sign_in_id).ended_at is not None
        assert scope.by_id(Link, world.lindner_link).revoked_at is None
    assert ("link.revoked", world.dora_link) in [
        (line["act"], line.get("link")) for line in journal.read(instance.instance / "journal")
    ]
    (mail,) = acting.mails(world.firm, "address_changed")
    assert (mail.to, mail.subject["by"]) == ("dora@lindner.example.org", world.anna)
    assert recipients.has_address(found) is False
    assert invitations.missing_address(found) == "held"


def test_the_password_goes_along(world: World) -> None:
    acting.give_password(world.firm, world.dora, "ein langes Passwort")
    move(world)
    who = Stranger(world.firm)
    assert sign_ins.authenticate(who, NEW, "ein langes Passwort") is not None
    assert sign_ins.authenticate(who, "dora@lindner.example.org", "ein langes Passwort") is None


def test_the_password_of_a_staff_member_stays_with_the_staff_member(world: World) -> None:
    identity = acting.give_password(world.firm, world.dora)
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.by_id(Staff, world.clara), identity=identity.id)
    assert move(world).identity_id is None
    with scopes.of_firm(world.firm) as scope:
        row = scope.by_id(Identity, identity.id)
        assert (row.email, row.password is not None) == ("dora@lindner.example.org", True)


def test_an_address_that_somebody_signs_in_with_takes_no_password_over(world: World) -> None:
    identity = acting.give_password(world.firm, world.dora)
    assert move(world, "ben@petry.example.com").identity_id is None
    with scopes.of_firm(world.firm) as scope:
        assert scope.by_id(Identity, identity.id).password is None, "nobody's password waits for the next one"


@pytest.mark.parametrize("purpose", [INVITE, RESET])
def test_what_was_mailed_before_is_void(world: World, purpose: str) -> None:
    now = clock.now()
    with scopes.of_firm(world.firm) as scope:
        ticket = scope.add(
            Ticket, purpose=purpose, contact=world.dora, email_key="dora@lindner.example.org", created_at=now,
            expires_at=now + timedelta(days=1),
        )  # fmt: skip
    move(world)
    with scopes.of_firm(world.firm) as scope:
        assert scope.by_id(Ticket, ticket.id).cancelled_at is not None


def test_no_invitation_goes_to_the_new_address_while_it_is_held(world: World, move_clock: Callable[..., None]) -> None:
    move(world)
    with pytest.raises(Invalid) as refused:
        access_mails.send(anna(world), member(world))
    assert refused.value.errors == {"email": ["held"]}
    move_clock(hours=73)
    access_mails.send(anna(world), member(world))
    assert [mail.to for mail in acting.mails(world.firm, "invitation")] == [NEW]


def test_who_never_had_a_way_in_is_only_written_to_elsewhere(world: World) -> None:
    row = newcomer(world)
    contacts.change(anna(world), row, email="richtig@example.com")
    assert of(world, row).held_until is None
    assert acting.mails(world.firm, "address_changed") == []
    access_mails.send(anna(world), row)


def test_a_bounced_address_nobody_came_by_is_a_typing_mistake(world: World) -> None:
    row = newcomer(world)
    access_mails.send(anna(world), row)
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.by_id(Contact, row.contact_id), email_error="550 unknown")
    access_mails.send(anna(world), row, email="richtig@example.com")
    assert of(world, row).held_until is None
    assert [mail.to for mail in acting.mails(world.firm, "access")] == ["neu@example.com", "richtig@example.com"]


def test_a_link_that_was_used_counts_although_mail_bounces_now(world: World) -> None:
    row = newcomer(world)
    access_mails.send(anna(world), row)
    with scopes.of_firm(world.firm) as scope:
        link = scope.one(scope.of(Link).where(Link.contact == row.contact_id))
        scope.add(LinkFetch, link=link.id, hour=clock.now())
        scope.change(scope.by_id(Contact, row.contact_id), email_error="552 mailbox full")
    contacts.change(anna(world), row, email="anders@example.com")
    assert address_changes.is_held(of(world, row))


def test_a_first_address_replaces_none(world: World) -> None:
    row = newcomer(world, email="")
    with scopes.of_firm(world.firm) as scope:
        link = scope.add(
            Link, client=row.client_id, contact=row.contact_id, created_at=clock.now(), extended_at=clock.now()
        )
    contacts.change(anna(world), row, email="erste@example.com")
    assert of(world, row).held_until is None
    with scopes.of_firm(world.firm) as scope:
        assert scope.by_id(Link, link.id).revoked_at is None


def test_a_removed_address_is_a_change_too(world: World) -> None:
    assert move(world, "").held_until is not None
    move(world, "frida@boese.example.com")
    assert address_changes.is_held(dora(world)), "no way round by removing it first"
    assert [mail.to for mail in acting.mails(world.firm, "address_changed")] == ["dora@lindner.example.org"] * 2


def test_a_second_change_asks_the_first_owner_again(world: World) -> None:
    move(world, "falsch@example.com")
    first = the_release(world)
    move(world, "noch-einer@example.com")
    assert [mail.to for mail in acting.mails(world.firm, "address_changed")] == ["dora@lindner.example.org"] * 2
    with pytest.raises(Gone):
        address_changes.confirm(Stranger(world.firm), first)
    assert address_changes.is_held(dora(world))
    assert the_release(world).email_key == "dora@lindner.example.org"


def test_changing_it_back_ends_the_hold(world: World) -> None:
    move(world)
    assert move(world, "dora@lindner.example.org").held_until is None
    assert len(acting.mails(world.firm, "address_changed")) == 1


def test_the_old_address_confirms_once(world: World) -> None:
    move(world)
    ticket = the_release(world)
    address_changes.confirm(Stranger(world.firm), ticket)
    assert not address_changes.is_held(dora(world))
    with pytest.raises(Gone):
        address_changes.confirm(Stranger(world.firm), ticket)
    with scopes.of_firm(world.firm) as scope:
        assert scope.holds(scope.of(AuditEntry).where(AuditEntry.action == "contact.address_confirmed"))


def test_a_confirmation_ends_with_the_hold(world: World, move_clock: Callable[..., None]) -> None:
    move(world)
    ticket = the_release(world)
    move_clock(hours=73)
    with pytest.raises(Gone):
        address_changes.confirm(Stranger(world.firm), ticket)


def test_a_portal_admin_releases_with_a_reason(world: World) -> None:
    move(world)
    for reason in ("", " ", "x" * 501):
        with pytest.raises(Invalid):
            address_changes.release(anna(world), member(world), reason=reason)
    with pytest.raises(NotPermitted):
        address_changes.release(acting.staff(world.firm, world.ben), member(world), reason="weil")
    address_changes.release(anna(world), member(world), reason="unter 040 12345 zurückgerufen")
    assert invitations.missing_address(dora(world)) == ""
    with pytest.raises(Conflict):
        address_changes.release(anna(world), member(world), reason="noch einmal")
    with scopes.of_firm(world.firm) as scope:
        assert scope.one(scope.of(Ticket).where(Ticket.purpose == RELEASE)).cancelled_at is not None


def test_another_spelling_is_no_change(world: World) -> None:
    assert move(world, "Dora@Lindner.example.org").held_until is None
    assert acting.mails(world.firm, "address_changed") == []


def test_a_taken_address_changes_nothing(world: World, instance: Config) -> None:
    with pytest.raises(Invalid):
        move(world, "emil@okonkwo.example.org")
    assert dora(world).held_until is None
    with scopes.of_firm(world.firm) as scope:
        assert scope.by_id(Link, world.dora_link).revoked_at is None
    assert list(journal.read(instance.instance / "journal")) == []
