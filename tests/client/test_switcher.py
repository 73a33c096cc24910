"""Going from one client to another (T6): the switcher shows the person's clients, and nothing leaks between them."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal.base.database import statements
from portal.base.errors import Conflict
from portal.models.client import Client
from portal.models.contact import Membership
from portal.models.document import Document
from portal.models.link import Opening
from portal.models.sign_in import PASSWORD, SignIn
from portal.operations import memberships, sign_ins, sign_outs
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from tests import acting
from tests.browser_client import Browser
from tests.personas import World


def uid(world: World, membership_id: int) -> str:
    with scopes.instance("a test") as scope:
        return str(scope.by_id(Membership, membership_id).uid)


def paper(world: World, document_id: int) -> str:
    with scopes.instance("a test") as scope:
        return f"/portal/documents/{scope.by_id(Document, document_id).uid}"


def live(world: World) -> list[SignIn]:
    with scopes.of_firm(world.firm) as scope:
        return [row for row in scope.of(SignIn).where(SignIn.kind == PASSWORD) if row.ended_at is None]


def switch(browser: Browser, world: World, membership_id: int, *, htmx: bool = False) -> int:
    answer = browser.post("/portal/switch", {"to": uid(world, membership_id)}, htmx=htmx)
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code


def test_the_clients_are_named_in_the_head(dora_signed_in: Browser) -> None:
    page = dora_signed_in.get("/portal/").text
    assert "Signed in as Dora Lindner" in page
    assert page.count('name="to"') == 2
    assert "<span>Bäckerei Thode</span>" in page
    assert "<span>Hausverwaltung Lindner</span>" in page
    assert page.count('aria-current="true"') == 1


def test_who_was_signed_out_meanwhile_goes_on_nowhere(app: Flask, world: World) -> None:
    acting.give_password(world.firm, world.dora)
    dora = acting.by_password(world.firm, world.dora_at_lindner)
    with scopes.of_firm(world.firm) as scope:
        there = scope.by_id(Membership, world.dora_at_thode)
        here, row = scope.by_id(Client, world.lindner), scope.by_id(Membership, world.dora_at_lindner)
    assert sign_outs.everywhere(InstanceActor(world.firm, "test"), row) == 1
    with pytest.raises(Conflict):
        sign_ins.switch_client(dora, here, to=there)
    assert live(world) == []


def test_pressed_twice_the_second_leads_on(
    dora_signed_in: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sign_ins.switch_client

    def twice(*args: Any, **how: Any) -> str:
        real(*args, **how)
        return real(*args, **how)

    monkeypatch.setattr(sign_ins, "switch_client", twice)
    assert switch(dora_signed_in, world, world.dora_at_thode) == 303
    assert len(live(world)) == 1


@pytest.mark.parametrize("htmx", [False, True])
def test_switching_opens_the_other_client(dora_signed_in: Browser, world: World, htmx: bool) -> None:
    assert switch(dora_signed_in, world, world.dora_at_thode, htmx=htmx) == (204 if htmx else 303)
    page = dora_signed_in.get("/portal/").text
    assert "Backofen anschließen" in page
    assert "Neue Heizungspumpe" not in page
    [session] = live(world)
    assert session.client_id == world.thode, "the visit before has ended"


def test_nothing_of_one_client_is_there_at_the_other(dora_signed_in: Browser, world: World) -> None:
    theirs = paper(world, world.thode_offer)
    ours = paper(world, world.offer)
    doors = ("", "/file", "/picture", "/acceptance", "/decline", "/certificate")
    assert [dora_signed_in.get(theirs + door).status_code for door in doors] == [404] * len(doors)
    assert dora_signed_in.post(theirs + "/comments", {"text": "Hallo", "key": "k"}).status_code == 404
    assert dora_signed_in.get("/portal/documents?q=Backofen").text.count("Backofen anschließen") == 0
    switch(dora_signed_in, world, world.dora_at_thode)
    text = dora_signed_in.get("/portal/").text
    token = text.split('name="csrf_token" value="')[1].split('"')[0]
    assert dora_signed_in.get(theirs).status_code == 200
    assert [dora_signed_in.get(ours + door).status_code for door in doors] == [404] * len(doors)
    comment = {"text": "Hallo", "key": "k", "csrf_token": token}
    assert dora_signed_in.post(ours + "/comments", comment, csrf=False).status_code == 404


def test_openings_are_noted_where_they_were_made(dora_signed_in: Browser, world: World) -> None:
    dora_signed_in.get("/portal/", headers={"User-Agent": "Mozilla/5.0 Firefox/140.0"})
    switch(dora_signed_in, world, world.dora_at_thode)
    dora_signed_in.get(paper(world, world.thode_offer), headers={"User-Agent": "Mozilla/5.0 Firefox/140.0"})
    with scopes.of_firm(world.firm) as scope:
        found = {(row.client_id, row.document_id) for row in scope.of(Opening)}
    assert found == {(world.lindner, None), (world.thode, world.thode_offer)}


def test_the_last_one_used_is_where_one_comes_in(dora_signed_in: Browser, world: World) -> None:
    from portal.operations import sign_ins
    from portal.policies.actors import Stranger
    from tests.personas import PASSWORD as WORD

    switch(dora_signed_in, world, world.dora_at_thode)
    person = sign_ins.authenticate(Stranger(world.firm), "dora@lindner.example.org", WORD)
    assert person is not None
    assert person.membership is not None
    assert person.membership.client_id == world.thode


def test_a_session_lasts_no_longer_by_switching(dora_signed_in: Browser, world: World) -> None:
    [before] = live(world)
    switch(dora_signed_in, world, world.dora_at_thode)
    [after] = live(world)
    assert after.expires_at == before.expires_at
    assert after.token != before.token


def test_to_the_client_one_is_at_nothing_happens(dora_signed_in: Browser, world: World) -> None:
    [before] = live(world)
    assert switch(dora_signed_in, world, world.dora_at_lindner) == 303
    assert [row.id for row in live(world)] == [before.id]


def test_only_ones_own_open_clients(dora_signed_in: Browser, world: World) -> None:
    assert switch(dora_signed_in, world, world.emil_at_okonkwo) == 404
    assert dora_signed_in.post("/portal/switch", {"to": "nothing"}).status_code == 404
    assert dora_signed_in.post("/portal/switch").status_code == 404
    with scopes.of_firm(world.firm) as scope:
        at_thode = scope.by_id(Membership, world.dora_at_thode)
    memberships.set_login(InstanceActor(world.firm, "test"), at_thode, False)
    assert switch(dora_signed_in, world, world.dora_at_thode) == 404
    assert 'name="to"' not in dora_signed_in.get("/portal/").text


def test_a_link_switches_nowhere(dora: Browser, holder: Browser, world: World) -> None:
    for browser in (dora, holder):
        assert switch(browser, world, world.dora_at_thode) == 403
        assert 'name="to"' not in browser.get("/portal/").text


def test_people_of_one_client_pay_nothing_for_it(app: Flask, dora_signed_in: Browser, world: World) -> None:
    acting.give_password(world.firm, world.emil)
    emil = Browser(app).sign_in_contact(world.emil_at_okonkwo, world.firm)
    counts = {}
    for name, browser in (("emil", emil), ("dora", dora_signed_in)):
        for _ in range(2):
            statements.count = 0
            page = browser.get("/portal/settings").text
        counts[name] = statements.count
        statements.count = 0
        browser.get("/portal/documents")
        counts[name + " list"] = statements.count
        assert ('name="to"' in page) is (name == "dora")
    assert counts["emil list"] == counts["dora list"] - 1, "the list of clients is read only where there are several"


def test_from_a_mail_about_another_client_one_finds_the_way(dora_signed_in: Browser, world: World) -> None:
    theirs = paper(world, world.thode_offer)
    lost = dora_signed_in.get(theirs)
    assert lost.status_code == 404
    assert "Backofen" not in lost.text
    assert 'name="to"' in lost.text
    document = theirs.rpartition("/")[2]
    answer = dora_signed_in.post("/portal/switch", {"to": uid(world, world.dora_at_thode), "document": document})
    assert (answer.status_code, answer.location) == (303, theirs)
    assert "Backofen anschließen" in dora_signed_in.get(theirs).text


def test_the_way_is_no_way_out(dora_signed_in: Browser, world: World) -> None:
    for wrong in ("//evil.example.com", "../../firm/", "https://evil.example.com", "x" * 500, "\\evil"):
        answer = dora_signed_in.post("/portal/switch", {"to": uid(world, world.dora_at_lindner), "document": wrong})
        assert answer.status_code == 303
        assert answer.location.startswith("/portal/documents/")
        assert dora_signed_in.get(answer.location).status_code in (303, 308, 404)


def test_other_visitors_get_the_plain_page(dora: Browser, holder: Browser, world: World) -> None:
    for browser in (dora, holder):
        assert 'name="to"' not in browser.get(paper(world, world.thode_offer)).text
