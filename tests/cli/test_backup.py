"""`foyer backup` and `foyer restore`: one archive under load, all or nothing, nobody gets back what was taken away."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import tarfile
import threading
from pathlib import Path

import pytest

from portal.base import archive, clock, files, lock, tokens
from portal.base.config import load
from portal.base.database import database
from portal.models import notices
from portal.models.client import Client
from portal.models.link import Link
from portal.models.outbox import OutboxMail
from portal.models.sign_in import SignIn
from portal.operations import api_tokens, backups, clients, restoration
from portal.operations import links as link_acts
from portal.policies import scope as scopes
from portal.queries import audit_chain
from tests.cli.conftest import FOYER, ROOT, Site, environment, foyer, open_at


@pytest.fixture
def saved(site: Site, tmp_path: Path) -> Path:
    """An archive of an instance in which somebody is signed in and a mail waits."""
    site.add_session(site.clients[0])
    site.add_mail("one")
    backups.take(site.config, tmp_path / "saved.tar")
    return tmp_path / "saved.tar"


def test_backup_holds_database_files_keys_and_settings(site: Site, tmp_path: Path) -> None:
    (site.folder / "portal.env").write_text("PORTAL_PORT=8017\n")
    done = foyer(site.folder, "backup", str(tmp_path / "b.tar"))
    assert (done.returncode, done.stderr) == (0, "")
    assert stat.S_IMODE((tmp_path / "b.tar").stat().st_mode) == 0o600
    with tarfile.open(tmp_path / "b.tar") as tar:
        names = tar.getnames()
        manifest = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]
    assert {"portal.sqlite3", "keys.json", "portal.env", "manifest.json"} <= set(names)
    assert len([name for name in names if name.startswith("files/")]) == 1
    assert manifest["schema"][0] == "0001_initial"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.tar", "instance"]


def test_backup_does_not_write_over_a_file_unless_told(site: Site, tmp_path: Path) -> None:
    target = tmp_path / "b.tar"
    target.write_text("precious")
    refused = foyer(site.folder, "backup", str(target))
    assert refused.returncode == 1
    assert "--replace" in refused.stderr
    assert target.read_text() == "precious"
    assert foyer(site.folder, "backup", str(target), "--replace").returncode == 0
    assert tarfile.is_tarfile(target)


def test_backup_says_where_it_cannot_write(site: Site, tmp_path: Path) -> None:
    done = foyer(site.folder, "backup", str(tmp_path / "nowhere" / "b.tar"))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1


def test_backup_of_a_mistyped_folder_makes_no_instance(tmp_path: Path) -> None:
    done = foyer(tmp_path / "typo", "backup", str(tmp_path / "b.tar"))
    assert done.returncode == 1
    assert "there is no instance" in done.stderr
    assert not (tmp_path / "typo").exists()


def test_backup_while_others_write_is_one_moment(site: Site, tmp_path: Path) -> None:
    stop, written, failed = threading.Event(), [], []

    def write() -> None:
        number = 5000
        while not stop.is_set():
            number += 1
            try:
                site.add_file(f"%PDF-1.7 {number}".encode())
                site.add_client(str(number))
            except Exception as error:
                failed.append(error)
                return
            written.append(number)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        turns = 0
        while turns < 5 or (len(written) <= 5 and turns < 60):  # on a busy machine the writer begins late
            backups.take(site.config, tmp_path / f"{turns}.tar")
            turns += 1
    finally:
        stop.set()
        thread.join()
    assert not failed
    assert len(written) > 5
    for turn in range(turns):
        _is_consistent(tmp_path / f"{turn}.tar", tmp_path / f"out{turn}")


def _is_consistent(source: Path, folder: Path) -> None:
    manifest = archive.unpack(source, folder)
    connection = sqlite3.connect(folder / "portal.sqlite3")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    stored = dict(connection.execute("SELECT path, sha256 FROM stored_file"))
    connection.close()
    kept = {part.name.rpartition("/")[2]: part.sha256 for part in manifest.parts if part.name.startswith("files/")}
    assert stored.items() <= kept.items()
    assert not manifest.notes["missing"]


def test_backup_points_out_missing_and_altered_files(site: Site, tmp_path: Path) -> None:
    gone, changed = site.add_file(b"gone"), site.add_file(b"changed")
    files.path_of(gone).unlink()
    files.path_of(changed).write_bytes(b"forged!")
    backup = backups.take(site.config, tmp_path / "b.tar")
    assert (backup.missing, backup.altered) == ((gone,), (changed,))


def test_backup_of_a_draft_deleted_meanwhile_names_it_no_more(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = site.add_file(b"draft")
    first = backups._snapshot

    def snapshot(source: Path, target: Path) -> None:
        first(source, target)
        if files.path_of(path).exists():
            files.remove(path)
            other = sqlite3.connect(source)
            other.execute("DELETE FROM stored_file WHERE path = ?", (path,))
            other.commit()
            other.close()

    monkeypatch.setattr(backups, "_snapshot", snapshot)
    backup = backups.take(site.config, tmp_path / "b.tar")
    assert backup.missing == ()
    _is_consistent(tmp_path / "b.tar", tmp_path / "out")


def test_killed_backup_leaves_nothing_under_its_name(site: Site, tmp_path: Path) -> None:
    (tmp_path / ".b.tar.part").write_bytes(b"left by a killed one")
    (tmp_path / ".b.tar.scratch").write_bytes(b"left by a killed one")
    backups.take(site.config, tmp_path / "b.tar")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.tar", "instance"]
    _is_consistent(tmp_path / "b.tar", tmp_path / "out")


def test_restored_instance_is_the_same_with_links_but_without_sessions(site: Site, saved: Path, tmp_path: Path) -> None:
    link = site.link_of(site.clients[0])
    token = tokens.issue("link", link.id, link.nonce)
    done = foyer(tmp_path / "new", "restore", str(saved))
    assert done.returncode == 0, done.stderr
    assert "1 sessions were ended" in done.stdout
    assert "There is no journal" in done.stdout
    assert not (tmp_path / "new" / "restore.tmp").exists()
    open_at(tmp_path / "new")
    with scopes.of_firm(site.firm.id) as scope:
        again = scope.by_id(Link, link.id)
        assert tokens.genuine("link", token, again.id, again.nonce)
        assert again.is_live(clock.now())
        assert scope.holds(scope.of(SignIn))
        assert not scope.holds(scope.of(SignIn).where(SignIn.ended_at.is_null()))
    assert [p.read_bytes() for p in (tmp_path / "new" / "files").glob("??/*")] == [b"%PDF-1.7 one"]
    assert stat.S_IMODE((tmp_path / "new" / "keys.json").stat().st_mode) == 0o600
    assert audit_chain.verify().intact
    with database.unguarded("a look at the log"):
        actions = [row[0] for row in database.execute_sql("SELECT action FROM audit_entry ORDER BY id").fetchall()]
    assert actions[-1] == "instance.restored"


def test_restored_mail_waits_until_released(site: Site, saved: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    assert "1 mails from the backup wait" in foyer(new, "restore", str(saved)).stdout
    open_at(new)
    assert restoration.on_hold()
    assert _mails(site) == [("queued", True)]
    database.close()
    released = foyer(new, "mail", "release")
    assert (released.returncode, released.stdout) == (0, "The hold is over; 1 mails that waited go out now.\n")
    assert not restoration.on_hold()
    assert _mails(site) == [("queued", False)]
    assert "not on hold" in foyer(new, "mail", "release").stdout


def test_restored_mail_can_be_dropped(site: Site, saved: Path, tmp_path: Path) -> None:
    foyer(tmp_path / "new", "restore", str(saved))
    assert foyer(tmp_path / "new", "mail", "release", "--drop").returncode == 0
    open_at(tmp_path / "new")
    assert _mails(site) == [("dropped", False)]


def _mails(site: Site) -> list[tuple[str, bool]]:
    with scopes.of_firm(site.firm.id) as scope:
        return [(mail.state, mail.held) for mail in scope.of(OutboxMail)]


def test_restore_replays_what_was_taken_away_since(site: Site, tmp_path: Path) -> None:
    first, second = site.clients
    token, _plain = api_tokens.create(site.actor, site.firm, name="ERP", rights=["read"])
    backups.take(site.config, tmp_path / "saved.tar")
    link = site.link_of(first)
    link_acts.revoke(site.actor, link)
    clients.set_access(site.actor, second, False)
    api_tokens.revoke(site.actor, token)
    late = site.add_client("1003")
    link_acts.revoke(site.actor, site.link_of(late))
    shutil.copytree(site.folder / "journal", tmp_path / "new" / "journal")

    done = foyer(tmp_path / "new", "restore", str(tmp_path / "saved.tar"))
    assert "Journal: 3 acts since the backup were done again" in done.stdout
    assert "1 acts concern what was made after the backup" in done.stdout
    open_at(tmp_path / "new")
    with scopes.of_firm(site.firm.id) as scope:
        assert scope.by_id(Link, link.id).revoked_at is not None
        assert not scope.by_id(Client, second.id).portal_access
        assert scope.by_id(Client, first.id).reachable_until is None
    assert audit_chain.verify().intact
    with database.unguarded("a look at the log"):
        rows = database.execute_sql("SELECT action, actor FROM audit_entry ORDER BY id DESC LIMIT 3").fetchall()
    assert {row[0] for row in rows} == {"link.revoked", "client.access_off", "token.revoked"}
    assert {row[1] for row in rows} == {"instance:foyer restore"}


def test_restore_takes_the_journal_it_is_told_and_keeps_it(site: Site, tmp_path: Path) -> None:
    backups.take(site.config, tmp_path / "saved.tar")
    link_acts.revoke(site.actor, site.link_of(site.clients[0]))
    journal = site.folder / "journal"
    done = foyer(tmp_path / "new", "restore", str(tmp_path / "saved.tar"), "--journal", str(journal))
    assert "Journal: 1 acts since the backup were done again" in done.stdout
    kept = [path.read_text() for path in (tmp_path / "new" / "journal").glob("*.jsonl")]
    assert any("link.revoked" in text for text in kept)


def test_restore_passes_over_acts_older_than_the_backup(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = clients.set_access(site.actor, site.clients[0], False)
    clients.set_access(site.actor, client, True)
    monkeypatch.setattr(restoration, "_MARGIN", restoration.timedelta(0))
    backups.take(site.config, tmp_path / "saved.tar")
    shutil.copytree(site.folder / "journal", tmp_path / "new" / "journal")
    config = load({"PORTAL_INSTANCE": str(tmp_path / "new")})
    assert restoration.restore(config, tmp_path / "saved.tar").acts == {}
    with scopes.of_firm(site.firm.id) as scope:
        assert scope.by_id(Client, client.id).portal_access


def test_restore_says_when_the_named_journal_is_none(saved: Path, tmp_path: Path) -> None:
    done = foyer(tmp_path / "new", "restore", str(saved), "--journal", str(tmp_path / "nowhere"))
    assert done.returncode == 1
    assert "holds no journal" in done.stderr
    assert not (tmp_path / "new" / "keys.json").exists()


def test_restore_names_acts_it_does_not_know(site: Site, saved: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "journal"
    folder.mkdir(parents=True)
    act = {"at": clock.now().isoformat(), "act": "grant.withdrawn", "grant": 7}
    (folder / "2026-11.jsonl").write_text(json.dumps(act) + "\n[1]\n{torn\n")
    done = foyer(tmp_path / "new", "restore", str(saved))
    assert done.returncode == 0
    assert "1 acts are of a kind that this program does not know" in done.stdout


def test_restore_only_into_an_empty_instance(site: Site, saved: Path) -> None:
    before = (site.folder / "portal.sqlite3").read_bytes()
    done = foyer(site.folder, "restore", str(saved))
    assert done.returncode == 1
    assert "already holds an instance" in done.stderr
    assert (site.folder / "portal.sqlite3").read_bytes() == before


@pytest.mark.parametrize("name", ["keys.json", "portal.sqlite3"])
def test_restore_takes_keys_or_database_alone_for_an_instance(name: str, saved: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / name).write_text("mine")
    assert foyer(tmp_path / "new", "restore", str(saved)).returncode == 1
    assert (tmp_path / "new" / name).read_text() == "mine"


def test_restore_keeps_the_folders_own_settings(site: Site, tmp_path: Path) -> None:
    (site.folder / "portal.env").write_text("PORTAL_PORT=8017\n")
    backups.take(site.config, tmp_path / "saved.tar")
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "portal.env").write_text("PORTAL_PORT=8018\n")
    assert "portal.env was kept" in foyer(tmp_path / "new", "restore", str(tmp_path / "saved.tar")).stdout
    assert (tmp_path / "new" / "portal.env").read_text() == "PORTAL_PORT=8018\n"
    foyer(tmp_path / "other", "restore", str(tmp_path / "saved.tar"))
    assert (tmp_path / "other" / "portal.env").read_text() == "PORTAL_PORT=8017\n"


def test_restore_does_not_apply_a_stray_log(site: Site, saved: Path, tmp_path: Path) -> None:
    site.add_client("1999")
    (tmp_path / "new").mkdir()
    shutil.copy(site.folder / "portal.sqlite3-wal", tmp_path / "new" / "portal.sqlite3-wal")
    assert foyer(tmp_path / "new", "restore", str(saved)).returncode == 0
    open_at(tmp_path / "new")
    with scopes.of_firm(site.firm.id) as scope:
        assert not scope.holds(scope.of(Client).where(Client.number == "1999"))
    assert (tmp_path / "new" / "portal.sqlite3-wal.old").exists()


def test_restore_refuses_while_another_holds_the_instance(saved: Path, tmp_path: Path) -> None:
    with lock.held(tmp_path / "new"):
        done = foyer(tmp_path / "new", "restore", str(saved))
    assert done.returncode == 1
    assert f"process {os.getpid()}" in done.stderr


def test_restore_refuses_a_newer_schema(site: Site, tmp_path: Path) -> None:
    with database.unguarded("a migration of tomorrow"):
        database.execute_sql("INSERT INTO schema_migration(name, applied) VALUES ('9999_tomorrow', '2030-01-01')")
    backups.take(site.config, tmp_path / "saved.tar")
    done = foyer(tmp_path / "new", "restore", str(tmp_path / "saved.tar"))
    assert done.returncode == 1
    assert "newer Foyer" in done.stderr
    assert not (tmp_path / "new" / "portal.sqlite3").exists()


@pytest.mark.parametrize("place", [0.02, 0.3, 0.6])
def test_tampered_archive_is_refused(saved: Path, tmp_path: Path, place: float) -> None:
    content = bytearray(saved.read_bytes())
    content[int(len(content) * place)] ^= 0x20
    saved.write_bytes(content)
    _refused(saved, tmp_path)


@pytest.mark.parametrize("size", [0, 100, 5000, 300_000])
def test_cut_off_archive_is_refused(saved: Path, tmp_path: Path, size: int) -> None:
    saved.write_bytes(saved.read_bytes()[:size])
    _refused(saved, tmp_path)


@pytest.mark.parametrize(
    "name", ["../outside", "/outside", "files/../keys.json", "other", "files/ab/../../x", "portal.sqlite3-wal"]
)
def test_archive_with_a_foreign_name_is_refused(saved: Path, tmp_path: Path, name: str) -> None:
    _rewritten(saved, extra=(name, b"x"))
    assert "no archive of Foyer does" in _refused(saved, tmp_path)
    assert not (tmp_path / "outside").exists()


def test_archive_with_one_part_more_or_less_is_refused(saved: Path, tmp_path: Path) -> None:
    shutil.copy(saved, tmp_path / "second.tar")
    _rewritten(saved, extra=("files/ab/abcdefabcdef", b"x"))
    assert "manifest does not know" in _refused(saved, tmp_path)
    _rewritten(tmp_path / "second.tar", without="keys.json")
    assert "keys.json is missing" in _refused(tmp_path / "second.tar", tmp_path)


def test_archive_with_a_link_instead_of_a_file_is_refused(saved: Path, tmp_path: Path) -> None:
    with tarfile.open(saved, "w") as tar:
        member = tarfile.TarInfo("keys.json")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(member)
    _refused(saved, tmp_path)


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_text("hello")
    _refused(tmp_path / "x.tar", tmp_path)
    done = foyer(tmp_path / "new", "restore", str(tmp_path / "nowhere.tar"))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1


def _refused(source: Path, tmp_path: Path) -> str:
    done = foyer(tmp_path / "new", "restore", str(source))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert not (tmp_path / "new" / "keys.json").exists()
    assert not (tmp_path / "new" / "portal.sqlite3").exists()
    return done.stderr


def _rewritten(saved: Path, *, extra: tuple[str, bytes] | None = None, without: str = "") -> None:
    with tarfile.open(saved) as tar:
        parts = [(m.name, tar.extractfile(m).read()) for m in tar.getmembers()]  # type: ignore[union-attr]
    with tarfile.open(saved, "w") as tar:
        for name, content in [*([extra] if extra else []), *parts]:
            if name != without:
                member = tarfile.TarInfo(name)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))


@pytest.mark.parametrize("point", ["restore.before_database", "restore.before_keys", "restore.after_keys"])
def test_restore_killed_in_the_middle_is_all_or_can_be_run_again(
    site: Site, saved: Path, tmp_path: Path, point: str
) -> None:
    new = tmp_path / "new"
    killed = foyer(new, "restore", str(saved), env={"PORTAL_CRASH_AT": point})
    assert killed.returncode == -signal.SIGKILL
    if point == "restore.before_keys":  # nothing takes half of it for an instance
        assert "keys.json is missing" in foyer(new, "doctor").stderr
    again = foyer(new, "restore", str(saved))
    assert again.returncode == (1 if point == "restore.after_keys" else 0), again.stderr
    open_at(new)
    with scopes.of_firm(site.firm.id) as scope:
        assert scope.holds(scope.of(Link).where(Link.id == site.link_of(site.clients[0]).id))
        assert scope.holds(scope.of(SignIn))
        assert not scope.holds(scope.of(SignIn).where(SignIn.ended_at.is_null()))
    assert restoration.on_hold()
    assert len(list((new / "files").glob("??/*"))) == 1


def test_restore_killed_at_any_time_can_be_run_again(saved: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    for delay in (0.3, 0.5, 0.7, 0.9, 1.1):
        process = subprocess.Popen(
            [*FOYER, "restore", str(saved)],
            cwd=ROOT,
            env=environment(new),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if (new / "keys.json").exists():
            break
    if not (new / "keys.json").exists():
        assert foyer(new, "restore", str(saved)).returncode == 0
    assert foyer(new, "audit", "verify").returncode == 0


def test_restore_does_not_replace_a_database_for_an_old_leftover(saved: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    foyer(new, "restore", str(saved), env={"PORTAL_CRASH_AT": "restore.before_keys"})
    with (new / "portal.sqlite3").open("ab") as database_file:
        database_file.write(b"somebody went on with it")
    done = foyer(new, "restore", str(saved))
    assert done.returncode == 1
    assert "already holds a database" in done.stderr


def test_restored_backup_of_a_restored_instance(site: Site, saved: Path, tmp_path: Path) -> None:
    assert foyer(tmp_path / "two", "restore", str(saved)).returncode == 0
    assert foyer(tmp_path / "two", "backup", str(tmp_path / "second.tar")).returncode == 0
    assert foyer(tmp_path / "three", "restore", str(tmp_path / "second.tar")).returncode == 0
    assert foyer(tmp_path / "three", "audit", "verify").returncode == 0
    open_at(tmp_path / "three")
    link = site.link_of(site.clients[1])
    assert link.is_live(clock.now())


def test_notice_tells_when_the_last_backup_was_made(site: Site, saved: Path) -> None:
    notice = notices.find(notices.BACKUP)
    assert notice is not None
    assert notice.value == saved.name
