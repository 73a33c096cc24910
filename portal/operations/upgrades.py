"""Bringing an instance up to date: a backup first, then the migrations (X7)."""

from __future__ import annotations

from dataclasses import dataclass

from portal.base.config import Config
from portal.base.database import database
from portal.models import schema
from portal.operations import backups, firms


@dataclass(frozen=True)
class Upgraded:
    """What was done: the migrations that ran, and the backup made before them (None: there was nothing yet)."""

    migrations: tuple[str, ...]
    backup: backups.Backup | None


def run(config: Config) -> Upgraded:
    """Migrate an opened instance. Raises schema.TooNew, untouched; OSError when the backup cannot be written."""
    schema.refuse_newer()
    pending = schema.pending()
    if not pending:
        return Upgraded((), None)
    backup = backups.before_upgrade(config, to=pending[-1]) if _has_data() else None
    migrations = tuple(schema.upgrade())
    firms.add_missing_test_clients()
    return Upgraded(migrations, backup)


def _has_data() -> bool:
    """A database that has seen no migration yet has nothing to lose."""
    with database.unguarded("whether there are tables"):
        return database.table_exists("firm")
