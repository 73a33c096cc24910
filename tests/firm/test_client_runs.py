"""Staff: switches and invitations for many clients at once, and the page of a run (T4, F3)."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.outbox import OutboxMail
from portal.models.run import DONE, Run
from portal.policies import scope as scopes
from portal.worker.runs import Runs
from tests import acting, factories
from tests.browser_client import Browser
from tests.personas import World


def uid(world: World, client_id: int) -> str:
    with scopes.of_firm(world.firm) as scope:
        return str(scope.by_id(Client, client_id).uid)


def ticked(world: World, *client_ids: int) -> dict[str, object]:
    return {"client": [uid(world, client_id) for client_id in client_ids]}


def latest(world: World) -> Run:
    with scopes.of_firm(world.firm) as scope:
        return next(iter(list(scope.of(Run).order_by(Run.id.desc()))))


def runs_of(world: World) -> int:
    with scopes.of_firm(world.firm) as scope:
        return int(scope.of(Run).count())


def mails(world: World) -> list[OutboxMail]:
    with scopes.of_firm(world.firm) as scope:
        return list(scope.of(OutboxMail).where(OutboxMail.kind.in_(("access", "invitation"))))


def work() -> None:
    runs = Runs()
    while runs.step():
        pass


def membership(world: World, membership_id: int) -> Membership:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Membership, membership_id)


@pytest.mark.parametrize("path", ["/firm/clients/switches", "/firm/clients/invitations"])
@pytest.mark.parametrize("htmx", [True, False])
def test_the_form_says_whom_it_is_about(anna: Browser, world: World, path: str, htmx: bool) -> None:
    answer = anna.get(path, query_string=ticked(world, world.lindner, world.thode), htmx=htmx)
    assert answer.status_code == 200
    assert ("<html" in answer.text) is not htmx
    assert "1 contact, 2 clients" in answer.text
    assert ("Enable for all contacts" in answer.text) is path.endswith("switches")


def test_what_will_happen_is_said_before_and_done_after(anna: Browser, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.update(Membership, login=False).where(Membership.client == world.thode).execute()
    form = {
        **ticked(world, world.lindner, world.thode, world.okonkwo, world.test_client), "login": "on", "notify": "leave",
        "email_sync": "on", "invite": "y", "key": "k1", "message": "Guten Tag [Client.contact_name] [Client.nonsense]",
    }  # fmt: skip
    review = anna.post("/firm/clients/switches", form)
    assert review.status_code == 200
    assert runs_of(world) == 0
    assert "2 people get one e-mail each" in review.text
    assert "switched on for 1 contact" in review.text
    assert "[Client.nonsense]" in review.text
    assert "This is the test client." in review.text
    assert re.search(r"Guten Tag (Dora Lindner|Emil Okonkwo) \[Client.nonsense]", review.text)
    answer = anna.post("/firm/clients/runs", form)
    assert answer.status_code == 303
    progress = anna.get(answer.location)
    assert "<progress" in progress.text
    assert 'hx-trigger="load delay:1s"' in progress.text
    work()
    result = anna.get(answer.location, htmx=True).text
    assert "2 invitations are on their way." in result
    assert "hx-trigger" not in result
    assert membership(world, world.dora_at_thode).login
    assert membership(world, world.dora_at_lindner).email_sync
    assert sorted(mail.to for mail in mails(world)) == ["dora@lindner.example.org", "emil@okonkwo.example.org"]
    assert {mail.subject["message"] for mail in mails(world)} == {
        "Guten Tag Dora Lindner [Client.nonsense]", "Guten Tag Emil Okonkwo [Client.nonsense]",
    }  # fmt: skip


def test_sent_twice_it_is_one_run_and_changed_it_is_another(anna: Browser, world: World) -> None:
    form = {**ticked(world, world.lindner), "login": "leave", "invite": "y", "key": "same"}
    first = anna.post("/firm/clients/runs", form)
    assert anna.post("/firm/clients/runs", form).location == first.location
    work()
    assert anna.post("/firm/clients/runs", form).location == first.location
    assert len(mails(world)) == 1
    assert anna.post("/firm/clients/runs", {**form, "notify": "on"}).location != first.location
    assert runs_of(world) == 2


def test_whoever_was_just_invited_is_not_asked_again(anna: Browser, ben: Browser, world: World) -> None:
    form = {**ticked(world, world.lindner), "invite": "y"}
    anna.post("/firm/clients/runs", {**form, "key": "anna"})
    ben.post("/firm/clients/runs", {**form, "key": "ben"})
    work()
    assert len(mails(world)) == 1
    page = ben.get(f"/firm/runs/{latest(world).uid}").text
    assert "Invited less than 10 minutes ago." in page
    lines = ben.get(f"/firm/runs/{latest(world).uid}/rows.csv").data.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "dora@lindner.example.org" in lines[1]


def test_all_that_match_travel_as_a_filter(anna: Browser, world: World) -> None:
    for number in range(60):
        factories.contact(factories.client(world.firm, name=f"Kunde {number}"), email=f"k{number}@example.org")
    page = anna.get("/firm/clients?search=Kunde").text
    assert "Select all 60 that match" in page
    every = anna.get("/firm/clients?search=Kunde&select=all").text
    assert "All 60 clients that match are selected" in every
    assert '<input type="hidden" name="all" value="1">' in every
    form = {"all": "1", "search": "Kunde", "invite": "y", "key": "k"}
    assert "60 people get one e-mail each" in anna.post("/firm/clients/switches", form).text
    anna.post("/firm/clients/runs", form)
    work()
    assert len(mails(world)) == 60


def test_the_filter_of_those_never_invited(anna: Browser, world: World) -> None:
    assert "Hausverwaltung Lindner" in anna.get("/firm/clients?status=never_invited").text
    anna.post("/firm/clients/runs", {**ticked(world, world.lindner), "invite": "y", "key": "k"})
    work()
    page = anna.get("/firm/clients?status=never_invited").text
    assert "Hausverwaltung Lindner" not in page
    assert "Familie Okonkwo" in page


def test_the_test_client_is_in_no_figure(anna: Browser, world: World) -> None:
    page = anna.get("/firm/clients").text
    assert "3 clients" in page
    assert page.count("data-row") == 4


def test_nothing_chosen_and_nobody_chosen(anna: Browser, world: World) -> None:
    nothing = anna.post("/firm/clients/switches", {**ticked(world, world.lindner), "login": "leave"})
    nobody = anna.post("/firm/clients/switches", {"login": "on"})
    long = anna.post("/firm/clients/switches", {**ticked(world, world.lindner), "invite": "y", "message": "x" * 2001})
    odd = anna.post("/firm/clients/switches", {**ticked(world, world.lindner), "login": "perhaps"})
    assert {answer.status_code for answer in (nothing, nobody, long, odd)} == {422}
    assert "Nothing would change." in nothing.text
    assert "Please select at least one client." in nobody.text
    assert runs_of(world) == 0


def test_back_to_the_form_with_what_was_typed(anna: Browser, world: World) -> None:
    form = {**ticked(world, world.lindner), "login": "off", "message": "Zeile 1\nZeile 2", "key": "k7"}
    page = anna.post("/firm/clients/switches/edit", form).text
    assert re.search(r'value="off" selected', page)
    assert "Zeile 1\nZeile 2" in page
    assert 'name="key" value="k7"' in page


def test_clients_of_another_firm_do_not_exist(frida: Browser, anna: Browser, world: World) -> None:
    form = {**ticked(world, world.lindner), "invite": "y", "login": "off", "key": "k"}
    assert "0 clients" in frida.get("/firm/clients/switches", query_string=ticked(world, world.lindner)).text
    frida.post("/firm/clients/runs", form)
    work()
    assert membership(world, world.dora_at_lindner).login
    anna.post("/firm/clients/runs", form)
    run = latest(world)
    assert frida.get(f"/firm/runs/{run.uid}").status_code == 404
    assert frida.get(f"/firm/runs/{run.uid}/rows.csv").status_code == 404


def test_a_restricted_adviser_reaches_assigned_clients_only(
    anna: Browser, ben: Browser, world: World, advisers_restricted: None
) -> None:
    form = {**ticked(world, world.lindner, world.thode), "login": "off", "key": "k"}
    ben.post("/firm/clients/runs", form)
    own = latest(world)
    anna.post("/firm/clients/runs", {**form, "key": "a", "login": "leave", "notify": "on"})
    work()
    assert not membership(world, world.dora_at_lindner).login
    assert membership(world, world.dora_at_thode).login
    assert ben.get(f"/firm/runs/{own.uid}").status_code == 200
    assert ben.get(f"/firm/runs/{latest(world).uid}").status_code in (403, 404), "the run of somebody else"


def test_clients_and_strangers_have_no_way_here(app: Flask, dora: Browser, nobody: Browser, world: World) -> None:
    for browser in (dora, nobody):
        for path in ("/firm/clients/switches", "/firm/runs"):
            assert browser.get(path).status_code == 303
        assert browser.post("/firm/clients/runs", {**ticked(world, world.lindner), "login": "off"}).status_code == 303
    assert runs_of(world) == 0


def test_a_stale_page_shows_the_form_again(anna: Browser, world: World) -> None:
    form = {**ticked(world, world.lindner), "login": "off", "key": "k"}
    answer = anna.post("/firm/clients/runs", form, csrf=False)
    assert answer.status_code == 422
    assert runs_of(world) == 0


def test_login_off_ends_sessions_at_the_next_request(anna: Browser, dora: Browser, world: World) -> None:
    assert dora.get("/portal/").status_code == 200
    anna.post("/firm/clients/runs", {**ticked(world, world.lindner), "login": "off", "key": "k"})
    work()
    assert dora.get("/portal/").status_code != 200
    assert latest(world).state == DONE


def test_each_reason_is_said_with_names(anna: Browser, world: World) -> None:
    client = factories.client(world.firm, name="Gründe GmbH")
    for number, fields in enumerate(
        ({"last_name": "Ohne"}, {"email": "zurueck@example.org"}, {"email": "still@example.org", "notify": False})
    ):
        made = factories.contact(client, **{"first_name": f"P{number}", **fields})
        if fields.get("email", "").startswith("zurueck"):
            with scopes.of_firm(world.firm) as scope:
                scope.update(Contact, email_error="550 unknown").where(Contact.id == made.contact_id).execute()
    acting.give_password(world.firm, factories.contact(client, email="da@example.org", last_name="Da").contact_id)
    page = anna.post("/firm/clients/switches", {**ticked(world, client.id), "invite": "y", "key": "k"}).text
    for words in ("There is no e-mail address.", "Mail to this address came back.", "Notifications are off.", "Active"):
        assert words in page
    assert "P0 Ohne (Gründe GmbH)" in page
    assert "nobody gets an e-mail" in page
    assert "Do it" not in page
