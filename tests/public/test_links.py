"""Opening secret links: the whole table of DETAILS 4, dead and forged ones, codes typed from paper, new links."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.base import clock, tokens
from portal.models import notices
from portal.models.audit_entry import AuditEntry
from portal.models.client import Client
from portal.models.document import Document
from portal.models.link import DOCUMENT, Link, LinkFetch, Opening
from portal.models.outbox import OutboxMail
from portal.models.sign_in import SignIn
from portal.operations import links
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from tests import acting, factories
from tests.browser_client import Browser
from tests.personas import World

Token = Callable[..., str]
PERSON = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "User-Agent": "Mozilla/5.0 (iPhone) Safari/605"}
WHATSAPP = {"User-Agent": "WhatsApp/2.23.20.0"}


# what the browser holds


def test_nothing_held_a_session_begins(nobody: Browser, world: World, token_of: Token) -> None:
    answer = nobody.get(f"/l/{token_of(world.lindner_link)}")
    assert (answer.status_code, answer.location) == (303, "/portal/")
    assert nobody.get("/portal/").status_code == 200
    assert "Hausverwaltung Lindner" in nobody.get("/portal/").text


def test_an_ended_session_counts_as_nothing(holder: Browser, world: World, token_of: Token) -> None:
    _end_all(world)
    answer = holder.get(f"/l/{token_of(world.lindner_link)}")
    assert (answer.status_code, answer.location) == (303, "/portal/")
    assert holder.get("/portal/").status_code == 200


def test_the_same_link_goes_on_in_its_session(holder: Browser, world: World, token_of: Token) -> None:
    before = _sessions(world)
    answer = holder.get(f"/l/{token_of(world.lindner_link)}")
    assert (answer.status_code, answer.location) == (303, "/portal/")
    assert "Set-Cookie" not in answer.headers
    assert _sessions(world) == before


@pytest.mark.parametrize(("first", "second"), [("lindner_link", "dora_link"), ("dora_link", "lindner_link")])
def test_another_link_of_the_same_person_replaces_the_session(
    app: Flask, world: World, token_of: Token, first: str, second: str
) -> None:
    browser = Browser(app)
    browser.get(f"/l/{token_of(getattr(world, first))}")
    old = _cookie(browser)
    answer = browser.get(f"/l/{token_of(getattr(world, second))}")
    assert (answer.status_code, answer.location) == (303, "/portal/")
    assert _cookie(browser) != old
    live = [row for row in _sessions(world) if row.ended_at is None]
    assert [row.link_id for row in live] == [getattr(world, second)], "the one before has ended"


def test_a_document_link_beside_a_portal_session_leads_to_the_document(
    dora: Browser, world: World, token_of: Token
) -> None:
    link, uid = _document_link(world, world.offer), _uid(world, world.offer)
    before = _cookie(dora)
    answer = dora.get(f"/l/{token_of(link.id)}")
    assert (answer.status_code, answer.location) == (303, f"/portal/documents/{uid}")
    assert _cookie(dora) == before
    assert dora.get("/portal/documents").text.count("/portal/documents/") > 3, "the portal session stays"


def test_a_portal_link_replaces_a_document_session(nobody: Browser, world: World, token_of: Token) -> None:
    nobody.get(f"/l/{token_of(_document_link(world, world.offer).id)}")
    assert nobody.get(f"/portal/documents/{_uid(world, world.invoice)}").status_code == 404
    nobody.get(f"/l/{token_of(world.lindner_link)}")
    assert nobody.get(f"/portal/documents/{_uid(world, world.invoice)}").status_code == 200


@pytest.mark.parametrize("link", ["okonkwo_link", "other"])
def test_a_session_of_somebody_else_is_asked_first(dora: Browser, world: World, token_of: Token, link: str) -> None:
    if link == "other":
        token, name = token_of(_own_link(world.other_firm, world.other_client).id, world.other_firm), "Fremder Kunde"
    else:
        token, name = token_of(world.okonkwo_link), "Familie Okonkwo"
    before = _cookie(dora)
    answer = dora.get(f"/l/{token}")
    assert answer.status_code == 200
    assert "You are signed in as Dora Lindner" in answer.text
    assert f"Open as {name}" in answer.text
    assert _cookie(dora) == before
    posted = dora.post(f"/l/{token}")
    assert (posted.status_code, posted.location) == (303, "/portal/")
    assert name in dora.get("/portal/").text
    ended = [row for row in _sessions(world) if row.contact_id == world.dora]
    assert all(row.ended_at is not None for row in ended)


def test_another_contact_of_the_same_client_is_somebody_else(dora: Browser, world: World, token_of: Token) -> None:
    with scopes.of_firm(world.firm) as scope:
        lindner = scope.by_id(Client, world.lindner)
    membership = factories.contact(lindner, email="kim@lindner.example.org", first_name="Kim", last_name="Yıldız")
    link = factories._contact_link(lindner, membership)
    assert "Open as Kim Yıldız" in dora.get(f"/l/{token_of(link.id)}").text


def test_staff_of_the_firm_are_asked_to_view(anna: Browser, world: World, token_of: Token) -> None:
    token = token_of(world.lindner_link)
    answer = anna.get(f"/l/{token}")
    assert answer.status_code == 200
    assert "This is the link of Hausverwaltung Lindner" in answer.text
    assert "foyer-client" not in answer.headers.get("Set-Cookie", "")
    assert _fetched(world) == 0
    viewed = anna.post(f"/l/{token}/view")
    assert (viewed.status_code, viewed.location) == (303, "/portal/")
    page = anna.get("/portal/", headers=PERSON)
    assert "You see the portal as Hausverwaltung Lindner does." in page.text
    assert 'class="banner"' in page.text
    assert _openings(world) == []
    assert _audited(world, "client.viewed_as") == 1


def test_staff_get_no_client_session_by_a_hand_made_post(anna: Browser, world: World, token_of: Token) -> None:
    answer = anna.post(f"/l/{token_of(world.lindner_link)}")
    assert answer.status_code == 200
    assert "This is the link of" in answer.text
    assert anna.get("/portal/").status_code == 303
    assert _fetched(world) == 0


def test_staff_of_another_firm_count_as_nothing(frida: Browser, world: World, token_of: Token) -> None:
    answer = frida.get(f"/l/{token_of(world.lindner_link)}")
    assert (answer.status_code, answer.location) == (303, "/portal/")
    assert frida.post(f"/l/{token_of(world.lindner_link)}/view").status_code == 404


@pytest.mark.usefixtures("advisers_restricted")
def test_an_adviser_views_assigned_clients_only(ben: Browser, clara: Browser, world: World, token_of: Token) -> None:
    token = token_of(world.lindner_link)
    assert ben.post(f"/l/{token}/view").status_code == 303
    assert clara.post(f"/l/{token}/view").status_code == 403
    assert clara.get("/portal/").status_code == 303


def test_a_view_ends_with_the_staff_session(anna: Browser, world: World, token_of: Token) -> None:
    anna.post(f"/l/{token_of(world.lindner_link)}/view")
    assert anna.get("/portal/").status_code == 200
    anna.post("/logout", {"area": "firm"})
    assert anna.get("/portal/").status_code == 303


def test_a_view_lasts_fifteen_minutes_idle_and_an_hour_at_most(
    anna: Browser, world: World, token_of: Token, move_clock: Callable[..., None]
) -> None:
    anna.post(f"/l/{token_of(world.lindner_link)}/view")
    for _ in range(5):
        move_clock(minutes=11)
        assert anna.get("/portal/").status_code == 200, "looking keeps the staff session alive"
    move_clock(minutes=6)
    assert anna.get("/portal/").status_code == 303
    anna.post(f"/l/{token_of(world.lindner_link)}/view")
    move_clock(minutes=16)
    assert anna.get("/portal/").status_code == 303


@pytest.mark.parametrize("method", ["head", "options"])
def test_whoever_only_asks_gets_gets_status_and_leaves_no_trace(
    app: Flask, world: World, token_of: Token, method: str, nobody: Browser, dora: Browser, anna: Browser
) -> None:
    before = _trace(world)
    own, other = token_of(world.lindner_link), token_of(world.okonkwo_link)
    for browser, token, status in (
        (nobody, own, 303),
        (dora, own, 303),
        (dora, other, 200),
        (anna, own, 200),
        (nobody, "0" * 32, 404),
    ):
        answer = getattr(browser.client, method)(f"/l/{token}")
        assert answer.status_code == status
        assert "Set-Cookie" not in answer.headers
    assert getattr(nobody.client, method)(f"/l/{own}", headers=WHATSAPP).status_code == 200
    _revoke(world, world.lindner_link)
    dead = getattr(nobody.client, method)(f"/l/{own}")
    assert dead.status_code == 410
    assert "Set-Cookie" not in dead.headers
    assert _trace(world) == before


@pytest.mark.parametrize(
    "agent",
    [
        "WhatsApp/2.23.20.0", "facebookexternalhit/1.1", "TelegramBot (like TwitterBot)", "Slackbot-LinkExpanding 1.0",
        "Mozilla/5.0 (Windows NT) SkypeUriPreview Preview/0.5", "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
        "Mozilla/5.0 (compatible; Barracuda Sentinel)",
    ],
)  # fmt: skip
def test_a_preview_sees_the_firms_name_and_one_button(
    nobody: Browser, world: World, token_of: Token, agent: str
) -> None:
    before = _trace(world)
    answer = nobody.get(f"/l/{token_of(world.lindner_link)}", headers={"User-Agent": agent})
    assert answer.status_code == 200
    assert "Petry Haustechnik GmbH" in answer.text
    assert "Lindner" not in answer.text
    assert len(re.findall(r"<button[^>]*btn primary", answer.text)) == 1
    assert "foyer-client" not in answer.headers.get("Set-Cookie", "")
    assert _trace(world) == before
    opened = nobody.post(f"/l/{token_of(world.lindner_link)}", headers={"User-Agent": agent})
    assert (opened.status_code, opened.location) == (303, "/portal/")


@pytest.mark.parametrize(
    "agent", ["python-requests/2.32", "curl/8.5", "Mozilla/5.0 Chrome/120 Safari/537.36 Avast/120.0", "CUBOT P40"]
)
def test_libraries_and_browsers_with_a_makers_name_are_no_previews(
    nobody: Browser, world: World, token_of: Token, agent: str
) -> None:
    answer = nobody.get(f"/l/{token_of(world.lindner_link)}", headers={"User-Agent": agent})
    assert answer.status_code == 303


# GET decides nothing


def test_thirty_openings_by_a_scanner_decide_nothing_and_are_counted_by_the_hour(
    app: Flask, world: World, token_of: Token
) -> None:
    state = _state(world)
    for _ in range(30):
        assert Browser(app).get(f"/l/{token_of(world.lindner_link)}").status_code == 303
    with scopes.of_firm(world.firm) as scope:
        assert [row.count for row in scope.of(LinkFetch)] == [30]
    assert _state(world) == state
    assert _openings(world) == []


def test_opened_is_noted_once_for_a_person_and_document(nobody: Browser, world: World, token_of: Token) -> None:
    nobody.get(f"/l/{token_of(world.lindner_link)}", headers=PERSON)
    assert _openings(world) == [], "fetched is not opened"
    page = f"/portal/documents/{_uid(world, world.offer)}"
    nobody.get("/portal/", headers=PERSON)
    nobody.get(page, headers=PERSON)
    nobody.get(page, headers=PERSON)
    nobody.get("/portal/documents", headers=PERSON)
    assert sorted(_openings(world)) == sorted(["portal", str(world.offer)])


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Mode": "cors"}, {"Sec-Fetch-Mode": "no-cors"}, {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"}, {"X-Moz": "prefetch"}, WHATSAPP,
    ],
)  # fmt: skip
def test_machines_and_prefetches_open_nothing(holder: Browser, world: World, headers: dict[str, str]) -> None:
    assert holder.get("/portal/", headers=headers).status_code == 200
    assert holder.client.head("/portal/").status_code == 200
    assert _openings(world) == []


def test_opened_moves_a_portal_links_expiry_once_a_day(
    holder: Browser, app: Flask, world: World, token_of: Token, move_clock: Callable[..., None]
) -> None:
    before = _row(world, Link, world.lindner_link).expires_at
    holder.get("/portal/", headers=PERSON)
    assert _row(world, Link, world.lindner_link).expires_at == before, "not again on the day it was made"
    move_clock(days=3)
    again = Browser(app)
    again.get(f"/l/{token_of(world.lindner_link)}", headers=PERSON)
    assert _row(world, Link, world.lindner_link).expires_at == before, "fetching moves nothing"
    again.get("/portal/", headers=PERSON)
    after = _row(world, Link, world.lindner_link).expires_at
    assert (after - before).days in (2, 3)


# dead and forged


def test_a_revoked_link_is_gone_with_the_firms_contact(nobody: Browser, world: World, token_of: Token) -> None:
    _revoke(world, world.lindner_link)
    answer = nobody.get(f"/l/{token_of(world.lindner_link)}")
    assert answer.status_code == 410
    assert "040 66969-120" in answer.text
    assert "Send me a new link" in answer.text
    assert "Lindner" not in answer.text
    assert nobody.post(f"/l/{token_of(world.lindner_link)}").status_code == 410


def test_revoking_ends_sessions_at_the_next_request(holder: Browser, world: World) -> None:
    assert holder.get("/portal/").status_code == 200
    _revoke(world, world.lindner_link)
    answer = holder.get("/portal/")
    assert (answer.status_code, answer.location) == (303, "/portal/door")


@pytest.mark.parametrize("change", ["access", "archive", "login_type", "login", "expired"])
def test_a_link_is_gone_while_its_client_or_contact_has_no_access(
    nobody: Browser, dora: Browser, world: World, token_of: Token, change: str, move_clock: Callable[..., None]
) -> None:
    with scopes.of_firm(world.firm) as scope:
        client = scope.by_id(Client, world.lindner)
        if change == "access":
            scope.change(client, portal_access=False)
        elif change == "archive":
            scope.change(client, archived_at=clock.now())
        elif change == "login_type":
            scope.change(client, login_type="password")
        elif change == "login":
            from portal.models.contact import Membership

            scope.change(scope.by_id(Membership, world.dora_at_lindner), login=False)
    if change == "expired":
        move_clock(days=366)
    assert nobody.get(f"/l/{token_of(world.dora_link)}").status_code == 410
    assert dora.get("/portal/").status_code == 303
    own = nobody.get(f"/l/{token_of(world.lindner_link)}").status_code
    assert own == (303 if change == "login" else 410)


def test_a_thousand_forged_tokens_get_the_same_answer(app: Flask, world: World, token_of: Token) -> None:
    client, good = app.test_client(), token_of(world.lindner_link)
    forged = [good[:-1] + ("0" if good[-1] != "0" else "1"), good[:6] + "0" * 26, "0" * 32, "x", "ä" * 32, "A" * 500]
    bodies, statuses = set(), set()
    for number in range(1_000):
        token = forged[number] if number < len(forged) else f"{number:032d}"
        if number % 10 == 9:
            statuses.add(client.head(f"/l/{token}").status_code)
            continue
        answer = client.get(f"/l/{token}")
        statuses.add(answer.status_code)
        bodies.add(answer.data)
        assert "Set-Cookie" not in answer.headers
    assert statuses == {404}
    assert len(bodies) == 1
    kept = notices.find(notices.WRONG_LINKS)
    assert kept is not None
    assert kept.value == "1000"


@pytest.mark.parametrize("path", ["/l/{}", "/L/{}"])
@pytest.mark.parametrize(
    "change", [str.lower, str.upper, lambda t: " ".join([t[:4], t[4:]]), lambda t: t[:8] + "-" + t[8:]]
)
def test_case_blanks_and_hyphens_do_not_matter(
    nobody: Browser, world: World, token_of: Token, path: str, change: Callable[[str], str]
) -> None:
    assert nobody.get(path.format(change(token_of(world.lindner_link)))).status_code == 303


def test_no_answer_of_a_link_shows_its_address_elsewhere(nobody: Browser, world: World, token_of: Token) -> None:
    answer = nobody.get(f"/l/{token_of(world.lindner_link)}")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert token_of(world.lindner_link) not in answer.text
    assert token_of(world.lindner_link) not in answer.location


# ?d=


def test_d_leads_to_the_document_by_number_or_uid(nobody: Browser, world: World, token_of: Token) -> None:
    uid, token = _uid(world, world.offer), token_of(world.lindner_link)
    for named in ("AN-2026-0147", uid):
        assert nobody.get(f"/l/{token}?d={named}").location == f"/portal/documents/{uid}"


@pytest.mark.parametrize("named", ["AN-2026-0160", "AN-2026-0151", "AN-1", "nothing", "//evil.example.com", "%00", ""])
def test_d_says_nothing_of_drafts_and_other_clients(nobody: Browser, world: World, token_of: Token, named: str) -> None:
    assert nobody.get(f"/l/{token_of(world.lindner_link)}?d={named}").location == "/portal/"


def test_d_with_several_matches_shows_the_list(nobody: Browser, world: World, token_of: Token) -> None:
    lindner = _row(world, Client, world.lindner)
    factories.document(lindner, kind="invoice", number="AN-2026-0147")
    location = nobody.get(f"/l/{token_of(world.lindner_link)}?d=AN-2026-0147").location
    assert location == "/portal/documents?q=AN-2026-0147"
    assert nobody.get(location).text.count("AN-2026-0147") >= 2


# a document link


def test_a_document_link_opens_one_document(nobody: Browser, world: World, token_of: Token) -> None:
    uid = _uid(world, world.offer)
    answer = nobody.get(f"/l/{token_of(_document_link(world, world.offer).id)}")
    assert answer.location == f"/portal/documents/{uid}"
    assert nobody.get(f"/portal/documents/{uid}").status_code == 200
    assert nobody.get(f"/portal/documents/{uid}/acceptance").status_code == 200
    listed = nobody.get("/portal/documents").text
    assert "AN-2026-0147" in listed
    assert "RE-2026-0312" not in listed
    for other in (world.invoice, world.small_offer, world.thode_offer):
        assert nobody.get(f"/portal/documents/{_uid(world, other)}").status_code == 404
        assert nobody.get(f"/portal/documents/{_uid(world, other)}/file").status_code == 404


# a code from paper


def test_a_typed_code_opens_the_link(nobody: Browser, world: World, token_of: Token) -> None:
    token = token_of(world.lindner_link)
    assert nobody.get("/l").status_code == 200
    answer = nobody.post("/l", {"code": tokens.grouped(token).lower().replace("0", "o").replace("1", "l")})
    assert (answer.status_code, answer.location) == (303, f"/l/{token}")
    assert nobody.get(answer.location).location == "/portal/"


def test_a_wrong_code_keeps_what_was_typed(nobody: Browser) -> None:
    answer = nobody.post("/l", {"code": "ABCD EFGH"})
    assert answer.status_code == 422
    assert "ABCD EFGH" in answer.text
    assert "This code is not right" in answer.text
    assert nobody.post("/l", {"code": ""}).status_code == 422


def test_the_form_for_codes_is_limited_and_links_are_not(nobody: Browser, world: World, token_of: Token) -> None:
    answers = [nobody.post("/l", {"code": "wrong"}) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [422] * 20 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert nobody.get(f"/l/{token_of(world.lindner_link)}").status_code == 303


# the door of a visit that has ended, and new links


def test_the_door_names_the_firm_and_sends_a_new_link(holder: Browser, world: World) -> None:
    _end_all(world)
    answer = holder.get("/portal/documents", headers=PERSON)
    assert (answer.status_code, answer.location) == (303, "/portal/door")
    door = holder.get("/portal/door")
    assert door.status_code == 200
    assert "Your visit has ended" in door.text
    assert "Petry Haustechnik GmbH" in door.text
    asked = holder.post("/l/new")
    assert asked.status_code == 200
    acting.answer_asked(world.firm)
    assert [mail.to for mail in _mails(world)] == ["dora@lindner.example.org"]


def test_an_ended_session_leads_to_no_token(holder: Browser, world: World, token_of: Token) -> None:
    _end_all(world)
    door = holder.get("/portal/door")
    token = token_of(world.lindner_link)
    seen = door.text + str(door.headers)
    for cookie in holder.client._cookies.values():
        seen += cookie.decoded_value
        import base64
        import zlib

        for part in cookie.decoded_value.split("."):
            raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) if part else b""
            seen += raw.decode("latin-1")
            try:
                seen += zlib.decompress(raw).decode("latin-1")
            except zlib.error:
                continue
    assert token not in seen
    assert token[6:] not in seen


def test_after_the_door_one_comes_back_to_the_page_asked_for(holder: Browser, world: World, token_of: Token) -> None:
    page = f"/portal/documents/{_uid(world, world.invoice)}"
    _end_all(world)
    holder.get(page, headers=PERSON)
    holder.get("/portal/door")
    assert holder.get(f"/l/{token_of(world.lindner_link)}").location == page
    assert holder.get(f"/l/{token_of(world.lindner_link)}").location == "/portal/", "once"


def test_the_page_asked_for_is_nobody_elses(holder: Browser, world: World, token_of: Token) -> None:
    _end_all(world)
    holder.get("/portal/documents?q=secret", headers=PERSON)
    holder.get("/portal/door")
    assert holder.get(f"/l/{token_of(world.okonkwo_link)}").location == "/portal/"


def test_under_htmx_the_door_is_an_address(holder: Browser, world: World) -> None:
    _end_all(world)
    answer = holder.get("/portal/documents", htmx=True)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/portal/door"


@pytest.mark.parametrize("state", ["live", "expired", "revoked", "access", "unknown"])
def test_asking_for_a_new_link_answers_the_same(
    nobody: Browser, holder: Browser, world: World, state: str, token_of: Token, move_clock: Callable[..., None]
) -> None:
    if state == "live":
        _end_all(world)
        holder.get("/portal/door")
    elif state == "expired":
        move_clock(days=366)
    elif state == "revoked":
        _revoke(world, world.lindner_link)
    elif state == "access":
        with scopes.of_firm(world.firm) as scope:
            scope.change(scope.by_id(Client, world.lindner), portal_access=False)
    if state not in ("live", "unknown"):
        assert holder.get(f"/l/{token_of(world.lindner_link)}").status_code == 410
    answer = (nobody if state == "unknown" else holder).post("/l/new")
    assert answer.status_code == 200
    assert "If we have an e-mail address for this access" in answer.text
    assert len(_mails(world)) == (0 if state == "unknown" else 1), "the same is queued, whatever the state"
    acting.answer_asked(world.firm)
    assert len(_mails(world)) == (1 if state in ("live", "expired") else 0)


def test_asking_for_a_new_link_is_limited(nobody: Browser) -> None:
    statuses = [nobody.post("/l/new").status_code for _ in range(7)]
    assert statuses == [200] * 6 + [429]


# stale pages


def test_a_stale_page_is_shown_again_and_does_nothing(
    dora: Browser, anna: Browser, holder: Browser, world: World, token_of: Token
) -> None:
    other, own = token_of(world.okonkwo_link), token_of(world.lindner_link)
    asked = dora.post(f"/l/{other}", csrf=False)
    assert asked.status_code == 422
    assert "Open as Familie Okonkwo" in asked.text
    assert "This page was open for a long time" in asked.text
    viewed = anna.post(f"/l/{own}/view", csrf=False)
    assert viewed.status_code == 422
    assert "View as client" in viewed.text
    assert anna.get("/portal/").status_code == 303
    _end_all(world)
    holder.get("/portal/door")
    renewed = holder.post("/l/new", csrf=False)
    assert renewed.status_code == 422
    assert "Send me a new link" in renewed.text
    assert _mails(world) == []
    typed = holder.post("/l", {"code": "ABCD"}, csrf=False)
    assert typed.status_code == 422
    assert "ABCD" in typed.text


# the pages of both languages


def test_german(nobody: Browser, world: World, token_of: Token) -> None:
    _revoke(world, world.lindner_link)
    answer = nobody.get(f"/l/{token_of(world.lindner_link)}", language="de")
    assert '<html lang="de"' in answer.text


def _revoke(world: World, link_id: int) -> None:
    links.revoke(InstanceActor(world.firm, "test"), _row(world, Link, link_id))


def _document_link(world: World, document_id: int) -> Link:
    return links.make(
        InstanceActor(world.firm, "test"),
        _row(world, Client, world.lindner),
        document=_row(world, Document, document_id),
    )


def _own_link(firm_id: int, client_id: int) -> Link:
    with scopes.of_firm(firm_id) as scope:
        found: Link = scope.one(
            scope.of(Link).where(Link.client == client_id, Link.contact.is_null(), Link.kind != DOCUMENT)
        )
        return found


def _row(world: World, model: Any, row_id: int) -> Any:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(model, row_id)


def _uid(world: World, document_id: int) -> str:
    with scopes.instance("a test") as scope:
        return str(scope.by_id(Document, document_id).uid)


def _cookie(browser: Browser) -> str:
    cookie = browser.client.get_cookie("foyer-client")
    return cookie.value if cookie else ""


def _sessions(world: World) -> list[SignIn]:
    with scopes.of_firm(world.firm) as scope:
        return list(scope.of(SignIn).where(SignIn.client.is_null(False)).order_by(SignIn.id))


def _end_all(world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.update(SignIn, ended_at=clock.now()).where(SignIn.client.is_null(False)).execute()


def _fetched(world: World) -> int:
    with scopes.of_firm(world.firm) as scope:
        return sum(row.count for row in scope.of(LinkFetch))


def _openings(world: World) -> list[str]:
    with scopes.of_firm(world.firm) as scope:
        return [row.what for row in scope.of(Opening)]


def _audited(world: World, action: str) -> int:
    with scopes.of_firm(world.firm) as scope:
        return len(list(scope.of(AuditEntry).where(AuditEntry.action == action)))


def _mails(world: World) -> list[OutboxMail]:
    with scopes.of_firm(world.firm) as scope:
        return list(scope.of(OutboxMail).where(OutboxMail.kind == "new_link"))


def _trace(world: World) -> tuple[int, int, int]:
    return len(_sessions(world)), _fetched(world), len(_openings(world))


def _state(world: World) -> list[Any]:
    """Everything that a GET must not change."""
    with scopes.of_firm(world.firm) as scope:
        documents = [(d.uid, d.state, d.outcome) for d in scope.of(Document).order_by(Document.id)]
        rows = [(r.id, r.expires_at, r.revoked_at, r.used_at) for r in scope.of(Link).order_by(Link.id)]
        counts = [len(list(scope.of(model))) for model in (OutboxMail, AuditEntry, Opening)]
    return [documents, rows, counts]
