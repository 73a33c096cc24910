"""Signing in and out: the same for every failed try, limited by account and address, one area at a time."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from portal.base import passwords
from portal.base.config import Config
from portal.base.database import database
from portal.factory import create_app
from portal.models.audit_entry import AuditEntry
from portal.models.identity import Identity
from portal.models.sign_in import SignIn
from portal.models.staff import Staff
from portal.operations import team
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from tests import acting
from tests.browser_client import Browser
from tests.personas import PASSWORD, World

DOOR = "/f/petry/login"
ANNA = {"email": "anna@petry.example.com", "password": PASSWORD}
PERSON = {"Sec-Fetch-Mode": "navigate"}


@pytest.fixture
def one_firm(world: World, app: Flask) -> None:
    """The instance without the other firm."""
    with scopes.instance("a test"), database.unguarded("a test removes a firm"):
        database.execute_sql("PRAGMA foreign_keys = 0")
        database.execute_sql("DELETE FROM firm WHERE id = ?", (world.other_firm,))
        database.execute_sql("PRAGMA foreign_keys = 1")


def test_signing_in_leads_to_today(nobody: Browser, world: World) -> None:
    answer = nobody.post(DOOR, ANNA)
    assert (answer.status_code, answer.location) == (303, "/firm/")
    assert "Anna Petry" in nobody.get("/firm/account").text
    assert _count(world, "staff.signed_in") == 1


def test_a_password_changed_while_it_is_checked_lets_nobody_in(
    nobody: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Checking takes its time; a reset in between ended all sessions, and this one was not there yet."""
    real = passwords.matches

    def meanwhile(password: str, hashed: str | None) -> bool:
        found = real(password, hashed)
        with scopes.of_firm(world.firm) as scope:
            identity = scope.by_id(Identity, scope.by_id(Staff, world.anna).identity_id)
            scope.change(identity, password=acting.hashed("etwas ganz anderes"))
        return found

    monkeypatch.setattr(passwords, "matches", meanwhile)
    assert nobody.post(DOOR, ANNA).status_code == 409
    assert nobody.get("/firm/").status_code == 303
    assert _count(world, "staff.signed_in") == 0


def test_the_address_may_be_typed_in_any_case(nobody: Browser) -> None:
    assert nobody.post(DOOR, {**ANNA, "email": " Anna@PETRY.example.com "}).status_code == 303


def test_one_leads_back_to_the_page_asked_for(nobody: Browser) -> None:
    assert nobody.get("/firm/clients?q=lind", headers=PERSON).location == "/login"
    assert nobody.post(DOOR, ANNA).location == "/firm/clients?q=lind"


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Mode": "no-cors"}, {"HX-Request": "true"}])
def test_only_pages_are_come_back_to(nobody: Browser, headers: dict[str, str]) -> None:
    nobody.get("/firm/clients", headers=headers)
    assert nobody.post(DOOR, ANNA).location == "/firm/"


def test_a_portal_page_asked_for_is_not_for_staff(nobody: Browser) -> None:
    nobody.get("/portal/documents", headers=PERSON)
    assert nobody.post(DOOR, ANNA).location == "/firm/"


@pytest.mark.parametrize(
    ("path", "email", "password"),
    [
        (DOOR, "anna@petry.example.com", "not her password"),
        (DOOR, "nobody@petry.example.com", PASSWORD),
        (DOOR, "frida@fischer.example.com", PASSWORD),
        (DOOR, "dora@lindner.example.org", PASSWORD),
        (DOOR, "founder@petry.example.com", PASSWORD),
        ("/f/nothing/login", "anna@petry.example.com", PASSWORD),
    ],
)
def test_every_failed_try_is_alike(nobody: Browser, path: str, email: str, password: str) -> None:
    answer = nobody.post(path, {"email": email, "password": password})
    assert answer.status_code == 422
    assert "E-mail address and password do not match." in answer.text
    assert email in answer.text, "what was typed stays"
    assert password not in answer.text
    assert nobody.get("/firm/").status_code == 303
    assert _normal(answer.text, email) == _normal(
        nobody.post(DOOR, {"email": "x@example.com", "password": "y"}).text, "x@example.com"
    )


def test_a_failed_try_costs_the_same_work(nobody: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    real = passwords.matches
    monkeypatch.setattr(passwords, "matches", lambda *a: asked.append(True) or real(*a))
    for path, email in ((DOOR, "anna@petry.example.com"), (DOOR, "no@example.com"), ("/f/nothing/login", "a@b.test")):
        nobody.post(path, {"email": email, "password": "wrong"})
    assert len(asked) == 3


def test_who_was_deactivated_does_not_get_in_and_is_thrown_out(nobody: Browser, ben: Browser, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        row = scope.by_id(Staff, world.ben)
    team.deactivate(InstanceActor(world.firm, "test"), row)
    assert ben.get("/firm/clients").status_code == 303
    assert nobody.post(DOOR, {"email": "ben@petry.example.com", "password": PASSWORD}).status_code == 422


@pytest.mark.parametrize("typed", [{"email": "", "password": ""}, {"email": "a" * 300, "password": "x"}, {}])
def test_what_is_missing_or_too_long_is_said_at_its_field(nobody: Browser, typed: dict[str, str]) -> None:
    answer = nobody.post(DOOR, typed)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert answer.text.count(" autofocus") == 1


# limits


def test_an_account_is_closed_for_a_while_after_ten_wrong_tries(
    nobody: Browser, app: Flask, move_clock: Callable[..., None]
) -> None:
    wrong = {**ANNA, "password": "wrong"}
    assert [nobody.post(DOOR, wrong).status_code for _ in range(11)] == [422] * 10 + [429]
    elsewhere = Browser(app)
    closed = elsewhere.post(DOOR, ANNA, environ_overrides={"REMOTE_ADDR": "203.0.113.9"})
    assert closed.status_code == 429
    assert 0 < int(closed.headers["Retry-After"]) <= 900
    other = {"email": "ben@petry.example.com", "password": PASSWORD}
    assert elsewhere.post(DOOR, other, environ_overrides={"REMOTE_ADDR": "203.0.113.9"}).status_code == 303
    move_clock(minutes=16)
    assert Browser(app).post(DOOR, ANNA, environ_overrides={"REMOTE_ADDR": "203.0.113.9"}).status_code == 303


def test_the_right_password_forgives_what_was_wrong(nobody: Browser) -> None:
    for _ in range(2):
        for _ in range(9):
            assert nobody.post(DOOR, {**ANNA, "password": "wrong"}).status_code == 422
        assert nobody.post(DOOR, ANNA).status_code == 303


def test_an_address_is_limited_over_all_accounts_and_survives_a_restart(
    nobody: Browser, config: Config, app: Flask
) -> None:
    for number in range(30):
        assert nobody.post(DOOR, {"email": f"x{number}@example.com", "password": "x"}).status_code == 422
    assert nobody.post(DOOR, ANNA).status_code == 429
    database.close()
    again = create_app(config)
    again.testing = True
    assert Browser(again).post(DOOR, ANNA).status_code == 429
    assert Browser(again).post(DOOR, ANNA, environ_overrides={"REMOTE_ADDR": "203.0.113.9"}).status_code == 303


def test_an_unknown_account_is_closed_like_a_known_one(nobody: Browser) -> None:
    nobodys = {"email": "nobody@example.com", "password": "x"}
    assert [nobody.post(DOOR, nobodys).status_code for _ in range(11)] == [422] * 10 + [429]


# sessions


def test_a_session_ends_idle_after_half_an_hour(nobody: Browser, move_clock: Callable[..., None]) -> None:
    nobody.post(DOOR, ANNA)
    for _ in range(3):
        move_clock(minutes=29)
        assert nobody.get("/firm/account").status_code == 200
    move_clock(minutes=31)
    assert nobody.get("/firm/account").location == "/login"


def test_a_session_ends_after_twelve_hours_at_most(nobody: Browser, move_clock: Callable[..., None]) -> None:
    nobody.post(DOOR, ANNA)
    for _ in range(29):
        move_clock(minutes=25)
        nobody.get("/firm/account")
    assert nobody.get("/firm/account").location == "/login"


def test_last_seen_is_written_once_a_minute(nobody: Browser, world: World, move_clock: Callable[..., None]) -> None:
    nobody.post(DOOR, ANNA)
    first = _session(world).seen_at
    move_clock(seconds=50)
    nobody.get("/firm/account")
    assert _session(world).seen_at == first
    move_clock(seconds=11)
    nobody.get("/firm/account")
    assert _session(world).seen_at > first


def test_signing_in_again_begins_a_new_session_and_ends_the_old(nobody: Browser, world: World) -> None:
    nobody.post(DOOR, ANNA)
    old = nobody.client.get_cookie("foyer-staff")
    nobody.post(DOOR, ANNA)
    new = nobody.client.get_cookie("foyer-staff")
    assert old is not None
    assert new is not None
    assert old.value != new.value
    with scopes.of_firm(world.firm) as scope:
        assert [row.ended_at is None for row in scope.of(SignIn).order_by(SignIn.id)] == [False, True]


def test_a_session_kept_from_before_signing_in_is_worth_nothing(nobody: Browser, app: Flask) -> None:
    planted = Browser(app)
    planted.client.set_cookie("foyer-staff", "planted-by-somebody-else")
    planted.post(DOOR, ANNA)
    cookie = planted.client.get_cookie("foyer-staff")
    assert cookie is not None
    assert cookie.value != "planted-by-somebody-else"
    nobody.client.set_cookie("foyer-staff", "planted-by-somebody-else")
    assert nobody.get("/firm/").status_code == 303


def test_the_database_keeps_no_session_token(nobody: Browser, config: Config) -> None:
    nobody.post(DOOR, ANNA)
    cookie = nobody.client.get_cookie("foyer-staff")
    assert cookie is not None
    database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert cookie.value.encode() not in config.database_path.read_bytes()


# signing out


def test_signing_out_ends_one_area_only(app: Flask, world: World, token_of: Callable[[int], str]) -> None:
    both = Browser(app).sign_in_staff(world.frida, world.other_firm).open_link(world.lindner_link, world.firm)
    assert both.get("/firm/account").status_code == 200
    assert both.get("/portal/").status_code == 200
    answer = both.post("/logout", {"area": "portal"})
    assert (answer.status_code, answer.location) == (303, "/portal/door")
    assert both.get("/portal/").status_code == 303
    assert both.get("/firm/account").status_code == 200
    assert both.post("/logout", {"area": "firm"}).location == "/login"
    assert both.get("/firm/account").status_code == 303


def test_a_copy_of_the_cookie_is_dead_after_signing_out(anna: Browser, app: Flask) -> None:
    cookie = anna.client.get_cookie("foyer-staff")
    assert cookie is not None
    anna.post("/logout", {"area": "firm"})
    thief = Browser(app)
    thief.client.set_cookie("foyer-staff", cookie.value)
    assert thief.get("/firm/").status_code == 303


@pytest.mark.parametrize("area", ["", "operator", "x"])
def test_the_area_must_be_named(anna: Browser, area: str) -> None:
    assert anna.post("/logout", {"area": area}).status_code == 400
    assert anna.get("/firm/account").status_code == 200


def test_signing_out_from_a_stale_page_is_asked_again(anna: Browser) -> None:
    answer = anna.post("/logout", {"area": "firm"}, csrf=False)
    assert answer.status_code == 422
    assert "Sign out?" in answer.text
    assert anna.get("/firm/account").status_code == 200


def test_signing_out_without_a_session_leads_to_the_door(nobody: Browser) -> None:
    assert nobody.post("/logout", {"area": "firm"}, csrf=False).location == "/login"


def test_signing_out_is_no_get(anna: Browser) -> None:
    assert anna.get("/logout").status_code == 405
    assert anna.get("/firm/account").status_code == 200


# doors


def test_with_several_firms_the_door_asks_for_the_address_and_says_nothing(nobody: Browser) -> None:
    assert "Address of your firm" in nobody.get("/login").text
    for slug in ("petry", "nothing"):
        assert nobody.post("/login", {"slug": slug}).location == f"/f/{slug}/login"
    known, unknown = nobody.get("/f/petry/login"), nobody.get("/f/nothing/login")
    assert known.status_code == unknown.status_code == 200
    assert _normal(known.text, "petry") == _normal(unknown.text, "nothing")
    assert "Petry" not in known.text
    known, unknown = nobody.get("/f/petry/password/forgot"), nobody.get("/f/nothing/password/forgot")
    assert _normal(known.text, "petry") == _normal(unknown.text, "nothing")


@pytest.mark.parametrize("slug", ["", "a b", "../x", "x" * 61])
def test_what_is_no_address_is_said_at_once(nobody: Browser, slug: str) -> None:
    answer = nobody.post("/login", {"slug": slug})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.usefixtures("one_firm")
def test_with_one_firm_the_door_is_hers(nobody: Browser) -> None:
    door = nobody.get("/login")
    assert "Petry Haustechnik GmbH" in door.text
    assert "040 66969-120" in door.text
    answer = nobody.post("/login", ANNA)
    assert (answer.status_code, answer.location) == (303, "/firm/")


def test_who_is_signed_in_is_led_on(anna: Browser, holder: Browser, nobody: Browser) -> None:
    assert anna.get(DOOR).location == "/firm/"
    assert anna.get("/").location == "/firm/"
    assert holder.get("/").location == "/portal/"
    assert nobody.get("/").location == "/login"


def test_a_stale_form_is_shown_again_and_signs_nobody_in(nobody: Browser) -> None:
    answer = nobody.post(DOOR, ANNA, csrf=False)
    assert answer.status_code == 422
    assert "anna@petry.example.com" in answer.text
    assert "This page was open for a long time" in answer.text
    assert nobody.get("/firm/").status_code == 303


def _normal(text: str, word: str) -> str:
    return (
        re.sub(r'name="csrf_token" value="[^"]*"', "", text).replace(word, "WORD").replace("/f/nothing/", "/f/petry/")
    )


def _count(world: World, action: str) -> int:
    with scopes.of_firm(world.firm) as scope:
        return len(list(scope.of(AuditEntry).where(AuditEntry.action == action)))


def _session(world: World) -> SignIn:
    with scopes.of_firm(world.firm) as scope:
        found: SignIn = scope.one(scope.of(SignIn).order_by(SignIn.id.desc()))
        return found
