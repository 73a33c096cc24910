"""`foyer upgrade`: a backup, then the migrations; a newer database stays untouched. And the lock of the server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from portal.base import archive, lock
from portal.base.database import database
from portal.models import schema
from portal.operations import backups, upgrades
from tests.cli.conftest import ROOT, Site, foyer

LATER = (
    '"""A later one."""\n\n\ndef up(migrator, db):\n    db.execute_sql("CREATE TABLE later (id INTEGER PRIMARY KEY)")\n'
)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A program with one more migration."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    for path in schema.DIRECTORY.glob("0*.py"):
        (folder / path.name).write_text(path.read_text())
    (folder / "0999_later.py").write_text(LATER)
    monkeypatch.setattr(schema, "DIRECTORY", folder)
    return folder


def test_nothing_to_do_is_said(site: Site) -> None:
    done = foyer(site.folder, "upgrade")
    assert (done.returncode, done.stdout) == (0, "The database fits this program; nothing to do.\n")
    assert not (site.folder / "backups").exists()


def test_backs_up_before_it_migrates(site: Site, later: Path, tmp_path: Path) -> None:
    done = upgrades.run(site.config)
    assert done.migrations == ("0999_later",)
    assert done.backup is not None
    assert done.backup.path.parent == site.folder / "backups"
    manifest = archive.unpack(done.backup.path, tmp_path / "out")
    assert "0999_later" not in manifest.schema
    assert database.table_exists("later")
    assert upgrades.run(site.config) == upgrades.Upgraded((), None)


def test_a_backup_that_cannot_be_made_stops_it(site: Site, later: Path) -> None:
    (site.folder / "backups").write_text("in the way")
    with pytest.raises(OSError, match="backups"):
        upgrades.run(site.config)
    assert schema.pending() == ["0999_later"]


def test_the_last_five_backups_are_kept(site: Site) -> None:
    folder = backups.folder_of(site.config)
    folder.mkdir()
    for number in range(7):
        (folder / f"2020010{number}T000000Z-before-x.tar").write_text("")
    (folder / "mine.tar").write_text("")
    made = backups.before_upgrade(site.config, to="0002_more").path.name
    kept = sorted(path.name for path in folder.iterdir())
    assert kept == [*(f"2020010{number}T000000Z-before-x.tar" for number in range(3, 7)), made, "mine.tar"]


def test_a_newer_database_is_refused_untouched(site: Site) -> None:
    with database.unguarded("a migration of tomorrow"):
        database.execute_sql("INSERT INTO schema_migration(name, applied) VALUES ('9999_tomorrow', '2030-01-01')")
    database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    before = (site.folder / "portal.sqlite3").read_bytes()
    for words in (["upgrade"], ["serve"], ["worker"], ["link", "1001"], ["backup", "x.tar"], ["audit", "verify"]):
        done = foyer(site.folder, *words, env={"PORTAL_PORT": "8093"})
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
        assert "newer Foyer" in done.stderr
    assert (site.folder / "portal.sqlite3").read_bytes() == before


def test_commands_ask_for_the_upgrade(site: Site) -> None:
    with database.unguarded("an older database"):
        database.execute_sql("DELETE FROM schema_migration")
    done = foyer(site.folder, "link", "1001")
    assert done.returncode == 1
    assert "run foyer upgrade" in done.stderr


def test_an_upgrade_waits_for_no_server(site: Site) -> None:
    with database.unguarded("an older database"):
        database.execute_sql("DELETE FROM schema_migration")
    with lock.held(site.folder):
        done = foyer(site.folder, "upgrade")
    assert done.returncode == 1
    assert "stop it first" in done.stderr


def test_lock_is_held_by_one(tmp_path: Path) -> None:
    assert lock.holder(tmp_path) is None
    with lock.held(tmp_path):
        with pytest.raises(lock.Held), lock.held(tmp_path):
            pass
        assert lock.holder(tmp_path) is not None
    assert lock.holder(tmp_path) is None


def test_lock_is_free_when_its_holder_was_killed(tmp_path: Path) -> None:
    program = (
        "import pathlib, sys, time; from portal.base import lock\n"
        "with lock.held(pathlib.Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process, process.stdout:
        assert process.stdout.readline() == "held\n"
        assert lock.holder(tmp_path) == process.pid
        process.kill()
        process.wait()
    assert lock.holder(tmp_path) is None
    with lock.held(tmp_path):
        pass
