"""An instance with the whole cast, built once in a session and copied for each test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, time
from pathlib import Path
from time import time as now
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from portal.base import clock, crash, tokens
from portal.base.config import Config, load
from portal.base.database import database
from portal.factory import create_app
from portal.models import schema
from portal.models.link import Link
from portal.operations.boot import open_instance
from portal.policies import scope as scopes
from tests import acting, chromium, factories
from tests.browser_client import Browser
from tests.personas import World

for _name in [name for name in os.environ if name.startswith("PORTAL_")]:
    del os.environ[_name]


@pytest.fixture(scope="session")
def _noon() -> float:
    """Every test begins at noon in Berlin (seconds since 1970): the cast's dates hold when midnight passes."""
    return datetime.combine(clock.today("Europe/Berlin"), time(12), ZoneInfo("Europe/Berlin")).timestamp()


@pytest.fixture(scope="session")
def _template(tmp_path_factory: pytest.TempPathFactory, _noon: float) -> tuple[Path, World]:
    folder = tmp_path_factory.mktemp("template")
    offset = folder.with_name("clock")
    offset.write_text(str(_noon - now()))
    open_instance(load({"PORTAL_INSTANCE": str(folder), "PORTAL_CLOCK_OFFSET_FILE": str(offset)}))
    schema.upgrade()
    world = factories.build()
    database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    clock.configure(None)
    return folder, world


@pytest.fixture
def config(_template: tuple[Path, World], _noon: float, tmp_path: Path) -> Config:
    """The settings of a fresh copy of the instance; its clock stands in the file `clock`."""
    folder = tmp_path / "instance"
    shutil.copytree(_template[0], folder)
    offset = tmp_path / "clock"
    offset.write_text(str(_noon + 60 - now()))
    return load(
        {"PORTAL_INSTANCE": str(folder), "PORTAL_CLOCK_OFFSET_FILE": str(offset), "PORTAL_BASE_URL": "http://localhost"}
    )


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    """The portal on that copy."""
    _close()
    app = create_app(config)
    app.testing = True
    yield app
    _close()
    clock.configure(None)
    crash.configure(None)


@pytest.fixture
def instance(config: Config) -> Iterator[Config]:
    """The instance opened without a web server: for operations and queries."""
    _close()
    open_instance(config)
    yield config
    _close()
    clock.configure(None)
    crash.configure(None)


def _close() -> None:
    if not database.deferred:
        database.close()


@pytest.fixture
def world(_template: tuple[Path, World]) -> World:
    """The ids of the cast."""
    return _template[1]


@pytest.fixture
def move_clock(config: Config) -> Callable[..., None]:
    """Move the clock by so many seconds from now on."""

    def move(*, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        path = config.clock_offset_file
        assert path is not None
        path.write_text(str(float(path.read_text()) + seconds + 60 * minutes + 3600 * hours + 86400 * days))

    return move


@pytest.fixture
def nobody(app: Flask) -> Browser:
    """A stranger's browser."""
    return Browser(app)


@pytest.fixture
def anna(app: Flask, world: World) -> Browser:
    """Portal admin."""
    return Browser(app).sign_in_staff(world.anna, world.firm)


@pytest.fixture
def ben(app: Flask, world: World) -> Browser:
    """Adviser, assigned to Lindner."""
    return Browser(app).sign_in_staff(world.ben, world.firm)


@pytest.fixture
def clara(app: Flask, world: World) -> Browser:
    """Adviser, assigned to nobody; `advisers_work_for_all` off makes her a stranger to clients."""
    return Browser(app).sign_in_staff(world.clara, world.firm)


@pytest.fixture
def frida(app: Flask, world: World) -> Browser:
    """Portal admin of another firm."""
    return Browser(app).sign_in_staff(world.frida, world.other_firm)


@pytest.fixture
def dora(app: Flask, world: World) -> Browser:
    """Contact of Lindner, by her own link."""
    return Browser(app).open_link(world.dora_link, world.firm)


@pytest.fixture
def dora_signed_in(app: Flask, world: World) -> Browser:
    """Dora with a password, at Lindner; Thode is her other client."""
    acting.give_password(world.firm, world.dora)
    return Browser(app).sign_in_contact(world.dora_at_lindner, world.firm)


@pytest.fixture
def holder(app: Flask, world: World) -> Browser:
    """Holder of Lindner's link, nobody known."""
    return Browser(app).open_link(world.lindner_link, world.firm)


@pytest.fixture
def emil(app: Flask, world: World) -> Browser:
    """A consumer's link: Okonkwo."""
    return Browser(app).open_link(world.okonkwo_link, world.firm)


@pytest.fixture
def advisers_restricted(app: Flask, world: World) -> None:
    """The firm's advisers work only for assigned clients (DETAILS 1)."""
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.firm, advisers_see_all=False)


@pytest.fixture
def token_of(world: World) -> Callable[[int], str]:
    """The token of a link's id."""

    def token(link_id: int, firm_id: int | None = None) -> str:
        with scopes.of_firm(firm_id or world.firm) as scope:
            link = scope.by_id(Link, link_id)
        return tokens.issue("link", link.id, link.nonce)

    return token


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last line says what was left out for want of a browser, and how to get it."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(config, "workerinput"):
        return
    skipped = [report for report in reporter.stats.get("skipped", []) if "browser" in report.keywords]
    if skipped:
        reporter.write_line(
            f"{len(skipped)} browser tests were skipped, there is no Chromium. To get it: {chromium.HOW}"
        )
