"""What outsiders found on a full disk and beside a program that holds the database."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest
from flask import Flask

from portal.base import database as base
from portal.base.config import Config
from portal.base.database import database, transaction
from portal.base.errors import Unavailable
from portal.models.client import Client
from portal.policies import scope as scopes
from tests.browser_client import Browser
from tests.personas import World


@pytest.fixture
def full(app: Flask) -> Iterator[None]:
    """SQLite finds no room for another page, as on a full disk, and rolls back by itself."""
    pages = database.execute_sql("PRAGMA page_count").fetchone()[0]
    database.execute_sql(f"PRAGMA max_page_count = {pages}")
    yield
    database.execute_sql("PRAGMA max_page_count = 1073741823")


def fill() -> None:
    """Write until there is no room."""
    with transaction(), database.unguarded("a test"):
        for number in range(10_000):
            database.execute_sql(
                "INSERT INTO notice (name, value, at) VALUES (?, ?, 0)", (f"filler {number}", "x" * 4000)
            )


def test_what_fails_after_sqlite_rolled_back_is_an_echo(full: None) -> None:
    with pytest.raises(Unavailable, match="disk_full"):
        fill()
    assert database.transaction_depth() == 0


def test_a_savepoint_that_is_gone_is_an_echo_too(full: None) -> None:
    with pytest.raises(Unavailable, match="disk_full"), transaction(), database.atomic():
        fill()


def test_the_page_says_so_and_recovers(world: World, anna: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    with scopes.of_firm(world.firm) as scope:
        uid = scope.by_id(Client, world.lindner).uid
    pages = database.execute_sql("PRAGMA page_count").fetchone()[0]
    database.execute_sql(f"PRAGMA max_page_count = {pages}")
    with suppress(Unavailable):
        fill()
    with database.unguarded("a test"):
        free = database.execute_sql("PRAGMA freelist_count").fetchone()[0]
    form = {"name": "L" * 100, "number": "K-1042", "kind": "company", "street": "x" * 100}
    answers = [anna.post(f"/firm/clients/{uid}/edit", form | {"city": f"{n}"}).status_code for n in range(free + 40)]
    assert set(answers) <= {303, 503}, answers
    assert 503 in answers
    assert anna.get(f"/firm/clients/{uid}").status_code == 200
    database.execute_sql("PRAGMA max_page_count = 1073741823")
    assert anna.post(f"/firm/clients/{uid}/edit", form).status_code == 303


def test_who_waits_for_a_writer_that_waits_gives_up_too(
    instance: Config, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "BUSY_SECONDS", 0.3)
    database.execute_sql("PRAGMA busy_timeout = 300")
    waited: list[float] = []

    def write() -> None:
        begun = time.monotonic()
        with pytest.raises(Unavailable, match="locked"), transaction():
            pass
        waited.append(time.monotonic() - begun)

    with closing(sqlite3.connect(instance.database_path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with base.writing():
            threads = [threading.Thread(target=write) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    assert len(waited) == 4
    assert max(waited) < 2
