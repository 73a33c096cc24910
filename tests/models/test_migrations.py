"""An instance of an earlier version is brought up to date with all its rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.base.config import load
from portal.base.database import database
from portal.models import schema
from portal.operations.boot import open_instance

_DAY = 86_400_000_000
_VALUES = {
    "firm": {"id": 3, "uid": "f", "slug": "petry", "name": "Petry", "login_type": "secret_link"},
    "client": {"id": 7, "firm_id": 3, "uid": "c", "number": "K-1", "name": "Lindner", "portal_access": 1},
    "contact": {"id": 11, "firm_id": 3, "uid": "d", "first_name": "Dora"},
    "membership": {"id": 13, "firm_id": 3, "uid": "m", "client_id": 7, "contact_id": 11, "login": 1},
    "identity": {"id": 17, "firm_id": 3, "email": "anna@example.org", "email_key": "anna@example.org"},
    "staff": {"id": 19, "firm_id": 3, "uid": "s", "identity_id": 17, "name": "Anna", "role": "admin"},
    "ticket": {"id": 23, "firm_id": 3, "purpose": "invite", "staff_id": 19, "email_key": "anna@example.org"},
}


@pytest.fixture
def first_version(tmp_path: Path) -> None:
    """A database as the first version left it, with one row in each table that changed."""
    if not database.deferred:
        database.close()
    open_instance(load({"PORTAL_INSTANCE": str(tmp_path / "instance")}))
    with database.unguarded("the first version"):
        runner = schema._runner()
        runner.up(target="0001_initial")
        database.execute_sql("PRAGMA foreign_keys = 1")
        for table, values in _VALUES.items():
            _insert(table, values)


def test_rows_ids_and_references_stay(first_version: None) -> None:
    assert "0002_invitations" in schema.upgrade()
    with database.unguarded("a look"):
        for table, values in _VALUES.items():
            columns = ", ".join(f'"{name}"' for name in values)
            assert database.execute_sql(f'SELECT {columns} FROM "{table}"').fetchall() == [tuple(values.values())]  # noqa: S608
        assert database.execute_sql("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute_sql("PRAGMA foreign_keys").fetchone() == (1,)
        counters = dict(database.execute_sql("SELECT name, seq FROM sqlite_sequence").fetchall())
    assert (counters["client"], counters["contact"]) == (7, 11), "a freed id would be given away again"


def test_who_never_came_is_waited_for(first_version: None) -> None:
    schema.upgrade()
    assert _one("SELECT pending, invited_at FROM contact") == (1, None)
    assert _one("SELECT amounts, decide, pay, upload, invite, mail, activated_at FROM membership") == (
        1, 1, 1, 1, 0, "each", None,
    )  # fmt: skip
    assert _one("SELECT default_access FROM firm") == ("future",)


def test_who_came_by_a_link_was_there(first_version: None) -> None:
    with database.unguarded("openings of the first version"):
        for row_id, day in ((1, 5), (2, 9)):
            opening = {"id": row_id, "firm_id": 3, "client_id": 7, "contact_id": 11, "what": "portal", "at": day * _DAY}
            _insert("opening", opening)
    schema.upgrade()
    assert _one("SELECT pending FROM contact") == (0,)
    assert _one("SELECT activated_at, seen_at FROM membership") == (5 * _DAY, 9 * _DAY)


def _insert(table: str, values: dict[str, object]) -> None:
    columns = {column.name: column for column in database.get_columns(table)}
    filled = {
        name: values.get(name, "" if column.data_type == "TEXT" else 0)
        for name, column in columns.items()
        if name in values or not column.null
    }
    names = ", ".join(f'"{name}"' for name in filled)
    marks = ", ".join("?" * len(filled))
    database.execute_sql(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', tuple(filled.values()))  # noqa: S608


def _one(sql: str) -> tuple[object, ...]:
    with database.unguarded("a look"):
        row: tuple[object, ...] = database.execute_sql(sql).fetchone()
    return row
