"""The client list: found by index, walked by key in both directions, filtered (P3, F2; DETAILS 11, Search)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal.base import clock
from portal.base.database import database, statements, transaction
from portal.base.text import searchable
from portal.models import search as index
from portal.models.client import Client
from portal.models.record import opened
from portal.models.staff import Assignment
from portal.operations import clients, contacts, links
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.queries import clients as queries
from portal.queries.page import Page, cursor
from tests import factories
from tests.personas import World

pytestmark = pytest.mark.usefixtures("instance")


def find(world: World, scope: scopes.Scope | None = None, **asked: Any) -> Page[queries.ClientRow]:
    scope = scope or scopes.StaffScope(world.firm)
    with opened(scope):
        return queries.page(scope, **asked)


def names(found: Page[queries.ClientRow]) -> list[str]:
    return [row.name for row in found.rows]


def many(world: World, count: int, start: int = 0, name: str = "Weber Bau") -> None:
    """So many clients, quickly."""
    now = clock.now()
    with scopes.of_firm(world.firm) as scope, transaction():
        rows = []
        for number in range(start, start + count):
            text = f"{name} {number:05}"
            rows.append(
                {
                    "firm": world.firm, "number": f"N{number:05}", "number_key": f"n{number:05}", "name": text,
                    "name_key": searchable(text), "created_at": now, "search_text": searchable(f"{text} n{number:05}"),
                    "reachable_until": now + timedelta(days=1) if number % 2 else None,
                    "login_granted": number % 3 == 0,
                    "last_seen_at": now - timedelta(days=number % 50) if number % 4 == 0 else None,
                }
            )  # fmt: skip
        Client.insert_many(rows).execute()
        made = scope.of(Client, Client.id, Client.search_text).where(
            Client.number_key.in_([r["number_key"] for r in rows])
        )
        index.put_all(world.firm, list(made.tuples()))


def walk(world: World, **asked: Any) -> list[str]:
    """All pages forth, then back again: both ways must meet the same rows in the same order."""
    forth, page = [], find(world, **asked)
    pages = [page]
    while page.next:
        page = find(world, **asked, after=page.next)
        pages.append(page)
    forth = [row.number for found in pages for row in found.rows]
    back = [row.number for row in page.rows]
    while page.previous:
        page = find(world, **asked, before=page.previous)
        back = [row.number for row in page.rows] + back
    assert back == forth
    return forth


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("hausverwaltung", "Hausverwaltung Lindner"), ("LINDNER haus", "Hausverwaltung Lindner"),
        ("k-1042", "Hausverwaltung Lindner"), ("k1042", "Hausverwaltung Lindner"), ("baeckerei", "Bäckerei Thode"),
        ("Bäcker", "Bäckerei Thode"),
        ("emil@okonkwo", "Familie Okonkwo"), ("emil wedel", "Familie Okonkwo"), ("ba", "Bäckerei Thode"),
        ("thode d", "Bäckerei Thode"),
    ],
)  # fmt: skip
def test_clients_are_found_by_all_that_names_them(world: World, search: str, found: str) -> None:
    assert names(find(world, search=search)) == [found]


@pytest.mark.parametrize("typed", ["+49 40 669-690", "040 669 690", "0049 40 669690", "040669690"])
def test_phones_are_found_however_typed(world: World, typed: str) -> None:
    factories.client(world.firm, name="Mit Telefon", phone="+49 (40) 66969-0")
    assert names(find(world, search=typed)) == ["Mit Telefon"]


@pytest.mark.parametrize(
    "search", ['"', "'", "*", "AND", 'a" OR "b', "%", "__", "x" * 5000, "\x00", "(", "NEAR(a b)", "-"]
)
def test_anything_may_be_typed(world: World, search: str) -> None:
    assert find(world, search=search).count is not None


def test_other_firms_are_not_found(world: World) -> None:
    assert names(find(world, search="fremder")) == []
    assert names(find(world, search="K-1042")) == ["Hausverwaltung Lindner"]


def test_old_words_are_forgotten(world: World) -> None:
    actor = InstanceActor(world.firm, "test")
    with scopes.of_firm(world.firm) as scope:
        client = scope.by_id(Client, world.thode)
    clients.change(actor, client, name="Konditorei Thode")
    contacts.add(actor, client, email="neu@thode.example.org", last_name="Quast")
    assert names(find(world, search="bäckerei")) == []
    assert names(find(world, search="konditorei quast")) == ["Konditorei Thode"]


@pytest.mark.parametrize("sort", ["name", "-name", "number", "-number", "seen", "-seen", "nonsense"])
def test_every_order_is_walked_whole_in_both_directions(world: World, sort: str) -> None:
    many(world, 130)
    numbers = walk(world, sort=sort, limit=20)
    assert len(numbers) == len(set(numbers)) == 134
    if sort in ("number", "-number"):
        assert numbers == sorted(numbers, key=searchable, reverse=sort.startswith("-"))


def test_the_latest_visit_comes_first_and_who_never_came_last(world: World) -> None:
    many(world, 130)
    with scopes.of_firm(world.firm) as scope:
        seen = {row.number: row.last_seen_at for row in scope.of(Client)}
    order = [seen[number] for number in walk(world, sort="-seen", limit=50)]
    came = [at for at in order if at is not None]
    assert came == sorted(came, reverse=True)
    assert order[: len(came)] == came


def test_a_common_word_is_walked_and_a_rare_one_is_looked_up_alike(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(world, 120)
    many(world, 120, 120, "Anders")
    few = walk(world, search="weber", limit=50)
    monkeypatch.setattr(queries, "_FEW", 10)
    walked = walk(world, search="weber", limit=50)
    monkeypatch.setattr(queries, "_STRETCH", 60)
    clustered = walk(world, search="weber", limit=50)
    monkeypatch.setattr(queries, "_MANY", 10)
    scanned = walk(world, search="weber", limit=50)
    assert len(few) == 120
    assert few == walked == clustered == scanned


def test_two_letters_meet_names_and_numbers_that_begin_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    many(world, 60, name="Na")
    factories.client(world.firm, number="na", name="Zuletzt")
    expected = {f"N{number:05}" for number in range(60)} | {"na"}
    assert set(walk(world, search="na", limit=50)) == expected
    assert walk(world, search="n0", limit=50)[:2] == ["N00000", "N00001"]
    monkeypatch.setattr(queries, "_FEW", 5)
    assert set(walk(world, search="na", limit=50)) == expected


@pytest.mark.parametrize("status", ["active", "pending", "offline"])
def test_the_filter_and_the_word_agree(world: World, status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    many(world, 90)
    page = find(world, status=status, limit=200)
    assert {row.status for row in page.rows} == {status}
    everybody = find(world, limit=200)
    assert names(page) == [row.name for row in everybody.rows if row.status == status]
    assert page.count == len([row for row in page.rows if not row.is_test])
    monkeypatch.setattr(queries, "_FEW", 5)
    monkeypatch.setattr(queries, "_STRETCH", 10)
    assert names(find(world, status=status, limit=200)) == names(page)


def test_filters_and_search_narrow_together(world: World) -> None:
    many(world, 90)
    page = find(world, search="weber", status="active", seen="never", limit=200)
    assert {(row.status, row.last_seen_at) for row in page.rows} == {("active", None)}
    assert page.count == len(page.rows) > 10
    persons = find(world, kind="person")
    assert names(persons) == ["Familie Okonkwo"]
    assert persons.count is None


def test_archived_clients_stand_in_their_own_list(world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        client = scope.by_id(Client, world.thode)
    clients.archive(InstanceActor(world.firm, "test"), client)
    assert "Bäckerei Thode" not in names(find(world))
    assert names(find(world, archived=True)) == ["Bäckerei Thode"]
    assert names(find(world, search="thode")) == []
    assert names(find(world, search="thode", archived=True)) == ["Bäckerei Thode"]


def test_what_is_open_stands_in_the_row(world: World) -> None:
    rows = {row.name: row for row in find(world).rows}
    lindner = rows["Hausverwaltung Lindner"]
    assert (lindner.open_offers, lindner.open_invoices, lindner.overdue_invoices) == (2, 1, 0)
    later = clock.today("Europe/Berlin") + timedelta(days=60)
    lindner = {row.name: row for row in find(world, today=later).rows}["Hausverwaltung Lindner"]
    assert (lindner.open_offers, lindner.open_invoices, lindner.overdue_invoices) == (0, 1, 1)


def test_a_restricted_adviser_sees_all_names_and_finds_the_rest_of_assigned_clients(world: World) -> None:
    ben, clara = (scopes.StaffScope(world.firm, assigned_to=staff) for staff in (world.ben, world.clara))
    rows = {row.name: row for row in find(world, ben).rows}
    assert len(rows) == len(find(world).rows)
    assert (rows["Hausverwaltung Lindner"].may_open, rows["Hausverwaltung Lindner"].open_offers) == (True, 2)
    thode = rows["Bäckerei Thode"]
    assert (thode.may_open, thode.city, thode.open_offers, thode.last_seen_at) == (False, "", 0, None)
    assert names(find(world, ben, search="dora@lindner")) == ["Hausverwaltung Lindner"]
    assert names(find(world, clara, search="dora@lindner")) == []
    assert names(find(world, clara, search="lindner")) == ["Hausverwaltung Lindner"]
    assert names(find(world, clara, search="hamburg")) == []
    with scopes.of_firm(world.firm) as scope:
        scope.add(Assignment, client=world.thode, staff=world.clara, created_at=clock.now())
    assert names(find(world, clara, search="dora@lindner")) == ["Bäckerei Thode"]


def test_counting_stops_at_a_thousand(world: World) -> None:
    many(world, 400)
    assert (find(world).count, find(world).many) == (403, False)
    many(world, 700, 400)
    page = find(world)
    assert (page.count, page.many) == (None, True)


@pytest.mark.parametrize("bad", ["x", "!!", cursor("a"), cursor(1, 2, 3), cursor([1], "b"), "ä", "e30", "A" * 3000])  # type: ignore[list-item]
def test_a_cursor_that_nobody_wrote_shows_the_first_page(world: World, bad: str) -> None:
    assert names(find(world, after=bad)) == names(find(world))
    assert names(find(world, before=bad, sort="-seen")) == names(find(world, sort="-seen"))


def _ran(world: World, **asked: Any) -> int:
    before = getattr(statements, "count", 0)
    find(world, **asked)
    return statements.count - before


@pytest.mark.parametrize("asked", [{}, {"search": "weber"}, {"search": "we"}, {"status": "active"}, {"sort": "-seen"}])
def test_more_rows_run_no_more_statements(world: World, asked: dict[str, Any]) -> None:
    many(world, 10)
    few = _ran(world, **asked)
    many(world, 800, 10)
    assert _ran(world, **asked) == few


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How SQLite would find the rows of each query that runs on clients."""
    found: list[str] = []
    run = database._run

    def explained(sql: str, params: Any) -> Any:
        if sql.startswith("SELECT") and '"client" AS' in sql:
            steps = run(f"EXPLAIN QUERY PLAN {sql}", params).fetchall()
            found.append(" | ".join(step[3] for step in steps))
        return run(sql, params)

    monkeypatch.setattr(database, "_run", explained)
    return found


@pytest.mark.parametrize(
    "asked", [{}, {"search": "weber"}, {"search": "we"}, {"search": "xyl"}, {"sort": "-seen"}, {"sort": "number"}]
)
def test_no_list_is_scanned_or_sorted_whole(world: World, plans: list[str], asked: dict[str, Any]) -> None:
    many(world, 1200)
    find(world, **asked)
    assert plans
    for plan in plans:
        assert "SCAN t1" not in plan
        assert "SCAN client" not in plan
        if "ids" in plan or "json_each" in plan:
            assert "INTEGER PRIMARY KEY" in plan
        if "TEMP B-TREE" in plan:
            # sorted is only what was looked up by id
            assert "INTEGER PRIMARY KEY" in plan


def test_links_change_the_status_that_is_filtered(world: World) -> None:
    from portal.models.link import Link

    with scopes.of_firm(world.firm) as scope:
        link = scope.by_id(Link, world.okonkwo_link)
    assert "Familie Okonkwo" in names(find(world, status="active"))
    links.revoke(InstanceActor(world.firm, "test"), link)
    assert names(find(world, status="pending")) == ["Familie Okonkwo"]


def test_a_closed_or_archived_client_counts_as_offline(world: World) -> None:
    actor = InstanceActor(world.firm, "test")
    with scopes.of_firm(world.firm) as scope:
        thode, okonkwo = (scope.by_id(Client, row_id) for row_id in (world.thode, world.okonkwo))
    clients.set_access(actor, thode, False)
    clients.archive(actor, okonkwo)
    assert names(find(world, status="offline")) == ["Bäckerei Thode"]
    assert names(find(world, status="pending")) == []
    assert names(find(world, status="pending", archived=True)) == []
