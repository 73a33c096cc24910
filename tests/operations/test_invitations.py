"""Asking contacts in and taking it back; who may ask for it once more, and what the worker makes of that."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portal.base import clock
from portal.base.config import Config
from portal.base.database import transaction
from portal.base.errors import Conflict, Invalid
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.firm import PASSWORD, Firm
from portal.models.link import Link
from portal.models.outbox import OutboxMail
from portal.models.staff import Staff
from portal.models.ticket import INVITE, RESET, Ticket
from portal.operations import (
    access,
    contact_passwords,
    invitations,
    memberships,
    new_invitations,
    new_links,
    replay,
    reset_answers,
    resets,
)
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor, StaffActor, Stranger
from portal.policies.permissions import Permission
from tests import acting
from tests.personas import World

DORA = "dora@lindner.example.org"

pytestmark = pytest.mark.usefixtures("instance")


@pytest.fixture
def by_password(world: World, instance: Config) -> None:
    """The firm's clients sign in with a password; Dora's are Lindner and Thode."""
    change(world, Firm, world.firm, login_type=PASSWORD)


def anna(world: World) -> StaffActor:
    return acting.staff(world.firm, world.anna)


def row(world: World, model: Any, row_id: int) -> Any:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(model, row_id)


def change(world: World, model: Any, row_id: int, **fields: Any) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.by_id(model, row_id), **fields)
        if model in (Firm, Membership, Client):
            access.refresh_all(scope.firm)


def dora(world: World) -> Contact:
    found: Contact = row(world, Contact, world.dora)
    return found


def send(world: World, message: str = "") -> OutboxMail:
    invitations.send(anna(world), row(world, Membership, world.dora_at_lindner), message=message)
    return mails(world)[-1]


def mails(world: World, kind: str = "invitation") -> list[OutboxMail]:
    return acting.mails(world.firm, kind)


def ticket(world: World, mail: OutboxMail) -> Ticket:
    found: Ticket = row(world, Ticket, mail.subject["ticket"])
    return found


# sending


def test_one_mail_opens_all_clients_of_a_person(world: World, by_password: None) -> None:
    mail = send(world, "Guten Tag\r\nBis bald")
    assert [each.to for each in mails(world)] == [DORA]
    assert mail.subject | {"ticket": 0} == {
        "contact": world.dora, "by": world.anna, "colleague": None, "message": "Guten Tag\nBis bald", "ticket": 0,
    }  # fmt: skip
    made = ticket(world, mail)
    assert (made.contact_id, made.email_key, made.purpose) == (world.dora, DORA, INVITE)
    assert mail.not_after == made.expires_at
    assert (made.expires_at - clock.now()).total_seconds() == pytest.approx(7 * 86400, abs=5)
    assert (dora(world).invited_by_id, dora(world).invited_by_contact_id) == (world.anna, None)
    assert dora(world).invited_at is not None
    assert dora(world).pending


def test_a_single_client_by_secret_link_is_sent_its_link(world: World) -> None:
    memberships.set_login(anna(world), row(world, Membership, world.dora_at_thode), False)
    invitations.send(anna(world), row(world, Membership, world.dora_at_lindner))
    assert mails(world) == []
    (mail,) = mails(world, "access")
    assert row(world, Link, mail.subject["link"]).client_id == world.lindner


def test_several_clients_by_secret_link_need_no_ticket(world: World) -> None:
    mail = send(world)
    assert mail.subject["ticket"] is None
    with scopes.of_firm(world.firm) as scope:
        links = scope.of(Link).where(Link.contact == world.dora, Link.revoked_at.is_null())
        assert {link.client_id for link in links} == {world.lindner, world.thode}


def test_clients_of_both_kinds_come_in_one_mail(world: World) -> None:
    change(world, Client, world.thode, login_type=PASSWORD)
    mail = send(world)
    assert ticket(world, mail).is_live(clock.now())
    assert mails(world, "access") == []


def test_who_has_a_password_gets_no_ticket(world: World, by_password: None) -> None:
    acting.give_password(world.firm, world.dora)
    assert send(world).subject["ticket"] is None


def test_sending_again_voids_the_older(world: World, by_password: None) -> None:
    first = send(world)
    second = send(world)
    assert not ticket(world, first).is_live(clock.now())
    assert ticket(world, second).is_live(clock.now())
    assert [mail.state for mail in mails(world)] == ["dropped", "queued"], "the older is not even sent"


def test_the_same_act_twice_is_one_mail(world: World, by_password: None) -> None:
    @operation(allow=Permission.INSTANCE, audited=False)
    def twice(_actor: InstanceActor) -> None:
        contact = scopes.current().by_id(Contact, world.dora)
        for _ in range(2):
            invitations.put(_actor, contact, message="", key="run 7 row 3")

    twice(InstanceActor(world.firm, "test"))
    assert len(mails(world)) == 1


@pytest.mark.parametrize("what", ["login", "notify", "archived", "access", "bounced", "none", "held", "too_long"])
def test_what_is_missing_is_said_and_nothing_is_sent(world: World, by_password: None, what: str) -> None:
    message = ""
    if what in ("login", "notify"):
        change(world, Membership, world.dora_at_lindner, **{what: False})
    elif what == "archived":
        change(world, Client, world.lindner, archived_at=clock.now())
    elif what == "access":
        change(world, Client, world.lindner, portal_access=False)
    elif what == "bounced":
        change(world, Contact, world.dora, email_error="550 no such user")
    elif what == "none":
        change(world, Contact, world.dora, email="", email_key=None)
    elif what == "held":
        change(world, Contact, world.dora, held_until=clock.now() + invitations.LASTS)
    else:
        message = "x" * 2001
    field = {"login": "login", "notify": "notify", "archived": "client", "access": "client", "too_long": "message"}
    with pytest.raises(Invalid) as refused:
        invitations.send(anna(world), row(world, Membership, world.dora_at_lindner), message=message)
    assert set(refused.value.errors) == {field.get(what, "email")}
    assert mails(world) == []
    assert dora(world).invited_at is None


# taking back


def test_cancelling_kills_the_ticket_the_queued_mail_and_the_date(world: World, by_password: None) -> None:
    mail = send(world)
    invitations.cancel(anna(world), row(world, Membership, world.dora_at_lindner))
    assert not ticket(world, mail).is_live(clock.now())
    assert [each.state for each in mails(world)] == ["dropped"]
    assert dora(world).invited_at is None
    assert dora(world).pending, "login is still on"


def test_cancelling_revokes_links_of_portals_never_entered(world: World) -> None:
    send(world)
    change(world, Membership, world.dora_at_lindner, activated_at=clock.now())
    invitations.cancel(anna(world), row(world, Membership, world.dora_at_thode))
    with scopes.of_firm(world.firm) as scope:
        living = scope.of(Link).where(Link.contact == world.dora, Link.revoked_at.is_null())
        assert {link.client_id for link in living} == {world.lindner}


def test_who_came_in_or_was_never_asked_cannot_be_cancelled(world: World, by_password: None) -> None:
    with pytest.raises(Conflict):
        invitations.cancel(anna(world), row(world, Membership, world.dora_at_lindner))
    made = ticket(world, send(world))
    contact_passwords.accept(Stranger(world.firm), made, password="vier nasse Schirme")
    with pytest.raises(Conflict):
        invitations.cancel(anna(world), row(world, Membership, world.dora_at_lindner))


def test_a_restore_does_not_bring_a_cancelled_invitation_back(
    world: World, by_password: None, instance: Config
) -> None:
    made = ticket(world, send(world))
    invitations.cancel(anna(world), row(world, Membership, world.dora_at_lindner))
    # the backup was made before: there the ticket lives and the date stands
    change(world, Ticket, made.id, cancelled_at=None)
    change(world, Contact, world.dora, invited_at=made.created_at)
    acts = [act for act in replay.read(Path(instance.instance) / "journal") if act.name == "ticket.cancelled"]
    assert [act.ids["ticket"] for act in acts] == [made.id]
    with scopes.of_firm(world.firm), transaction():
        assert replay.apply(InstanceActor(world.firm, "restore"), acts)["done"] == 1
    assert not ticket(world, mails(world)[0]).is_live(clock.now())
    assert not ask_anew(world), "nor can a button fetch it back"


# asking for a new one


def ask_anew(world: World) -> bool:
    """Press the button and let the worker decide; whether an invitation was queued."""
    before = len(mails(world)) + len(mails(world, "access"))
    new_invitations.ask(Stranger(world.firm), dora(world))
    asked = mails(world)[-1]
    assert (asked.subject, asked.to) == ({"contact": world.dora}, dora(world).email)
    sent: bool = new_invitations.answer(InstanceActor(world.firm, "worker"), dora(world))
    assert len(mails(world)) + len(mails(world, "access")) == before + 1 + sent
    return sent


def test_an_expired_invitation_is_followed_by_a_new_one(
    world: World, by_password: None, move_clock: Callable[..., None]
) -> None:
    first = send(world)
    move_clock(days=8)
    assert ask_anew(world)
    fresh = mails(world)[-1]
    assert ticket(world, fresh).is_live(clock.now())
    assert ticket(world, fresh).id != first.subject["ticket"]
    assert dora(world).invited_by_id == world.anna, "it stays hers"


@pytest.mark.parametrize("state", ["cancelled", "active", "login", "access", "bounced", "held", "address"])
def test_who_is_not_waited_for_gets_nothing(world: World, by_password: None, state: str) -> None:
    made = ticket(world, send(world))
    if state == "cancelled":
        invitations.cancel(anna(world), row(world, Membership, world.dora_at_lindner))
    elif state == "active":
        contact_passwords.accept(Stranger(world.firm), made, password="vier nasse Schirme")
    elif state == "bounced":
        change(world, Contact, world.dora, email_error="550")
    elif state == "held":
        change(world, Contact, world.dora, held_until=clock.now() + invitations.LASTS)
    elif state == "address":
        change(world, Contact, world.dora, email="", email_key=None)
    else:
        for membership_id, client_id in ((world.dora_at_lindner, world.lindner), (world.dora_at_thode, world.thode)):
            if state == "login":
                change(world, Membership, membership_id, login=False)
            else:
                change(world, Client, client_id, portal_access=False)
    assert not ask_anew(world)


def test_a_contact_is_mailed_three_times_an_hour_at_most(
    world: World, by_password: None, move_clock: Callable[..., None]
) -> None:
    send(world)
    sent = []
    for _ in range(5):
        move_clock(minutes=2)
        sent.append(ask_anew(world))
    assert sent == [True, True, True, False, False]
    move_clock(hours=1)
    assert ask_anew(world)


# forgotten passwords


def forgotten(world: World, email: str) -> tuple[Any, OutboxMail]:
    """Type the address and let the worker decide."""
    resets.ask(Stranger(world.firm), email, language="en")
    mail = mails(world, "reset")[-1]
    answer = reset_answers.answer(InstanceActor(world.firm, "worker"), mail)
    return answer, mails(world, "reset")[-1]


def test_a_contact_with_a_password_gets_a_reset(world: World, by_password: None) -> None:
    acting.give_password(world.firm, world.dora)
    answer, mail = forgotten(world, "Dora@LINDNER.example.org")
    assert (mail.to, mail.subject) == (DORA, {"ticket": answer.ticket.id})
    assert (answer.ticket.purpose, answer.ticket.contact_id) == (RESET, world.dora)
    assert (answer.ticket.expires_at - clock.now()).total_seconds() == pytest.approx(1800, abs=5)
    second, _ = forgotten(world, DORA)
    assert not row(world, Ticket, answer.ticket.id).is_live(clock.now())
    assert row(world, Ticket, second.ticket.id).is_live(clock.now())


def test_who_never_set_one_is_invited_again(world: World, by_password: None) -> None:
    first = send(world)
    answer, _ = forgotten(world, DORA)
    assert answer.invited
    assert not ticket(world, first).is_live(clock.now())
    assert ticket(world, mails(world)[-1]).is_live(clock.now())


@pytest.mark.parametrize(
    "state", ["secret link", "cancelled", "held", "bounced", "login", "held with a password", "moved", "closed"]
)
def test_whom_no_mail_may_reach_gets_none(world: World, by_password: None, state: str) -> None:
    send(world)
    if state in ("held with a password", "moved", "closed"):
        acting.give_password(world.firm, world.dora)
    if state == "secret link":
        change(world, Firm, world.firm, login_type="secret_link")
    elif state == "cancelled":
        invitations.cancel(anna(world), row(world, Membership, world.dora_at_lindner))
    elif state.startswith("held"):
        change(world, Contact, world.dora, held_until=clock.now() + invitations.LASTS)
    elif state == "bounced":
        change(world, Contact, world.dora, email_error="550")
    elif state == "moved":
        # the address on file is another now, the identity's is still the old one
        change(world, Contact, world.dora, email="x@example.org", email_key="x@example.org")
    else:
        for membership_id in (world.dora_at_lindner, world.dora_at_thode):
            change(world, Membership, membership_id, login=False)
    before = len(mails(world))
    answer, _ = forgotten(world, DORA)
    assert answer is None
    assert len(mails(world)) == before
    if state == "moved":
        assert forgotten(world, "x@example.org")[0] is None


def test_who_is_staff_and_contact_gets_one_ticket(world: World) -> None:
    ben = row(world, Staff, world.ben)
    address = {"email": "ben@petry.example.com", "email_key": "ben@petry.example.com"}
    change(world, Contact, world.dora, identity=ben.identity_id, **address)
    answer, _ = forgotten(world, "ben@petry.example.com")
    assert (answer.ticket.staff_id, answer.ticket.contact_id) == (world.ben, None)


# links of clients that are entered by password now


def test_a_link_of_a_client_with_passwords_brings_an_invitation(world: World, by_password: None) -> None:
    assert new_links.answer(InstanceActor(world.firm, "worker"), row(world, Link, world.dora_link))
    assert mails(world, "new_link") == []
    assert ticket(world, mails(world)[-1]).contact_id == world.dora


def test_behind_nobodys_link_the_primary_contact_is_invited(world: World, by_password: None) -> None:
    assert new_links.answer(InstanceActor(world.firm, "worker"), row(world, Link, world.lindner_link))
    assert [mail.to for mail in mails(world)] == [DORA]


def test_who_has_a_password_is_told_where_to_use_it(world: World, by_password: None) -> None:
    acting.give_password(world.firm, world.dora)
    invited_at = dora(world).invited_at
    for _ in range(2):
        assert new_links.answer(InstanceActor(world.firm, "worker"), row(world, Link, world.dora_link))
    assert [mail.subject["ticket"] for mail in mails(world)] == [None], "once an hour"
    assert dora(world).invited_at == invited_at


def test_a_revoked_link_brings_nothing(world: World, by_password: None) -> None:
    change(world, Link, world.dora_link, revoked_at=clock.now())
    assert not new_links.answer(InstanceActor(world.firm, "worker"), row(world, Link, world.dora_link))
    assert mails(world) == []
