"""Every page by axe-core, as each kind of person gets it, with dialogs, menus, errors and states: nothing is wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, StorageState

from portal.factory import create_app
from portal.web.routing import Rule, declared_routes
from tests.browser.axe import violations
from tests.browser.conftest import Visitors
from tests.browser.site import Site
from tests.contracts import access

_PARTS = {"firm.documents_upload.suggest", "firm.settings_look.preview"}  # answers that htmx alone asks for


@pytest.fixture
def routes(site: Site) -> list[Rule]:
    """All pages that a browser may ask for."""
    app: Flask = create_app(site.config)
    return [
        rule
        for rule in declared_routes(app)
        if rule.methods[0] == "GET" and rule.door != "api" and rule.endpoint not in _PARTS
    ]


@pytest.mark.parametrize("who", ["nobody", "anna", "dora"])
def test_every_address(who: str, routes: list[Rule], site: Site, visitors: Visitors, anna_state: StorageState) -> None:
    page = visitors.open(state=anna_state if who == "anna" else None)
    visitors.watch(page).expect(403, 404, 410)
    if who == "dora":
        page.goto(site.secret_address(site.world.dora_link))
    wrong, seen = [], 0
    for path in _addresses(page, routes, site):
        page.goto(path)
        wrong += violations(page)
        seen += 1
    assert not wrong, "\n".join(wrong)
    assert seen > {"nobody": 8, "anna": 50, "dora": 8}[who]


def _addresses(page: Page, routes: list[Rule], site: Site) -> Iterator[str]:
    """Those that answer with a page of their own to this person; a redirect's target is in the list itself."""
    told: set[str] = set()
    for rule in routes:
        path = access.address(rule, site.world)
        answer = page.request.get(path, max_redirects=0)
        is_page = answer.headers.get("content-type", "").startswith("text/html") and answer.status not in (204, 303)
        if is_page and (answer.status < 400 or rule.path not in told):
            told.add(rule.path)
            yield path
