"""Clients by the firm's own number."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask

from portal.models.audit_entry import AuditEntry
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.link import Link
from portal.operations import clients
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from tests import acting
from tests.api.conftest import Programme, at
from tests.personas import World

EVA = {"email": "eva@nord.example.com", "first_name": "Eva", "last_name": "Nord"}


def archive(world: World, client_id: int) -> None:
    with scopes.of_firm(world.firm) as scope:
        clients.archive(InstanceActor(world.firm, "test"), scope.by_id(Client, client_id))


def test_a_new_client_is_made_with_all_its_fields(api: Programme) -> None:
    body = {
        "name": "Nord Bau GmbH", "kind": "company", "vat_id": "DE123456789", "email": "post@nord.example.com",
        "phone": "+49 40 123456", "language": "en", "external_accountant": True, "login_type": "secret_link",
        "address": {"street": "Hafenstraße 1", "extra": "Hof", "postcode": "20457", "city": "Hamburg", "country": "DE"},
        "contacts": [{**EVA, "salutation": "ms", "title": "Dr.", "role": "Einkauf", "phone": "0151 1", "language": "de",
                      "email_sync": True}],
    }  # fmt: skip
    made = api.put(at("N-1"), body)
    assert made.status_code == 201
    found = made.json
    assert found is not None
    assert {name: found[name] for name in body if name != "contacts"} == {
        name: value for name, value in body.items() if name != "contacts"
    }
    assert found["number"] == "N-1"
    assert found["status"] == "active"
    assert found["portal_url"].startswith("http://localhost/l/")
    (eva,) = found["contacts"]
    assert (eva["primary"], eva["login"], eva["notify"], eva["email_sync"]) == (True, True, True, True)
    assert (eva["title"], eva["salutation"], eva["role"]) == ("Dr.", "ms", "Einkauf")
    assert api.get(at("N-1")).json == found


def test_defaults_of_a_new_client(api: Programme) -> None:
    made = api.put(at("N-2"), {"name": "Nur ein Name", "contacts": [EVA]}).json
    assert made is not None
    assert (made["kind"], made["portal_access"], made["login_type"], made["language"]) == ("company", True, None, None)
    (eva,) = made["contacts"]
    assert (eva["login"], eva["notify"], eva["email_sync"]) == (True, True, False)


def test_the_same_again_is_200_and_changes_nothing(api: Programme, world: World) -> None:
    body = {"name": "Nord Bau GmbH", "contacts": [EVA]}
    first = api.put(at("N-1"), body)
    with scopes.of_firm(world.firm) as scope:
        before = scope.of(AuditEntry).count()
    again = api.put(at("n-1"), body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    with scopes.of_firm(world.firm) as scope:
        assert scope.of(AuditEntry).count() == before


def test_only_what_is_sent_changes(api: Programme) -> None:
    before = api.get(at("K-1042")).json
    after = api.put(at("K-1042"), {"phone": "040 1", "address": {"city": "Kiel"}}).json
    assert before is not None
    assert after is not None
    assert after["address"] == {**before["address"], "city": "Kiel"}
    assert {**before, "phone": "040 1", "address": after["address"]} == after
    assert before["address"]["street"] == "Lindenstraße 4"


@pytest.mark.parametrize("number", ["K 10.44_a-b", "Ä-7", "portal-link.svg", "portal-link", "a.svg", "10001", "x" * 40])
def test_numbers_as_programmes_write_them(api: Programme, number: str) -> None:
    assert api.put(at(number), {"name": "Kunde"}).status_code == 201
    found = api.get(at(number)).json
    assert found is not None
    assert found["number"] == number
    assert api.get(at(number) + "/portal-link").status_code == 200
    assert api.get(at(number) + "/portal-link.svg").mimetype == "image/svg+xml"


@pytest.mark.parametrize("number", ["x" * 41, "a#b", "<b>", "😀", "a%b", "a;b"])
def test_numbers_that_cannot_be_taken(api: Programme, number: str) -> None:
    refused = api.put(at(number), {"name": "Kunde"})
    assert refused.status_code == 422
    assert refused.json is not None
    assert list(refused.json["errors"]) == ["number"]


def test_the_number_may_be_spelled_anew_but_not_changed(api: Programme) -> None:
    assert api.put(at("k-1042"), {"number": "k-1042"}).json["number"] == "k-1042"  # type: ignore[index]
    refused = api.put(at("K-1042"), {"number": "K-1043"})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["number"])  # type: ignore[index]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"name"}),
        ({"name": "  "}, {"name"}),
        ({"name": 7}, {"name"}),
        ({"name": "A", "nmae": "B", "id": "x"}, {"nmae", "id"}),
        ({"name": "A", "kind": "firm"}, {"kind"}),
        ({"name": "A", "login_type": "magic"}, {"login_type"}),
        ({"name": "A", "language": "fr", "external_accountant": "yes"}, {"language", "external_accountant"}),
        ({"name": "A", "external_accountant": 1}, {"external_accountant"}),
        ({"name": "A", "archived": True}, {"archived"}),
        ({"name": "A", "email": "nirgends"}, {"email"}),
        ({"name": "A", "address": "Hamburg"}, {"address"}),
        ({"name": "A", "address": {"city": 1, "zip": "2"}}, {"address.city", "address.zip"}),
        ({"name": "A", "contacts": {}}, {"contacts"}),
        ({"name": "A", "contacts": [EVA, "x"]}, {"contacts.1"}),
        ({"name": "A", "contacts": [EVA, {"email": "x"}]}, {"contacts.1.email"}),
        ({"name": "A", "contacts": [{"role": "Chef"}]}, {"contacts.0.last_name"}),
        ({"name": "A", "contacts": [{**EVA, "login": None, "fax": ""}]}, {"contacts.0.login", "contacts.0.fax"}),
        ({"name": "x" * 401}, {"name"}),
        ({"name": "A\ud800"}, {"name"}),
        ([], {"body"}),
        (None, {"body"}),
    ],
)  # fmt: skip
def test_bad_fields_are_named(api: Programme, body: Any, fields: set[str]) -> None:
    refused = api.put(at("N-9"), body)
    assert refused.status_code == 422
    assert refused.mimetype == "application/problem+json"
    assert refused.json is not None
    assert set(refused.json["errors"]) == fields
    assert all(texts and " " in texts[0] and "(" not in texts[0] for texts in refused.json["errors"].values())
    assert api.get(at("N-9")).status_code == 404, "all or nothing"


def test_a_bad_contact_undoes_the_change_of_the_client(api: Programme) -> None:
    before = api.get(at("K-1042")).json
    assert api.put(at("K-1042"), {"name": "Anders", "contacts": [EVA, {"role": "x"}]}).status_code == 422
    assert api.get(at("K-1042")).json == before


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"name": ' + b"9" * 5000 + b"}", "application/json", 400),
        (b'{"name": "A"}', "text/plain", 415),
        (b"name=A", "application/x-www-form-urlencoded", 415),
        (b"", "", 415),
        (b'{"name": "' + b"x" * 300_000 + b'"}', "application/json", 413),
    ],
)
def test_bodies_that_are_no_json(api: Programme, content: bytes, media_type: str, status: int) -> None:
    refused = api.call("PUT", at("N-9"), data=content, content_type=media_type)
    assert refused.status_code == status
    assert refused.mimetype == "application/problem+json"


def test_contacts_are_matched_by_address_then_by_name_and_never_removed(api: Programme) -> None:
    api.put(at("N-1"), {"name": "Nord", "contacts": [EVA, {"first_name": "Ole", "last_name": "Ost"}]})
    after = api.put(
        at("N-1"),
        {"contacts": [{"email": "EVA@nord.example.com", "role": "Chefin"},
                      {"first_name": "ole", "last_name": "OST", "phone": "1", "notify": False}]},
    ).json  # fmt: skip
    assert after is not None
    eva, ole = after["contacts"]
    assert (eva["role"], eva["first_name"], eva["primary"]) == ("Chefin", "Eva", True)
    assert (ole["phone"], ole["notify"], ole["login"]) == ("1", False, True)
    moved = api.put(at("N-1"), {"contacts": [{"email": "neu@nord.example.com", "last_name": "Neu", "primary": True}]})
    assert moved.json is not None
    assert [(each["last_name"], each["primary"]) for each in moved.json["contacts"]] == [
        ("Neu", True), ("Nord", False), ("OST", False),
    ]  # fmt: skip


def test_somebody_known_at_another_client_keeps_her_name(api: Programme, world: World) -> None:
    """Dora is a contact of Lindner and Thode: one address, one person (DETAILS 8)."""
    conflict = api.put(
        at("K-1056"), {"contacts": [{"email": "dora@lindner.example.org", "first_name": "Theodora", "last_name": "X"}]}
    )
    assert conflict.status_code == 409
    assert conflict.json is not None
    assert (conflict.json["code"], conflict.json["name"], conflict.json["at"]) == ("name", "Dora Lindner", "contacts.0")
    with scopes.of_firm(world.firm) as scope:
        assert conflict.json["id"] == scope.by_id(Contact, world.dora).uid
    joined = api.put(at("K-1056"), {"contacts": [{"email": "dora@lindner.example.org"}]})
    assert joined.status_code == 200
    assert joined.json is not None
    assert "Dora" in [each["first_name"] for each in joined.json["contacts"]]


def test_ending_a_contact(api: Programme, world: World) -> None:
    assert api.delete(at("K-1042") + "/contacts/Dora@lindner.example.org").status_code == 204
    assert api.get(at("K-1042")).json["contacts"] == []  # type: ignore[index]
    assert len(api.get(at("K-1043")).json["contacts"]) == 1  # type: ignore[index]
    assert api.delete(at("K-1042") + "/contacts/dora@lindner.example.org").status_code == 404
    with scopes.of_firm(world.firm) as scope:
        assert scope.by_id(Membership, world.dora_at_lindner).ended_at is not None


def test_addresses_with_odd_characters_can_be_ended(api: Programme) -> None:
    odd = "a/b+c%d@nord.example.com"
    assert api.put(at("N-1"), {"name": "Nord", "contacts": [{"email": odd}]}).status_code == 201
    assert api.delete(at("N-1") + "/contacts/a%2Fb%2Bc%25d%40nord.example.com").status_code == 204


def test_an_archived_client_is_409_until_it_is_fetched_back(api: Programme, world: World) -> None:
    archive(world, world.lindner)
    refused = api.put(at("K-1042"), {"name": "Neu"})
    assert (refused.status_code, refused.json["code"]) == (409, "archived")  # type: ignore[index]
    assert refused.json["id"] == api.get(at("K-1042")).json["id"]  # type: ignore[index]
    assert api.get(at("K-1042")).json["archived"] is True  # type: ignore[index]
    assert api.get(at("K-1042")).json["portal_url"] is None  # type: ignore[index]
    back = api.put(at("K-1042"), {"name": "Neu", "archived": False}).json
    assert back is not None
    assert (back["archived"], back["name"]) == (False, "Neu")
    assert back["portal_url"]


def test_portal_url_needs_the_right(api: Programme, writer: Programme, reader: Programme) -> None:
    assert writer.put(at("K-1042"), {"phone": "1"}).json["portal_url"] is None  # type: ignore[index]
    assert reader.get(at("K-1042")).json["portal_url"] is None  # type: ignore[index]
    assert all(item["portal_url"] is None for item in reader.get("/clients").json["items"])  # type: ignore[index]
    shown = {item["number"]: item["portal_url"] for item in api.get("/clients").json["items"]}  # type: ignore[index]
    assert shown["K-1042"] == api.get(at("K-1042")).json["portal_url"]  # type: ignore[index]
    assert api.get(at("K-1042")).json["portal_url"].startswith("http://localhost/l/")  # type: ignore[index]
    closed = api.put(at("K-1042"), {"portal_access": False}).json
    assert closed is not None
    assert (closed["portal_url"], closed["status"]) == (None, "offline")


def test_putting_lets_the_link_live_on_once_a_day(api: Programme, world: World, move_clock: Any) -> None:
    def extended() -> Any:
        with scopes.of_firm(world.firm) as scope:
            return scope.by_id(Link, world.lindner_link).extended_at

    first = extended()
    move_clock(hours=23)
    api.put(at("K-1042"), {})
    assert extended() == first
    move_clock(hours=2)
    api.get(at("K-1042"))
    assert extended() == first, "reading prolongs nothing"
    api.put(at("K-1042"), {})
    assert extended() > first


def test_listing_goes_on_by_key(api: Programme) -> None:
    for number in range(5):
        api.put(at(f"Z-{number}"), {"name": "Zett"})
    seen: list[str] = []
    address: str | None = "http://localhost/api/v1/clients?search=zett&limit=2"
    pages = 0
    while address:
        page = api.get(address.removeprefix("http://localhost/api/v1")).json
        assert page is not None
        seen += [item["number"] for item in page["items"]]
        address, pages = page["next"], pages + 1
    assert seen == [f"Z-{number}" for number in range(5)]
    assert pages == 3


def test_lists_hold_no_archived_clients_unless_asked(api: Programme, world: World) -> None:
    archive(world, world.thode)
    numbers = [item["number"] for item in api.get("/clients").json["items"]]  # type: ignore[index]
    assert "K-1043" not in numbers
    assert "K-1042" in numbers
    kept = api.get("/clients?archived=true").json["items"]  # type: ignore[index]
    assert [item["number"] for item in kept] == ["K-1043"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"), ("limit=201", "limit"), ("limit=x", "limit"), ("limit=", "limit"),
        ("cursor=nonsense", "cursor"), ("cursor=WyJhIiwxXQ&cursor=WyJhIiwxXQ", "cursor"),
        ("cursor=WyJcdWQ4MDAiLDFd", "cursor"), ("cursor=WyJhIiw5OTk5OTk5OTk5OTk5OTk5OTk5OTldCg", "cursor"),
        ("cursor=WzEsMV0", "cursor"), ("status=open", "status"), ("archived=1", "archived"), ("serach=x", "serach"),
    ],
)  # fmt: skip
def test_queries_are_checked(api: Programme, query: str, field: str) -> None:
    refused = api.get(f"/clients?{query}")
    assert refused.status_code == 422
    assert list(refused.json["errors"]) == [field]  # type: ignore[index]


def test_a_list_costs_the_same_statements_however_long(api: Programme) -> None:
    from portal.base.database import statements

    def cost() -> int:
        before = statements.count
        assert api.get("/clients?limit=200").status_code == 200
        return int(statements.count - before)

    cost()
    few = cost()
    for number in range(30):
        contact = {"email": f"k{number}@zett.example.com"}
        api.put(at(f"Z-{number}"), {"name": "Zett", "contacts": [contact]})
    costs = [cost(), cost()]
    assert min(costs) <= few


def test_two_at_once_make_one_client(app: Flask, api: Programme, world: World) -> None:
    start, answers = threading.Barrier(2), []

    def put() -> None:
        other = Programme(app, api.token)
        start.wait()
        response = other.client.put(
            "/api/v1/clients/N-77",
            json={"name": "Gleichzeitig", "contacts": [EVA]},
            headers={"Authorization": f"Bearer {api.token}"},
        )
        answers.append(response.status_code)

    threads = [threading.Thread(target=put) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 201]
    with scopes.of_firm(world.firm) as scope:
        assert scope.of(Client).where(Client.number_key == "n-77").count() == 1
        assert scope.of(Contact).where(Contact.email_key == EVA["email"]).count() == 1


def test_a_client_may_sign_in_by_password(api: Programme, world: World) -> None:
    made = api.put(at("N-9"), {"name": "Nord", "login_type": "password", "contacts": [EVA]}).json
    assert made is not None
    assert (made["login_type"], made["status"]) == ("password", "pending")
    assert made["portal_url"].endswith("/login")
    link = api.get(f"{at('N-9')}/portal-link").json
    assert link is not None
    assert link["url"] == made["portal_url"]
    assert api.get(f"{at('N-9')}/portal-link.svg").status_code == 200
    back = api.put(at("N-9"), {"login_type": None}).json
    assert back is not None
    assert (back["login_type"], back["status"]) == (None, "active")
    assert "/l/" in back["portal_url"]


def test_each_contact_tells_its_state(api: Programme, world: World) -> None:
    acting.give_password(world.firm, world.dora)
    body = {"contacts": [{**EVA, "login": False}, {"email": "neu@lindner.example.org", "last_name": "Neu"}]}
    found = api.put(at("K-1042"), body).json
    assert found is not None
    states = {person["email"]: person["status"] for person in found["contacts"]}
    assert states == {
        "dora@lindner.example.org": "active", EVA["email"]: "no_access", "neu@lindner.example.org": "pending",
    }  # fmt: skip
    listed = api.get("/clients?search=lindner").json
    assert listed is not None
    assert [person["status"] for person in listed["items"][0]["contacts"]] == [
        person["status"] for person in found["contacts"]
    ]
