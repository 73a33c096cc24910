"""Staff: the three switches of a contact, primary, its end, and *send access* (B8, T13)."""

from __future__ import annotations

import re

import pytest

from portal.models.client import Client
from portal.models.contact import Membership
from portal.operations import contacts, memberships
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from tests import acting
from tests.browser_client import Browser
from tests.personas import World

SWITCHES = [("login", "login"), ("notify", "notify"), ("email-sync", "email_sync")]


def membership(world: World, membership_id: int | None = None) -> Membership:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Membership, membership_id or world.dora_at_lindner)


def path(world: World, end: str) -> str:
    return f"/firm/memberships/{membership(world).uid}/{end}"


def second(world: World, **fields: object) -> Membership:
    with scopes.of_firm(world.firm) as scope:
        client = scope.by_id(Client, world.lindner)
    return contacts.add(InstanceActor(world.firm, "test"), client, **{"last_name": "Vogt", **fields})


@pytest.mark.parametrize(("end", "field"), SWITCHES)
def test_a_switch_turns_and_comes_back_as_its_row(anna: Browser, world: World, end: str, field: str) -> None:
    on = getattr(membership(world), field)
    answer = anna.post(path(world, end), {"on": "0" if on else "1"}, htmx=True)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith(f'<tr data-row id="m-{membership(world).uid}"')
    assert answer.text.count('id="client-status"') == 1
    assert getattr(membership(world), field) is not on
    label = {"login": "Login", "notify": "Notify", "email_sync": "E-mail sync"}[field]
    checked = "false" if on else "true"
    assert re.search(rf'aria-checked="{checked}" aria-label="{label}"', answer.text)


@pytest.mark.parametrize(("end", "field"), SWITCHES)
def test_a_switch_works_without_script(anna: Browser, world: World, end: str, field: str) -> None:
    on = getattr(membership(world), field)
    answer = anna.post(path(world, end), {"on": "0" if on else "1"})
    assert answer.status_code == 303
    assert answer.location.endswith(f"#m-{membership(world).uid}")
    assert getattr(membership(world), field) is not on


@pytest.mark.parametrize(
    "end", ["login", "notify", "email-sync", "primary", "end", "invitation", "link/copy", "link/qr"]
)
def test_nothing_of_it_is_for_others(anna: Browser, frida: Browser, nobody: Browser, world: World, end: str) -> None:
    assert frida.post(path(world, end), {"on": "0"}).status_code == 404
    assert nobody.post(path(world, end), {"on": "0"}).location == "/login"
    assert anna.post(path(world, end), {"on": "0"}, csrf=False).status_code in (400, 422)
    assert membership(world).login
    assert acting.mails(world.firm, "access") == []


@pytest.mark.usefixtures("advisers_restricted")
def test_login_off_by_an_assigned_adviser_ends_the_visit(
    ben: Browser, clara: Browser, dora: Browser, world: World
) -> None:
    assert dora.get("/portal/").status_code == 200
    assert clara.post(path(world, "login"), {"on": "0"}).status_code == 403
    assert ben.post(path(world, "login"), {"on": "0"}).status_code == 303
    assert dora.get("/portal/").status_code == 303


def test_another_contact_becomes_primary(anna: Browser, world: World) -> None:
    other = second(world)
    assert anna.post(f"/firm/memberships/{other.uid}/primary").status_code == 303
    assert (membership(world, other.id).primary, membership(world).primary) == (True, False)


def test_a_contact_is_removed_after_a_question(anna: Browser, world: World) -> None:
    assert "Remove Dora Lindner from Hausverwaltung Lindner?" in anna.get(path(world, "end")).text
    assert anna.post(path(world, "end")).status_code == 303
    assert membership(world).ended_at is not None
    assert anna.post(path(world, "end")).status_code == 409
    assert anna.post(path(world, "login"), {"on": "0"}).status_code == 409


def test_send_access_shows_the_mail_before_it_goes(anna: Browser, world: World) -> None:
    text = anna.get(path(world, "invitation")).text
    assert "dora@lindner.example.org" in text
    assert "The secret link of Dora Lindner" in text
    assert "Petry Haustechnik GmbH" in text
    assert "/l/" not in text
    assert anna.get(path(world, "invitation"), htmx=True).text.count('id="access-mail"') == 1


def test_send_access_mails_the_link(anna: Browser, world: World) -> None:
    answer = anna.post(path(world, "invitation"), {"message": "Bis bald"})
    assert answer.status_code == 303
    (mail,) = acting.mails(world.firm, "access")
    assert (mail.to, mail.subject["message"]) == ("dora@lindner.example.org", "Bis bald")
    htmx = anna.post(path(world, "invitation"), {}, htmx=True)
    assert htmx.headers["HX-Redirect"] == f"/firm/clients/{_client_uid(world)}"


def test_send_access_says_what_is_missing_and_mends_it(anna: Browser, world: World) -> None:
    other = second(world, login=False)
    address = f"/firm/memberships/{other.uid}/invitation"
    page = anna.get(address).text
    assert "Without an e-mail address nothing can be sent." in page
    assert "Switch on login for this contact" in page
    refused = anna.post(address, {"message": "Hallo", "login": "y"})
    assert refused.status_code == 422
    assert "Hallo" in refused.text
    assert not membership(world, other.id).login
    assert anna.post(address, {"email": "vogt@lindner.example.org", "login": "y"}).status_code == 303
    assert membership(world, other.id).login
    assert [mail.to for mail in acting.mails(world.firm, "access")] == ["vogt@lindner.example.org"]


def test_send_access_changes_nothing_that_is_not_missing(anna: Browser, world: World) -> None:
    anna.post(path(world, "invitation"), {"email": "other@example.com", "login": "y"})
    assert [mail.to for mail in acting.mails(world.firm, "access")] == ["dora@lindner.example.org"]


def test_a_long_message_is_refused(anna: Browser, world: World) -> None:
    assert anna.post(path(world, "invitation"), {"message": "x" * 2001}).status_code == 422
    assert acting.mails(world.firm, "access") == []


def test_a_membership_that_ended_gets_no_mail(anna: Browser, world: World) -> None:
    memberships.end(InstanceActor(world.firm, "test"), membership(world))
    assert anna.post(path(world, "invitation"), {}).status_code == 422
    assert acting.mails(world.firm, "access") == []


def _client_uid(world: World) -> str:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Client, world.lindner).uid
