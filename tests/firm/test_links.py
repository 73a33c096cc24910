"""Staff: secret links given away, shown as codes, renewed, revoked, exported (B7, DETAILS 9)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pytest

from portal.models.audit_entry import AuditEntry
from portal.models.client import Client
from portal.models.contact import Membership
from portal.models.link import Link
from portal.policies import scope as scopes
from tests import acting, factories
from tests.browser_client import Browser
from tests.personas import PASSWORD, World


def link_of(world: World, link_id: int | None = None) -> Link:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Link, link_id or world.lindner_link)


def client_uid(world: World) -> str:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Client, world.lindner).uid


def path(world: World, end: str, link_id: int | None = None) -> str:
    return f"/firm/links/{link_of(world, link_id).uid}/{end}"


def copies(world: World) -> int:
    with scopes.of_firm(world.firm) as scope:
        return len(list(scope.of(AuditEntry).where(AuditEntry.action == "link.copied")))


def test_copying_answers_a_read_only_field_and_is_recorded(
    anna: Browser, world: World, token_of: Callable[[int], str]
) -> None:
    address = f"http://localhost/l/{token_of(world.lindner_link)}"
    answer = anna.post(path(world, "copy"))
    assert re.search(rf'<input[^>]*readonly value="{address}" data-copy-field>', answer.text)
    assert answer.text.count("<h1") == 1
    assert answer.headers["Cache-Control"].startswith("no-store")
    part = anna.post(path(world, "copy"), htmx=True)
    assert part.text.lstrip().startswith('<div class="in g4" id="secret-link"')
    assert address in part.text
    assert copies(world) == 2
    assert anna.get(path(world, "copy")).status_code == 405


def test_a_contact_s_link_is_made_when_there_is_none(anna: Browser, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        membership = scope.by_id(Membership, world.dora_at_thode)
        scope.update(Link, revoked_at=membership.created_at).where(Link.contact == world.dora).execute()
    answer = anna.post(f"/firm/memberships/{membership.uid}/link/copy", htmx=True)
    token = re.search(r"/l/(\w{32})", answer.text)
    assert token
    with scopes.of_firm(world.firm) as scope:
        made = scope.one(scope.of(Link).where(Link.contact == world.dora, Link.revoked_at.is_null()))
    assert made.client_id == world.thode


def test_the_code_stands_on_a_sheet_with_the_typed_form(
    anna: Browser, world: World, token_of: Callable[[int], str]
) -> None:
    token = token_of(world.lindner_link)
    text = anna.post(path(world, "qr")).text
    assert "<svg" in text
    assert 'class="qr"' in text
    assert " ".join(token[i : i + 4] for i in range(0, 32, 4)) in text
    assert "http://localhost/l" in text


@pytest.mark.parametrize(
    ("end", "kind", "begins"), [("qr.svg", "image/svg+xml", b"<?xml"), ("qr.png", "image/png", b"\x89PNG")]
)
def test_the_code_is_downloaded(anna: Browser, world: World, end: str, kind: str, begins: bytes) -> None:
    answer = anna.post(path(world, end))
    assert answer.mimetype == kind
    assert answer.data.startswith(begins)
    assert "attachment" in answer.headers["Content-Disposition"]
    assert copies(world) == 1


def test_renewing_asks_and_replaces(
    anna: Browser, nobody: Browser, world: World, token_of: Callable[[int], str]
) -> None:
    old = token_of(world.lindner_link)
    assert "stops working at once" in anna.get(path(world, "renewal")).text
    assert anna.get(path(world, "renewal"), htmx=True).text.lstrip().startswith("<form")
    assert anna.post(path(world, "renewal")).status_code == 303
    assert nobody.get(f"/l/{old}").status_code == 410
    assert anna.post(path(world, "renewal")).status_code == 409
    with scopes.of_firm(world.firm) as scope:
        new = scope.one(
            scope.of(Link).where(Link.client == world.lindner, Link.contact.is_null(), Link.revoked_at.is_null())
        )
    assert nobody.get(f"/l/{token_of(new.id)}").status_code == 303


def test_revoking_leaves_none_until_a_new_one_is_made(
    anna: Browser, holder: Browser, world: World, token_of: Callable[[int], str]
) -> None:
    assert anna.post(path(world, "revocation")).status_code == 303
    assert holder.get("/portal/").status_code == 303
    page = anna.get(f"/firm/clients/{client_uid(world)}").text
    assert "No portal link of its own" in page
    assert anna.post(path(world, "copy")).status_code == 409
    assert anna.post(f"/firm/clients/{client_uid(world)}/portal-link").status_code == 303
    assert "No portal link of its own" not in anna.get(f"/firm/clients/{client_uid(world)}").text
    assert anna.post(f"/firm/clients/{client_uid(world)}/portal-link").status_code == 409


@pytest.mark.parametrize("end", ["copy", "qr", "qr.svg", "qr.png", "renewal", "revocation"])
@pytest.mark.usefixtures("advisers_restricted")
def test_links_are_not_for_others(frida: Browser, clara: Browser, dora: Browser, world: World, end: str) -> None:
    assert frida.post(path(world, end)).status_code == 404
    assert clara.post(path(world, end)).status_code == 403
    assert dora.post(path(world, end)).location == "/login"
    assert link_of(world).revoked_at is None
    assert copies(world) == 0


def test_the_export_is_a_csv_for_mail_merge(anna: Browser, world: World, token_of: Callable[[int], str]) -> None:
    factories.client(world.firm, number="A-1", name="=1+1")
    assert "5 clients" in anna.get("/firm/clients/links").text
    answer = anna.post("/firm/clients/links.csv")
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbfclient_number,name,portal_url\r\n")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    by_number = {row["client_number"]: row for row in rows}
    assert by_number["K-1042"]["portal_url"] == f"http://localhost/l/{token_of(world.lindner_link)}"
    assert by_number["A-1"]["name"] == "'=1+1"
    assert "Fremder Kunde" not in answer.text
    with scopes.of_firm(world.firm) as scope:
        entry = scope.first(scope.of(AuditEntry).order_by(AuditEntry.id.desc()))
    assert (entry.action, entry.facts) == ("links.exported", {"count": 5})
    assert {mail.subject["count"] for mail in acting.mails(world.firm, "links_exported")} == {5}


def test_the_export_asks_for_the_password_after_15_minutes(
    anna: Browser, world: World, move_clock: Callable[..., None]
) -> None:
    move_clock(minutes=16)
    assert 'type="password"' in anna.get("/firm/clients/links").text
    for password in ("", "falsch geraten"):
        refused = anna.post("/firm/clients/links.csv", {"password": password})
        assert refused.status_code == 422
        assert "/l/" not in refused.text
    assert acting.mails(world.firm, "links_exported") == []
    allowed = anna.post("/firm/clients/links.csv", {"password": PASSWORD})
    assert allowed.mimetype == "text/csv"
    assert anna.post("/firm/clients/links.csv").mimetype == "text/csv"


def test_the_export_is_for_the_portal_admin(ben: Browser, nobody: Browser, world: World) -> None:
    assert ben.get("/firm/clients/links").status_code == 403
    assert ben.post("/firm/clients/links.csv").status_code == 403
    assert nobody.post("/firm/clients/links.csv").location == "/login"
    assert acting.mails(world.firm, "links_exported") == []
