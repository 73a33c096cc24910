"""The smaller commands, each as a process of its own: firm, staff, link, token, export, routes, help."""

from __future__ import annotations

import csv
import io
import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from portal.base import tokens
from portal.cli import COMMANDS
from portal.models.api_token import ApiToken
from portal.models.audit_entry import AuditEntry
from portal.models.client import Client
from portal.models.link import Link
from portal.models.outbox import OutboxMail
from portal.models.staff import Staff
from portal.operations import clients, firms
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.queries import audit_chain
from portal.queries import links as known
from tests.cli.conftest import ROOT, Site, environment, foyer, open_at


def last_entry(site: Site) -> tuple[str, str]:
    with scopes.of_firm(site.firm.id) as scope:
        entry = scope.first(scope.of(AuditEntry).order_by(AuditEntry.number.desc()))
    return entry.action, entry.actor


def own_address(site: Site, client: Client) -> str | None:
    with scopes.of_firm(site.firm.id) as scope:
        return known.portal_url("http://127.0.0.1:8000", scope, client, site.firm)


def test_help_names_every_command_and_is_quick() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "foyer"), "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name, text in COMMANDS.items():
        assert f"  {name} " in done.stdout
        assert text in done.stdout
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, portal.cli; portal.cli.main(['--help']); print(*sys.modules, sep='\\n')"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert {"flask", "peewee", "waitress"}.isdisjoint(loaded)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_each_command_explains_itself(name: str, tmp_path: Path) -> None:
    done = foyer(tmp_path / "none", name, "--help")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"usage: foyer {name}")
    assert not (tmp_path / "none").exists()


def test_what_is_no_command_is_said(tmp_path: Path) -> None:
    done = foyer(tmp_path, "srve")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert foyer(tmp_path).returncode == 2


def test_a_wrong_setting_stops_every_command(site: Site) -> None:
    done = foyer(site.folder, "link", "1001", env={"PORTAL_PORT": "x"})
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_a_folder_that_cannot_be_used_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for words in (["serve"], ["restore", "x.tar"], ["firm", "create", "--name", "A", "--admin-email", "a@example.com"]):
        done = foyer(tmp_path / "file", *words)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr


def test_firm_create_begins_an_instance_and_prints_the_invitation(tmp_path: Path) -> None:
    done = foyer(
        tmp_path / "new", "firm", "create", "--name", "Petry & Söhne", "--admin-email", "anna@example.com",
        env={"PORTAL_BASE_URL": "https://portal.example.com"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "(petry-soehne)" in done.stdout
    token = done.stdout.splitlines()[-1].removeprefix("https://portal.example.com/invite/")
    assert tokens.read_id(token) is not None
    assert stat.S_IMODE((tmp_path / "new" / "portal.sqlite3").stat().st_mode) == 0o600
    again = foyer(
        tmp_path / "new", "firm", "create", "--name", "B", "--admin-email", "b@example.com", "--slug", "petry-soehne"
    )
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)
    assert "--slug" in again.stderr
    wrong = foyer(tmp_path / "new", "firm", "create", "--name", "C", "--admin-email", "nobody")
    assert (wrong.returncode, wrong.stderr) == (1, "foyer: email: is no e-mail address\n")


def test_staff_are_invited_and_helped(site: Site) -> None:
    done = foyer(site.folder, "staff", "invite", "--email", "ben@example.com", "--role", "adviser")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("http://127.0.0.1:8000/invite/")
    assert last_entry(site) == ("staff.invited", "instance:foyer staff invite")
    reset = foyer(site.folder, "staff", "reset", "--email", "Anna@Example.com")
    assert reset.stdout.startswith("http://127.0.0.1:8000/password/reset/")
    with scopes.of_firm(site.firm.id) as scope:
        assert {row.role for row in scope.of(Staff)} == {"admin", "adviser"}
    unknown = foyer(site.folder, "staff", "reset", "--email", "nobody@example.com")
    assert (unknown.returncode, unknown.stderr.count("\n")) == (1, 1)
    assert foyer(site.folder, "staff", "invite", "--email", "x@example.com", "--role", "boss").returncode == 2


def test_link_prints_the_address_alone(site: Site) -> None:
    done = foyer(site.folder, "link", "1001", "--firm", "muster")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{own_address(site, site.clients[0])}\n", "")


def test_link_as_a_qr_code(site: Site, tmp_path: Path) -> None:
    for name, begin in (("qr.svg", b"<?xml"), ("qr.PNG", b"\x89PNG")):
        assert foyer(site.folder, "link", "1001", "--qr", str(tmp_path / name)).returncode == 0
        assert (tmp_path / name).read_bytes().startswith(begin)
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    for name in ("qr.pdf", "nowhere/qr.svg"):
        done = foyer(site.folder, "link", "1001", "--qr", str(tmp_path / name))
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)


def test_link_is_renewed_and_revoked(site: Site) -> None:
    client, old = site.clients[0], own_address(site, site.clients[0])
    renewed = foyer(site.folder, "link", "1001", "--renew").stdout.strip()
    assert renewed == own_address(site, client) != old
    revoked = foyer(site.folder, "link", "1001", "--revoke")
    assert revoked.returncode == 0
    assert last_entry(site) == ("link.revoked", "instance:foyer link --revoke")
    with scopes.of_firm(site.firm.id) as scope:
        assert not scope.holds(scope.of(Link).where(Link.client == client.id, Link.revoked_at.is_null()))
    none = foyer(site.folder, "link", "1001")
    assert (none.returncode, none.stdout) == (1, "")
    assert "its link was revoked" in none.stderr
    assert foyer(site.folder, "link", "1001", "--revoke").returncode == 1
    assert foyer(site.folder, "link", "1001", "--renew").stdout.strip() == own_address(site, client)


def test_link_says_why_there_is_none(site: Site) -> None:
    first, second = site.clients
    clients.set_access(site.actor, first, False)
    clients.archive(site.actor, second)
    assert "its portal access is off" in foyer(site.folder, "link", "1001").stderr
    done = foyer(site.folder, "link", "1002", "--renew")
    assert done.returncode == 1
    assert "the client is archived" in done.stderr
    assert "no client with the number" in foyer(site.folder, "link", "4711").stderr


def test_several_firms_are_asked_for(site: Site) -> None:
    firms.create(InstanceActor(None, "test"), name="Zweite", admin_email="frida@example.org", slug="zweite")
    asked = foyer(site.folder, "link", "1001")
    assert (asked.returncode, asked.stderr) == (1, "foyer: which firm? --firm muster|zweite\n")
    assert foyer(site.folder, "link", "1001", "--firm", "muster").returncode == 0
    assert "no client with the number" in foyer(site.folder, "link", "1001", "--firm", "zweite").stderr
    assert "there is no firm" in foyer(site.folder, "link", "1001", "--firm", "dritte").stderr


def test_token_is_alone_on_the_last_line_and_can_be_revoked(site: Site) -> None:
    done = foyer(site.folder, "token", "create", "--firm", "muster", "--name", "ERP", "--rights", "read,links")
    assert done.returncode == 0, done.stderr
    plain = done.stdout.splitlines()[-1]
    with scopes.of_firm(site.firm.id) as scope:
        row = scope.one(scope.of(ApiToken).where(ApiToken.token == tokens.fingerprint(plain)))
    assert row.rights == ["read", "links"]
    assert foyer(site.folder, "token", "revoke", "ERP").returncode == 0
    assert last_entry(site) == ("token.revoked", "instance:foyer token revoke")
    again = foyer(site.folder, "token", "revoke", "ERP")
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)
    assert foyer(site.folder, "token", "revoke", row.uid).returncode == 1
    wrong = foyer(site.folder, "token", "create", "--name", "X", "--rights", "everything")
    assert (wrong.returncode, wrong.stderr) == (1, "foyer: rights: cannot be taken\n")


def test_two_tokens_of_one_name_are_told_apart(site: Site) -> None:
    for _ in range(2):
        foyer(site.folder, "token", "create", "--name", "ERP")
    done = foyer(site.folder, "token", "revoke", "ERP")
    assert done.returncode == 1
    uid = done.stderr.split("name the id, ")[1].split(",")[0].strip()
    assert foyer(site.folder, "token", "revoke", uid).returncode == 0


def test_export_links_is_a_file_for_mail_merge(site: Site) -> None:
    clients.change(site.actor, site.clients[0], name='=HYPERLINK("x";"y"), Söhne')
    clients.archive(site.actor, site.clients[1])
    done = foyer(site.folder, "export", "links")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("\ufeffclient_number,name,portal_url")
    rows = list(csv.reader(io.StringIO(done.stdout.removeprefix("\ufeff"))))
    assert rows[1] == ["1001", """'=HYPERLINK("x";"y"), Söhne""", own_address(site, site.clients[0])]
    assert [row[0] for row in rows[1:]] == ["1001", "TEST"]
    assert last_entry(site) == ("links.exported", "instance:foyer export links")
    with scopes.of_firm(site.firm.id) as scope:
        assert scope.holds(scope.of(OutboxMail).where(OutboxMail.kind == "links_exported"))


def test_export_into_a_pipe_that_is_closed_ends_quietly(site: Site) -> None:
    command = f"{sys.executable} -m portal.cli export links | true"
    done = subprocess.run(
        ["sh", "-c", command], cwd=ROOT, env=environment(site.folder), capture_output=True, text=True, check=True
    )
    assert done.stderr == ""


def test_routes_are_one_json_document_and_touch_no_instance(tmp_path: Path) -> None:
    done = foyer(tmp_path / "none", "routes", "--json")
    assert done.returncode == 0, done.stderr
    routes = json.loads(done.stdout)
    assert {"rule": "/healthz", "methods": ["GET"], "permission": "public"}.items() <= next(
        route for route in routes if route["rule"] == "/healthz"
    ).items()
    assert all(route.keys() >= {"rule", "methods", "permission", "feature"} for route in routes)
    assert not (tmp_path / "none").exists()
    assert "/healthz" in foyer(tmp_path / "none", "routes").stdout


def test_what_commands_do_stands_in_the_log(site: Site) -> None:
    foyer(site.folder, "link", "1001", "--renew")
    foyer(site.folder, "staff", "invite", "--email", "ben@example.com", "--role", "adviser")
    open_at(site.folder)
    assert audit_chain.verify().intact
    with scopes.of_firm(site.firm.id) as scope:
        actors = {entry.actor for entry in scope.of(AuditEntry)}
    assert {"instance:foyer link --renew", "instance:foyer staff invite"} <= actors
