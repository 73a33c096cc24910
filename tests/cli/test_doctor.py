"""`foyer doctor`: each thing that can be wrong is found, said, and told by the exit status."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from portal.base import clock, files, lock
from portal.base.config import Config, load
from portal.base.database import database, transaction
from portal.models import notices
from portal.models.outbox import OutboxMail
from portal.models.stored_file import StoredFile
from portal.operations import backups, restoration
from portal.operations.notices import count_wrong_link
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.queries import findings, health
from portal.queries.findings import Level
from tests.cli.conftest import Site, foyer, open_at
from tests.imap import ImapServer


def levels(site: Site, check: str, *, quick: bool = False, config: Config | None = None) -> list[tuple[Level, str]]:
    found = findings.examine(config or site.config, quick=quick)
    return [(finding.level, finding.text) for finding in found if finding.check == check]


def wrong(site: Site) -> set[str]:
    return {finding.check for finding in findings.examine(site.config) if finding.level is Level.WRONG}


def test_a_new_instance_is_healthy(site: Site) -> None:
    done = foyer(site.folder, "doctor")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "Healthy."), done.stdout
    assert "1 stored files are there" in done.stdout
    report = json.loads(foyer(site.folder, "doctor", "--json", "--quick").stdout)
    assert report["healthy"] is True
    assert {finding["check"] for finding in report["findings"]} >= {"keys", "database", "disk", "files", "audit"}


def test_doctor_changes_nothing(site: Site) -> None:
    with closing(sqlite3.connect(site.folder / "portal.sqlite3")) as connection:
        before = list(connection.iterdump())
        assert foyer(site.folder, "doctor").returncode == 0
        assert list(connection.iterdump()) == before


def test_without_an_instance_it_says_so(tmp_path: Path) -> None:
    done = foyer(tmp_path / "none", "doctor")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert not (tmp_path / "none").exists()


def test_keys_that_others_can_read(site: Site) -> None:
    (site.folder / "keys.json").chmod(0o644)
    done = foyer(site.folder, "doctor")
    assert done.returncode == 1
    assert "chmod 600" in done.stdout
    assert wrong(site) == {"keys"}


def test_keys_that_are_gone(site: Site) -> None:
    (site.folder / "keys.json").unlink()
    done = foyer(site.folder, "doctor")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "keys.json is missing" in done.stderr


def test_files_missing_altered_and_orphaned(site: Site) -> None:
    gone, changed = site.add_file(b"gone"), site.add_file(b"changed")
    files.path_of(gone).unlink()
    files.path_of(changed).write_bytes(b"CHANGED")
    orphan, _sha256 = files.keep_bytes(b"orphan")
    assert levels(site, "files") == [
        (Level.WRONG, f"1 stored files are missing: {gone}."),
        (Level.WRONG, f"1 stored files are not what was stored: {changed}."),
    ]
    assert levels(site, "files", quick=True) == [(Level.WRONG, f"1 stored files are missing: {gone}.")]
    hours_ago = clock.now().timestamp() - 7200
    os.utime(files.path_of(orphan), (hours_ago, hours_ago))
    assert (Level.NOTE, f"1 stored files belong to no document: {orphan}.") in levels(site, "files")


def test_failed_and_retried_mail(site: Site) -> None:
    for key in ("a", "b"):
        site.add_mail(key)
    with transaction(), scopes.of_firm(site.firm.id) as scope:
        scope.update(OutboxMail, state="failed", error="550 no such user", done_at=clock.now()).where(
            OutboxMail.unique_key.contains(":a:")
        ).execute()
        scope.update(OutboxMail, error="421 later").where(OutboxMail.unique_key.contains(":b:")).execute()
    assert [level for level, _text in levels(site, "mail")] == [Level.WRONG, Level.NOTE]
    assert "550 no such user" in levels(site, "mail")[0][1]


def test_overdue_mail_is_wrong_only_while_a_server_runs(site: Site) -> None:
    site.add_mail("a")
    with transaction(), scopes.of_firm(site.firm.id) as scope:
        scope.update(OutboxMail, not_before=clock.now() - timedelta(minutes=16)).execute()
    assert "mail" not in wrong(site)
    with lock.held(site.folder):
        assert "mail" in wrong(site)


def test_worker_without_a_sign_of_life(site: Site) -> None:
    assert levels(site, "worker")[0][0] is Level.NOTE
    with lock.held(site.folder):
        assert levels(site, "worker") == [
            (Level.WRONG, f"A server runs (process {os.getpid()}) but no worker: none has ever run.")
        ]
        notices.put(notices.HEARTBEAT, "1")
        assert levels(site, "worker")[0][0] is Level.FINE


def test_mail_on_hold(site: Site) -> None:
    restoration._hold(InstanceActor(None, "test"))
    assert "hold" in wrong(site)
    restoration.release_mail()
    assert levels(site, "hold") == []


def test_wrong_links_are_told(site: Site) -> None:
    assert levels(site, "links") == []
    count_wrong_link()
    count_wrong_link()
    assert levels(site, "links")[0][0] is Level.NOTE
    assert levels(site, "links")[0][1].startswith("2 wrong secret links")


def test_altered_audit_log(site: Site) -> None:
    with database.unguarded("a forgery"):
        database.execute_sql("DROP TRIGGER audit_entry_no_update")
        database.execute_sql("UPDATE audit_entry SET action = 'x' WHERE number = 1")
    assert wrong(site) == {"audit"}


def test_age_of_the_last_backup(site: Site, tmp_path: Path) -> None:
    assert levels(site, "backup")[0] == (Level.NOTE, "No backup was ever made of this instance.")
    backups.take(site.config, tmp_path / "b.tar")
    assert levels(site, "backup")[0][0] is Level.FINE
    with database.unguarded("time passes"):
        database.execute_sql("UPDATE notice SET at = at - ? WHERE name = ?", (8 * 86400 * 1_000_000, notices.BACKUP))
    assert levels(site, "backup")[0][0] is Level.NOTE


def test_rows_that_refer_to_nothing(site: Site) -> None:
    with closing(sqlite3.connect(site.folder / "portal.sqlite3")) as connection:
        connection.execute("UPDATE link SET client_id = 999 WHERE id = (SELECT min(id) FROM link)")
        connection.commit()
    assert "database" in wrong(site)


def test_a_damaged_database_is_said_not_thrown(site: Site) -> None:
    database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    path = site.folder / "portal.sqlite3"
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xff" * len(content[8192:])
    path.write_bytes(content)
    done = foyer(site.folder, "doctor")
    assert done.returncode == 1
    assert "restore the last backup" in done.stdout
    assert "Traceback" not in done.stderr
    path.write_bytes(b"no database at all" * 1000)
    done = foyer(site.folder, "doctor")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "The database cannot be read" in done.stdout
    assert "Traceback" not in foyer(site.folder, "audit", "verify").stderr


def test_what_is_not_migrated_or_too_new(site: Site) -> None:
    with database.unguarded("a migration of tomorrow"):
        database.execute_sql("INSERT INTO schema_migration(name, applied) VALUES ('9999_tomorrow', '2030-01-01')")
    assert "newer Foyer" in levels(site, "migration")[0][1]
    assert foyer(site.folder, "doctor").returncode == 1


def test_settings_that_do_not_fit(site: Site) -> None:
    config = load({"PORTAL_INSTANCE": str(site.folder), "PORTAL_BASE_URL": "https://portal.example.com"})
    assert [level for level, _text in levels(site, "settings", config=config)] == [Level.WRONG, Level.NOTE]
    assert levels(site, "settings")[0][0] is Level.FINE


def test_full_and_read_only_disk(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "free_space", lambda: 1000)
    assert levels(site, "disk")[0][0] is Level.WRONG
    assert health.ready()["disk"] is False
    monkeypatch.setattr(health, "writable", lambda: False)
    assert levels(site, "disk")[0][1] == "The disk takes no writes."


def test_leftover_of_a_killed_restore(site: Site) -> None:
    (site.folder / "restore.tmp").mkdir()
    assert levels(site, "leftovers")[0][0] is Level.NOTE


def test_ready_tells_in_booleans(site: Site) -> None:
    assert health.ready() == {"database": True, "disk": True, "worker": False, "outbox": True, "migration": True}
    notices.put(notices.HEARTBEAT, "1")
    assert all(health.ready().values())
    site.add_mail("a")
    with transaction(), scopes.of_firm(site.firm.id) as scope:
        scope.update(OutboxMail, not_before=clock.now() - timedelta(minutes=16)).execute()
    assert health.ready()["outbox"] is False
    with database.unguarded("time passes"):
        database.execute_sql("UPDATE notice SET at = at - ?", (61 * 1_000_000,))
    assert health.ready()["worker"] is False
    database.close()
    (site.folder / "portal.sqlite3").write_bytes(b"no database at all" * 1000)
    open_at(site.folder)
    assert health.ready() == {"database": False, "disk": True, "worker": False, "outbox": False, "migration": False}


def test_a_file_of_every_row_is_hashed(site: Site) -> None:
    with scopes.of_firm(site.firm.id) as scope:
        row = scope.one(scope.of(StoredFile))
        scope.change(row, sha256="0" * 64)
    assert "files" in wrong(site)


def test_the_mailbox_for_bounced_mails(site: Site) -> None:
    with ImapServer() as server:
        done = foyer(site.folder, "doctor", "--json", "--quick", env={"PORTAL_BOUNCE_URL": server.url})
        assert ("bounces", "fine") in _told(done.stdout)
        wrong_password = server.url.replace("geheim", "falsch")
        done = foyer(site.folder, "doctor", "--json", "--quick", env={"PORTAL_BOUNCE_URL": wrong_password})
    assert done.returncode == 1
    assert ("bounces", "wrong") in _told(done.stdout)
    assert "falsch" not in done.stdout


def _told(document: str) -> set[tuple[str, str]]:
    return {(finding["check"], finding["level"]) for finding in json.loads(document)["findings"]}
