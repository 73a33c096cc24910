"""What is unhealthy and what to do about it: `foyer doctor`. Texts are for the operator, in English."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from peewee import PeeweeException

from portal.base import clock, files, lock
from portal.base.config import Config
from portal.base.database import database
from portal.models import notices, schema
from portal.models.outbox import FAILED, QUEUED, OutboxMail
from portal.models.stored_file import StoredFile
from portal.policies import scope as scopes
from portal.queries import audit_chain, health

BACKUP_AT_MOST = timedelta(days=7)
_ORPHAN_AFTER = timedelta(hours=1)  # a file is stored before its row
_SHOWN = 5
_RESTORE = "Stop the server, keep a copy of the folder, and restore the last backup into an empty one."


class Level(StrEnum):
    """`note` is worth knowing and leaves the instance healthy; `wrong` does not."""

    FINE = "fine"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """What a check found, in one line, and what to do about it."""

    check: str
    level: Level
    text: str
    remedy: str = ""


def examine(config: Config, *, quick: bool = False) -> list[Finding]:
    """All checks of an opened instance; `quick` leaves out those that read every stored file and every page of the
    database. Nothing is changed."""
    found = [*_settings(config), *_secrets(config), *_disk(), *_leftovers(config), *_schema()]
    if found[-1].level is Level.WRONG:
        return found  # the other checks read tables as this program knows them
    try:
        found += _database(config, quick=quick)
        found += [*_worker(config), *_mail(config), *_hold(), *_stored_files(quick=quick), *_audit(), *_links()]
        found += _backups()
    except PeeweeException as error:
        found.append(Finding("database", Level.WRONG, f"The database cannot be read: {error}.", _RESTORE))
    return found


def _settings(config: Config) -> Iterator[Finding]:
    problems = 0
    if config.mail_url is None and not config.loopback:
        problems += 1
        yield Finding(
            "settings",
            Level.WRONG,
            "No mail server is set: mail is only written to instance/outbox.",
            "Set PORTAL_MAIL_URL, like smtp://user:password@mail.example.com:587.",
        )
    if config.https and config.proxy_hops == 0:
        problems += 1
        yield Finding(
            "settings",
            Level.NOTE,
            "The base address is https but no proxy is trusted: all visitors are recorded with the proxy's address.",
            "Set PORTAL_TRUSTED_PROXY_HOPS=1 when one proxy of yours stands in front.",
        )
    if not problems:
        yield Finding("settings", Level.FINE, f"Settings are complete; addresses begin with {config.base_url}.")


def _secrets(config: Config) -> Iterator[Finding]:
    """What only the account of the server may read. The folder may be open when what is in it is not."""
    secret = [config.keys_path, config.database_path, config.instance / "portal.env"]
    if stat.S_IMODE(config.instance.stat().st_mode) & 0o007 == 0:
        secret = [config.keys_path]
    open_to_others = [path for path in secret if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    for path in open_to_others:
        level = Level.WRONG if path == config.keys_path else Level.NOTE
        yield Finding("keys", level, f"{path} can be read by other accounts.", f"Run: chmod 600 {path}")
    if config.keys_path not in open_to_others:
        yield Finding("keys", Level.FINE, "keys.json is there, readable by its owner alone.")


def _schema() -> Iterator[Finding]:
    try:
        schema.refuse_newer()
        pending = schema.pending()
    except schema.TooNew as error:
        yield Finding("migration", Level.WRONG, f"{error}.", "Install that version.")
    except PeeweeException as error:
        yield Finding("database", Level.WRONG, f"The database cannot be read: {error}.", _RESTORE)
    else:
        if pending:
            yield Finding("migration", Level.WRONG, f"Not migrated yet: {', '.join(pending)}.", "Run: foyer upgrade")
        else:
            yield Finding("migration", Level.FINE, "The database fits this program.")


def _database(config: Config, *, quick: bool) -> Iterator[Finding]:
    with database.unguarded("checks of the whole file"):
        check = "PRAGMA quick_check(1)" if quick else "PRAGMA integrity_check(1)"
        verdict = str(database.execute_sql(check).fetchall()[0][0])
        broken = database.execute_sql("PRAGMA foreign_key_check").fetchall()
    if verdict != "ok":
        yield Finding("database", Level.WRONG, f"The database is damaged: {verdict}.", _RESTORE)
    if broken:
        yield Finding("database", Level.WRONG, f"{len(broken)} rows refer to rows that do not exist.", _RESTORE)
    if verdict == "ok" and not broken:
        size = config.database_path.stat().st_size
        yield Finding("database", Level.FINE, f"The database is whole ({_size(size)}).")


def _disk() -> Iterator[Finding]:
    free = health.free_space()
    if not health.writable():
        yield Finding("disk", Level.WRONG, "The disk takes no writes.", "Mount it for writing, or mend its rights.")
    elif free < health.SPACE_NEEDED:
        yield Finding("disk", Level.WRONG, f"Only {_size(free)} are free: uploads are refused.", "Make room.")
    elif free < 10 * health.SPACE_NEEDED:
        yield Finding("disk", Level.NOTE, f"Only {_size(free)} are free.", "Make room soon.")
    else:
        yield Finding("disk", Level.FINE, f"{_size(free)} are free.")


def _worker(config: Config) -> Iterator[Finding]:
    pid, age = lock.holder(config.instance), health.heartbeat_age()
    if pid is None and age > health.HEARTBEAT_AT_MOST:
        yield Finding("worker", Level.NOTE, "No server runs on this instance now.", "Start it: foyer serve")
    elif age > health.HEARTBEAT_AT_MOST:
        text = f"A server runs (process {pid}) but no worker: {_since(age)}."
        yield Finding("worker", Level.WRONG, text, "Restart the server, or start: foyer worker")
    else:
        yield Finding("worker", Level.FINE, "The worker is alive.")


def _since(age: timedelta) -> str:
    return "none has ever run" if age == timedelta.max else f"the last sign of life is {int(age.total_seconds())} s old"


def _mail(config: Config) -> Iterator[Finding]:
    with scopes.instance("the queue of all firms") as scope:
        failed = list(
            scope.of(OutboxMail).where(OutboxMail.state == FAILED).order_by(OutboxMail.done_at.desc()).limit(1)
        )
        count = scope.of(OutboxMail).where(OutboxMail.state == FAILED).count()
        retried = scope.of(OutboxMail).where(OutboxMail.state == QUEUED, OutboxMail.error != "").count()
    if count:
        text = f"{count} mails could not be delivered; the last reason: {failed[0].error}"
        yield Finding("mail", Level.WRONG, text, "See them on the page Today of the firm; check PORTAL_MAIL_URL.")
    if retried:
        yield Finding("mail", Level.NOTE, f"{retried} mails are being tried again.", "Check the mail server.")
    overdue = 0 if lock.holder(config.instance) is None else health.overdue_mails()
    if overdue:
        text = f"{overdue} mails wait for more than 15 minutes."
        yield Finding("mail", Level.WRONG, text, "Restart the server; its worker does not deliver.")
    if not count and not retried and not overdue:
        yield Finding("mail", Level.FINE, "No mail is stuck.")


def _hold() -> Iterator[Finding]:
    if notices.find(notices.MAIL_HOLD) is None:
        return
    with scopes.instance("the queue of all firms") as scope:
        held = scope.of(OutboxMail).where(OutboxMail.held, OutboxMail.state == QUEUED).count()
    text = f"Outgoing mail is on hold since the restore ({held} mails from the backup wait)."
    yield Finding("hold", Level.WRONG, text, "Check the instance, then run: foyer mail release (or with --drop)")


def _stored_files(*, quick: bool) -> Iterator[Finding]:
    with scopes.instance("the files of all firms") as scope:
        rows = dict(scope.of(StoredFile, StoredFile.path, StoredFile.sha256).tuples())
    there = _in_store()
    missing = sorted(rows.keys() - there.keys())
    altered = [] if quick else sorted(p for p in rows.keys() & there.keys() if _sha256(there[p]) != rows[p])
    orphans = sorted(p for p in there.keys() - rows.keys() if _is_old(there[p]))
    if missing:
        text = f"{len(missing)} stored files are missing: {_some(missing)}."
        yield Finding("files", Level.WRONG, text, "Put them back from a backup: they lie there under files/.")
    if altered:
        text = f"{len(altered)} stored files are not what was stored: {_some(altered)}."
        yield Finding("files", Level.WRONG, text, "Put them back from a backup, and find out who changed them.")
    if orphans:
        text = f"{len(orphans)} stored files belong to no document: {_some(orphans)}."
        yield Finding("files", Level.NOTE, text, f"They can be removed from {files.root()}.")
    if not missing and not altered:
        hashed = "not hashed" if quick else "as they were stored"
        yield Finding("files", Level.FINE, f"{len(rows)} stored files are there, {hashed}.")


def _in_store() -> dict[str, Path]:
    return {path.name: path for path in files.root().glob("??/*") if path.is_file()}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_old(path: Path) -> bool:
    try:
        return clock.now().timestamp() - path.stat().st_mtime > _ORPHAN_AFTER.total_seconds()
    except FileNotFoundError:
        return False


def _audit() -> Iterator[Finding]:
    verdict = audit_chain.verify()
    if verdict.intact:
        yield Finding("audit", Level.FINE, f"The audit log is whole ({verdict.entries} entries).")
    else:
        yield Finding("audit", Level.WRONG, "The audit log was altered.", "See where: foyer audit verify")


def _links() -> Iterator[Finding]:
    notice = notices.find(notices.WRONG_LINKS)
    if notice is not None and notice.value not in ("", "0"):
        yield Finding("links", Level.NOTE, f"{notice.value} wrong secret links were tried, the last {_at(notice.at)}.")


def _backups() -> Iterator[Finding]:
    notice = notices.find(notices.BACKUP)
    remedy = "Run, best every night: foyer backup FILE, to another disk or machine."
    if notice is None:
        yield Finding("backup", Level.NOTE, "No backup was ever made of this instance.", remedy)
    elif clock.now() - notice.at > BACKUP_AT_MOST:
        yield Finding("backup", Level.NOTE, f"The last backup is from {_at(notice.at)}.", remedy)
    else:
        yield Finding("backup", Level.FINE, f"The last backup is from {_at(notice.at)}.")


def _leftovers(config: Config) -> Iterator[Finding]:
    folder = config.instance / "restore.tmp"
    if folder.exists():
        text = "A restore that was interrupted left its folder behind; it holds a copy of everything."
        yield Finding("leftovers", Level.NOTE, text, f"Remove {folder}")


def _at(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def _some(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")


def _size(count: int) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count //= 1000
    return f"{count} TB"
