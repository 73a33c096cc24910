"""The demo: made once, told the same each time, everything in it as real work leaves it."""

from __future__ import annotations

import http.cookiejar
import json
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from portal.base import clock, demo_mark, pdf
from portal.base.config import Config
from portal.base.database import database
from portal.base.files import Received
from portal.demo import building, site
from portal.demo.building import Built
from portal.demo.people import COMPANIES
from portal.factory import create_app
from portal.models import outbox
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.decision import OfferDecision
from portal.models.document import CREDIT_NOTE, INVOICE, OFFER, Comment, Document, DocumentVersion
from portal.models.firm import Firm
from portal.models.link import LinkFetch, Opening
from portal.models.outbox import OutboxMail
from portal.models.stored_file import StoredFile
from portal.operations import boot, codes, reading
from portal.policies import scope as scopes
from portal.queries import documents as known_documents
from tests.browser_client import Browser
from tests.cli.conftest import FOYER, ROOT, Site, environment, foyer

pytestmark = pytest.mark.xdist_group("demo")
PEOPLE = {"role", "name", "email", "password", "url"}
LINKS = {"client_number", "client", "contact", "url", "document", "test_client"}


@dataclass(frozen=True)
class Demo:
    """A demo that was made by the command, and what the command told."""

    folder: Path
    cast: dict[str, Any]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo") / "instance"
    done = subprocess.run(
        [*FOYER, "demo", "--json"], cwd=ROOT, env=environment(folder), capture_output=True, text=True, timeout=300,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return Demo(folder, json.loads(done.stdout))


@pytest.fixture
def opened(demo: Demo) -> Iterator[Config]:
    """The demo opened in this process, for looking only."""
    config = site.configure(environment(demo.folder))
    boot.open_instance(config)
    yield config
    database.close()


@pytest.fixture
def copy(demo: Demo, tmp_path: Path) -> Iterator[Config]:
    """A copy of the demo, for doing things to it."""
    folder = tmp_path / "demo"
    shutil.copytree(demo.folder, folder)
    yield site.configure(environment(folder))
    database.close()
    codes.configure(mail_available=True)


def test_it_tells_who_can_get_in(demo: Demo) -> None:
    cast = demo.cast
    assert list(cast) == ["base_url", "firm", "people", "links", "api", "mail_url"]
    assert cast["firm"] == {"name": "Petry Haustechnik GmbH", "slug": "petry"}
    assert all(set(person) == PEOPLE for person in cast["people"])
    assert [person["role"] for person in cast["people"]] == ["admin", "adviser", "adviser", "contact", "contact"]
    assert all(set(link) == LINKS for link in cast["links"])
    assert [link["test_client"] for link in cast["links"]] == [True, False]
    assert cast["api"]["url"] == f"{cast['base_url']}/api/v1"
    assert cast["mail_url"] == f"{cast['base_url']}/demo/mail"


def test_a_second_start_is_quick_and_tells_the_same(demo: Demo) -> None:
    began = time.monotonic()
    done = foyer(demo.folder, "demo", "--json")
    assert time.monotonic() - began < 5
    assert json.loads(done.stdout) == demo.cast
    assert done.stderr == ""


def test_only_its_owner_reads_the_token(demo: Demo) -> None:
    assert (demo.folder / demo_mark.NAME).stat().st_mode & 0o077 == 0


def test_the_first_link_leads_below_and_the_second_above_the_limit(demo: Demo, opened: Config) -> None:
    with firm_scope() as scope:
        offers = [
            scope.one(scope.of(Document).where(Document.number == link["document"])) for link in demo.cast["links"]
        ]
        limit = scope.firm.code_limit
        client = scope.by_id(Client, offers[0].client_id)
        today = clock.today(scope.firm.time_zone)
    assert client.is_test
    assert offers[0].payable < limit <= offers[1].payable
    assert all(offer.is_open and not offer.is_expired(today) for offer in offers)


def test_all_states_are_there(opened: Config) -> None:
    with firm_scope() as scope:
        documents = list(scope.of(Document))
        today = clock.today(scope.firm.time_zone)
        clients = list(scope.of(Client))
        contacts = list(scope.of(Contact))
        memberships = list(scope.of(Membership))
        versions = list(scope.of(DocumentVersion))
        rows = {model: scope.of(model).count() for model in (Comment, OfferDecision, Opening, LinkFetch)}
    of = {
        kind: {each.status(today) for each in documents if each.kind == kind} for kind in (OFFER, INVOICE, CREDIT_NOTE)
    }
    assert of[OFFER] >= {"draft", "open", "awaiting_confirmation", "accepted", "declined", "expired", "withdrawn"}
    assert of[INVOICE] >= {"draft", "open", "part_paid", "paid", "cancelled"}
    assert of[CREDIT_NOTE] == {"published"}
    assert any(each.kind == "service_report" for each in documents)
    assert any(each.is_overdue(today) for each in documents)
    assert any(each.replaces for each in documents)
    assert any(each.version == 2 for each in documents)
    assert any(v.pages is None and v.syntax == "CII" for v in versions)
    soon = [
        d
        for d in documents
        if d.kind == OFFER and d.is_open and d.valid_until and 0 <= (d.valid_until - today).days <= 2
    ]
    assert soon
    assert {client.status(clock.now()) for client in clients if not client.is_archived} == {
        "active",
        "pending",
        "offline",
    }
    assert any(client.is_archived for client in clients)
    assert any(contact.email_error for contact in contacts)
    assert any(not contact.email for contact in contacts)
    assert len(memberships) > len({membership.contact_id for membership in memberships})
    assert {by.by_staff for by in comments()} == {True, False}
    assert all(rows.values()), rows
    assert len(documents) >= 60
    assert len(clients) >= 25


def test_e_invoices_read_back_what_the_page_says(opened: Config) -> None:
    """Through the same reading as an upload: number, days, amounts, lines, and no warning."""
    read = 0
    with firm_scope() as scope:
        for document in list(scope.of(Document).where(Document.kind.in_((INVOICE, CREDIT_NOTE)))):
            shown = known_documents.current(scope, document)
            found = reading.read_upload(stored(shown.file), shown.file.name)
            version = shown.version
            assert found.warnings == (), f"{document.number}: {found.warnings}"
            assert (found.kind, found.number, found.issued_on) == (document.kind, document.number, version.issued_on)
            assert (found.due_on, found.currency) == (version.due_on, version.currency)
            assert (found.net, found.tax, found.total) == (version.net, version.tax, version.total)
            assert (found.payable, found.pages) == (version.payable, version.pages)
            assert [vars_of(line) for line in found.lines] == version.lines
            buyers = reading.match_client(scope, found)
            assert [buyer.id for buyer in buyers] == ([] if buyer_archived(scope, document) else [document.client_id])
            read += 1
    assert read > 20


def test_offers_and_reports_have_the_pages_they_say(opened: Config) -> None:
    with firm_scope() as scope:
        for document in list(scope.of(Document).where(Document.kind.not_in((INVOICE, CREDIT_NOTE))).limit(4)):
            shown = known_documents.current(scope, document)
            facts = pdf.inspect(stored(shown.file).path)
            assert facts.pages == shown.version.pages
            assert document.number in facts.text
            assert not facts.active


def test_the_audit_log_is_whole_and_nothing_is_mailed(demo: Demo, opened: Config) -> None:
    assert foyer(demo.folder, "audit", "verify").returncode == 0
    with firm_scope() as scope:
        mails = list(scope.of(OutboxMail))
    assert {mail.state for mail in mails} == {outbox.SENT, outbox.FAILED}
    assert [mail.to for mail in mails if mail.state == outbox.FAILED] == ["k.vogt@lindner.example.org"]
    assert all(mail.to.endswith((".example.com", ".example.org")) for mail in mails)


def test_what_happened_has_its_own_time(opened: Config) -> None:
    """Two years of it: nothing stands in the future, and not all of it happened at once."""
    with firm_scope() as scope:
        at = [opening.at for opening in scope.of(Opening)] + [comment.at for comment in scope.of(Comment)]
        created = {client.number: client.created_at for client in scope.of(Client)}
    now = clock.now()
    assert max(at) <= now
    assert len({moment.date() for moment in at}) > 15
    for company in COMPANIES:
        assert abs((now - created[company.number]).days - company.since) <= 1, company.number


def test_a_code_comes_by_mail_within_three_seconds(copy: Config) -> None:
    port = free_port()
    server = subprocess.Popen(
        [*FOYER, "demo", "--serve"], cwd=ROOT, env=environment(copy.instance, {"PORTAL_PORT": str(port)}),
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        wait_for(port)
        cast = json.loads(foyer(copy.instance, "demo", "--json", env={"PORTAL_PORT": str(port)}).stdout)
        assert re.fullmatch(r"\d{6}", asked_code(cast))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
        assert server.stdout is not None
        server.stdout.close()


def test_the_mail_page_shows_letters_and_runs_nothing(copy: Config) -> None:
    name = "20261121T120000-abcdefgh12345678"
    letter = (
        "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nFrom: a@example.com\r\nTo: b@example.com\r\n"
        "Message-ID: <1@localhost>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n"
        "--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHier: "
        f"{copy.base_url}/l/ABC und http://elsewhere.example.com/\r\n"
        "--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<script>alert(1)</script>\r\n--x--\r\n"
    )
    copy.outbox_path.mkdir(exist_ok=True)
    (copy.outbox_path / f"{name}.eml").write_bytes(letter.encode())
    (copy.outbox_path / "20261121T120001-zzz.part").write_text("being written")
    browser = Browser(create_app(copy))
    page = browser.get("/demo/mail")
    assert page.status_code == 200
    assert "Grüße" in page.text
    assert "zzz" not in page.text
    assert browser.get("/demo/mail", htmx=True).text.strip().startswith('<section class="card" id="mails"')
    shown = browser.get(f"/demo/mail/{name}")
    assert f'<a href="{copy.base_url}/l/ABC">' in shown.text
    assert 'href="http://elsewhere' not in shown.text
    assert "&lt;script&gt;alert(1)" in shown.text
    for other in ("20261121T120000-none", "..%2Fdemo.json", "demo.json"):
        assert browser.get(f"/demo/mail/{other}").status_code == 404


def test_no_other_instance_shows_its_mail(copy: Config) -> None:
    (copy.instance / demo_mark.NAME).unlink()
    browser = Browser(create_app(copy))
    assert browser.get("/demo/mail").status_code == 404


def test_it_touches_no_instance_that_is_none_of_its_own(site: Site) -> None:
    before = {path: path.stat().st_mtime_ns for path in site.folder.rglob("*") if path.is_file()}
    for fresh in ({}, {"FRESH": "1"}):
        done = foyer(site.folder, "demo", env=fresh)
        assert done.returncode == 1
        assert "is no demo" in done.stderr
    assert {path: path.stat().st_mtime_ns for path in site.folder.rglob("*") if path.is_file()} == before


def test_it_is_for_this_machine_only(tmp_path: Path) -> None:
    done = foyer(tmp_path / "demo", "demo", env={"PORTAL_BASE_URL": "https://portal.example.com"})
    assert done.returncode == 2
    assert "PORTAL_BASE_URL" in done.stderr
    assert not (tmp_path / "demo").exists()


def test_it_never_uses_a_mail_server(tmp_path: Path) -> None:
    config = site.configure({"PORTAL_INSTANCE": str(tmp_path), "PORTAL_MAIL_URL": "smtp://mail.example.com"})
    assert config.mail_url is None


def test_a_taken_port_is_said_before_anything_is_made(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = foyer(tmp_path / "demo", "demo", "--serve", env={"PORTAL_PORT": str(port)})
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"port {port}" in done.stderr
    assert "PORTAL_PORT=" in done.stderr
    assert not (tmp_path / "demo" / demo_mark.NAME).exists()


def test_what_broke_off_is_made_again_and_settings_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = site.configure({"PORTAL_INSTANCE": str(tmp_path)})
    (tmp_path / "portal.env").write_text("PORTAL_PORT=8000\n")

    def breaks(_config: Config) -> Built:
        raise RuntimeError("the power went")

    monkeypatch.setattr(building, "build", breaks)
    with pytest.raises(RuntimeError):
        site.make(config)
    keys = config.keys_path.read_text()
    assert site.read(config) is None
    monkeypatch.setattr(building, "build", lambda _config: Built("AN-1", "AN-2", "token"))
    mark = site.make(config)
    assert site.read(config) == mark
    assert config.keys_path.read_text() != keys
    assert (tmp_path / "portal.env").exists()
    database.close()


def firm_scope() -> Any:
    with scopes.instance("a test looks which firm it is") as scope:
        firm = scope.one(scope.of(Firm))
    return scopes.of_firm(firm.id)


def comments() -> list[Comment]:
    with firm_scope() as scope:
        return list(scope.of(Comment))


def stored(file: StoredFile) -> Received:
    from portal.base import files

    return Received(files.path_of(file.path), file.size, file.sha256)


def vars_of(line: Any) -> dict[str, Any]:
    names = ("title", "detail", "quantity", "unit", "amount", "level")
    return {name: getattr(line, name) for name in names}


def buyer_archived(scope: scopes.Scope, document: Document) -> bool:
    return scope.by_id(Client, document.client_id).is_archived


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
            return
        time.sleep(0.1)
    raise AssertionError("the server does not answer")


def asked_code(cast: dict[str, Any]) -> str:
    """Open the second link, ask for the code, and wait for it on the mail page."""
    visitor = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    link, base = cast["links"][1], cast["base_url"]
    fetch(visitor, link["url"])
    listed = fetch(visitor, f"{base}/portal/documents?q={link['document']}")
    found = re.search(r"/portal/documents/[0-9a-z]{16}", listed)
    assert found is not None
    page = fetch(visitor, f"{base}{found[0]}/acceptance")
    fields = {name: unescape(value) for name, value in re.findall(r'name="([^"]+)"[^>]*?value="([^"]*)"', page)}
    before = set(mails(base))
    asked = urllib.parse.urlencode(fields).encode()
    visitor.open(f"{base}{found[0]}/acceptance/code", data=asked, timeout=20).close()
    deadline = time.monotonic() + 3
    while not (new := set(mails(base)) - before):
        assert time.monotonic() < deadline, "no mail within three seconds"
        time.sleep(0.1)
    shown = fetch(visitor, f"{base}{new.pop()}")
    code = re.search(r"^\s*(\d{6})\s*$", shown, re.MULTILINE)
    assert code is not None, shown
    return code[1]


def mails(base: str) -> list[str]:
    with urllib.request.urlopen(f"{base}/demo/mail", timeout=20) as answer:
        return re.findall(r"/demo/mail/[^\"]+", answer.read().decode())


def fetch(visitor: urllib.request.OpenerDirector, address: str) -> str:
    with visitor.open(address, timeout=20) as answer:
        return str(answer.read().decode())
