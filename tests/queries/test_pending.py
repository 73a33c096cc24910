"""The list of those who are waited for: what it shows, walked both ways, by an index, the same at any size (T7, T9)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal.base import clock
from portal.base.config import Config
from portal.base.database import database, statements
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.outbox import FAILED, QUEUED, SENT, OutboxMail, enqueue
from portal.models.record import opened
from portal.models.staff import Assignment
from portal.operations import clients, memberships
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.policies.scope import StaffScope
from portal.queries import pending
from tests import acting, factories
from tests.personas import World


@pytest.fixture
def world(instance: Config, world: World) -> World:
    return world


def people(world: World, many: int, *, asked: int = 0) -> list[int]:
    """So many contacts of a new client; the last `asked` of them were asked in, one a day, the earliest first."""
    client = factories.client(world.firm, name="Viele Leute GmbH")
    made = [
        factories.contact(client, email=f"p{number:03}@viele.example.com", last_name=f"Person {number:03}").contact_id
        for number in range(many)
    ]
    for days, contact_id in enumerate(reversed(made[many - asked :] if asked else [])):
        change(world, contact_id, invited_at=clock.now() - timedelta(days=days, minutes=1))
    return made


def change(world: World, contact_id: int, **fields: Any) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.update(Contact, **fields).where(Contact.id == contact_id).execute()


def found(world: World, *, staff: int | None = None, **asked: Any) -> pending.Page[pending.PendingRow]:
    with opened(scope := StaffScope(world.firm, assigned_to=staff)):
        return pending.page(scope, **asked)


def row_of(world: World, email: str, **asked: Any) -> pending.PendingRow:
    return next(row for row in found(world, **asked).rows if row.email == email)


def emails(page: pending.Page[pending.PendingRow]) -> list[str]:
    return [row.email for row in page.rows]


def mail(world: World, contact_id: int, state: str, error: str = "", kind: str = "invitation") -> None:
    with scopes.of_firm(world.firm) as scope:
        contact = scope.by_id(Contact, contact_id)
        enqueue(kind, {"contact": contact.id}, contact.email, key=f"{state}{error}", language="de")
        row = scope.first(scope.of(OutboxMail).where(OutboxMail.to_key == contact.email_key).order_by(-OutboxMail.id))
        scope.change(row, state=state, error=error, done_at=clock.now())


def test_one_row_for_a_person_of_several_clients(world: World) -> None:
    row = row_of(world, "dora@lindner.example.org")
    assert emails(found(world)).count("dora@lindner.example.org") == 1
    assert [place.name for place in row.places] == ["Bäckerei Thode", "Hausverwaltung Lindner"]
    assert (row.many, row.sent, row.pending, row.problem, row.inviter) == (2, "never", True, "", None)


def test_of_many_clients_three_stand_there_and_how_many_there_are(world: World) -> None:
    for number in range(4):
        client = factories.client(world.firm, name=f"Zweig {number}")
        factories.contact(client, email="dora@lindner.example.org", first_name="Dora", last_name="Lindner")
    row = row_of(world, "dora@lindner.example.org")
    assert [place.name for place in row.places] == ["Bäckerei Thode", "Hausverwaltung Lindner", "Zweig 0"]
    assert row.many == 6


def test_closed_and_archived_clients_are_no_places(world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        thode = scope.by_id(Client, world.thode)
    clients.archive(InstanceActor(world.firm, "test"), thode)
    row = row_of(world, "dora@lindner.example.org")
    assert [place.name for place in row.places] == ["Hausverwaltung Lindner"]


def test_who_came_in_and_who_may_not_are_not_waited_for(world: World) -> None:
    acting.give_password(world.firm, world.dora)
    assert "dora@lindner.example.org" not in emails(found(world))
    with scopes.of_firm(world.firm) as scope:
        emil = scope.by_id(Membership, world.emil_at_okonkwo)
    memberships.set_login(InstanceActor(world.firm, "test"), emil, False)
    assert emails(found(world)) == []


def test_the_test_client_is_not_waited_for_and_no_other_firm(world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        test_client = scope.by_id(Client, world.test_client)
        assert test_client.is_test
        factories.contact(test_client, email="test@petry.example.com", last_name="Test")
    with scopes.of_firm(world.other_firm) as scope:
        factories.contact(scope.by_id(Client, world.other_client), email="x@fremd.example.org", last_name="Fremd")
    assert sorted(emails(found(world))) == ["dora@lindner.example.org", "emil@okonkwo.example.org"]


def test_the_kinds_of_waiting_are_told_apart(world: World) -> None:
    change(world, world.dora, invited_at=clock.now(), invited_by=world.ben)
    assert row_of(world, "dora@lindner.example.org").sent == "sent"
    mail(world, world.dora, SENT)
    assert row_of(world, "dora@lindner.example.org").sent == "sent"
    mail(world, world.dora, FAILED, "450 try again")
    row = row_of(world, "dora@lindner.example.org")
    assert (row.sent, row.error) == ("failed", "450 try again")
    mail(world, world.dora, QUEUED)
    assert row_of(world, "dora@lindner.example.org").sent == "waiting"
    assert row_of(world, "dora@lindner.example.org").error == ""


def test_mails_of_other_kinds_say_nothing_about_the_invitation(world: World) -> None:
    change(world, world.dora, invited_at=clock.now())
    mail(world, world.dora, FAILED, "550 no", kind="document")
    assert row_of(world, "dora@lindner.example.org").sent == "sent"


def test_who_asked(world: World) -> None:
    change(world, world.dora, invited_at=clock.now(), invited_by=world.ben)
    change(world, world.emil, invited_at=clock.now(), invited_by_contact=world.dora)
    by_staff = row_of(world, "dora@lindner.example.org").inviter
    by_contact = row_of(world, "emil@okonkwo.example.org").inviter
    assert by_staff is not None
    assert by_contact is not None
    assert (by_staff.name, by_contact.name) == ("Ben Aydin", "Dora Lindner")
    assert by_staff.staff_uid
    assert by_contact.membership


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"email_error": "550 no such user"}, "bounced"),
        ({"email": "", "email_key": None}, "no_email"),
        ({"email": "not an address", "email_key": "not an address"}, "invalid_email"),
    ],
)
def test_an_address_that_is_no_good_says_why(world: World, fields: dict[str, Any], problem: str) -> None:
    change(world, world.dora, **fields)
    row = next(row for row in found(world).rows if row.name == "Dora Lindner")
    assert row.problem == problem
    assert row.words == fields.get("email_error", "")


def test_a_new_address_is_held_until_its_time(world: World) -> None:
    change(world, world.dora, held_until=clock.now() + timedelta(hours=1))
    assert row_of(world, "dora@lindner.example.org", show="problem").problem == "held"
    change(world, world.dora, held_until=clock.now() - timedelta(hours=1))
    assert found(world, show="problem").rows == []


def test_filters(world: World) -> None:
    made = people(world, 4, asked=2)
    change(world, made[2], invited_at=clock.now() - timedelta(days=8))
    change(world, made[0], email_error="550 no")
    assert set(emails(found(world, show="never"))) == {
        "p000@viele.example.com", "p001@viele.example.com", "dora@lindner.example.org", "emil@okonkwo.example.org",
    }  # fmt: skip
    assert emails(found(world, show="sent")) == ["p002@viele.example.com", "p003@viele.example.com"]
    assert emails(found(world, show="expired")) == ["p002@viele.example.com"]
    assert emails(found(world, show="problem")) == ["p000@viele.example.com"]
    mail(world, made[3], FAILED, "421 later")
    assert emails(found(world, show="problem")) == ["p000@viele.example.com", "p003@viele.example.com"]
    assert found(world, show="problem").count == 2
    mail(world, made[1], FAILED, "421 later")
    assert "p001@viele.example.com" not in emails(found(world, show="problem")), "never asked, or taken back"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("dora", ["dora@lindner.example.org"]),
        ("DORA lind", ["dora@lindner.example.org"]),
        ("bäckerei", ["dora@lindner.example.org"]),
        ("dora okonkwo", []),
        ("em", ["emil@okonkwo.example.org"]),
        ("okonkwo.example", ["emil@okonkwo.example.org"]),
        ("zz", []),
        ("' OR 1=1 --", []),
        ("%", []),
    ],
)
def test_search(world: World, typed: str, expected: list[str]) -> None:
    assert emails(found(world, search=typed)) == expected


def test_search_finds_the_person_and_not_the_colleague(world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        lindner = scope.by_id(Client, world.lindner)
    factories.contact(lindner, email="jonas@lindner.example.org", first_name="Jonas", last_name="Weiß")
    assert emails(found(world, search="jonas")) == ["jonas@lindner.example.org"]
    assert emails(found(world, search="WEISS")) == ["jonas@lindner.example.org"]
    assert emails(found(world, search="jonas", show="sent")) == []


@pytest.mark.parametrize("sort", ["sent", "-sent"])
@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_pages_follow_each_other_both_ways_over_those_never_asked(world: World, sort: str, limit: int) -> None:
    people(world, 9, asked=5)
    whole = emails(found(world, sort=sort, limit=50))
    assert len(whole) == 11
    never = whole[:6] if sort == "sent" else whole[5:]
    assert {"dora@lindner.example.org", "p000@viele.example.com"} <= set(never), "those never asked are at one end"
    assert [e for e in whole if e.startswith("p") and e >= "p004"] == (
        [f"p{n:03}@viele.example.com" for n in (range(4, 9) if sort == "sent" else range(8, 3, -1))]
    )
    there, last = walked(world, "after", sort=sort, limit=limit)
    assert there == whole
    back, _first = walked(world, "before", sort=sort, limit=limit, start=last)
    assert back == whole[: len(back)]
    assert len(back) == len(whole) - len(found(world, sort=sort, limit=limit, after=last).rows or whole[-1:])


def walked(world: World, way: str, *, start: str | None = None, **asked: Any) -> tuple[list[str], str | None]:
    """All e-mails from a cursor on in one direction, and the last cursor that led somewhere."""
    gathered: list[str] = []
    cursor, last = start, start
    if way == "before":
        cursor = found(world, after=start, **asked).previous
    for _ in range(50):
        page = found(world, **{way: cursor}, **asked)
        gathered = gathered + emails(page) if way == "after" else emails(page) + gathered
        last, cursor = (cursor or last), (page.next if way == "after" else page.previous)
        if cursor is None:
            break
    return gathered, last


def test_problems_are_walked_in_one_order_whatever_found_them(world: World) -> None:
    made = people(world, 8, asked=8)
    for contact_id in made[::2]:
        change(world, contact_id, email_error="550 no")
    for contact_id in made[1::2]:
        mail(world, contact_id, FAILED, "421 later")
    mail(world, made[0], FAILED, "421 later")
    whole = emails(found(world, show="problem"))
    assert whole == [f"p{number:03}@viele.example.com" for number in range(8)]
    assert walked(world, "after", show="problem", limit=3)[0] == whole


@pytest.mark.parametrize("cursor", ["x", "W10", "WzEsMiwzXQ", "WyJhIiwxXQ", "W251bGwsbnVsbF0", "A" * 500])
def test_a_cursor_that_nobody_here_wrote_is_passed_over(world: World, cursor: str) -> None:
    assert emails(found(world, after=cursor)) == emails(found(world))


def test_a_restricted_adviser_sees_those_of_assigned_clients_only(world: World) -> None:
    page = found(world, staff=world.ben)
    assert emails(page) == ["dora@lindner.example.org"]
    assert [place.name for place in page.rows[0].places] == ["Hausverwaltung Lindner"]
    assert page.rows[0].many == 1
    assert page.count == 1
    assert found(world, staff=world.clara).rows == []
    assert emails(found(world, staff=world.ben, search="emil")) == []
    assert emails(found(world, staff=world.ben, search="em")) == []


def test_who_came_in_at_the_advisers_client_is_not_his_to_ask(world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.update(Membership, activated_at=clock.now()).where(Membership.id == world.dora_at_lindner).execute()
    assert found(world, staff=world.ben).rows == []
    assert "dora@lindner.example.org" in emails(found(world)), "Thode still waits for her"
    with scopes.of_firm(world.firm) as scope:
        scope.add(Assignment, client=world.thode, staff=world.ben, created_at=clock.now())
    assert emails(found(world, staff=world.ben)) == ["dora@lindner.example.org"]


def test_a_page_takes_as_many_statements_for_many_rows_as_for_few(world: World) -> None:
    people(world, 5, asked=3)
    few = cost(world, limit=50)
    with scopes.of_firm(world.firm) as scope:
        client = scope.first(scope.of(Client).where(Client.name == "Viele Leute GmbH"))
    for number in range(60):
        made = factories.contact(client, email=f"q{number:03}@viele.example.com", last_name=f"Q {number}")
        change(world, made.contact_id, invited_at=clock.now(), invited_by=world.ben)
        mail(world, made.contact_id, FAILED, "421 later")
    assert len(found(world, limit=50).rows) == 50
    assert cost(world, limit=50) <= few + 1, "who asked is one statement once anybody did"


def cost(world: World, **asked: Any) -> int:
    found(world, **asked)
    statements.count = 0
    found(world, **asked)
    return int(statements.count)


@pytest.mark.parametrize(
    ("show", "index"),
    [
        ("", "contact_firm_id_pending_invited_at_id"),
        ("never", "contact_firm_id_pending_invited_at_id"),
        ("expired", "contact_firm_id_pending_invited_at_id"),
        ("problem", "contact_unreachable"),
    ],
)
@pytest.mark.parametrize("down", [True, False])
def test_the_list_is_walked_by_its_index_and_never_sorted(world: World, show: str, index: str, down: bool) -> None:
    with opened(scope := StaffScope(world.firm)):
        query = pending._sources(scope, show, "").queries[0]
        order = (Contact.invited_at.desc(), Contact.id.desc()) if down else (Contact.invited_at, Contact.id)
        sql, values = query.order_by(*order).limit(51).sql()
        with database.unguarded("a plan"):
            plan = [row[3] for row in database.execute_sql(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()]
    assert len(plan) == 1
    assert f"INDEX {index} " in plan[0]
