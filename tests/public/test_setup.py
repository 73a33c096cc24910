"""The first start of an empty instance."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal.base.config import load
from portal.base.database import database
from portal.factory import create_app
from portal.models import schema
from portal.models.firm import Firm
from portal.operations import setup
from portal.operations.boot import open_instance
from portal.policies import scope as scopes
from tests.browser_client import Browser

TYPED = {
    "name": "Möller Elektro", "language": "de", "time_zone": "Europe/Berlin", "email": "post@moeller.example.com",
    "country": "DE", "admin_name": "Mia Möller", "admin_email": "mia@moeller.example.com",
    "password": "vier nasse Regenschirme",
}  # fmt: skip


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Flask]:
    """The portal on an instance without a firm."""
    database.close()
    config = load({"PORTAL_INSTANCE": str(tmp_path / "empty"), "PORTAL_BASE_URL": "http://localhost"})
    open_instance(config)
    schema.upgrade()
    app = create_app(config)
    app.testing = True
    yield app
    database.close()


def firms() -> list[str]:
    with scopes.instance("a test") as scope:
        return [row.name for row in scope.of(Firm)]


def test_the_page_makes_the_firm_and_signs_its_admin_in(empty: Flask) -> None:
    browser, address = Browser(empty), f"/setup/{setup.token()}"
    assert "Set up the client portal" in browser.get(address).text
    assert firms() == []
    answer = browser.post(address, TYPED)
    assert (answer.status_code, answer.location) == (303, "/firm/")
    assert firms() == ["Möller Elektro"]
    assert "Mia Möller" in browser.get("/firm/account").text


def test_the_address_works_once_and_says_nothing_afterwards(empty: Flask) -> None:
    browser, address = Browser(empty), f"/setup/{setup.token()}"
    browser.post(address, TYPED)
    wrong = Browser(empty).get("/setup/nothing")
    used = Browser(empty).get(address)
    again = Browser(empty).post(address, {**TYPED, "name": "Zweite"})
    assert [wrong.status_code, used.status_code, again.status_code] == [404, 404, 404]
    assert firms() == ["Möller Elektro"]


def test_a_wrong_page_comes_back_as_typed_without_the_password(empty: Flask) -> None:
    address = f"/setup/{setup.token()}"
    answer = Browser(empty).post(address, {**TYPED, "email": "post", "admin_email": ""})
    assert answer.status_code == 422
    assert 'value="Möller Elektro"' in answer.text
    assert answer.text.count('aria-invalid="true"') == 2
    assert TYPED["password"] not in answer.text
    assert Browser(empty).post(address).status_code == 422
    assert firms() == []


def test_a_stale_page_comes_back(empty: Flask) -> None:
    answer = Browser(empty).post(f"/setup/{setup.token()}", TYPED, csrf=False)
    assert answer.status_code == 422
    assert firms() == []


def test_an_instance_with_a_firm_has_no_such_page(nobody: Browser) -> None:
    assert nobody.get(f"/setup/{setup.token()}").status_code == 404


def test_the_page_speaks_german(empty: Flask) -> None:
    assert '<html lang="de"' in Browser(empty).get(f"/setup/{setup.token()}", language="de").text
