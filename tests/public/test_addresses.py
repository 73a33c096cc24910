"""Confirming a new e-mail address: GET uses nothing up, POST once; the old address is told, what was mailed is void."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from portal.base import clock, tokens
from portal.models.audit_entry import AuditEntry
from portal.models.contact import Contact, Membership
from portal.models.identity import Identity
from portal.models.link import Link
from portal.models.sign_in import SignIn
from portal.models.staff import Staff
from portal.models.ticket import ADDRESS, INVITE, Ticket
from portal.operations import contacts, sign_ins
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor, Stranger
from tests import factories
from tests.browser_client import Browser
from tests.client.deciding import mails, token
from tests.personas import PASSWORD, World

NEW, OLD = "dora@neu.example.org", "dora@lindner.example.org"


@pytest.fixture
def asked(dora_signed_in: Browser, world: World) -> str:
    """Dora asked for a new address; the path in her mail."""
    dora_signed_in.post("/portal/settings/email", {"email": NEW, "password": PASSWORD})
    return path(world)


def path(world: World) -> str:
    with scopes.of_firm(world.firm) as scope:
        ticket = scope.first(scope.of(Ticket).where(Ticket.purpose == ADDRESS).order_by(Ticket.created_at.desc()))
    return f"/email/{tokens.issue(ADDRESS, ticket.id, ticket.nonce)}"


def dora_row(world: World) -> Contact:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Contact, world.dora)


def may_enter(world: World, email: str) -> bool:
    return sign_ins.authenticate(Stranger(world.firm), email, PASSWORD) is not None


def confirm(browser: Browser, address: str) -> int:
    arrived = browser.get(address)
    if arrived.status_code != 303:
        return arrived.status_code
    assert "/email" in arrived.location
    assert address not in arrived.location, "the token is out of the address"
    page = browser.get("/email")
    return browser.post("/email", token(page.text), csrf=False).status_code


def test_looking_changes_nothing(nobody: Browser, asked: str, world: World) -> None:
    for _ in range(3):
        assert nobody.get(asked).status_code == 303
        page = nobody.get("/email")
        assert page.status_code == 200
        assert NEW in page.text
        assert page.headers["Referrer-Policy"] == "no-referrer"
    assert nobody.client.head(asked).status_code == 303
    assert dora_row(world).email == OLD
    assert may_enter(world, OLD)


def test_the_new_one_counts_once_it_is_confirmed(nobody: Browser, asked: str, world: World) -> None:
    assert confirm(nobody, asked) == 303
    row = dora_row(world)
    assert (row.email, row.email_key, row.email_error, row.held_until) == (NEW, NEW, None, None)
    assert may_enter(world, NEW)
    assert not may_enter(world, OLD)
    [mail] = mails(world, "address_moved")
    assert mail.to == OLD
    with scopes.of_firm(world.firm) as scope:
        assert scope.holds(scope.of(AuditEntry).where(AuditEntry.action == "contact.address_changed"))
        assert scope.by_id(Identity, row.identity_id).email_key == NEW


def test_the_other_sessions_and_the_links_end(
    app: Flask, dora_signed_in: Browser, dora: Browser, asked: str, world: World
) -> None:
    elsewhere = Browser(app).sign_in_contact(world.dora_at_thode, world.firm)
    assert confirm(dora_signed_in, asked) == 303
    assert dora_signed_in.get("/portal/settings").status_code == 200, "where it was confirmed one stays signed in"
    assert elsewhere.get("/portal/settings").status_code == 303
    assert dora.get("/portal/settings").status_code == 303, "a session of the link"
    with scopes.of_firm(world.firm) as scope:
        assert scope.by_id(Link, world.dora_link).revoked_at is not None
        assert scope.by_id(Link, world.lindner_link).revoked_at is None, "nobody's link is not hers"


def test_in_somebody_elses_browser_all_sessions_end(
    dora_signed_in: Browser, holder: Browser, asked: str, world: World
) -> None:
    assert confirm(holder, asked) == 303
    assert dora_signed_in.get("/portal/settings").status_code == 303
    assert holder.get("/portal/settings").status_code == 200, "the link of nobody goes on"


def test_it_works_once(nobody: Browser, app: Flask, asked: str, world: World) -> None:
    assert confirm(nobody, asked) == 303
    assert confirm(Browser(app), asked) == 410
    assert nobody.get("/email").status_code == 410


def test_open_invitations_are_void(nobody: Browser, asked: str, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        now = clock.now()
        ticket = scope.add(
            Ticket, purpose=INVITE, contact=world.dora, email_key=OLD, created_at=now, expires_at=clock.end_of(
                clock.today("Europe/Berlin"), "Europe/Berlin"
            ),
        )  # fmt: skip
    confirm(nobody, asked)
    with scopes.of_firm(world.firm) as scope:
        assert scope.by_id(Ticket, ticket.id).cancelled_at is not None


def test_a_later_one_voids_the_earlier(dora_signed_in: Browser, nobody: Browser, asked: str, world: World) -> None:
    dora_signed_in.post("/portal/settings/email", {"email": "zwei@example.org", "password": PASSWORD})
    assert nobody.get(asked).status_code == 410
    assert dora_row(world).email == OLD


def test_after_a_day_it_is_over(nobody: Browser, asked: str, world: World, move_clock: Callable[..., None]) -> None:
    move_clock(hours=23, minutes=50)
    assert nobody.get(asked).status_code == 303
    move_clock(minutes=20)
    assert nobody.post("/email", csrf=True).status_code == 410
    assert nobody.get(asked).status_code == 410
    assert dora_row(world).email == OLD


def test_an_address_that_was_taken_meanwhile_is_not_given(nobody: Browser, asked: str, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        from portal.models.client import Client

        thode = scope.by_id(Client, world.thode)
    factories.contact(thode, email=NEW.upper(), first_name="Eva", last_name="Neu")
    assert confirm(nobody, asked) == 409
    assert dora_row(world).email == OLD
    assert may_enter(world, OLD)
    assert mails(world, "address_moved") == []


def test_who_became_staff_meanwhile_keeps_the_address(nobody: Browser, asked: str, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.update(Staff, identity=dora_row(world).identity_id).where(Staff.id == world.clara).execute()
    assert confirm(nobody, asked) == 410
    assert dora_row(world).email == OLD


def test_an_address_that_staff_changed_meanwhile_wins(nobody: Browser, asked: str, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        at_lindner = scope.by_id(Membership, world.dora_at_lindner)
    contacts.change(InstanceActor(world.firm, "test"), at_lindner, email="andere@example.org")
    assert confirm(nobody, asked) == 410
    assert dora_row(world).email == "andere@example.org"


def test_what_is_no_token_is_not_found(nobody: Browser, asked: str) -> None:
    wrong = asked[:-1] + ("0" if asked[-1] != "0" else "1")
    for address in ("/email/" + "0" * 32, "/email/x", wrong):
        assert nobody.get(address).status_code == 404
    assert nobody.get("/email").status_code == 410
    assert nobody.post("/email").status_code == 410


def test_a_token_for_an_address_opens_nothing_else(nobody: Browser, asked: str) -> None:
    plain = asked.rpartition("/")[2]
    for door in ("/invite/", "/password/reset/", "/l/"):
        assert nobody.get(door + plain).status_code == 404


def test_a_stale_page_comes_back(nobody: Browser, asked: str, world: World) -> None:
    nobody.get(asked)
    assert nobody.post("/email", csrf=False).status_code == 422
    assert dora_row(world).email == OLD
    with scopes.of_firm(world.firm) as scope:
        assert list(scope.of(SignIn))
