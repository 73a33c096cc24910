"""The figures of *Today*: each person once, test client and archive nowhere, ages by the firm's date (P2, T3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal.base import clock
from portal.base.config import Config
from portal.base.database import statements
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.document import ACCEPTED, INVOICE, OFFER, PAID, PART_PAID, WITHDRAWN, Document
from portal.models.figures import KeptFigures
from portal.models.firm import Firm
from portal.models.record import opened
from portal.operations import clients
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.policies.scope import StaffScope
from portal.queries import figures
from portal.queries.figures import Age, Figures, Funnel
from portal.worker.figures import EVERY, Counting
from tests import acting, factories
from tests.personas import World


@pytest.fixture
def world(instance: Config, world: World) -> World:
    with scopes.of_firm(world.firm) as scope:  # the cast's own papers are left out
        scope.update(Document, state=WITHDRAWN).execute()
    return world


def counted(world: World, *, staff: int | None = None) -> Figures:
    with opened(scope := StaffScope(world.firm, assigned_to=staff)):
        return figures.count(scope, scope.firm)


def change(world: World, model: Any, row_id: int, **fields: Any) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.update(model, **fields).where(model.id == row_id).execute()


def firm_of(world: World) -> Firm:
    with scopes.of_firm(world.firm) as scope:
        return scope.firm


def client(world: World, client_id: int) -> Client:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Client, client_id)


def paper(world: World, kind: str, *, total: int | None = 100_00, on: int | None = None, **fields: Any) -> None:
    """A document of Lindner; `on`: days ago that it was issued (offers) or due (invoices)."""
    today = clock.today("Europe/Berlin")
    dates = {}
    if on is not None:
        dates = {"issued_on" if kind == OFFER else "due_on": today - timedelta(days=on)}
    number = f"N-{clock.now().timestamp()}-{on}-{kind}-{total}"
    made = factories.document(
        client(world, fields.pop("client", world.lindner)), kind=kind, number=number,
        content=b"%PDF-1.4 shared",
    )  # fmt: skip
    change(world, Document, made.id, payable=total, **dates, **fields)


def test_each_person_is_counted_once_on_the_way_in(world: World) -> None:
    assert counted(world).funnel == Funnel(granted=2, invited=0, activated=0, active=0)
    change(world, Contact, world.dora, invited_at=clock.now())
    assert counted(world).funnel == Funnel(2, 1, 0, 0)
    for membership in (world.dora_at_lindner, world.dora_at_thode):
        change(world, Membership, membership, activated_at=clock.now(), seen_at=clock.now() - timedelta(days=31))
    assert counted(world).funnel == Funnel(2, 1, 1, 0)
    change(world, Membership, world.dora_at_thode, seen_at=clock.now() - timedelta(days=29))
    assert counted(world).funnel == Funnel(2, 1, 1, 1)


def test_a_password_counts_as_come_in_and_a_visit_by_link_only_where_links_open(world: World) -> None:
    acting.give_password(world.firm, world.emil)
    assert counted(world).funnel.activated == 1
    change(world, Membership, world.dora_at_lindner, activated_at=clock.now())
    assert counted(world).funnel.activated == 2
    change(world, Client, world.lindner, login_type="password")
    assert counted(world).funnel.activated == 1
    change(world, Client, world.lindner, login_type=None)
    change(world, Firm, world.firm, login_type="password")
    assert counted(world).funnel.activated == 1


@pytest.mark.parametrize(
    "fields", [{"login": False}, {"ended_at": clock.now()}], ids=["login off", "no contact any more"]
)
def test_who_may_not_come_in_is_in_no_figure(world: World, fields: dict[str, Any]) -> None:
    change(world, Contact, world.emil, invited_at=clock.now())
    change(world, Membership, world.emil_at_okonkwo, activated_at=clock.now(), seen_at=clock.now(), **fields)
    assert counted(world).funnel == Funnel(1, 0, 0, 0)


@pytest.mark.parametrize("shut", ["archived", "closed", "test"])
def test_archived_closed_and_test_clients_are_in_no_figure(world: World, shut: str) -> None:
    paper(world, OFFER, client=world.okonkwo)
    paper(world, INVOICE, client=world.okonkwo)
    assert counted(world).funnel.granted == 2
    if shut == "archived":
        clients.archive(InstanceActor(world.firm, "test"), client(world, world.okonkwo))
    elif shut == "closed":
        clients.set_access(InstanceActor(world.firm, "test"), client(world, world.okonkwo), False)
    else:
        change(world, Client, world.okonkwo, is_test=True)
    found = counted(world)
    assert found.funnel.granted == 1
    waiting = 1 if shut == "closed" else 0  # a closed portal forgives no invoice
    assert [sum(age.count for age in ages) for ages in (found.offers, found.invoices)] == [waiting, waiting]


def test_offers_by_the_days_since_they_were_issued(world: World) -> None:
    for days in (0, 7, 8, 30, 31, 400):
        paper(world, OFFER, on=days)
    ages = counted(world).offers
    assert [age.count for age in ages] == [2, 2, 2]
    assert [age.sums for age in ages] == [{"EUR": 200_00}] * 3


def test_offers_that_ran_out_or_were_decided_are_not_open(world: World) -> None:
    today = clock.today("Europe/Berlin")
    paper(world, OFFER, valid_until=today - timedelta(days=1))
    paper(world, OFFER, outcome=ACCEPTED)
    paper(world, OFFER, state=WITHDRAWN)
    assert [age.count for age in counted(world).offers] == [0, 0, 0]
    paper(world, OFFER, valid_until=today)
    paper(world, OFFER, valid_until=None)
    assert [age.count for age in counted(world).offers] == [2, 0, 0]


def test_invoices_by_the_days_since_they_were_due(world: World) -> None:
    for days in (-5, 0, 1, 14, 15, 30, 31):
        paper(world, INVOICE, on=days)
    paper(world, INVOICE, due_on=None)
    assert [age.count for age in counted(world).invoices] == [3, 2, 2, 1]


def test_of_invoices_what_is_left_to_pay_counts_by_currency(world: World) -> None:
    paper(world, INVOICE, on=2, outcome=PART_PAID, paid=40_00)
    paper(world, INVOICE, on=2, currency="CHF")
    paper(world, INVOICE, on=2, total=None)
    paper(world, INVOICE, on=2, outcome=PAID, paid=100_00)
    paper(world, INVOICE, on=2, paid=120_00)
    paper(world, INVOICE, on=2, total=-50_00)
    assert counted(world).invoices[1] == Age(3, {"EUR": 60_00, "CHF": 100_00})


def test_a_restricted_adviser_sees_figures_of_assigned_clients_only(world: World) -> None:
    paper(world, OFFER)
    paper(world, OFFER, client=world.thode)
    paper(world, INVOICE, client=world.thode)
    mine, nobodys = counted(world, staff=world.ben), counted(world, staff=world.clara)
    assert (mine.funnel.granted, mine.offers[0].count, mine.invoices[0].count) == (1, 1, 0)
    assert (nobodys.funnel.granted, nobodys.offers[0].count) == (0, 0)


def test_another_firm_has_its_own(world: World) -> None:
    with scopes.of_firm(world.other_firm) as scope:
        assert figures.count(scope, scope.firm).funnel.granted == 0
        assert figures.count(scope, scope.firm).offers[0].count == 1


def test_a_small_firm_is_counted_at_once(world: World) -> None:
    with opened(scope := StaffScope(world.firm)):
        before = statements.count = 0
        found = figures.of(scope, scope.firm)
        assert statements.count - before <= 6
    assert found is not None
    assert found.funnel.granted == 2
    assert figures.large_firms() == []


def test_a_large_firm_is_counted_by_the_worker_once_a_minute(
    world: World, monkeypatch: pytest.MonkeyPatch, move_clock: Any
) -> None:
    monkeypatch.setattr(figures, "LIVE", 3)  # the firm has four clients, the other one two
    assert [firm.id for firm in figures.large_firms()] == [world.firm]
    counting = Counting()
    assert shown(world) == "not yet"
    assert counting.step() is False
    assert shown(world) == 2
    change(world, Membership, world.emil_at_okonkwo, login=False)
    counting.step()
    assert shown(world) == 2, "within the minute nothing is counted"
    move_clock(seconds=EVERY.total_seconds() + 1)
    counting.step()
    assert shown(world) == 1
    with scopes.of_firm(world.firm) as scope:
        assert scope.of(KeptFigures).count() == 1
    with opened(scope := StaffScope(world.firm, assigned_to=world.ben)):
        found = figures.of(scope, scope.firm)
    assert found is not None
    assert found.funnel.granted == 1, "an adviser's own clients are counted at once"


def shown(world: World) -> int | str:
    with opened(scope := StaffScope(world.firm)):
        monkey = figures._kept(scope)
        return figures._read(monkey[0]).funnel.granted if monkey else "not yet"


def test_what_is_kept_is_what_was_counted(world: World) -> None:
    paper(world, OFFER, on=9)
    paper(world, INVOICE, on=20, total=None)
    with scopes.of_firm(world.firm) as scope:
        found = figures.count(scope, scope.firm)
    row = KeptFigures(figures=figures.kept(found), counted_at=found.counted_at)
    assert figures._read(row) == found
