"""The database: connections, the one transaction, and what differs between databases.

SQLite in WAL mode, FULL sync, foreign keys on, BEGIN IMMEDIATE, one writer at a time in the process
(TRUST, Keys, faults, restore; DETAILS 11, Connections). Each thread keeps its connection.
"""

from __future__ import annotations

import functools
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from peewee import DatabaseError, IntegrityError, InterfaceError, OperationalError, ProgrammingError, SqliteDatabase

from portal.base.errors import Unavailable

BUSY_SECONDS = 8
_OUR_FAULT = (IntegrityError, InterfaceError, ProgrammingError)
_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "full",
    "foreign_keys": 1,
    "busy_timeout": BUSY_SECONDS * 1000,
    "cache_size": -2000,  # KiB for each of the threads' connections; the system caches the file anyway
    "temp_store": "memory",
    "recursive_triggers": 1,
}


class GuardedDatabase(SqliteDatabase):
    """Shows every finished query to the scope guard before it runs; hand-written SQL on tenant tables raises."""

    guard: Callable[[Any, str], None] | None = None
    tenant_tables: re.Pattern[str] | None = None

    def __init__(self) -> None:
        super().__init__(None, pragmas=_PRAGMAS, lock_type="IMMEDIATE", timeout=BUSY_SECONDS, autoconnect=True)
        self._open = threading.local()

    def execute(self, query: Any, **context_options: Any) -> sqlite3.Cursor:
        context = self.get_sql_context(**context_options)
        sql, params = context.sql(query).query()
        if self.guard is not None and not self._unguarded:
            self.guard(query, sql)
        return self._run(sql, params)

    def execute_sql(self, sql: str, params: Any = None) -> sqlite3.Cursor:
        if self.tenant_tables is not None and not self._unguarded and _names(self.tenant_tables, sql):
            raise RuntimeError("hand-written SQL on a tenant table: go through the scope, or say why with unguarded()")
        return self._run(sql, params)

    def close(self) -> bool:
        """Close the thread's connection; before the database was opened there is none."""
        return False if self.deferred else bool(super().close())

    def run_approved(self, sql: str, params: Any) -> sqlite3.Cursor:
        """Run a statement that the guard has seen when it was prepared (`policies/prepared.py`)."""
        return self._run(sql, params)

    @contextmanager
    def unguarded(self, why: str) -> Iterator[None]:
        """For the search index, migrations and checks of the whole file. `why` is for the reader and for a test."""
        assert why
        before, self._open.depth = getattr(self._open, "depth", 0), getattr(self._open, "depth", 0) + 1
        try:
            yield
        finally:
            self._open.depth = before

    @property
    def _unguarded(self) -> bool:
        return getattr(self._open, "depth", 0) > 0

    def _run(self, sql: str, params: Any) -> sqlite3.Cursor:
        statements.count = getattr(statements, "count", 0) + 1
        try:
            return super().execute_sql(sql, params)
        except (OperationalError, InterfaceError, DatabaseError) as error:
            raise _translated(error) from error


statements = threading.local()  # .count: how many this thread ran; read by tests and the bench
database = GuardedDatabase()
_writing = threading.RLock()


def open_at(path: Path) -> None:
    """Use this SQLite file from now on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    database.init(str(path), pragmas=_PRAGMAS)


@contextmanager
def transaction() -> Iterator[None]:
    """One writer at a time; all or nothing. Inside another one it joins that."""
    if database.transaction_depth() > 0:
        yield
        return
    with writing():
        try:
            with database.atomic():
                yield
        except (OperationalError, sqlite3.OperationalError) as error:
            raise _first_cause(error) from error


@contextmanager
def writing() -> Iterator[None]:
    """Be the one writer of the process. Raises Unavailable: who waits behind somebody that waits gives up as early."""
    if not _writing.acquire(timeout=BUSY_SECONDS):
        raise Unavailable("locked")
    try:
        yield
    finally:
        _writing.release()


def after_commit(call: Callable[[], None]) -> None:
    """Only to wake the worker: a rolled-back savepoint runs it all the same (tried)."""
    database.after_commit(call)


def roll_back_open() -> None:
    """At the end of a request: nothing may stay open on the thread's connection."""
    if not database.is_closed() and database.in_transaction():
        database.rollback()


@functools.lru_cache(maxsize=2000)
def _names(tables: re.Pattern[str], sql: str) -> bool:
    return tables.search(sql) is not None


def in_words(error: Exception) -> str | None:
    """One line for the command line when the file itself is at fault; None for all other errors."""
    if isinstance(error, DatabaseError | sqlite3.DatabaseError) and not isinstance(error, _OUR_FAULT):
        return (
            f"{database.database} cannot be used ({error}): foyer doctor tells more, foyer restore brings back a backup"
        )
    return None


def _first_cause(error: Exception) -> Exception:
    """On a full disk SQLite rolls back by itself; that there is nothing to roll back any more is an echo."""
    cause: BaseException | None = error
    while cause is not None:
        found = _translated(cause) if isinstance(cause, Exception) else cause
        if isinstance(found, Unavailable):
            return Unavailable(found.code)
        cause = cause.__context__
    return error


def _translated(error: Exception) -> Exception:
    text = str(error)
    if "disk is full" in text or "database or disk" in text:
        return Unavailable("disk_full")
    if "readonly" in text or "read-only" in text or "unable to open" in text or "disk I/O error" in text:
        return Unavailable("read_only")
    if "locked" in text or "busy" in text:
        return Unavailable("locked")
    return error
