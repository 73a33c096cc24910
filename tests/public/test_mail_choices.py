"""Choosing e-mails by the address in one: GET changes nothing, one click is enough, nobody else's is touched."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.base import clock
from portal.models.audit_entry import AuditEntry
from portal.models.contact import Membership
from portal.policies import scope as scopes
from portal.queries import mail_doors
from tests.browser_client import Browser
from tests.personas import World

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def address(app: Flask, world: World) -> str:
    """The one in Dora's mails about Lindner."""
    return f"/unsubscribe/{_token(world, world.dora_at_lindner)}"


def test_get_changes_nothing(nobody: Browser, world: World, address: str) -> None:
    answer = nobody.get(address)
    assert answer.status_code == 200
    assert "Lindner" in answer.text
    assert "dora@" not in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert _choice(world) == "each"
    assert _entries(world) == []


def test_one_click_of_a_mail_program(app: Flask, world: World, address: str) -> None:
    program = app.test_client()
    for _ in range(2):
        answer = program.post(address, data=ONE_CLICK, headers={"Origin": "https://mail.example.net"})
        assert answer.status_code == 200
    assert _choice(world) == "none"
    (entry,) = _entries(world)
    assert (entry.actor, entry.client_id, entry.facts["mail"]) == ("stranger", world.lindner, "none")


def test_another_body_is_no_click(app: Flask, world: World, address: str) -> None:
    for body in ({}, {"List-Unsubscribe": "Yes"}, {"mail": "none"}):
        assert app.test_client().post(address, data=body).status_code == 422
    assert _choice(world) == "each"


def test_choosing_on_the_page(nobody: Browser, world: World, address: str) -> None:
    nobody.get(address)
    answer = nobody.post(f"{address}/choice", {"mail": "daily"})
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    assert _choice(world) == "daily"
    assert nobody.post(f"{address}/choice", {"mail": "weekly"}).status_code == 422
    assert nobody.post(f"{address}/choice", {}).status_code == 422
    assert _choice(world) == "daily"


def test_the_pages_form_needs_its_token(app: Flask, world: World, address: str) -> None:
    answer = app.test_client().post(f"{address}/choice", data={"mail": "none"})
    assert answer.status_code == 422
    assert _choice(world) == "each"


def test_it_is_about_one_client_only(app: Flask, world: World, address: str) -> None:
    app.test_client().post(address, data=ONE_CLICK)
    with scopes.of_firm(world.firm) as scope:
        others = scope.of(Membership).where(Membership.id != world.dora_at_lindner)
        assert {row.mail for row in list(others)} == {"each"}


def test_wrong_ones_are_all_alike(app: Flask, nobody: Browser, world: World, address: str) -> None:
    token = address.rpartition("/")[2]
    foreign = token[:6] + _token(world, world.dora_at_thode)[6:]
    wrong = [foreign, token[:-1] + ("0" if token[-1] != "0" else "1"), "0" * 32, "short", token.lower(), token + "0"]
    answers = [nobody.get(f"/unsubscribe/{each}") for each in wrong]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1
    for each in wrong:
        assert app.test_client().post(f"/unsubscribe/{each}", data=ONE_CLICK).status_code == 404
    assert _choice(world) == "each"


def test_it_ends_with_the_membership(nobody: Browser, world: World, address: str) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.by_id(Membership, world.dora_at_lindner), ended_at=clock.now())
    assert nobody.get(address).status_code == 404


def test_a_link_of_another_kind_opens_nothing_here(nobody: Browser, world: World, token_of: object) -> None:
    assert nobody.get(f"/unsubscribe/{token_of(world.dora_link)}").status_code == 404  # type: ignore[operator]


def test_staff_see_it(anna: Browser, app: Flask, world: World, address: str) -> None:
    app.test_client().post(address, data=ONE_CLICK)
    with scopes.of_firm(world.firm) as scope:
        uid = scope.by_id(mail_doors.Client, world.lindner).uid
    assert "by own choice" in anna.get(f"/firm/clients/{uid}?tab=info").text


def _token(world: World, membership_id: int) -> str:
    with scopes.of_firm(world.firm) as scope:
        return mail_doors.token_of(scope.by_id(Membership, membership_id))


def _choice(world: World) -> str:
    with scopes.of_firm(world.firm) as scope:
        return str(scope.by_id(Membership, world.dora_at_lindner).mail)


def _entries(world: World) -> list[AuditEntry]:
    with scopes.of_firm(world.firm) as scope:
        return list(scope.of(AuditEntry).where(AuditEntry.action == "contact.preferred"))
