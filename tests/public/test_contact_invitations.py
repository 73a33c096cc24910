"""A contact's invitation in the browser: mail, page, password, signed in (T2); GET uses nothing up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.base import clock, tokens
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.firm import Firm
from portal.models.identity import Identity
from portal.models.outbox import OutboxMail
from portal.models.staff import Staff
from portal.models.ticket import Ticket
from portal.operations import access, invitations, reset_answers
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from tests import acting
from tests.browser_client import Browser
from tests.personas import PASSWORD, World

NEW = "vier nasse Schirme"
DORA = "dora@lindner.example.org"
TYPED = {"password": NEW}


@pytest.fixture
def token(app: Flask, world: World) -> str:
    """The token in Dora's mail; Lindner and Thode are entered by password."""
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.by_id(Firm, world.firm), login_type="password")
        access.refresh_all(scope.firm)
    return _invited(world)


def test_mail_page_password_signed_in(nobody: Browser, token: str, world: World) -> None:
    answer = nobody.get(f"/invite/{token}")
    assert (answer.status_code, answer.location) == (303, "/invite")
    page = nobody.get("/invite")
    assert page.status_code == 200
    for words in ("Petry Haustechnik GmbH", DORA, "Hausverwaltung Lindner", "Bäckerei Thode"):
        assert words in page.text
    assert token not in page.text
    assert (page.headers["Referrer-Policy"], page.headers["Cache-Control"]) == ("no-referrer", "no-store")
    answer = nobody.post("/invite", TYPED)
    assert (answer.status_code, answer.location) == (303, "/portal/")
    assert nobody.get("/portal/").status_code == 200
    assert nobody.get("/firm/").status_code == 303
    again = {"email": DORA, "password": NEW}
    assert nobody.post("/f/petry/login", again).location == "/portal/"


@pytest.mark.parametrize("method", ["head", "get"])
def test_scanners_use_nothing_up(app: Flask, token: str, world: World, method: str) -> None:
    for _ in range(30):
        scanner = Browser(app)
        assert getattr(scanner.client, method)(f"/invite/{token}").status_code == 303
        scanner.get("/invite")
    assert _dora(world).identity_id is None
    assert _dora(world).pending
    browser = Browser(app)
    browser.get(f"/invite/{token}")
    assert browser.post("/invite", TYPED).location == "/portal/"


def test_head_keeps_nothing(nobody: Browser, token: str) -> None:
    assert "Set-Cookie" not in nobody.client.head(f"/invite/{token}").headers


def test_the_page_and_the_portal_speak_the_contacts_language(nobody: Browser, token: str, world: World) -> None:
    _change(world, Contact, world.dora, language="en")
    nobody.get(f"/invite/{token}", language="de")
    assert '<html lang="en"' in nobody.get("/invite", language="de").text
    nobody.post("/invite", TYPED, language="de")
    assert '<html lang="en"' in nobody.get("/portal/", language="de").text


def test_it_works_once_and_a_double_click_is_no_harm(nobody: Browser, app: Flask, token: str) -> None:
    twice, other = Browser(app), Browser(app)
    for browser in (nobody, twice, other):
        browser.get(f"/invite/{token}")
    assert nobody.post("/invite", TYPED).location == "/portal/"
    assert twice.post("/invite", TYPED).location == "/portal/", "the same form, sent twice"
    answer = other.post("/invite", {"password": "etwas ganz anderes"})
    assert answer.status_code == 410
    assert "You have a password already" in answer.text
    assert other.get("/portal/").status_code == 303
    assert other.get(f"/invite/{token}").status_code == 410
    assert nobody.get(f"/invite/{token}").location == "/portal/", "she is in: the old mail is her way back"


def test_a_newer_one_voids_the_older(nobody: Browser, token: str, world: World) -> None:
    newer = _invited(world)
    assert nobody.get(f"/invite/{token}").status_code == 410
    assert nobody.get(f"/invite/{newer}").status_code == 303


def test_cancelled_while_the_page_is_open(nobody: Browser, token: str, world: World) -> None:
    nobody.get(f"/invite/{token}")
    invitations.cancel(acting.staff(world.firm, world.anna), _row(world, Membership, world.dora_at_lindner))
    assert nobody.get("/invite").status_code == 410
    assert nobody.post("/invite", TYPED).status_code == 410
    assert _dora(world).identity_id is None


def test_login_off_ends_it_at_once(nobody: Browser, token: str, world: World) -> None:
    nobody.get(f"/invite/{token}")
    for each in (world.dora_at_lindner, world.dora_at_thode):
        _change(world, Membership, each, login=False)
    assert nobody.post("/invite", TYPED).status_code == 410


@pytest.mark.parametrize(
    "password", ["", "kurz", "x" * 129, "Petry Haustechnik GmbH", "passwort2026", "x" * 1001, "Dora Lindner"]
)
def test_what_is_wrong_stands_at_the_field_and_nothing_is_used_up(nobody: Browser, token: str, password: str) -> None:
    nobody.get(f"/invite/{token}")
    answer = nobody.post("/invite", {"password": password})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert nobody.post("/invite", TYPED).status_code == 303


def test_how_long_it_must_be_is_said(nobody: Browser, token: str) -> None:
    nobody.get(f"/invite/{token}")
    assert "at least 10 characters" in nobody.post("/invite", {"password": "kurz"}).text


def test_a_stale_page_accepts_nothing(nobody: Browser, token: str, world: World) -> None:
    nobody.get(f"/invite/{token}")
    assert nobody.post("/invite", TYPED, csrf=False).status_code == 422
    assert _dora(world).identity_id is None


def test_a_password_that_is_there_stays(nobody: Browser, token: str, world: World) -> None:
    """A staff member with the same address: the invitation joins contact and person and asks to sign in."""
    with scopes.of_firm(world.firm) as scope:
        identity = scope.by_id(Identity, scope.by_id(Staff, world.ben).identity_id)
        scope.change(scope.by_id(Contact, world.dora), email=identity.email, email_key=identity.email_key)
    nobody.get(f"/invite/{_invited(world)}")
    page = nobody.get("/invite")
    assert "You have a password already" in page.text
    assert 'name="password"' not in page.text
    answer = nobody.post("/invite", TYPED)
    assert (answer.status_code, answer.location) == (303, "/f/petry/login")
    assert "You have a password already" in nobody.get(answer.location).text
    assert nobody.get("/portal/").status_code == nobody.get("/firm/").status_code == 303
    assert nobody.post("/f/petry/login", {"email": identity.email, "password": NEW}).status_code == 422
    assert nobody.post("/f/petry/login", {"email": identity.email, "password": PASSWORD}).location == "/login/side"


def test_a_link_session_of_the_browser_gives_way(
    nobody: Browser, token: str, world: World, token_of: Callable[[int], str]
) -> None:
    _change(world, Client, world.okonkwo, login_type="secret_link")
    nobody.get(f"/l/{token_of(world.okonkwo_link)}")
    before = nobody.client.get_cookie("foyer-client")
    nobody.get(f"/invite/{token}")
    nobody.post("/invite", TYPED)
    after = nobody.client.get_cookie("foyer-client")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert DORA.partition("@")[0].title() in nobody.get("/portal/").text
    nobody.client.set_cookie("foyer-client", before.value)
    assert nobody.get("/portal/").status_code == 303, "the older session has ended"


# a new one


@pytest.mark.parametrize("state", ["expired", "cancelled", "used", "login", "held"])
def test_asking_for_a_new_one_is_answered_alike(
    nobody: Browser, token: str, world: World, state: str, move_clock: Callable[..., None]
) -> None:
    nobody.get(f"/invite/{token}")
    if state == "expired":
        move_clock(days=8)
    elif state == "cancelled":
        invitations.cancel(acting.staff(world.firm, world.anna), _row(world, Membership, world.dora_at_lindner))
    elif state == "used":
        nobody.post("/invite", TYPED)
        nobody.get(f"/invite/{token}")
    elif state == "login":
        for each in (world.dora_at_lindner, world.dora_at_thode):
            _change(world, Membership, each, login=False)
    else:
        _change(world, Contact, world.dora, held_until=clock.now() + invitations.LASTS)
    assert nobody.get(f"/invite/{token}").status_code == (303 if state == "used" else 410)
    answer = nobody.post("/invite/new", {"email": "attacker@example.com"})
    assert answer.status_code == 200
    assert "If an invitation is open for you" in answer.text
    assert DORA not in answer.text
    asked = _mails(world)[-1]
    assert (asked.to, asked.subject) == (DORA, {"contact": world.dora}), "the worker decides, whatever the state"


def test_without_an_invitation_nobody_asks(nobody: Browser, world: World) -> None:
    assert nobody.post("/invite/new").status_code == 410
    assert nobody.get("/invite").status_code == 410
    assert nobody.post("/invite", TYPED).status_code == 410
    assert nobody.get("/invite/new").status_code == 404
    assert _mails(world) == []


def test_asking_is_limited_and_a_stale_page_asks_nothing(nobody: Browser, token: str, world: World) -> None:
    _invited(world)
    nobody.get(f"/invite/{token}")
    before = len(_mails(world))
    assert nobody.post("/invite/new", csrf=False).status_code == 422
    assert len(_mails(world)) == before
    assert [nobody.post("/invite/new").status_code for _ in range(6)] == [200] * 5 + [429]
    assert len(_mails(world)) == before + 1, "once a minute"


def test_forged_ones_get_the_same_404(app: Flask, token: str) -> None:
    forged = ["0" * 32, token[:-1] + ("0" if token[-1] != "0" else "1"), token[:6] + "0" * 26, "x", "A" * 500]
    answers = [app.test_client().get(f"/invite/{each}") for each in forged]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1
    assert all("Set-Cookie" not in answer.headers for answer in answers)


# passwords forgotten


def test_a_contact_resets_and_is_signed_in_by_nothing_but_the_new_one(
    nobody: Browser, dora_signed_in: Browser, world: World
) -> None:
    nobody.post("/f/petry/password/forgot", {"email": "Dora@Lindner.example.org"})
    (mail,) = acting.mails(world.firm, "reset")
    found = reset_answers.answer(InstanceActor(world.firm, "worker"), mail)
    assert found is not None
    made = found.ticket
    assert made is not None
    reset = tokens.issue("reset", made.id, made.nonce)
    for _ in range(3):
        assert nobody.get(f"/password/reset/{reset}").location == "/password/reset"
    assert "At least 10 characters" in nobody.get("/password/reset").text
    answer = nobody.post("/password/reset", {"password": NEW})
    assert (answer.status_code, answer.location) == (303, "/f/petry/login")
    assert nobody.get("/portal/").status_code == 303
    assert dora_signed_in.get("/portal/").status_code == 303, "all sessions end"
    assert nobody.post("/f/petry/login", {"email": DORA, "password": PASSWORD}).status_code == 422
    assert nobody.post("/f/petry/login", {"email": DORA, "password": NEW}).location == "/portal/"
    dead = nobody.get(f"/password/reset/{reset}")
    assert dead.status_code == 410
    assert 'href="/f/petry/password/forgot"' in dead.text
    assert [told.to for told in acting.mails(world.firm, "password_changed")] == [DORA]


def _invited(world: World) -> str:
    invitations.send(acting.staff(world.firm, world.anna), _row(world, Membership, world.dora_at_lindner))
    made = _row(world, Ticket, _mails(world)[-1].subject["ticket"])
    return tokens.issue("invite", made.id, made.nonce)


def _mails(world: World) -> list[OutboxMail]:
    return acting.mails(world.firm, "invitation")


def _dora(world: World) -> Any:
    return _row(world, Contact, world.dora)


def _row(world: World, model: Any, row_id: int) -> Any:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(model, row_id)


def _change(world: World, model: Any, row_id: int, **fields: Any) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.by_id(model, row_id), **fields)
        access.refresh_all(scope.firm)
