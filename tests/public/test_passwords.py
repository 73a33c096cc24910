"""Forgotten password: the same answer for everybody, a link that a form uses up, and nobody signed in by it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from portal.base import tokens
from portal.models.outbox import OutboxMail
from portal.models.sign_in import SignIn
from portal.models.staff import Staff
from portal.models.ticket import Ticket
from portal.operations import team
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from tests.browser_client import Browser
from tests.personas import PASSWORD, World

FORM = "/f/petry/password/forgot"
NEW = "vier nasse Regenschirme"


@pytest.fixture
def token(app: Flask, world: World) -> str:
    """The token in Anna's mail."""
    return _token(world)


@pytest.mark.parametrize(
    "address", ["anna@petry.example.com", "nobody@example.com", "frida@fischer.example.com", "no address", "x" * 250]
)
def test_the_answer_is_the_same_for_any_address(nobody: Browser, world: World, address: str) -> None:
    answer = nobody.post(FORM, {"email": address})
    assert answer.status_code == 200
    assert "If there is an account with this address" in answer.text
    assert address not in answer.text
    queued = _mails(world)
    assert [mail.to for mail in queued] == ([address] if "@" in address else [])


def test_an_unknown_firm_is_answered_alike(nobody: Browser) -> None:
    answer = nobody.post("/f/nothing/password/forgot", {"email": "anna@petry.example.com"})
    assert answer.status_code == 200
    assert "If there is an account with this address" in answer.text


def test_mails_to_one_address_are_counted_whoever_asks(nobody: Browser, world: World) -> None:
    for number in range(8):
        elsewhere = {"REMOTE_ADDR": f"203.0.113.{number}"}
        answer = nobody.post(FORM, {"email": "anna@petry.example.com"}, environ_overrides=elsewhere)
        assert answer.status_code == 200
    assert len(_mails(world)) == 5


def test_asking_is_limited_by_address(nobody: Browser) -> None:
    statuses = [nobody.post(FORM, {"email": f"x{n}@example.com"}).status_code for n in range(11)]
    assert statuses == [200] * 10 + [429]


def test_nothing_typed_is_said_at_the_field(nobody: Browser) -> None:
    answer = nobody.post(FORM, {"email": ""})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


def test_without_a_firm_the_way_leads_to_the_door(nobody: Browser) -> None:
    assert nobody.get("/password/forgot").location == "/login"


def test_the_link_moves_its_token_out_of_the_address_and_uses_nothing_up(nobody: Browser, token: str) -> None:
    for _ in range(3):
        answer = nobody.get(f"/password/reset/{token}")
        assert (answer.status_code, answer.location) == (303, "/password/reset")
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    page = nobody.get("/password/reset")
    assert page.status_code == 200
    assert token not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert nobody.client.head(f"/password/reset/{token}").status_code == 303


def test_a_new_password_signs_nobody_in_and_ends_all_sessions(
    nobody: Browser, anna: Browser, token: str, world: World
) -> None:
    nobody.get(f"/password/reset/{token}")
    answer = nobody.post("/password/reset", {"password": NEW})
    assert (answer.status_code, answer.location) == (303, "/f/petry/login")
    assert "Your password was changed" in nobody.get(answer.location).text
    assert nobody.get("/firm/").status_code == 303
    assert anna.get("/firm/").status_code == 303
    with scopes.of_firm(world.firm) as scope:
        assert all(row.ended_at for row in scope.of(SignIn).where(SignIn.staff == world.anna))
    assert nobody.post("/f/petry/login", {"email": "anna@petry.example.com", "password": PASSWORD}).status_code == 422
    assert nobody.post("/f/petry/login", {"email": "anna@petry.example.com", "password": NEW}).status_code == 303
    told = [mail for mail in _mails(world, "password_changed") if mail.to == "anna@petry.example.com"]
    assert told, "the person is told"


def test_the_link_works_once(nobody: Browser, app: Flask, token: str) -> None:
    second = Browser(app)
    for browser in (nobody, second):
        browser.get(f"/password/reset/{token}")
    nobody.post("/password/reset", {"password": NEW})
    assert second.post("/password/reset", {"password": "etwas ganz anderes Neues"}).status_code == 410
    assert second.get(f"/password/reset/{token}").status_code == 410


def test_a_newer_link_voids_the_older(nobody: Browser, token: str, world: World) -> None:
    newer = _token(world)
    assert nobody.get(f"/password/reset/{token}").status_code == 410
    assert nobody.get(f"/password/reset/{newer}").status_code == 303


def test_the_link_lives_half_an_hour(nobody: Browser, token: str, move_clock: Callable[..., None]) -> None:
    nobody.get(f"/password/reset/{token}")
    move_clock(minutes=31)
    assert nobody.get(f"/password/reset/{token}").status_code == 410
    assert nobody.post("/password/reset", {"password": NEW}).status_code == 410


@pytest.mark.parametrize(
    "change", [lambda t: "0" * 32, lambda t: t[:-1] + ("0" if t[-1] != "0" else "1"), lambda t: "x"]
)
def test_a_forged_link_is_not_found(nobody: Browser, token: str, change: Callable[[str], str]) -> None:
    assert nobody.get(f"/password/reset/{change(token)}").status_code == 404
    assert nobody.get(f"/invite/{token}").status_code == 404, "a reset is no invitation"


def test_without_the_link_there_is_nothing_to_set(nobody: Browser) -> None:
    assert nobody.get("/password/reset").status_code == 410
    assert nobody.post("/password/reset", {"password": NEW}).status_code == 410


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("", "Please fill this in."),
        ("kurz", "Please choose a password of at least 12 characters."),
        ("passwordpassword", "Too many people use this password."),
        ("anna petry 1234", "easy to guess"),
        ("x" * 129, "128 characters at most"),
    ],
)
def test_a_weak_password_is_refused_in_words(nobody: Browser, token: str, password: str, said: str) -> None:
    nobody.get(f"/password/reset/{token}")
    answer = nobody.post("/password/reset", {"password": password})
    assert answer.status_code == 422
    assert said in answer.text
    assert nobody.post("/password/reset", {"password": NEW}).status_code == 303, "the link still works"


def test_a_stale_page_sets_nothing(nobody: Browser, token: str) -> None:
    nobody.get(f"/password/reset/{token}")
    answer = nobody.post("/password/reset", {"password": NEW}, csrf=False)
    assert answer.status_code == 422
    assert "This page was open for a long time" in answer.text
    assert nobody.post("/f/petry/login", {"email": "anna@petry.example.com", "password": PASSWORD}).status_code == 303


def _token(world: World) -> str:
    with scopes.of_firm(world.firm) as scope:
        anna = scope.by_id(Staff, world.anna)
    ticket: Ticket = team.reset(InstanceActor(world.firm, "test"), anna)
    return tokens.issue("reset", ticket.id, ticket.nonce)


def _mails(world: World, kind: str = "reset") -> list[OutboxMail]:
    with scopes.of_firm(world.firm) as scope:
        return list(scope.of(OutboxMail).where(OutboxMail.kind == kind))
