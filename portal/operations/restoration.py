"""Restoring an archive into an empty instance: all or nothing, sessions gone, mail on hold, revocations replayed.

Everything is prepared in `restore.tmp` and moved into place last: files, settings, database, and then the keys, without
which nothing opens the rest. A restore that was killed leaves a folder that the next one may run into (TRUST, Keys).
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from portal.base import archive, clock, crash, durable, keys, lock
from portal.base.config import Config
from portal.base.database import database
from portal.models import notices, schema
from portal.models.firm import Firm
from portal.models.outbox import DROPPED, QUEUED, SENDING, OutboxMail
from portal.models.sign_in import SignIn
from portal.operations import audit, boot, replay
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.policies.permissions import Permission

TEMPORARY = "restore.tmp"
_PLACING = "placing"
_COMMAND = "foyer restore"
# an act is journaled before its commit, so one that the snapshot missed may be a little older than it
_MARGIN = timedelta(minutes=1)


class NotEmpty(Exception):
    """There is an instance in the folder already. One line."""


class NoJournal(Exception):
    """The folder named for the journal holds none. One line."""


@dataclass(frozen=True)
class Restored:
    """What was done. `journal_found`: whether there was one; `acts` counts its acts since the backup by what became
    of them: `done`, `already`, `unknown_row`, `unknown_act`. `kept_settings`: the folder's own portal.env stayed."""

    manifest: archive.Manifest
    migrations: tuple[str, ...]
    firms: int
    sessions: int
    mails_held: int
    journal_found: bool
    acts: Counter[str]
    kept_settings: bool


def restore(config: Config, source: Path, *, journal_folder: Path | None = None) -> Restored:
    """Put the archive's instance into the empty folder `config.instance`.

    Raises NotEmpty, NoJournal, lock.Held, archive.Damaged, schema.TooNew, OSError; then nothing is in place.
    """
    with lock.held(config.instance):
        _demand_empty(config)
        _demand_journal(journal_folder)
        prepared = replace(config, instance=config.instance / TEMPORARY)
        _clear(config)
        prepared.instance.mkdir(mode=0o700)
        result = _prepare(
            prepared, source, [config.instance / "journal", *([journal_folder] if journal_folder else [])]
        )
        kept_settings = (config.instance / archive.SETTINGS).exists()
        if journal_folder is not None:
            _copy_journal(journal_folder, prepared.instance / "journal")
        _place(prepared, config)
    boot.open_instance(config)
    return replace(result, kept_settings=kept_settings)


def on_hold() -> bool:
    """Whether outgoing mail waits for `foyer mail release`."""
    return notices.find(notices.MAIL_HOLD) is not None


def release_mail(*, drop: bool = False) -> int:
    """End the hold; how many mails it concerned. `drop`: those that were queued in the backup are not sent at all."""
    count = 0
    with scopes.instance("the hold is on the mail of all firms") as scope:
        firms = list(scope.of(Firm))
    for firm in firms:
        count += _release(InstanceActor(firm.id, "foyer mail release"), firm, drop=drop)
    _end_hold(InstanceActor(None, "foyer mail release"))
    return count


def _demand_empty(config: Config) -> None:
    """No keys and no database; a database that a killed restore left without keys is no obstacle (DETAILS 13)."""
    if config.keys_path.exists():
        raise NotEmpty(f"{config.instance} already holds an instance; restore into an empty folder (PORTAL_INSTANCE)")
    if config.database_path.exists() and not _left_by_us(config):
        raise NotEmpty(f"{config.instance} already holds a database; restore into an empty folder (PORTAL_INSTANCE)")


def _left_by_us(config: Config) -> bool:
    marker = config.instance / TEMPORARY / _PLACING
    return marker.is_file() and marker.read_text() == _fingerprint(config.database_path)


def _demand_journal(folder: Path | None) -> None:
    if folder is not None and not any(folder.glob("*.jsonl")):
        raise NoJournal(f"{folder} holds no journal (files named like 2026-11.jsonl)")


def _clear(config: Config) -> None:
    """Take away what a killed restore left, and put a stray log aside, which SQLite would apply to our database."""
    config.database_path.unlink(missing_ok=True)
    for ending in ("-wal", "-shm", "-journal"):
        stray = config.database_path.with_name(config.database_path.name + ending)
        if stray.exists():
            stray.rename(stray.with_name(f"{stray.name}.old"))
    shutil.rmtree(config.instance / TEMPORARY, ignore_errors=True)


def _prepare(prepared: Config, source: Path, journals: Sequence[Path]) -> Restored:
    manifest = archive.unpack(source, prepared.instance)
    _check_keys(prepared, source)
    boot.open_instance(prepared)
    _check_database(source)
    migrations = tuple(schema.upgrade())
    acts = [act for folder in journals for act in replay.read(folder) if act.at >= manifest.made_at - _MARGIN]
    with scopes.instance("a restore concerns all firms") as scope:
        firms = list(scope.of(Firm))
        by_firm, unknown = replay.sorted_by_firm(scope, acts)
    settled = [
        _settle(InstanceActor(firm.id, _COMMAND), firm, made_at=manifest.made_at, acts=by_firm.get(firm.id, []))
        for firm in firms
    ]
    _hold(InstanceActor(None, _COMMAND))
    _close_database()
    return Restored(
        manifest,
        migrations,
        firms=len(firms),
        sessions=sum(s.sessions for s in settled),
        mails_held=sum(s.mails for s in settled),
        journal_found=any(any(folder.glob("*.jsonl")) for folder in journals),
        acts=sum((s.acts for s in settled), unknown),
        kept_settings=False,
    )


def _check_keys(prepared: Config, source: Path) -> None:
    try:
        keys.load(prepared.keys_path, data_exists=True)
    except (ValueError, AttributeError) as error:
        raise archive.Damaged(f"keys.json in {source.name} cannot be read") from error


def _check_database(source: Path) -> None:
    with database.unguarded("checks of the whole file"):
        verdict = database.execute_sql("PRAGMA quick_check(1)").fetchall()
        broken = database.execute_sql("PRAGMA foreign_key_check").fetchall()
    if verdict != [("ok",)] or broken:
        raise archive.Damaged(f"the database in {source.name} is damaged")


@dataclass(frozen=True)
class _Settled:
    sessions: int
    mails: int
    acts: Counter[str]


@operation(allow=Permission.INSTANCE)
def _settle(actor: InstanceActor, firm: Firm, *, made_at: datetime, acts: Sequence[replay.Act]) -> _Settled:
    """One firm after a restore: nobody signed in, no mail goes out, what was taken away since stays away."""
    scope = scopes.current()
    # ended, not deleted: what was opened and confirmed is counted by their rows
    sessions = scope.update(SignIn, ended_at=clock.now()).where(SignIn.ended_at.is_null()).execute()
    mails = (
        scope.update(OutboxMail, state=QUEUED, leased_until=None, held=True)
        .where(OutboxMail.state.in_((QUEUED, SENDING)))
        .execute()
    )
    audit.record(
        actor,
        "instance.restored",
        firm,
        facts={"made_at": made_at.isoformat(), "sessions": sessions, "mails": mails, "acts": len(acts)},
    )
    return _Settled(sessions, mails, replay.apply(actor, acts))


@operation(allow=Permission.INSTANCE, audited=False)
def _hold(_actor: InstanceActor) -> None:
    notices.put(notices.MAIL_HOLD, "restore")


@operation(allow=Permission.INSTANCE)
def _release(actor: InstanceActor, firm: Firm, *, drop: bool) -> int:
    held = scopes.current().update(
        OutboxMail, held=False, **({"state": DROPPED, "done_at": clock.now()} if drop else {})
    )
    count: int = held.where(OutboxMail.held, OutboxMail.state == QUEUED).execute()
    audit.record(actor, "mail.released", firm, facts={"mails": count, "dropped": drop})
    return count


@operation(allow=Permission.INSTANCE, audited=False)
def _end_hold(_actor: InstanceActor) -> None:
    notices.drop(notices.MAIL_HOLD)


def _close_database() -> None:
    """One file without a log beside it, which can be renamed."""
    database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.execute_sql("PRAGMA journal_mode = DELETE")
    database.close()


def _copy_journal(folder: Path, target: Path) -> None:
    """Keep the acts for a later restore from an archive that is older still."""
    target.mkdir(exist_ok=True)
    for path in sorted(folder.glob("*.jsonl")):
        shutil.copyfile(path, target / f"restored-{clock.now():%Y%m%dT%H%M%SZ}-{path.name}")


def _place(prepared: Config, config: Config) -> None:
    (prepared.instance / _PLACING).write_text(_fingerprint(prepared.database_path))
    os.sync()  # one wait for what may be a hundred thousand files
    for folder in ("files", "journal"):
        _move_all(prepared.instance / folder, config.instance / folder)
    settings = config.instance / archive.SETTINGS
    if (prepared.instance / archive.SETTINGS).exists() and not settings.exists():
        (prepared.instance / archive.SETTINGS).rename(settings)
    crash.point("restore.before_database")
    prepared.database_path.rename(config.database_path)
    os.sync()
    crash.point("restore.before_keys")
    prepared.keys_path.rename(config.keys_path)
    durable.sync(config.instance)
    crash.point("restore.after_keys")
    shutil.rmtree(prepared.instance)


def _move_all(source: Path, target: Path) -> None:
    for path in [path for path in source.rglob("*") if path.is_file()]:
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        path.rename(place)


def _fingerprint(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
