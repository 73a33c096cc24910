"""Nobody learns from an answer who has an account: the same words, status, statements and hashes (TRUST, Sessions)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from portal.base import clock, passwords, tokens
from portal.base.database import database
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.firm import Firm
from portal.models.link import Link
from portal.models.sign_in import SignIn
from portal.models.ticket import Ticket
from portal.operations import access, invitations
from portal.policies import scope as scopes
from tests import acting
from tests.browser_client import Browser
from tests.personas import PASSWORD, World

DORA = "dora@lindner.example.org"
# what is asked of whom: staff; a contact with a password; one without; one whose access was taken; nobody
ADDRESSES = (
    "anna@petry.example.com", DORA, "emil@okonkwo.example.org", "closed@thode.example.org", "nobody@example.org",
    "frida@fischer.example.com",
)  # fmt: skip


@pytest.fixture
def cast(app: Flask, world: World) -> None:
    """Dora has a password, Emil none, and a third one has a password and no access."""
    acting.give_password(world.firm, world.dora)
    with scopes.of_firm(world.firm) as scope:
        thode = scope.by_id(Client, world.thode)
        fields = {"email": "closed@thode.example.org", "email_key": "closed@thode.example.org"}
        closed = scope.add(Contact, last_name="Zu", created_at=clock.now(), **fields)
        scope.add(Membership, client=thode.id, contact=closed.id, login=False, created_at=clock.now())
    acting.give_password(world.firm, closed.id)


class Answer:
    """What an onlooker can compare: status, words without what was typed, work by kind of statement, hashes."""

    def __init__(self, response: TestResponse, work: Counter[str], hashes: int, typed: str) -> None:
        self.seen = (response.status_code, response.location, _plain(response.text, typed))
        self.work = (tuple(sorted(work.items())), hashes)


def _plain(text: str, typed: str) -> str:
    without = re.sub(r'name="csrf_token" value="[^"]*"', "", text)
    return without.replace(typed, "TYPED") if typed else without


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Counter[str], list[int]]]:
    """Count statements by their first two words and tables, and password hashes."""
    work, hashes = Counter[str](), [0]
    real = passwords.matches

    def matches(password: str, hashed: str | None) -> bool:
        hashes[0] += 1
        return real(password, hashed)

    connection = database.connection()
    with monkeypatch.context() as patch:
        patch.setattr(passwords, "matches", matches)
        connection.set_trace_callback(lambda sql: work.update([" ".join(sql.split()[:3])]))
        try:
            yield work, hashes
        finally:
            connection.set_trace_callback(None)


def ask(
    app: Flask, monkeypatch: pytest.MonkeyPatch, path: str, form: dict[str, str], *, browser: Browser | None = None
) -> Answer:
    found = browser or Browser(app)
    with counted(monkeypatch) as (work, hashes):
        response = found.post(path, form)
    return Answer(response, work, hashes[0], form.get("email", ""))


def test_a_failed_sign_in(app: Flask, cast: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(app, monkeypatch, "/f/petry/login", {"email": "first@example.org", "password": "warm"})
    wrong = [
        ask(app, monkeypatch, "/f/petry/login", {"email": each, "password": "nicht ihr Passwort"}) for each in ADDRESSES
    ]
    # the right password of somebody whose access was taken away is no better than a wrong one
    closed = {"email": "closed@thode.example.org", "password": PASSWORD}
    fresh = ask(app, monkeypatch, "/f/petry/login", {"email": "fresh@example.org", "password": PASSWORD})
    assert {answer.seen for answer in wrong} == {wrong[0].seen}
    assert {answer.work for answer in wrong} == {wrong[0].work}
    assert wrong[0].work[1] == 1, "one hash, whoever it is"
    assert wrong[0].seen[0] == 422
    assert fresh.work == wrong[0].work
    again = ask(app, monkeypatch, "/f/petry/login", closed)
    nobody = ask(app, monkeypatch, "/f/petry/login", {"email": "nobody@example.org", "password": PASSWORD})
    assert (again.seen, again.work) == (nobody.seen, nobody.work), "both for the second time"


def test_a_firm_that_there_is_not(app: Flask, cast: None, monkeypatch: pytest.MonkeyPatch) -> None:
    form = {"email": DORA, "password": "nicht ihr Passwort"}
    known = ask(app, monkeypatch, "/f/petry/login", form)
    unknown = ask(app, monkeypatch, "/f/nothing/login", form)
    assert known.work[1] == unknown.work[1] == 1
    assert known.seen[2] == unknown.seen[2].replace("/f/nothing/", "/f/petry/")


def test_a_forgotten_password(app: Flask, cast: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(app, monkeypatch, "/f/petry/password/forgot", {"email": "first@example.org"})
    answers = [ask(app, monkeypatch, "/f/petry/password/forgot", {"email": each}) for each in ADDRESSES]
    assert {answer.seen for answer in answers} == {answers[0].seen}
    assert {answer.work for answer in answers} == {answers[0].work}
    assert answers[0].seen[0] == 200


@pytest.mark.parametrize("state", ["cancelled", "active", "login", "held", "bounced"])
def test_a_request_for_a_new_invitation(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch, move_clock: Callable[..., None], state: str
) -> None:
    token = _invited(world)
    move_clock(days=8)
    _ask_invitation(app, world, monkeypatch, token)  # the first one counts the address anew
    move_clock(minutes=5)
    pending = _ask_invitation(app, world, monkeypatch, token)
    move_clock(minutes=5)
    _bring_into(world, state)
    other = _ask_invitation(app, world, monkeypatch, token)
    assert other.seen == pending.seen
    assert other.work == pending.work


@pytest.mark.parametrize(
    "state", ["expired", "revoked", "login", "access", "archived", "password", "active", "bounced"]
)
def test_a_request_for_a_new_link(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch, move_clock: Callable[..., None], state: str
) -> None:
    browser = Browser(app).open_link(world.dora_link, world.firm)
    _end(world, browser)
    ask(app, monkeypatch, "/l/new", {}, browser=browser)  # the first one counts the address anew
    move_clock(minutes=2)
    live = ask(app, monkeypatch, "/l/new", {}, browser=browser)
    move_clock(minutes=5)
    _bring_into(world, state)
    other = ask(app, monkeypatch, "/l/new", {}, browser=browser)
    assert other.seen == live.seen
    assert other.work == live.work


def test_a_stranger_who_asks_for_a_link_is_told_the_same(app: Flask, world: World) -> None:
    browser = Browser(app).open_link(world.dora_link, world.firm)
    _end(world, browser)
    known, unknown = browser.post("/l/new"), Browser(app).post("/l/new")
    assert known.status_code == unknown.status_code == 200
    words = "If we have an e-mail address for this access"
    assert words in known.text
    assert words in unknown.text


def _invited(world: World) -> str:
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.by_id(Firm, world.firm), login_type="password")
        access.refresh_all(scope.firm)
        membership = scope.by_id(Membership, world.dora_at_lindner)
    invitations.send(acting.staff(world.firm, world.anna), membership)
    with scopes.of_firm(world.firm) as scope:
        made = scope.by_id(Ticket, acting.mails(world.firm, "invitation")[-1].subject["ticket"])
    return tokens.issue("invite", made.id, made.nonce)


def _ask_invitation(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch, token: str) -> Answer:
    browser = Browser(app)
    assert browser.get(f"/invite/{token}").status_code == 410
    return ask(app, monkeypatch, "/invite/new", {}, browser=browser)


def _bring_into(world: World, state: str) -> None:
    if state == "cancelled":
        with scopes.of_firm(world.firm) as scope:
            membership = scope.by_id(Membership, world.dora_at_lindner)
        invitations.cancel(acting.staff(world.firm, world.anna), membership)
        return
    if state == "active":
        acting.give_password(world.firm, world.dora)
        return
    changes: dict[str, tuple[Any, int, dict[str, Any]]] = {
        "login": (Membership, world.dora_at_lindner, {"login": False}),
        "held": (Contact, world.dora, {"held_until": clock.now() + invitations.LASTS}),
        "bounced": (Contact, world.dora, {"email_error": "550"}),
        "expired": (Link, world.dora_link, {"expires_at": clock.now()}),
        "revoked": (Link, world.dora_link, {"revoked_at": clock.now()}),
        "access": (Client, world.lindner, {"portal_access": False}),
        "archived": (Client, world.lindner, {"archived_at": clock.now()}),
        "password": (Client, world.lindner, {"login_type": "password"}),
    }
    model, row_id, fields = changes[state]
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.by_id(model, row_id), **fields)
        access.refresh_all(scope.firm)


def _end(world: World, browser: Browser) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.update(SignIn, ended_at=clock.now()).where(SignIn.client.is_null(False)).execute()
    assert browser.get("/portal/door").status_code == 200
