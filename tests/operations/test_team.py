"""The team: invited, come, gone; and the passwords of its members."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portal.base import clock, journal
from portal.base.config import Config
from portal.base.errors import Conflict, Gone, Invalid, NotFound, NotPermitted, TooMany
from portal.models.contact import Membership
from portal.models.firm import Firm
from portal.models.identity import Identity
from portal.models.outbox import OutboxMail
from portal.models.sign_in import SignIn
from portal.models.staff import ADMIN, ADVISER, Staff
from portal.models.ticket import Ticket
from portal.operations import contacts, sign_ins, team
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor, StaffActor, Stranger
from portal.queries import team as queries
from tests import acting
from tests.personas import PASSWORD, World

pytestmark = pytest.mark.usefixtures("instance")
NEW = "vier nasse Regenschirme"


def anna(world: World) -> StaffActor:
    return acting.staff(world.firm, world.anna)


def firm_of(world: World) -> Firm:
    with scopes.of_firm(world.firm) as scope:
        return scope.firm


def staff_of(world: World, staff_id: int) -> Staff:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Staff, staff_id)


def ticket_of(world: World, ticket: Ticket) -> Ticket:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Ticket, ticket.id)


def live_sessions(world: World, staff_id: int) -> int:
    with scopes.of_firm(world.firm) as scope:
        return len(list(scope.of(SignIn).where(SignIn.staff == staff_id, SignIn.ended_at.is_null())))


def can_sign_in(world: World, email: str, password: str) -> bool:
    return sign_ins.authenticate(Stranger(world.firm), email, password) is not None


def listed(world: World) -> list[queries.Member]:
    with scopes.of_firm(world.firm) as scope:
        return queries.members(scope)


def mails(world: World, kind: str) -> list[OutboxMail]:
    return acting.mails(world.firm, kind)


def invite(world: World, email: str = "gesa@petry.example.com", role: str = ADVISER) -> Ticket:
    return team.invite(anna(world), firm_of(world), email=email, role=role, name="Gesa")


def test_an_invitation_is_mailed_and_lasts_seven_days(world: World) -> None:
    ticket = invite(world)
    [mail] = mails(world, "invite")
    assert (mail.to, mail.subject) == ("gesa@petry.example.com", {"ticket": ticket.id, "by": world.anna})
    assert mail.not_after == ticket.expires_at
    assert (ticket.expires_at - ticket.created_at).days == 7
    assert not can_sign_in(world, "gesa@petry.example.com", "")


def test_another_invitation_voids_the_older(world: World) -> None:
    older = invite(world)
    newer = invite(world, email="GESA@petry.example.com", role=ADMIN)
    assert not ticket_of(world, older).is_live(clock.now())
    assert newer.staff_id == older.staff_id
    assert staff_of(world, newer.staff_id).role == ADMIN
    with pytest.raises(Gone):
        team.accept_invitation(Stranger(), older, name="Gesa", password=NEW)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"email": ""}, "email"),
        ({"email": "gesa"}, "email"),
        ({"role": "owner"}, "role"),
        ({"name": "x" * 101}, "name"),
    ],
)
def test_an_invitation_refuses(world: World, fields: dict[str, str], wrong: str) -> None:
    with pytest.raises(Invalid) as error:
        team.invite(
            anna(world), firm_of(world), **{"email": "gesa@petry.example.com", "role": ADVISER, "name": "", **fields}
        )
    assert list(error.value.errors) == [wrong]


def test_who_is_in_the_team_is_not_invited_again(world: World) -> None:
    ben = staff_of(world, world.ben)
    with pytest.raises(Conflict) as error:
        invite(world, email="Ben@petry.example.com")
    assert (error.value.code, error.value.existing) == ("member", ben.uid)
    team.deactivate(anna(world), ben)
    with pytest.raises(Conflict) as error:
        invite(world, email="ben@petry.example.com")
    assert error.value.code == "deactivated"


def test_a_contacts_password_does_not_make_staff_of_who_was_only_invited(world: World) -> None:
    """An adviser may give a contact whose password he knows the address of whoever is to be invited next."""
    email = "kommt@petry.example.com"
    acting.give_password(world.firm, world.dora)
    ben, firm = acting.staff(world.firm, world.ben), firm_of(world)
    with scopes.of_firm(world.firm) as scope:
        membership = scope.by_id(Membership, world.dora_at_lindner)
    contacts.change(ben, membership, email=email)
    ticket = team.invite(anna(world), firm, email=email, role=ADMIN, name="Neu")
    person = sign_ins.authenticate(Stranger(world.firm), email, PASSWORD)
    assert person is not None
    assert (person.staff, person.membership is not None) == (None, True)
    assert [member.state for member in listed(world) if member.email == email] == ["invited"]
    again = team.invite(anna(world), firm, email=email, role=ADMIN, name="Neu")
    assert again.id != ticket.id, "asking again is possible: she has not come"
    staff = team.accept_invitation(Stranger(world.firm), again, name="Neu", password=NEW)
    assert not can_sign_in(world, email, PASSWORD)
    person = sign_ins.authenticate(Stranger(world.firm), email, NEW)
    assert person is not None
    assert person.staff is not None
    assert person.staff.id == staff.id
    assert [member.state for member in listed(world) if member.email == email] == ["active"]


def test_who_was_invited_and_set_a_new_password_by_mail_has_come(world: World) -> None:
    acting.give_password(world.firm, world.dora)
    team.invite(anna(world), firm_of(world), email="dora@lindner.example.org", role=ADVISER, name="Dora")
    with scopes.of_firm(world.firm) as scope:
        staff = scope.one(scope.of(Staff).order_by(Staff.id.desc()).limit(1))
    team.reset_password(Stranger(world.firm), team.reset(anna(world), staff), password=NEW)
    person = sign_ins.authenticate(Stranger(world.firm), "dora@lindner.example.org", NEW)
    assert person is not None
    assert person.staff is not None


def test_an_invitation_works_once(world: World) -> None:
    ticket = invite(world)
    staff = team.accept_invitation(Stranger(), ticket, name=" Gesa  Holm ", password=NEW)
    assert (staff.id, staff.name) == (ticket.staff_id, "Gesa Holm")
    assert can_sign_in(world, "gesa@petry.example.com", NEW)
    for again in (ticket, ticket_of(world, ticket)):
        with pytest.raises(Gone):
            team.accept_invitation(Stranger(), again, name="Gesa", password="ein ganz anderes Wort")
    assert can_sign_in(world, "gesa@petry.example.com", NEW)


def test_an_invitation_runs_out(world: World, move_clock: Callable[..., None]) -> None:
    ticket = invite(world)
    move_clock(days=7, seconds=1)
    with pytest.raises(Gone):
        team.accept_invitation(Stranger(), ticket, name="Gesa", password=NEW)


def test_a_stale_row_in_hand_does_not_revive_a_cancelled_invitation(world: World) -> None:
    ticket = invite(world)
    team.deactivate(anna(world), staff_of(world, ticket.staff_id))
    assert ticket.is_live(clock.now())
    with pytest.raises(Gone):
        team.accept_invitation(Stranger(), ticket, name="Gesa", password=NEW)


@pytest.mark.parametrize(
    ("name", "password", "wrong"),
    [
        ("", NEW, {"name": ["missing"]}),
        ("Gesa", "elf Zeichen", {"password": ["short"]}),
        ("Gesa", "Passwort123456", {"password": ["common"]}),
        ("Gesa Holm", "Gesa Holm 2026", {"password": ["name"]}),
        ("Gesa", "gesagesa1234", {"password": ["name"]}),
        ("Gesa", "x" * 129, {"password": ["long"]}),
    ],
)
def test_a_weak_password_leaves_the_invitation_alive(world: World, name: str, password: str, wrong: object) -> None:
    ticket = invite(world)
    with pytest.raises(Invalid) as error:
        team.accept_invitation(Stranger(), ticket, name=name, password=password)
    assert error.value.errors == wrong
    assert ticket_of(world, ticket).is_live(clock.now())


def test_a_reset_signs_nobody_in_ends_all_sessions_and_tells_the_person(world: World) -> None:
    acting.staff(world.firm, world.ben)
    ticket = team.reset(InstanceActor(world.firm, "test"), staff_of(world, world.ben))
    assert (ticket.expires_at - ticket.created_at).total_seconds() == 1800
    assert [mail.subject for mail in mails(world, "reset")] == [{"ticket": ticket.id}]
    team.reset_password(Stranger(), ticket, password=NEW)
    assert live_sessions(world, world.ben) == 0
    assert [mail.to for mail in mails(world, "password_changed")] == ["ben@petry.example.com"]
    assert can_sign_in(world, "ben@petry.example.com", NEW)
    assert not can_sign_in(world, "ben@petry.example.com", PASSWORD)
    with pytest.raises(Gone):
        team.reset_password(Stranger(), ticket, password="ein ganz anderes Wort")


def test_a_reset_is_no_invitation(world: World) -> None:
    reset = team.reset(anna(world), staff_of(world, world.ben))
    with pytest.raises(Gone):
        team.accept_invitation(Stranger(), reset, name="Ben", password=NEW)
    with pytest.raises(Gone):
        team.reset_password(Stranger(), invite(world), password=NEW)


def test_a_new_reset_voids_the_older_and_a_new_password_voids_all(world: World) -> None:
    ben = staff_of(world, world.ben)
    older, newer = team.reset(anna(world), ben), team.reset(anna(world), ben)
    assert not ticket_of(world, older).is_live(clock.now())
    team.change_password(acting.staff(world.firm, world.ben), current=PASSWORD, new=NEW)
    assert not ticket_of(world, newer).is_live(clock.now())


def test_a_changed_address_voids_the_tickets_to_the_old_one(world: World) -> None:
    ticket = invite(world)
    with scopes.of_firm(world.firm) as scope:
        scope.update(Identity, email_key="other@petry.example.com").where(
            Identity.email_key == ticket.email_key
        ).execute()
    with pytest.raises(Gone):
        team.accept_invitation(Stranger(), ticket, name="Gesa", password=NEW)


def test_ones_own_new_password_keeps_this_session_and_ends_the_others(world: World) -> None:
    acting.staff(world.firm, world.ben)
    here = acting.staff(world.firm, world.ben)
    acting.viewing(here, world.lindner)
    team.change_password(here, current=PASSWORD, new=NEW)
    assert live_sessions(world, world.ben) == 2
    assert can_sign_in(world, "ben@petry.example.com", NEW)
    assert len(mails(world, "password_changed")) == 1


@pytest.mark.parametrize(
    ("current", "new", "wrong"),
    [
        ("falsch", NEW, {"current": ["wrong"]}),
        (PASSWORD, "kurz", {"new": ["short"]}),
        (PASSWORD, PASSWORD, {"new": ["same"]}),
    ],
)
def test_ones_own_password_refuses(world: World, current: str, new: str, wrong: object) -> None:
    with pytest.raises(Invalid) as error:
        team.change_password(acting.staff(world.firm, world.ben), current=current, new=new)
    assert error.value.errors == wrong
    assert can_sign_in(world, "ben@petry.example.com", PASSWORD)


def test_ones_own_password_is_not_guessed(world: World) -> None:
    ben = acting.staff(world.firm, world.ben)
    for _try in range(10):
        with pytest.raises(Invalid):
            team.change_password(ben, current="falsch", new=NEW)
    with pytest.raises(TooMany):
        team.change_password(ben, current=PASSWORD, new=NEW)
    assert can_sign_in(world, "ben@petry.example.com", PASSWORD)


def test_deactivating_ends_everything_at_once(world: World, instance: Config) -> None:
    acting.viewing(acting.staff(world.firm, world.ben), world.lindner)
    ben = staff_of(world, world.ben)
    reset = team.reset(anna(world), ben)
    team.deactivate(anna(world), ben)
    with scopes.of_firm(world.firm) as scope:
        assert not list(scope.of(SignIn).where(SignIn.staff == ben.id, SignIn.ended_at.is_null()))
    assert not ticket_of(world, reset).is_live(clock.now())
    assert not can_sign_in(world, "ben@petry.example.com", PASSWORD)
    act = list(journal.read(instance.instance / "journal"))[-1]
    assert (act["act"], act["staff"]) == ("staff.deactivated", ben.id)
    with pytest.raises(Conflict):
        team.reset(anna(world), staff_of(world, world.ben))
    team.activate(anna(world), staff_of(world, world.ben))
    assert can_sign_in(world, "ben@petry.example.com", PASSWORD)


def test_the_last_admin_stays_even_beside_one_who_was_only_invited(world: World) -> None:
    invite(world, role=ADMIN)
    for act in (team.deactivate, lambda actor, staff: team.set_role(actor, staff, role=ADVISER)):
        with pytest.raises(Conflict) as error:
            act(anna(world), staff_of(world, world.anna))
        assert error.value.code == "last_admin"
    assert staff_of(world, world.anna).is_active
    team.set_role(anna(world), staff_of(world, world.ben), role=ADMIN)
    team.deactivate(anna(world), staff_of(world, world.anna))
    assert not staff_of(world, world.anna).is_active


def test_another_role_needs_another_sign_in(world: World) -> None:
    acting.staff(world.firm, world.ben)
    team.set_role(anna(world), staff_of(world, world.ben), role=ADMIN)
    assert live_sessions(world, world.ben) == 0
    with pytest.raises(Invalid):
        team.set_role(anna(world), staff_of(world, world.ben), role="owner")


def test_ones_own_account_and_nobody_elses(world: World) -> None:
    ben = acting.staff(world.firm, world.ben)
    wanted = {"name": "Ben A.", "language": "en", "shortcuts": False, "mail_decisions": False, "mail_comments": True}
    team.change_account(ben, staff_of(world, world.ben), **wanted)
    row = staff_of(world, world.ben)
    assert (row.name, row.shortcuts, row.mail_decisions, row.mail_comments) == ("Ben A.", False, False, True)
    with pytest.raises(NotPermitted):
        team.change_account(ben, staff_of(world, world.clara), **wanted)
    for wrong in ({"name": ""}, {"language": "fr"}):
        with pytest.raises(Invalid):
            team.change_account(ben, row, **{**wanted, **wrong})


def test_advisers_and_other_firms_manage_no_team(world: World) -> None:
    with pytest.raises(NotPermitted):
        team.invite(acting.staff(world.firm, world.ben), firm_of(world), email="x@example.com", role=ADVISER)
    with pytest.raises(NotFound):
        team.deactivate(acting.staff(world.other_firm, world.frida), staff_of(world, world.ben))


def test_the_list_says_who_is_what(world: World, move_clock: Callable[..., None]) -> None:
    invite(world)
    team.deactivate(anna(world), staff_of(world, world.clara))
    with scopes.of_firm(world.firm) as scope:
        states = {member.name: (member.state, member.keeps) for member in queries.members(scope)}
    assert states["Anna Petry"] == (queries.ACTIVE, True)
    assert states["Ben Aydin"] == (queries.ACTIVE, False)
    assert states["Clara Voss"] == (queries.DEACTIVATED, False)
    assert states["Gesa"] == (queries.INVITED, False)
    move_clock(days=8)
    with scopes.of_firm(world.firm) as scope:
        assert {member.name: member.state for member in queries.members(scope)}["Gesa"] == queries.LAPSED
