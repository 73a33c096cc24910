"""Backups: one archive made while the server works, and the one made before each migration (X7)."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from portal.base import archive, clock
from portal.base.config import Config
from portal.models import notices
from portal.operations.operation import operation
from portal.policies.actors import InstanceActor
from portal.policies.permissions import Permission

KEPT = 5
_SNAPSHOTS_AT_MOST = 5


@dataclass(frozen=True)
class Backup:
    """An archive that was made. `missing` and `altered`: files of the store that were not as their row says."""

    path: Path
    manifest: archive.Manifest
    missing: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()


def take(config: Config, target: Path, *, replace: bool = False) -> Backup:
    """Back up database, stored files, keys and settings into one archive, while others go on writing.

    Raises archive.Exists when the file is there and `replace` is off, OSError when it cannot be written.
    """
    backup = _write(config, target, replace=replace)
    _note(InstanceActor(None, "foyer backup"), backup)
    return backup


def before_upgrade(config: Config, *, to: str) -> Backup:
    """The backup that precedes the migration `to`, in `instance/backups/`, of which the last five are kept."""
    folder = folder_of(config)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    backup = _write(config, folder / f"{clock.now():%Y%m%dT%H%M%SZ}-before-{to}.tar", replace=True)
    for old in sorted(folder.glob("*-before-*.tar"))[:-KEPT]:
        old.unlink()
    return backup


def folder_of(config: Config) -> Path:
    """Where the backups before upgrades lie."""
    return config.instance / "backups"


@operation(allow=Permission.INSTANCE, audited=False)
def _note(_actor: InstanceActor, backup: Backup) -> None:
    """Remember when the last backup was made; `foyer doctor` tells."""
    notices.put(notices.BACKUP, backup.path.name)


def _write(config: Config, target: Path, *, replace: bool) -> Backup:
    with archive.written(target, replace=replace) as writer:
        content = _Content(config, writer)
        made_at = content.copy_files()
        writer.add(archive.DATABASE, writer.scratch)
        writer.add(archive.KEYS, config.keys_path)
        if (settings := config.instance / archive.SETTINGS).is_file():
            writer.add(archive.SETTINGS, settings)
        notes = {"missing": sorted(content.missing), "altered": sorted(content.altered)}
        manifest = writer.finish(made_at, version("foyer"), _schema(writer.scratch), notes)
    return Backup(target, manifest, tuple(notes["missing"]), tuple(notes["altered"]))


@dataclass
class _Content:
    """The stored files on their way into the archive."""

    config: Config
    writer: archive.Writer
    copied: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    altered: set[str] = field(default_factory=set)

    def copy_files(self) -> datetime:
        """Copy what a snapshot names. A file that is gone may have been a draft deleted meanwhile: then a later
        snapshot, which names it no more, is the one that counts. The instant before that snapshot."""
        for _ in range(_SNAPSHOTS_AT_MOST):
            made_at = clock.now()
            _snapshot(self.config.database_path, self.writer.scratch)
            gone = self._copy(_stored(self.writer.scratch))
            if gone <= self.missing:
                break
            self.missing |= gone
        self.missing &= gone
        return made_at

    def _copy(self, stored: Mapping[str, str]) -> set[str]:
        gone = set()
        for path in stored.keys() - self.copied:
            try:
                part = self.writer.add(f"{archive.FILES}/{path[:2]}/{path}", self.config.files_path / path[:2] / path)
            except FileNotFoundError:
                gone.add(path)
                continue
            self.copied.add(path)
            if part.sha256 != stored[path]:
                self.altered.add(path)
        return gone


def _snapshot(source: Path, target: Path) -> None:
    """SQLite's online backup in one step: a reader of the write-ahead log, which keeps no writer waiting."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    with closing(sqlite3.connect(source, timeout=30)) as live, closing(sqlite3.connect(target)) as copy:
        copy.execute("PRAGMA synchronous = OFF")
        live.backup(copy)
        # one file without a log beside it; Foyer turns the log on again when it opens it
        copy.execute("PRAGMA journal_mode = DELETE")


def _stored(snapshot: Path) -> dict[str, str]:
    """Name in the store -> SHA-256 of its row."""
    with closing(sqlite3.connect(snapshot)) as connection:
        return dict(connection.execute("SELECT path, sha256 FROM stored_file"))


def _schema(snapshot: Path) -> list[str]:
    with closing(sqlite3.connect(snapshot)) as connection:
        return [row[0] for row in connection.execute("SELECT name FROM schema_migration ORDER BY id")]
