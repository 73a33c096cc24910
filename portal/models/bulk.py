"""Writing many rows at once: what seeding and runs need. The scope's guard does not see these rows, so whoever writes
them names the firm of the open scope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from portal.base.database import database
from portal.models.record import Record

_CACHE_KIB = 256 * 1024


def insert(model: type[Record], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of values as the database keeps them (instants in microseconds, days and JSON as text)."""
    names = ", ".join(f'"{name}"' for name in columns)
    places = ", ".join("?" * len(columns))
    with database.unguarded("rows written in bulk"):
        database.connection().executemany(
            f'INSERT INTO "{model._meta.table_name}" ({names}) VALUES ({places})',  # noqa: S608 - our own names
            rows,
        )


def insert_rows(model: type[Record], rows: Sequence[Any]) -> None:
    """Insert rows that were built with their defaults and ids."""
    fields = model._meta.sorted_fields
    values = ([each.db_value(row.__data__.get(each.name)) for each in fields] for row in rows)
    insert(model, columns_of(model), values)


def change_rows(model: type[Record], rows: Sequence[Any], *names: str) -> None:
    """Write these fields of rows that are there, each by its id."""
    fields = [model._meta.fields[name] for name in names]
    settings = ", ".join(f'"{field.column_name}" = ?' for field in fields)
    with database.unguarded("rows written in bulk"):
        database.connection().executemany(
            f'UPDATE "{model._meta.table_name}" SET {settings} WHERE id = ?',  # noqa: S608 - our own names
            ([*(each.db_value(row.__data__.get(each.name)) for each in fields), row.id] for row in rows),
        )


def next_id(model: type[Record]) -> int:
    """The id that the next row would get; true as long as the transaction is open that asks."""
    rows = database.execute_sql("SELECT seq FROM sqlite_sequence WHERE name = ?", (model._meta.table_name,))
    return sum(seq for (seq,) in rows.fetchall()) + 1


def ids(model: type[Record]) -> set[int]:
    """All ids there are, of all firms."""
    with database.unguarded("rows written in bulk"):
        rows = database.execute_sql(f'SELECT id FROM "{model._meta.table_name}"').fetchall()  # noqa: S608 - as above
    return {row_id for (row_id,) in rows}


def columns_of(model: type[Record]) -> list[str]:
    """All columns in the order of the table."""
    return [str(field.column_name) for field in model._meta.sorted_fields]


@contextmanager
def unchecked_references() -> Iterator[None]:
    """Let the block, a transaction of its own, delete rows without a look for what refers to each of them.

    Most references to clients stand in tables without an index on them: SQLite would read these as a whole for each
    deleted row (tried). Whoever uses this has looked himself, once for all rows.
    """
    # SQLite passes over this pragma inside a transaction
    database.execute_sql("PRAGMA foreign_keys = 0")
    try:
        yield
    finally:
        database.execute_sql("PRAGMA foreign_keys = 1")


def with_room() -> None:
    """Let this connection keep a quarter of a gigabyte of pages: random keys touch all of the indexes."""
    database.execute_sql(f"PRAGMA cache_size = -{_CACHE_KIB}")
