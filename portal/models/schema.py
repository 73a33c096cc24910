"""The schema: bringing a database up to date, and what migrations cannot carry (triggers, the search table).

peewee's SQLite migrator rebuilds tables: triggers vanish and the counters of ids fall back (DETAILS 11, Migrations).
So triggers and virtual tables stand in one list here and are made again after each migration, the counters are saved
and restored, and foreign keys are checked before the commit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playhouse.migrations import Runner

from portal.base import crash
from portal.base.database import database, transaction
from portal.models import search, statistics

DIRECTORY = Path(__file__).resolve().parent.parent / "migrations"


class TooNew(RuntimeError):
    """The database was made by a newer program."""


def _frozen(table: str) -> dict[str, str]:
    return {
        f"{table}_no_{verb.lower()}": (
            f'CREATE TRIGGER "{table}_no_{verb.lower()}" BEFORE {verb} ON "{table}" '
            f"BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        )
        for verb in ("UPDATE", "DELETE")
    }


TRIGGERS = {**_frozen("audit_entry"), **_frozen("audit_text")}
VIRTUAL = {"client_search": search.TABLE}


class _Runner(Runner):
    def _run(self, name: str, module: Any, direction: str, fake: bool = False) -> None:
        # a rebuilt table is dropped, which would take what refers to it along; checked as a whole before the commit
        with _unchecked_references(), transaction():
            counters = _counters()
            _drop_triggers()
            super()._run(name, module, direction, fake=fake)
            _restore(counters)
            _make_extras()
            broken = database.execute_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"{name} would break references: {broken[:3]}")
            crash.point("migration.before_commit", name)


@contextmanager
def _unchecked_references() -> Iterator[None]:
    # SQLite passes over this pragma inside a transaction
    database.execute_sql("PRAGMA foreign_keys = 0")
    try:
        yield
    finally:
        database.execute_sql("PRAGMA foreign_keys = 1")


def upgrade() -> list[str]:
    """Run what is pending, each migration in one transaction; the names of those run. Raises TooNew, untouched."""
    refuse_newer()
    with database.unguarded("migrations"):
        ran: list[str] = _runner().up()
        if ran:
            statistics.write()
    return ran


def pending() -> list[str]:
    """Names of the migrations that were not run yet."""
    with database.unguarded("migrations"):
        return [m.name for m in _runner().status() if m.path is not None and not m.applied]


def refuse_newer() -> None:
    """Raise TooNew when the database knows migrations that this program does not."""
    with database.unguarded("migrations"):
        unknown = [m.name for m in _runner().status() if m.path is None]
    if unknown:
        raise TooNew(
            f"the database was made by a newer Foyer ({unknown[-1]}); install that version, nothing was changed"
        )


def _runner() -> _Runner:
    return _Runner(database, str(DIRECTORY))


def _counters() -> dict[str, int]:
    if not database.table_exists("sqlite_sequence"):
        return {}
    return dict(database.execute_sql("SELECT name, seq FROM sqlite_sequence").fetchall())


def _restore(counters: dict[str, int]) -> None:
    for name, seq in counters.items():
        database.execute_sql("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (seq, name))


def _drop_triggers() -> None:
    for name in TRIGGERS:
        database.execute_sql(f'DROP TRIGGER IF EXISTS "{name}"')


def _make_extras() -> None:
    made = {row[0] for row in database.execute_sql("SELECT name FROM sqlite_master").fetchall()}
    for name, sql in {**TRIGGERS, **VIRTUAL}.items():
        if name not in made:
            database.execute_sql(sql)
