"""What domain errors become: one page each, in words; fragments say it in passing and leave the page alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from portal.base.errors import Conflict, Gone, Invalid, NotFound, NotPermitted, StepUpNeeded, TooMany, Unavailable
from portal.web.client import start
from tests.browser_client import Browser
from tests.personas import World

CASES: list[tuple[Exception, int, str]] = [
    (NotFound("x"), 404, "Not found"),
    (Gone("x"), 410, "This does not work any more"),
    (NotPermitted("x"), 403, "Not allowed"),
    (StepUpNeeded("x"), 403, "Not allowed"),
    (Conflict("x"), 409, "Somebody was quicker"),
    (Invalid(x="bad"), 422, "Please check your entries"),
    (TooMany(17), 429, "Too many tries"),
    (Unavailable("locked"), 503, "The portal cannot save at the moment"),
    (OverflowError("int too large"), 404, "Not found"),
    (RuntimeError("secret inside"), 500, "Something went wrong"),
]


@pytest.fixture
def breaking(app: Flask) -> Iterator[Any]:
    """Make the start page raise."""
    view = app.view_functions["client.start.index"]

    def break_with(error: Exception) -> None:
        def raising() -> None:
            raise error

        app.view_functions["client.start.index"] = raising

    yield break_with
    app.view_functions["client.start.index"] = view
    assert start


@pytest.mark.parametrize(("error", "status", "words"), CASES, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("language", ["en", "de"])
def test_each_has_a_page_of_its_own(
    breaking: Any, holder: Browser, error: Exception, status: int, words: str, language: str
) -> None:
    breaking(error)
    answer = holder.get("/portal/", language=language)
    assert answer.status_code == status
    assert answer.text.count("<h1") == 1
    assert f'<html lang="{language}"' in answer.text
    assert "secret" not in answer.text
    assert "Petry Haustechnik GmbH" in answer.text, "whose house it is"
    assert "040 66969-120" in answer.text
    if language == "en":
        assert words in answer.text
    if status in (429, 503):
        assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize(("error", "status", "_words"), CASES, ids=lambda value: type(value).__name__)
def test_a_fragment_is_told_in_passing_and_nothing_is_replaced(
    breaking: Any, holder: Browser, error: Exception, status: int, _words: str
) -> None:
    breaking(error)
    answer = holder.get("/portal/", htmx=True)
    assert answer.status_code == status
    if status in (409, 422, 429):  # those htmx would swap
        assert answer.headers["HX-Reswap"] == "none"
        assert json.loads(answer.headers["HX-Trigger"])["toast"]["tone"] == "bad"
        assert answer.headers["HX-Trigger"].isascii()
        assert "<html" not in answer.text
    if status == 429:
        assert answer.headers["Retry-After"] == "17"


def test_a_wrong_method_names_the_right_one(nobody: Browser) -> None:
    answer = nobody.client.put("/l")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize(
    "path", ["/nothing", "/portal/nothing", "/firm/nothing", "/%00", "/portal//nothing", "/\u00e4"]
)
def test_an_unknown_address_is_not_found(nobody: Browser, path: str) -> None:
    answer = nobody.get(path)
    assert answer.status_code == 404
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("path", "query", "location"),
    [
        ("/portal", "", "/portal/"), ("/portal//", "", "/portal/"), ("/firm", "x=//evil", "/firm/?x=%2F%2Fevil"),
        ("//evil.example.com", "", None), ("/portal//evil.example.com", "", None),
    ],
)  # fmt: skip
def test_a_slash_too_many_or_too_few_is_mended_by_our_own_address(
    nobody: Browser, path: str, query: str, location: str | None
) -> None:
    answer = nobody.client.get("/", environ_overrides={"PATH_INFO": path, "QUERY_STRING": query})
    assert (answer.status_code, answer.headers.get("Location")) == ((308, location) if location else (404, None))


def test_a_restricted_adviser_is_told_whom_to_ask(clara: Browser, world: World, advisers_restricted: None) -> None:
    from portal.models.client import Client
    from portal.policies import scope as scopes

    with scopes.of_firm(world.firm) as scope:
        uid = scope.by_id(Client, world.lindner).uid
    answer = clara.get(f"/firm/clients/{uid}")
    assert answer.status_code == 403
    assert "Ask a portal admin" in answer.text
    assert "To the start page" in answer.text
