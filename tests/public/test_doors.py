"""Signing in as a contact, as staff, as both; the door of the portal; links of clients that now want a password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from portal.base import clock
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.firm import Firm
from portal.models.identity import Identity
from portal.models.sign_in import SignIn
from portal.models.staff import Staff
from portal.operations import access
from portal.policies import scope as scopes
from tests import acting
from tests.browser_client import Browser
from tests.personas import PASSWORD, World

DOOR, DORA, BEN = "/f/petry/login", "dora@lindner.example.org", "ben@petry.example.com"
PERSON = {"Sec-Fetch-Mode": "navigate"}
HERS = {"email": DORA, "password": PASSWORD}
BOTH = {"email": BEN, "password": PASSWORD}


@pytest.fixture
def dora_has_one(app: Flask, world: World) -> None:
    """Dora has a password and never used it."""
    acting.give_password(world.firm, world.dora)


@pytest.fixture
def ben_is_both(app: Flask, world: World) -> None:
    """Ben, adviser, is contact of Lindner and Thode as well, with one password."""
    with scopes.of_firm(world.firm) as scope:
        identity = scope.by_id(Identity, scope.by_id(Staff, world.ben).identity_id)
        contact = scope.by_id(Contact, world.dora)
        scope.change(contact, identity=identity.id, email=identity.email, email_key=identity.email_key)
        access.refresh_of(contact)


# contacts


def test_a_contact_comes_to_her_portal(nobody: Browser, dora_has_one: None, world: World) -> None:
    answer = nobody.post(DOOR, HERS)
    assert (answer.status_code, answer.location) == (303, "/portal/")
    assert nobody.get("/portal/").status_code == 200
    assert nobody.get("/firm/").status_code == 303, "no session of the other side has begun"
    assert nobody.client.get_cookie("foyer-staff") is None
    assert nobody.get("/").location == "/portal/"


def test_the_client_last_used_opens(nobody: Browser, dora_has_one: None, world: World) -> None:
    nobody.post(DOOR, HERS)
    assert _session(world).client_id == world.thode, "the first by name"
    _change(world, Membership, world.dora_at_lindner, seen_at=clock.now())
    _change(world, Membership, world.dora_at_thode, seen_at=None)
    nobody.post(DOOR, HERS)
    assert _session(world).client_id == world.lindner
    _change(world, Membership, world.dora_at_lindner, login=False)
    nobody.post(DOOR, HERS)
    assert _session(world).client_id == world.thode, "only what is open to her"


def test_she_comes_back_to_the_page_asked_for(nobody: Browser, dora_has_one: None) -> None:
    assert nobody.get("/portal/documents?q=angebot", headers=PERSON).location == "/portal/door"
    assert nobody.post(DOOR, HERS).location == "/portal/documents?q=angebot"


def test_a_staff_page_asked_for_is_not_for_contacts(nobody: Browser, dora_has_one: None) -> None:
    nobody.get("/firm/clients", headers=PERSON)
    assert nobody.post(DOOR, HERS).location == "/portal/"


def test_who_is_signed_in_is_led_on(dora_signed_in: Browser) -> None:
    assert dora_signed_in.get(DOOR).location == "/portal/"
    dora_signed_in.get("/firm/clients", headers=PERSON)
    assert dora_signed_in.get(DOOR).status_code == 200, "who is staff, too, must get in there"


def test_a_password_opens_whatever_the_login_type(nobody: Browser, dora_has_one: None, world: World) -> None:
    for login_type in ("secret_link", "password"):
        _change(world, Firm, world.firm, login_type=login_type)
        assert nobody.post(DOOR, HERS).location == "/portal/"


@pytest.mark.parametrize("what", ["login", "access", "archived", "ended"])
def test_access_taken_away_ends_the_session_and_the_sign_in(dora_signed_in: Browser, world: World, what: str) -> None:
    assert dora_signed_in.get("/portal/").status_code == 200
    for membership_id, client_id in ((world.dora_at_lindner, world.lindner), (world.dora_at_thode, world.thode)):
        if what in ("login", "ended"):
            fields = {"login": False} if what == "login" else {"ended_at": clock.now(), "primary": False}
            _change(world, Membership, membership_id, **fields)
        else:
            fields = {"portal_access": False} if what == "access" else {"archived_at": clock.now()}
            _change(world, Client, client_id, **fields)
    assert dora_signed_in.get("/portal/").location == "/portal/door"
    answer = dora_signed_in.post(DOOR, HERS)
    assert answer.status_code == 422
    assert "E-mail address and password do not match." in answer.text


def test_signing_out_leads_to_the_door(dora_signed_in: Browser) -> None:
    assert dora_signed_in.post("/logout", {"area": "portal"}).location == "/portal/door"
    assert dora_signed_in.get("/portal/").status_code == 303
    assert "Sign in" in dora_signed_in.get("/portal/door").text


# both


def test_who_is_both_chooses_and_nothing_begins_before(nobody: Browser, ben_is_both: None, world: World) -> None:
    answer = nobody.post(DOOR, BOTH)
    assert (answer.status_code, answer.location) == (303, "/login/side")
    assert nobody.client.get_cookie("foyer-staff") is None
    assert nobody.client.get_cookie("foyer-client") is None
    page = nobody.get("/login/side")
    assert "Work at Petry Haustechnik GmbH" in page.text
    assert "Client portal of Bäckerei Thode" in page.text
    assert _count(world) == 0, "no session was begun by looking"


@pytest.mark.parametrize(
    ("area", "target", "other"), [("firm", "/firm/", "/portal/"), ("portal", "/portal/", "/firm/")]
)
def test_one_side_begins(nobody: Browser, ben_is_both: None, area: str, target: str, other: str) -> None:
    nobody.post(DOOR, BOTH)
    assert nobody.post("/login/side", {"area": area}).location == target
    assert nobody.get(target).status_code == 200
    assert nobody.get(other).status_code == 303
    assert nobody.post("/login/side", {"area": area}).location == "/login", "the proof was good for one"


def test_the_page_asked_for_stays_through_the_choice(nobody: Browser, ben_is_both: None) -> None:
    nobody.get("/portal/documents", headers=PERSON)
    nobody.post(DOOR, BOTH)
    assert nobody.post("/login/side", {"area": "portal"}).location == "/portal/documents"


@pytest.mark.parametrize("what", ["late", "new password", "deactivated", "no contact", "nothing", "another firm"])
def test_what_was_proven_is_worth_nothing_when_it_is_old(
    nobody: Browser, ben_is_both: None, world: World, move_clock: Callable[..., None], what: str
) -> None:
    if what != "nothing":
        nobody.post(DOOR, BOTH)
    staff = _row(world, Staff, world.ben)
    if what == "late":
        move_clock(minutes=5, seconds=1)
    elif what == "new password":
        _change(world, Identity, staff.identity_id, password=acting.hashed("ein neues Passwort"))
    elif what == "deactivated":
        _change(world, Staff, world.ben, deactivated_at=clock.now())
    elif what == "no contact":
        _change(world, Contact, world.dora, identity=None)
    elif what == "another firm":
        _change(world, Staff, world.ben, uid="x" * 12)
    for area in ("firm", "portal"):
        assert nobody.get("/login/side").location == "/login"
        assert nobody.post("/login/side", {"area": area}).location == "/login"
    assert _count(world) == 0


def test_a_stale_or_nameless_choice_begins_nothing(nobody: Browser, ben_is_both: None, world: World) -> None:
    nobody.post(DOOR, BOTH)
    assert nobody.post("/login/side", {"area": "firm"}, csrf=False).status_code == 422
    assert nobody.post("/login/side", {"area": "operator"}).status_code == 400
    assert _count(world) == 0


def test_a_choice_cannot_be_made_up(nobody: Browser, world: World) -> None:
    proof = {"firm": world.firm, "staff": _row(world, Staff, world.ben).uid, "mark": "", "until": 9e99}
    forged = URLSafeTimedSerializer("not the key", salt="foyer-pre").dumps({"proven": proof})
    nobody.client.set_cookie("foyer-pre", str(forged))
    assert nobody.client.get("/login/side").location == "/login"


# the door of the portal


def test_the_door_offers_both_ways(dora: Browser, world: World) -> None:
    _end_all(world)
    door = dora.get("/portal/door").text
    for words in ("Your visit has ended", "Send me a new link", 'name="code"', 'action="/f/petry/login"'):
        assert words in door
    assert door.index('name="code"') < door.index('action="/f/petry/login"'), "the link first, the password below"
    assert door.count(" autofocus") <= 1


def test_a_visit_with_a_password_ends_at_its_form(dora_signed_in: Browser, world: World) -> None:
    _end_all(world)
    door = dora_signed_in.get("/portal/door")
    assert "Petry Haustechnik GmbH" in door.text
    assert door.text.index('action="/f/petry/login"') < door.text.index('name="code"')
    assert "Send me a new link" not in door.text
    assert dora_signed_in.post(DOOR, HERS).location == "/portal/"


def test_with_several_firms_an_unknown_browser_is_asked_for_hers(nobody: Browser) -> None:
    door = nobody.get("/portal/door").text
    assert "Petry" not in door
    assert 'href="/login"' in door
    assert 'name="password"' not in door


def test_changing_the_login_type_loses_nobody(dora: Browser, world: World) -> None:
    """A browser with a session of a link: its door says how one gets in now, and sends what is needed."""
    assert dora.get("/portal/").status_code == 200
    _change(world, Firm, world.firm, login_type="password")
    assert dora.get("/portal/documents", headers=PERSON).location == "/portal/door"
    door = dora.get("/portal/door").text
    assert "Send me an invitation" in door
    assert 'action="/f/petry/login"' in door
    assert dora.post("/l/new").status_code == 200
    acting.answer_asked(world.firm)
    assert [mail.to for mail in acting.mails(world.firm, "invitation")] == [DORA]
    _change(world, Firm, world.firm, login_type="secret_link")
    assert dora.get("/portal/").status_code == 200, "and back again: the link's session goes on"


# links under password


def test_a_link_of_a_client_with_passwords_says_so(
    nobody: Browser, world: World, token_of: Callable[[int], str]
) -> None:
    _change(world, Client, world.lindner, login_type="password")
    for link_id in (world.dora_link, world.lindner_link):
        answer = nobody.get(f"/l/{token_of(link_id)}")
        assert answer.status_code == 410
        for words in ("Please sign in with your password", "Petry Haustechnik GmbH", "Send me an invitation"):
            assert words in answer.text
        assert 'href="/f/petry/login"' in answer.text
        assert "Lindner" not in answer.text
    assert nobody.post("/l/new", csrf=False).status_code == 422
    assert nobody.post("/l/new").status_code == 200
    acting.answer_asked(world.firm)
    (mail,) = acting.mails(world.firm, "invitation")
    assert mail.to == DORA, "behind a link of nobody the primary contact"


@pytest.mark.parametrize("what", ["access", "archived"])
def test_a_closed_portal_says_nothing_of_passwords(
    nobody: Browser, world: World, token_of: Callable[[int], str], what: str
) -> None:
    fields: dict[str, Any] = {"portal_access": False} if what == "access" else {"archived_at": clock.now()}
    _change(world, Client, world.lindner, login_type="password", **fields)
    answer = nobody.get(f"/l/{token_of(world.dora_link)}")
    assert answer.status_code == 410
    assert "password" not in answer.text


def test_a_session_with_a_password_is_stronger_than_her_link(
    dora_signed_in: Browser, world: World, token_of: Callable[[int], str]
) -> None:
    before = dora_signed_in.client.get_cookie("foyer-client")
    assert before is not None
    for link_id in (world.dora_link, world.lindner_link):
        assert dora_signed_in.get(f"/l/{token_of(link_id)}").location == "/portal/"
    after = dora_signed_in.client.get_cookie("foyer-client")
    assert after is not None
    assert after.value == before.value
    _change(world, Client, world.lindner, login_type="password")
    here = dora_signed_in.get(f"/l/{token_of(world.dora_link)}")
    assert here.status_code == 410
    assert "To the client portal" in here.text


def test_somebody_elses_link_is_asked_about(
    dora_signed_in: Browser, world: World, token_of: Callable[[int], str]
) -> None:
    answer = dora_signed_in.get(f"/l/{token_of(world.okonkwo_link)}")
    assert answer.status_code == 200
    assert "You are signed in as" in answer.text


def _row(world: World, model: Any, row_id: int) -> Any:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(model, row_id)


def _change(world: World, model: Any, row_id: int, **fields: Any) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.by_id(model, row_id), **fields)
        access.refresh_all(scope.firm)


def _session(world: World) -> SignIn:
    with scopes.of_firm(world.firm) as scope:
        found: SignIn = scope.one(scope.of(SignIn).order_by(SignIn.id.desc()))
        return found


def _count(world: World) -> int:
    with scopes.of_firm(world.firm) as scope:
        return len(list(scope.of(SignIn)))


def _end_all(world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.update(SignIn, ended_at=clock.now()).where(SignIn.client.is_null(False)).execute()
