"""No page does more statements because there are more rows: the same at 10 and at 1,000."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.base.database import statements
from portal.models.client import Client
from portal.models.document import Document
from portal.policies import scope as scopes
from tests import factories
from tests.browser_client import Browser
from tests.personas import World

FEW, MANY = 10, 60


def count(browser: Browser, path: str) -> int:
    """Statements of a page, asked a second time so that what is noted once does not count."""
    for _ in range(2):
        statements.count = 0
        answer = browser.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return int(statements.count)


@pytest.mark.parametrize(
    "path",
    [
        "/firm/",
        "/firm/clients",
        "/firm/clients?q=kunde",
        "/firm/clients/pending",
        "/firm/documents",
        "/firm/audit",
        "/firm/team",
    ],
)
def test_staff_pages(app: Flask, world: World, anna: Browser, path: str) -> None:
    _clients(world, FEW, start=0)
    few = count(anna, path)
    _clients(world, MANY, start=FEW)
    assert count(anna, path) <= few


@pytest.mark.parametrize("tab", ["", "/documents", "/activity"])
def test_a_clients_page(app: Flask, world: World, anna: Browser, tab: str) -> None:
    uid = _uid(world, Client, world.lindner)
    _documents(world, FEW, start=0)
    few = count(anna, f"/firm/clients/{uid}{tab}")
    _documents(world, MANY, start=FEW)
    assert count(anna, f"/firm/clients/{uid}{tab}") <= few


@pytest.mark.parametrize("path", ["/portal/", "/portal/documents"])
def test_a_clients_portal(app: Flask, world: World, dora: Browser, path: str) -> None:
    _documents(world, FEW, start=0)
    few = count(dora, path)
    _documents(world, MANY, start=FEW)
    assert count(dora, path) <= few


def test_an_offer_page_is_cheap(app: Flask, world: World, dora: Browser) -> None:
    assert count(dora, f"/portal/documents/{_uid(world, Document, world.offer)}") <= 9


def _clients(world: World, many: int, *, start: int) -> None:
    for number in range(start, start + many):
        client = factories.client(world.firm, name=f"Kunde {number}", number=f"N-{number}")
        factories.document(client, number=f"AN-{number}", content=b"%PDF-1.4 shared")


def _documents(world: World, many: int, *, start: int) -> None:
    with scopes.of_firm(world.firm) as scope:
        client = scope.by_id(Client, world.lindner)
    for number in range(start, start + many):
        factories.document(client, number=f"AN-9{number}", content=b"%PDF-1.4 shared")


def _uid(world: World, model: type, row_id: int) -> str:
    with scopes.of_firm(world.firm) as scope:
        return str(scope.by_id(model, row_id).uid)
