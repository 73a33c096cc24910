"""Passwords of contacts: set once by an invitation, anew by a reset, changed in the settings (T2, F10; TRUST)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from portal.base import clock, passwords
from portal.base.config import Config
from portal.base.errors import Conflict, Gone, Invalid, NotPermitted, TooMany
from portal.models.audit_entry import AuditEntry
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.identity import Identity
from portal.models.sign_in import SignIn
from portal.models.staff import ADVISER, Staff
from portal.models.ticket import INVITE, RESET, Ticket
from portal.operations import contact_passwords, identities, invitations, sign_ins, team
from portal.operations.reset_answers import LASTS
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor, Stranger
from tests import acting
from tests.personas import PASSWORD, World

NEW = "vier nasse Schirme"
DORA = "dora@lindner.example.org"

pytestmark = pytest.mark.usefixtures("instance")


def change(world: World, model: Any, row_id: int, **fields: Any) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.by_id(model, row_id), **fields)


def row(world: World, model: Any, row_id: int) -> Any:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(model, row_id)


def invited(world: World) -> Ticket:
    """Anna asks Dora in, at clients that are entered by password; the ticket of her mail."""
    change(world, type(firm(world)), world.firm, login_type="password")
    anna = acting.staff(world.firm, world.anna)
    invitations.send(anna, row(world, Membership, world.dora_at_lindner))
    return last_ticket(world, INVITE)


def last_ticket(world: World, purpose: str) -> Ticket:
    with scopes.of_firm(world.firm) as scope:
        tickets = scope.of(Ticket).where(Ticket.purpose == purpose)
        found: Ticket = scope.one(tickets.order_by(Ticket.created_at.desc(), Ticket.cancelled_at.is_null().desc()))
        return found


def firm(world: World) -> Any:
    with scopes.of_firm(world.firm) as scope:
        return scope.firm


def reset_of(world: World, **whose: int) -> Ticket:
    now = clock.now()
    key = DORA if "contact" in whose else "ben@petry.example.com"
    with scopes.of_firm(world.firm) as scope:
        return scope.add(Ticket, purpose=RESET, email_key=key, created_at=now, expires_at=now + LASTS, **whose)


def stranger(world: World) -> Stranger:
    return Stranger(world.firm, "203.0.113.7", "Test browser")


def person(world: World, password: str, email: str = DORA) -> Any:
    return sign_ins.authenticate(stranger(world), email, password)


def test_the_first_password_makes_an_identity_and_opens_all_clients(world: World) -> None:
    membership = contact_passwords.accept(Stranger(), invited(world), password=NEW)
    assert membership is not None
    dora = row(world, Contact, world.dora)
    assert dora.identity_id is not None
    assert not dora.pending
    assert row(world, Identity, dora.identity_id).email == DORA
    found = person(world, NEW)
    assert (found.staff, found.membership.contact_id) == (None, world.dora)
    with scopes.of_firm(world.firm) as scope:
        entry = scope.one(scope.of(AuditEntry).where(AuditEntry.action == "invitation.accepted"))
        assert scope.by_id(Client, world.lindner).reachable_until is not None
    assert entry.client_id == membership.client_id


def test_an_invitation_is_used_once(world: World) -> None:
    ticket = invited(world)
    contact_passwords.accept(stranger(world), ticket, password=NEW)
    with pytest.raises(Gone):
        contact_passwords.accept(stranger(world), ticket, password="etwas ganz anderes")
    assert person(world, NEW) is not None


def test_two_at_once_one_wins(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket, hashing = invited(world), passwords.hash_password

    def meanwhile(password: str) -> str:
        monkeypatch.setattr(passwords, "hash_password", hashing)
        contact_passwords.accept(stranger(world), row(world, Ticket, ticket.id), password="wer zuerst kommt")
        return hashing(password)

    monkeypatch.setattr(passwords, "hash_password", meanwhile)
    with pytest.raises(Gone):
        contact_passwords.accept(stranger(world), ticket, password=NEW)
    assert person(world, "wer zuerst kommt") is not None
    assert person(world, NEW) is None


@pytest.mark.parametrize(
    "change_of",
    ["cancelled", "expired", "login", "access", "archived", "address", "held", "resent"],
)
def test_an_invitation_that_lost_its_reason_opens_nothing(
    world: World, change_of: str, move_clock: Callable[..., None]
) -> None:
    ticket, anna = invited(world), acting.staff(world.firm, world.anna)
    if change_of == "cancelled":
        invitations.cancel(anna, row(world, Membership, world.dora_at_lindner))
    elif change_of == "resent":
        invitations.send(anna, row(world, Membership, world.dora_at_lindner))
    elif change_of == "expired":
        move_clock(days=7, seconds=1)
    elif change_of == "address":
        change(world, Contact, world.dora, email="x@example.org", email_key="x@example.org")
    elif change_of == "held":
        change(world, Contact, world.dora, held_until=clock.now() + LASTS)
    else:
        for membership_id, client_id in ((world.dora_at_lindner, world.lindner), (world.dora_at_thode, world.thode)):
            if change_of == "login":
                change(world, Membership, membership_id, login=False)
            elif change_of == "access":
                change(world, Client, client_id, portal_access=False)
            else:
                change(world, Client, client_id, archived_at=clock.now())
    with pytest.raises(Gone):
        contact_passwords.accept(stranger(world), row(world, Ticket, ticket.id), password=NEW)
    assert row(world, Contact, world.dora).identity_id is None


@pytest.mark.parametrize(
    ("password", "code"),
    [("kurz", "short"), ("x" * 129, "long"), ("Petry Haustechnik GmbH", "name"), ("Dora Lindner1", "name"),
     ("petryhaustechnik", "name"), ("dora2026!!", "name"), ("passwort123", "common"), ("passwort-petry", "common")],
)  # fmt: skip
def test_weak_passwords_use_nothing_up(world: World, password: str, code: str) -> None:
    ticket = invited(world)
    with pytest.raises(Invalid) as refused:
        contact_passwords.accept(stranger(world), ticket, password=password)
    assert refused.value.errors == {"password": [code]}
    assert contact_passwords.accept(stranger(world), ticket, password="zehnzeiche") is not None, "ten are enough"


def test_an_invitation_never_changes_a_password_that_is_there(world: World) -> None:
    """A staff member who is asked in as a contact keeps the password; so does the session of the staff's side."""
    with scopes.of_firm(world.firm) as scope:
        ben = scope.by_id(Staff, world.ben)
        identity = scope.by_id(Identity, ben.identity_id)
        scope.change(scope.by_id(Contact, world.dora), email=identity.email, email_key=identity.email_key)
    ticket = invited(world)
    before = acting.staff(world.firm, world.ben)
    assert contact_passwords.accept(stranger(world), ticket, password="") is None, "none is asked for"
    assert row(world, Contact, world.dora).identity_id == identity.id
    assert row(world, Identity, identity.id).password == identity.password
    assert row(world, SignIn, before.sign_in_id).ended_at is None
    found = person(world, PASSWORD, identity.email)
    assert (found.staff.id, found.membership.contact_id) == (world.ben, world.dora)
    assert not row(world, Contact, world.dora).pending
    with pytest.raises(Gone):
        contact_passwords.accept(stranger(world), ticket, password=NEW)


def test_a_password_set_meanwhile_stays(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket, faster = invited(world), acting.hashed("schneller gewesen")

    def meanwhile(_password: str) -> str:
        with scopes.of_firm(world.firm) as scope:
            scope.add(Identity, email=DORA, email_key=DORA, password=faster, password_at=clock.now())
        return acting.hashed(NEW)

    acting.hashed(NEW)
    monkeypatch.setattr(passwords, "hash_password", meanwhile)
    assert contact_passwords.accept(stranger(world), ticket, password=NEW) is None
    assert person(world, "schneller gewesen") is not None


def test_who_is_only_invited_as_staff_needs_a_staff_members_password(world: World) -> None:
    team.invite(InstanceActor(world.firm, "test"), firm(world), email=DORA, role=ADVISER, name="Dora")
    ticket = invited(world)
    with pytest.raises(Invalid) as refused:
        contact_passwords.accept(stranger(world), ticket, password="zehnzeiche")
    assert refused.value.errors == {"password": ["short"]}


def test_a_reset_ends_all_sessions_and_signs_nobody_in(world: World) -> None:
    acting.give_password(world.firm, world.dora)
    session = acting.by_password(world.firm, world.dora_at_lindner)
    by_link = acting.by_link(world.firm, world.dora_link)
    older = reset_of(world, contact=world.dora)
    contact_passwords.reset(Stranger(), reset_of(world, contact=world.dora), password=NEW)
    assert row(world, SignIn, session.sign_in_id).ended_at is not None
    assert row(world, SignIn, by_link.sign_in_id).ended_at is None, "no password opened it, none ends it"
    assert person(world, PASSWORD) is None
    assert person(world, NEW) is not None
    assert [(mail.to, mail.subject) for mail in acting.mails(world.firm, "password_changed")] == [
        (DORA, {"contact": world.dora})
    ]
    with pytest.raises(Gone):
        contact_passwords.reset(stranger(world), older, password="noch etwas anderes")


@pytest.mark.parametrize("what", ["used", "expired", "address", "identity", "held"])
def test_a_reset_that_is_over_changes_nothing(world: World, what: str, move_clock: Callable[..., None]) -> None:
    identity = acting.give_password(world.firm, world.dora)
    ticket = reset_of(world, contact=world.dora)
    if what == "used":
        contact_passwords.reset(stranger(world), ticket, password=NEW)
    elif what == "expired":
        move_clock(minutes=31)
    elif what == "address":
        change(world, Contact, world.dora, email="x@example.org", email_key="x@example.org")
    elif what == "identity":
        change(world, Identity, identity.id, email="x@example.org", email_key="x@example.org")
    else:
        change(world, Contact, world.dora, held_until=clock.now() + LASTS)
    with pytest.raises(Gone):
        contact_passwords.reset(stranger(world), ticket, password="noch etwas anderes")


def test_an_invitation_is_no_reset_and_a_reset_no_invitation(world: World) -> None:
    ticket = invited(world)
    with pytest.raises(Gone):
        contact_passwords.reset(stranger(world), ticket, password=NEW)
    with pytest.raises(Gone):
        contact_passwords.accept(stranger(world), reset_of(world, contact=world.dora), password=NEW)


def test_staff_and_contact_share_one_reset(world: World) -> None:
    ben = row(world, Staff, world.ben)
    change(world, Contact, world.dora, identity=ben.identity_id, email="ben@petry.example.com",
           email_key="ben@petry.example.com")  # fmt: skip
    at_work, at_home = acting.staff(world.firm, world.ben), acting.by_password(world.firm, world.dora_at_lindner)
    team.reset_password(stranger(world), reset_of(world, staff=world.ben), password="fünf trockene Schirme")
    for session in (at_work.sign_in_id, at_home.sign_in_id):
        assert row(world, SignIn, session).ended_at is not None
    found = person(world, "fünf trockene Schirme", "ben@petry.example.com")
    assert found.staff is not None
    assert found.membership is not None
    assert len(acting.mails(world.firm, "password_changed")) == 1


def test_changing_keeps_this_session_and_ends_the_others(world: World) -> None:
    acting.give_password(world.firm, world.dora)
    here, elsewhere = (acting.by_password(world.firm, world.dora_at_lindner) for _ in range(2))
    contact_passwords.change(here, current=PASSWORD, new=NEW)
    assert row(world, SignIn, here.sign_in_id).ended_at is None
    assert row(world, SignIn, elsewhere.sign_in_id).ended_at is not None
    assert person(world, NEW) is not None
    assert [mail.to for mail in acting.mails(world.firm, "password_changed")] == [DORA]


@pytest.mark.parametrize(
    ("current", "new", "errors"),
    [("falsch", NEW, {"current": ["wrong"]}), (PASSWORD, "kurz", {"new": ["short"]}),
     (PASSWORD, PASSWORD, {"new": ["same"]}), (PASSWORD, "Dora Lindner", {"new": ["name"]})],
)  # fmt: skip
def test_what_is_wrong_is_said_and_changes_nothing(
    world: World, current: str, new: str, errors: dict[str, list[str]]
) -> None:
    acting.give_password(world.firm, world.dora)
    with pytest.raises(Invalid) as refused:
        contact_passwords.change(acting.by_password(world.firm, world.dora_at_lindner), current=current, new=new)
    assert refused.value.errors == errors
    assert person(world, PASSWORD) is not None
    assert acting.mails(world.firm, "password_changed") == []


def test_the_current_password_cannot_be_guessed_for_ever(world: World) -> None:
    acting.give_password(world.firm, world.dora)
    actor = acting.by_password(world.firm, world.dora_at_lindner)
    for _ in range(10):
        with pytest.raises(Invalid):
            contact_passwords.change(actor, current="falsch", new=NEW)
    with pytest.raises(TooMany):
        contact_passwords.change(actor, current=PASSWORD, new=NEW)


def test_two_changes_at_once_one_wins(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = acting.give_password(world.firm, world.dora)
    actor, faster = acting.by_password(world.firm, world.dora_at_lindner), acting.hashed("schneller gewesen")

    def meanwhile(_password: str) -> str:
        with scopes.of_firm(world.firm) as scope:
            identities.set_password(scope.by_id(Identity, identity.id), faster)
        return faster

    monkeypatch.setattr(passwords, "hash_password", meanwhile)
    with pytest.raises(Conflict):
        contact_passwords.change(actor, current=PASSWORD, new=NEW)


def test_a_link_sets_no_password(world: World) -> None:
    acting.give_password(world.firm, world.dora)
    with pytest.raises(NotPermitted):
        contact_passwords.change(acting.by_link(world.firm, world.dora_link), current=PASSWORD, new=NEW)
    assert person(world, NEW) is None


def test_the_database_knows_no_password(world: World, instance: Config) -> None:
    contact_passwords.accept(stranger(world), invited(world), password=NEW)
    identity = row(world, Identity, row(world, Contact, world.dora).identity_id)
    assert identity.password.startswith("$argon2id$")
    assert NEW.encode() not in instance.database_path.read_bytes()
