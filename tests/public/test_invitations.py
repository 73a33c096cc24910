"""Invitations of staff: GET uses nothing up, the form does, once; whoever accepts is signed in (T2, X6)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from portal.base import tokens
from portal.models.firm import Firm
from portal.models.staff import ADVISER, Staff
from portal.models.ticket import Ticket
from portal.operations import team
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from tests.browser_client import Browser
from tests.personas import World

TYPED = {"name": "Gitte Holm", "password": "vier nasse Regenschirme"}


@pytest.fixture
def token(app: Flask, world: World) -> str:
    """The token of an invitation to Gitte."""
    return _invited(world)


def test_the_mails_address_becomes_a_clean_one(nobody: Browser, token: str) -> None:
    for _ in range(3):
        answer = nobody.get(f"/invite/{token}")
        assert (answer.status_code, answer.location) == (303, "/invite")
    page = nobody.get("/invite")
    assert page.status_code == 200
    assert "Welcome to Petry Haustechnik GmbH" in page.text
    assert "gitte@petry.example.com" in page.text
    assert token not in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("method", ["head", "get"])
def test_thirty_looks_use_nothing_up(app: Flask, token: str, method: str) -> None:
    for _ in range(30):
        assert getattr(Browser(app).client, method)(f"/invite/{token}").status_code == 303
    browser = Browser(app)
    browser.get(f"/invite/{token}")
    assert browser.post("/invite", TYPED).status_code == 303


def test_accepting_signs_in(nobody: Browser, token: str, world: World) -> None:
    nobody.get(f"/invite/{token}")
    answer = nobody.post("/invite", TYPED)
    assert (answer.status_code, answer.location) == (303, "/firm/")
    assert "Gitte Holm" in nobody.get("/firm/account").text
    again = {"email": "gitte@petry.example.com", "password": TYPED["password"]}
    assert nobody.post("/f/petry/login", again).status_code == 303


def test_it_works_once(nobody: Browser, app: Flask, token: str) -> None:
    second = Browser(app)
    for browser in (nobody, second):
        browser.get(f"/invite/{token}")
    assert nobody.post("/invite", TYPED).status_code == 303
    answer = second.post("/invite", {**TYPED, "name": "Somebody Else"})
    assert answer.status_code == 410
    assert second.get("/firm/").status_code == 303
    assert second.get(f"/invite/{token}").status_code == 410


def test_a_new_one_voids_the_older(nobody: Browser, token: str, world: World) -> None:
    newer = _invited(world)
    assert nobody.get(f"/invite/{token}").status_code == 410
    assert nobody.get(f"/invite/{newer}").status_code == 303


def test_it_lives_a_week(nobody: Browser, token: str, move_clock: Callable[..., None]) -> None:
    move_clock(days=6, hours=23)
    assert nobody.get(f"/invite/{token}").status_code == 303
    move_clock(hours=2)
    assert nobody.get(f"/invite/{token}").status_code == 410
    assert nobody.post("/invite", TYPED).status_code == 410


def test_who_was_deactivated_meanwhile_cannot_come_in(nobody: Browser, token: str, world: World) -> None:
    nobody.get(f"/invite/{token}")
    with scopes.of_firm(world.firm) as scope:
        gitte = scope.one(scope.of(Staff).order_by(Staff.id.desc()))
    team.deactivate(InstanceActor(world.firm, "test"), gitte)
    assert nobody.post("/invite", TYPED).status_code == 410


@pytest.mark.parametrize("token", ["0" * 32, "x", "%00", "ä"])
def test_a_forged_one_is_not_found(nobody: Browser, token: str) -> None:
    assert nobody.get(f"/invite/{token}").status_code == 404


def test_without_one_there_is_nothing_to_accept(nobody: Browser) -> None:
    assert nobody.get("/invite").status_code == 410
    assert nobody.post("/invite", TYPED).status_code == 410


@pytest.mark.parametrize(
    "typed",
    [{**TYPED, "name": ""}, {**TYPED, "password": ""}, {**TYPED, "password": "kurz"}, {**TYPED, "name": "x" * 101}],
)
def test_errors_stand_at_their_fields_and_what_was_typed_stays(
    nobody: Browser, token: str, typed: dict[str, str]
) -> None:
    nobody.get(f"/invite/{token}")
    answer = nobody.post("/invite", typed)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert typed["name"] in answer.text
    assert nobody.post("/invite", TYPED).status_code == 303


def test_a_stale_page_accepts_nothing(nobody: Browser, token: str) -> None:
    nobody.get(f"/invite/{token}")
    answer = nobody.post("/invite", TYPED, csrf=False)
    assert answer.status_code == 422
    assert "Gitte Holm" in answer.text
    assert nobody.get("/firm/").status_code == 303


def _invited(world: World) -> str:
    with scopes.of_firm(world.firm) as scope:
        firm = scope.by_id(Firm, world.firm)
    ticket: Ticket = team.invite(
        InstanceActor(world.firm, "test"), firm, email="gitte@petry.example.com", role=ADVISER, name="Gitte"
    )
    return tokens.issue("invite", ticket.id, ticket.nonce)
