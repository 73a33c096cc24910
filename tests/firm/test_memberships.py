"""Staff: the three switches of a contact, its rights, primary, signing out, its end (T5, T13, X19)."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask

from portal.models.client import Client
from portal.models.contact import Membership
from portal.operations import contacts
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
    "end",
    [
        "login",
        "notify",
        "email-sync",
        "primary",
        "end",
        "invitation",
        "invitation/cancellation",
        "rights",
        "sign-outs",
        "hold",
        "link/copy",
        "link/qr",
    ],
)
def test_nothing_of_it_is_for_others(anna: Browser, frida: Browser, nobody: Browser, world: World, end: str) -> None:
    assert frida.post(path(world, end), {"on": "0"}).status_code == 404
    assert nobody.post(path(world, end), {"on": "0"}).location == "/login"
    assert anna.post(path(world, end), {"on": "0"}, csrf=False).status_code in (400, 422)
    assert membership(world).login
    assert acting.mails(world.firm, "access") + acting.mails(world.firm, "invitation") == []


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


def test_granting_asks_first_and_sends_nothing(anna: Browser, world: World) -> None:
    other = second(world, email="vogt@lindner.example.org", login=False)
    address = f"/firm/memberships/{other.uid}/login"
    row = anna.get(f"/firm/clients/{_client_uid(world)}").text
    switch = re.search(rf'<button class="switch" id="m-{other.uid}-login"[^>]*>', row)
    assert switch is not None
    assert f'data-dialog-url="{address}"' in switch.group()
    assert 'aria-checked="false"' in switch.group()
    page = anna.get(address).text
    assert page.count("<h1>") == 1
    assert "Grant without sending" in page
    assert "Send invitation" in page
    assert not membership(world, other.id).login
    assert anna.get(address, htmx=True).text.startswith('<form class="in g4" id="invitation"')
    answer = anna.post(address, {"on": "1"})
    assert (answer.status_code, answer.location) == (303, f"/firm/clients/{_client_uid(world)}#m-{other.uid}")
    assert membership(world, other.id).login
    assert acting.mails(world.firm, "access") + acting.mails(world.firm, "invitation") == []


def test_from_the_dialog_the_row_comes_out_of_band(anna: Browser, world: World) -> None:
    other = second(world, email="vogt@lindner.example.org", login=False)
    answer = anna.post(
        f"/firm/memberships/{other.uid}/login", {"on": "1"}, htmx=True, headers={"HX-Target": "invitation"}
    )
    assert f'<tr data-row id="m-{other.uid}" hx-swap-oob="true"' in answer.text
    assert answer.headers["HX-Reswap"] == "none"
    events = json.loads(answer.headers["HX-Trigger"])
    assert events["close-dialog"] is True
    assert events["toast"]["undo"] == f"/firm/memberships/{other.uid}/login?on=0"


@pytest.mark.parametrize(("end", "field"), SWITCHES)
def test_undo_turns_a_switch_back(anna: Browser, world: World, end: str, field: str) -> None:
    on = getattr(membership(world), field)
    answer = anna.post(path(world, end), {"on": "0" if on else "1"}, htmx=True)
    undo = json.loads(answer.headers["HX-Trigger"])["toast"]["undo"]
    assert getattr(membership(world), field) is not on
    back = anna.post(undo, htmx=True, headers={"HX-Target": "toasts"})
    assert 'hx-swap-oob="true"' in back.text
    assert getattr(membership(world), field) is on


def test_undo_stands_on_the_next_page_without_script(anna: Browser, world: World) -> None:
    anna.post(path(world, "notify"), {"on": "0"})
    page = anna.get(f"/firm/clients/{_client_uid(world)}").text
    assert f'<form method="post" action="{path(world, "notify")}?on=1">' in page


def test_login_off_ends_password_sessions_here_and_nowhere_else(
    anna: Browser, dora_signed_in: Browser, app: Flask, world: World
) -> None:
    elsewhere = Browser(app).sign_in_contact(world.dora_at_thode, world.firm)
    assert (dora_signed_in.get("/portal/").status_code, elsewhere.get("/portal/").status_code) == (200, 200)
    anna.post(path(world, "login"), {"on": "0"})
    assert (dora_signed_in.get("/portal/").status_code, elsewhere.get("/portal/").status_code) == (303, 200)


def test_a_dialog_in_a_tab_of_its_own_leads_to_the_client(anna: Browser, world: World) -> None:
    own = path(world, "rights")
    with scopes.of_firm(world.firm) as scope:
        uid = scope.by_id(Client, world.lindner).uid
    for current, redirected in ((own, True), (f"/firm/clients/{uid}", False)):
        headers = {"HX-Target": "rights", "HX-Current-URL": f"http://localhost{current}"}
        answer = anna.post(own, {"amounts": "1"}, htmx=True, headers=headers)
        assert ("HX-Redirect" in answer.headers) is redirected
    assert anna.post(own, {"amounts": "1"}, htmx=True, headers={"HX-Target": "rights"}).status_code == 200


def test_rights_are_changed_and_said(anna: Browser, world: World) -> None:
    page = anna.get(path(world, "rights")).text
    assert "What may Dora Lindner do at Hausverwaltung Lindner?" in page
    data = {"amounts": "y", "decide": "up_to", "decide_limit": "1.500,00", "upload": "y", "invite": "y"}
    assert anna.post(path(world, "rights"), {**data, "decide_limit": "1,500.00"}).status_code == 303
    found = membership(world)
    assert (found.amounts, found.decide, found.decide_limit, found.pay, found.upload, found.invite) == (
        True, True, 150_000, False, True, True,
    )  # fmt: skip
    row = anna.get(f"/firm/clients/{_client_uid(world)}").text
    for words in ("Decides on offers up to €1,500.00.", "May not pay.", "May invite colleagues."):
        assert words in row
    log = anna.get("/firm/audit").text
    assert "changed what Dora Lindner may do in the portal" in log
    assert "decides up to" in log
    anna.post(path(world, "rights"), {"decide": "no"})
    assert "Sees no amounts" in anna.get(f"/firm/clients/{_client_uid(world)}").text
    assert not membership(world).decide


@pytest.mark.parametrize("typed", ["", "viel", "-5"])
def test_a_limit_that_is_no_amount_is_refused(anna: Browser, world: World, typed: str) -> None:
    answer = anna.post(path(world, "rights"), {"decide": "up_to", "decide_limit": typed})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert membership(world).decide_limit is None
    assert membership(world).amounts


def test_signs_out_everywhere_after_a_question(
    anna: Browser, dora: Browser, dora_signed_in: Browser, app: Flask, world: World
) -> None:
    elsewhere = Browser(app).sign_in_contact(world.dora_at_thode, world.firm)
    assert "Sign Dora Lindner out everywhere?" in anna.get(path(world, "sign-outs")).text
    assert dora.get("/portal/").status_code == 200
    assert anna.post(path(world, "sign-outs")).status_code == 303
    for browser in (dora, dora_signed_in, elsewhere):
        assert browser.get("/portal/").status_code == 303
    assert membership(world).login


def _client_uid(world: World) -> str:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Client, world.lindner).uid
