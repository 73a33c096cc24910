"""Runs: begun once, worked on in batches, and each contact gets one e-mail whatever happens in between (T4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from portal.base import clock, journal
from portal.base.config import Config
from portal.base.errors import Invalid, NotPermitted
from portal.models.audit_entry import AuditEntry
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.firm import ALL, FUTURE, NOBODY, PASSWORD, SECRET_LINK, Firm
from portal.models.link import Link
from portal.models.outbox import DROPPED, OutboxMail
from portal.models.run import DONE, FAILED, RUNNING, SKIPPED, WAITING, Run, RunRow
from portal.models.staff import ADVISER, Staff
from portal.operations import client_runs, contacts, run_kinds, runs, settings_access
from portal.operations.runs import Kind, Wanted
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor, StaffActor
from portal.policies.permissions import Permission
from portal.worker.runs import Runs
from tests import acting, factories
from tests.personas import World

MAILS = ("access", "invitation")


@pytest.fixture
def anna(instance: Config, world: World) -> StaffActor:
    return acting.staff(world.firm, world.anna)


def firm_of(world: World) -> Firm:
    with scopes.of_firm(world.firm) as scope:
        return scope.firm


def begin(actor: Any, world: World, *clients: int, key: str = "k", **choice: Any) -> Run:
    selection = {"clients": sorted(map(str, clients))}
    return client_runs.begin(actor, firm_of(world), clients=clients, selection=selection, key=key, **choice)


def work(most: int = 10_000) -> int:
    worker, steps = Runs(), 0
    while steps < most and worker.step():
        steps += 1
    return steps


def rows_of(world: World, run: Run) -> list[RunRow]:
    with scopes.of_firm(world.firm) as scope:
        return list(scope.of(RunRow).where(RunRow.run == run.id).order_by(RunRow.id))


def outcomes(world: World, run: Run) -> Counter[tuple[str, str, str]]:
    return Counter((row.act, row.outcome, row.reason) for row in rows_of(world, run))


def again(world: World, run: Run) -> Run:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Run, run.id)


def mails(world: World) -> Counter[str]:
    with scopes.of_firm(world.firm) as scope:
        rows = scope.of(OutboxMail).where(OutboxMail.kind.in_(MAILS), OutboxMail.state != DROPPED)
        return Counter(row.to for row in rows)


def crowd(world: World, many: int) -> list[int]:
    """So many clients with one contact each."""
    made = []
    for number in range(many):
        client = factories.client(world.firm, name=f"Menge {number}")
        factories.contact(client, email=f"m{number}@example.org", last_name=f"M{number}")
        made.append(client.id)
    return made


def change(world: World, model: Any, row_id: int, **fields: Any) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.update(model, **fields).where(model.id == row_id).execute()


def test_a_person_of_several_clients_gets_one_mail(anna: StaffActor, world: World) -> None:
    run = begin(anna, world, world.lindner, world.thode, notify=True, invite=True)
    assert (run.total, run.by_id) == (3, world.anna)
    work()
    assert mails(world) == {"dora@lindner.example.org": 1}
    assert outcomes(world, run) == {("switch", DONE, "unchanged"): 2, ("invite", DONE, ""): 1}
    done = again(world, run)
    assert (done.state, done.done, done.leased_until) == (DONE, 3, None)
    with scopes.of_firm(world.firm) as scope:
        contact = scope.by_id(Contact, world.dora)
    assert contact.invited_by_id == world.anna


def test_asked_twice_it_is_one_run(anna: StaffActor, world: World) -> None:
    first = begin(anna, world, world.lindner, login=True, invite=True)
    assert begin(anna, world, world.lindner, login=True, invite=True).id == first.id
    work()
    assert begin(anna, world, world.lindner, login=True, invite=True).id == first.id
    other = begin(anna, world, world.lindner, login=True, invite=True, key="another")
    assert other.id != first.id
    work()
    assert outcomes(world, other)[("invite", SKIPPED, "just_invited")] == 1
    assert mails(world) == {"dora@lindner.example.org": 1}


def test_two_people_with_the_same_key_have_their_own_runs(anna: StaffActor, world: World) -> None:
    ben = acting.staff(world.firm, world.ben)
    assert begin(anna, world, world.lindner, notify=True).id != begin(ben, world, world.lindner, notify=True).id


def test_switches_are_turned_recorded_and_kept_in_the_journal(anna: StaffActor, world: World, instance: Config) -> None:
    before = len(list(journal.read(instance.instance / "journal")))
    run = begin(anna, world, world.lindner, world.thode, world.okonkwo, login=False, email_sync=True)
    work()
    with scopes.of_firm(world.firm) as scope:
        members = list(scope.of(Membership))
        acts = Counter(row.action for row in scope.of(AuditEntry).where(AuditEntry.actor == f"staff:{anna.staff_uid}"))
        lindner = scope.by_id(Client, world.lindner)
    assert {(row.login, row.email_sync) for row in members} == {(False, True)}
    assert (acts["membership.login_off"], acts["membership.email_sync_on"]) == (3, 3)
    assert (acts["run.begun"], acts["run.finished"]) == (1, 1)
    assert not lindner.login_granted, "the kept status follows"
    lines = list(journal.read(instance.instance / "journal"))[before:]
    assert {line["membership"] for line in lines} == {row.id for row in members}
    assert again(world, run).state == DONE


def test_who_is_left_out_and_why(anna: StaffActor, world: World) -> None:
    gone = factories.client(world.firm, name="Archiv")
    factories.contact(gone, email="archiv@example.org")
    shut = factories.client(world.firm, name="Zu")
    factories.contact(shut, email="zu@example.org")
    people = factories.client(world.firm, name="Leute")
    factories.contact(people, last_name="Ohne")
    bounced = factories.contact(people, email="zurueck@example.org")
    held = factories.contact(people, email="neu@example.org")
    factories.contact(people, email="still@example.org", notify=False)
    factories.contact(people, email="aus@example.org", login=False)
    inside = factories.contact(people, email="drin@example.org")
    change(world, Client, gone.id, archived_at=clock.now())
    change(world, Client, shut.id, portal_access=False)
    change(world, Contact, bounced.contact_id, email_error="550")
    change(world, Contact, held.contact_id, held_until=clock.now().replace(year=2030))
    acting.give_password(world.firm, inside.contact_id)
    run = begin(anna, world, gone.id, shut.id, people.id, world.test_client, invite=True)
    work()
    assert outcomes(world, run) == {
        ("invite", SKIPPED, reason): 1
        for reason in ("archived", "closed", "no_email", "bounced", "held", "notify_off", "login_off", "active")
    }
    assert not mails(world)


def test_what_changed_since_is_seen(anna: StaffActor, world: World) -> None:
    run = begin(anna, world, world.lindner, world.okonkwo, notify=True, invite=True)
    change(world, Membership, world.emil_at_okonkwo, ended_at=clock.now())
    change(world, Client, world.lindner, archived_at=clock.now())
    work()
    assert outcomes(world, run) == {
        ("switch", SKIPPED, "ended"): 1, ("switch", SKIPPED, "archived"): 1, ("invite", SKIPPED, "ended"): 1,
        ("invite", SKIPPED, "archived"): 1,
    }  # fmt: skip
    assert not mails(world)


def test_deactivated_since_nothing_more_is_done(anna: StaffActor, world: World) -> None:
    run = begin(anna, world, world.lindner, login=False, invite=True)
    change(world, Staff, world.anna, deactivated_at=clock.now())
    work()
    assert {reason for _act, _outcome, reason in outcomes(world, run)} == {"not_permitted"}
    assert again(world, run).state == DONE
    with scopes.of_firm(world.firm) as scope:
        assert scope.by_id(Membership, world.dora_at_lindner).login


def test_restricted_since_only_assigned_clients_are_touched(instance: Config, world: World) -> None:
    ben = acting.staff(world.firm, world.ben)
    run = begin(ben, world, world.lindner, world.okonkwo, login=False, invite=True)
    change(world, Firm, world.firm, advisers_see_all=False)
    work()
    found = outcomes(world, run)
    assert found[("switch", SKIPPED, "not_assigned")] == 1
    assert found[("invite", SKIPPED, "not_assigned")] == 1
    with scopes.of_firm(world.firm) as scope:
        assert not scope.by_id(Membership, world.dora_at_lindner).login
        assert scope.by_id(Membership, world.emil_at_okonkwo).login


def test_an_admins_run_needs_the_admin(anna: StaffActor, world: World) -> None:
    change(world, Membership, world.emil_at_okonkwo, login=False)
    run = settings_access.change(anna, firm_of(world), login_type=SECRET_LINK, default_access=ALL, key="k")
    assert run is not None
    change(world, Staff, world.anna, role=ADVISER)
    work()
    assert outcomes(world, run) == {("switch", SKIPPED, "not_permitted"): 1}


def test_resending_and_cancelling(anna: StaffActor, world: World) -> None:
    people = [world.dora, world.emil]
    run = client_runs.begin_invitations(anna, firm_of(world), contacts=people, key="a", message="Hallo [Staff.name]")
    work()
    assert mails(world) == {"dora@lindner.example.org": 1, "emil@okonkwo.example.org": 1}
    assert outcomes(world, run) == {("invite", DONE, ""): 2}
    with scopes.of_firm(world.firm) as scope:
        messages = {row.subject["message"] for row in scope.of(OutboxMail).where(OutboxMail.kind.in_(MAILS))}
    assert messages == {"Hallo Anna Petry"}
    cancelled = client_runs.begin_cancellations(anna, firm_of(world), contacts=people, key="b")
    work()
    assert outcomes(world, cancelled) == {("cancel", DONE, ""): 2}
    assert not mails(world), "what waits is not sent"
    with scopes.of_firm(world.firm) as scope:
        living = scope.of(Link).where(Link.contact.in_(people), Link.revoked_at.is_null())
        assert not list(living), "and the mailed links are dead"
    third = client_runs.begin_cancellations(anna, firm_of(world), contacts=people, key="c")
    work()
    assert outcomes(world, third) == {("cancel", SKIPPED, "not_invited"): 2}


def test_bad_wishes_are_refused(anna: StaffActor, world: World) -> None:
    with pytest.raises(Invalid):
        begin(anna, world, world.lindner)
    with pytest.raises(Invalid):
        begin(anna, world, world.lindner, invite=True, message="x" * 2001)
    with pytest.raises(NotPermitted):
        begin(acting.by_link(world.firm, world.dora_link), world, world.lindner, login=True)


def test_a_batch_is_whole_or_not_there(anna: StaffActor, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The third row makes the program stumble: the others are done once, that one is marked, the run ends."""
    clients = crowd(world, 6)
    run = begin(anna, world, *clients, invite=True)
    put = client_runs.invitations.put

    def stumble(actor: Any, contact: Contact, **options: Any) -> None:
        put(actor, contact, **options)
        if contact.email == "m2@example.org":
            raise RuntimeError("a mistake of the program")

    monkeypatch.setattr(client_runs.invitations, "put", stumble)
    worker, mistakes = Runs(), 0
    for _round in range(40):
        try:
            if not worker.step():
                break
        except RuntimeError:
            mistakes += 1
    assert mistakes == 2, "the whole batch, then the row alone"
    assert outcomes(world, run) == {("invite", DONE, ""): 5, ("invite", FAILED, "mistake"): 1}
    assert mails(world) == {f"m{number}@example.org": 1 for number in (0, 1, 3, 4, 5)}
    assert again(world, run).state == DONE


def test_a_claim_holds_and_runs_out(anna: StaffActor, world: World, move_clock: Callable[..., None]) -> None:
    run = begin(anna, world, world.lindner, invite=True)
    claimed = runs.claim()
    assert claimed is not None
    assert claimed.run.id == run.id
    assert runs.claim() is None, "somebody is at it"
    assert not Runs().step()
    move_clock(seconds=61)
    assert Runs().step()
    late = runs.advance(InstanceActor(world.firm, "worker"), run, claimed, run_kinds.KINDS["clients"], most=10)
    assert late, "whoever came too late does nothing"
    assert mails(world) == {"dora@lindner.example.org": 1}


def test_runs_take_turns(anna: StaffActor, world: World) -> None:
    clients = crowd(world, 3)
    many = begin(anna, world, *clients, invite=True, key="many")
    few = begin(anna, world, world.lindner, notify=True, invite=True, key="few")
    kind = Kind(Permission.CLIENT_WORK, client_runs.work, batch=1)
    worker, patched = Runs(), pytest.MonkeyPatch()
    patched.setattr("portal.worker.runs.KINDS", {"clients": kind})
    for _round in range(4):
        worker.step()
    patched.undo()
    assert again(world, few).state == DONE
    assert again(world, many).state == RUNNING
    assert Counter(row.outcome for row in rows_of(world, many)) == {DONE: 2, WAITING: 1}


def test_a_kind_that_is_not_known_parks_its_run(anna: StaffActor, world: World) -> None:
    run = begin(anna, world, world.lindner, notify=True)
    change(world, Run, run.id, kind="of a later version")
    work()
    parked = again(world, run)
    assert parked.state == FAILED
    assert "of a later version" in parked.error


def test_a_kind_that_forgets_a_row_is_a_mistake(anna: StaffActor, world: World, monkeypatch: Any) -> None:
    def forget(_scope: Any, _actor: Any, _run: Run, _rows: Sequence[RunRow]) -> None:
        return

    run = begin(anna, world, world.lindner, notify=True)
    monkeypatch.setattr("portal.worker.runs.KINDS", {"clients": Kind(Permission.CLIENT_WORK, forget)})
    with pytest.raises(RuntimeError, match="left row"):
        Runs().step()
    assert again(world, run).done == 0


def test_a_run_without_rows_is_over_at_once(anna: StaffActor, world: World) -> None:
    run = begin(anna, world, world.test_client, notify=True)
    work()
    assert again(world, run).state == DONE


def test_new_contacts_follow_the_default(anna: StaffActor, world: World) -> None:
    assert factories.contact(_client(world), email="eins@example.org").login
    settings_access.change(anna, firm_of(world), login_type=SECRET_LINK, default_access=NOBODY)
    assert not factories.contact(_client(world), email="zwei@example.org").login
    assert contacts.put(anna, _client(world), email="drei@example.org", login=True)[0].login, "said is said"
    settings_access.change(anna, firm_of(world), login_type=SECRET_LINK, default_access=FUTURE)
    assert factories.contact(_client(world), email="vier@example.org").login


def test_all_gives_login_to_everybody_there_is(anna: StaffActor, world: World) -> None:
    for membership_id in (world.emil_at_okonkwo, world.dora_at_thode):
        change(world, Membership, membership_id, login=False)
    run = settings_access.change(
        anna, firm_of(world), login_type=SECRET_LINK, default_access=ALL, invite=True, key="k"
    )  # fmt: skip
    assert run is not None
    work()
    with scopes.of_firm(world.firm) as scope:
        assert all(row.login for row in scope.of(Membership).where(Membership.ended_at.is_null()))
        assert scope.firm.default_access == ALL
    assert mails(world) == {"dora@lindner.example.org": 1, "emil@okonkwo.example.org": 1}
    same = {"login_type": SECRET_LINK, "default_access": ALL}
    assert settings_access.change(anna, firm_of(world), **same, key="k2") is None


def test_another_login_type_loses_nobody(anna: StaffActor, world: World) -> None:
    acting.give_password(world.firm, world.emil)
    run = settings_access.change(
        anna, firm_of(world), login_type=PASSWORD, default_access=FUTURE, invite=True, key="k"
    )  # fmt: skip
    assert run is not None
    work()
    with scopes.of_firm(world.firm) as scope:
        kinds = {row.to: row.kind for row in scope.of(OutboxMail).where(OutboxMail.kind.in_(MAILS))}
        okonkwo = scope.by_id(Client, world.okonkwo)
    assert kinds == {"dora@lindner.example.org": "invitation"}, "who has a password needs no word"
    assert okonkwo.reachable_until is not None


def test_settings_are_for_admins_and_known_words(anna: StaffActor, world: World) -> None:
    ben = acting.staff(world.firm, world.ben)
    with pytest.raises(NotPermitted):
        settings_access.change(ben, firm_of(world), login_type=PASSWORD, default_access=ALL)
    with pytest.raises(Invalid):
        settings_access.change(anna, firm_of(world), login_type="none", default_access="some")


def test_rows_of_another_firm_never_get_in(anna: StaffActor, world: World) -> None:
    run = begin(anna, world, world.other_client, notify=False)
    assert run.total == 0
    assert Wanted().act == ""


def _client(world: World) -> Client:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Client, world.thode)
