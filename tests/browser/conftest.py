"""A running portal and one Chromium for all browser tests; contexts that are watched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect, sync_playwright

from portal.base import clock, crash
from portal.base.database import database
from portal.operations.boot import open_instance
from tests import chromium
from tests.browser.site import Site, running
from tests.browser.watching import Watch
from tests.personas import PASSWORD, World

WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
_LOCALES = {"en": "en-GB", "de": "de-DE"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker has the browser, so that it starts once."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


class Visitors:
    """Opens pages: each `open` is a browser of its own, watched until the test ends. `home` is whose pages."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.browser, self.home = browser, site.url
        self._open: list[tuple[BrowserContext, Watch]] = []

    def open(
        self, path: str = "", *, size: dict[str, int] = WIDE, language: str = "en", scripts: bool = True,
        dark: bool = False, state: StorageState | None = None, **options: Any,
    ) -> Page:  # fmt: skip
        """A page in a fresh browser, gone to `path` (or a whole address) if one is given."""
        context = self.browser.new_context(
            base_url=self.home, viewport=size, locale=_LOCALES[language], java_script_enabled=scripts,
            color_scheme="dark" if dark else "light", reduced_motion="reduce", storage_state=state, **options,
        )  # fmt: skip
        context.set_default_timeout(10_000)
        self._open.append((context, Watch(context, self.home)))
        page = context.new_page()
        if path:
            page.goto(path)
        return page

    def watch(self, page: Page) -> Watch:
        """What watches the browser of this page."""
        return next(watch for context, watch in self._open if context is page.context)

    def close(self) -> list[str]:
        """Close all; what they complained of."""
        complaints = []
        for context, watch in self._open:
            context.close()
            complaints += watch.complaints
        self._open.clear()
        return complaints


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium.find()
    if path is None:
        how = f"no Chromium for the browser tests; to get it: {chromium.HOW}"
        pytest.fail(how) if os.environ.get("CI") else pytest.skip(how)
    expect.set_options(timeout=10_000)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def _site(_template: tuple[Path, World], browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(tmp_path_factory.mktemp("site"), *_template) as site:
        yield site


@pytest.fixture
def site(_site: Site) -> Iterator[Site]:
    """The running portal; its instance is open in the test's process too, and its clock is put right afterwards."""
    _close()
    open_instance(_site.config)
    yield _site
    _site.clock.write_text("0")
    _close()
    clock.configure(None)
    crash.configure(None)


@pytest.fixture
def visitors(browser: Browser, site: Site) -> Iterator[Visitors]:
    """Opens pages; the test fails when a browser complained of anything."""
    opened = Visitors(browser, site)
    yield opened
    complaints = opened.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture(scope="session")
def _anna_state(_site: Site, browser: Browser) -> StorageState:
    """Anna signed in once, by the real pages; an instance of two firms asks for the firm first."""
    context = browser.new_context(base_url=_site.url, locale="en-GB")
    page = context.new_page()
    sign_in(page, "anna@petry.example.com")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def anna(visitors: Visitors, _anna_state: StorageState) -> Page:
    """The portal admin's browser, wide, on no page yet."""
    return visitors.open(state=_anna_state, permissions=["clipboard-read", "clipboard-write"])


@pytest.fixture
def anna_state(_anna_state: StorageState) -> StorageState:
    """For further browsers in which Anna is signed in."""
    return _anna_state


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Sign a member of the firm Petry in, as a person does."""
    page.goto("/login")
    page.get_by_label("Firm").fill("petry")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/firm/")


def _close() -> None:
    if not database.deferred:
        database.close()
