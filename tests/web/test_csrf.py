"""CSRF: every POST, masked tokens, one that fits its session; a stale one shows the form again and does nothing."""

from __future__ import annotations

import base64
import re

import pytest
from flask import Flask

from portal.web.routing import declared_routes
from tests.browser_client import Browser
from tests.personas import PASSWORD, World


def test_no_post_works_without_a_token(app: Flask, anna: Browser, holder: Browser, nobody: Browser) -> None:
    """Either the form stands there again, or the page says that it was open for long; nothing is ever done."""
    browsers = {"staff": anna, "client": holder, "public": nobody}
    for rule in declared_routes(app):
        if "POST" not in rule.methods or rule.door == "api":
            continue
        path = re.sub(r"<[^>]*>", "1", rule.path)
        answer = browsers[rule.door].post(path, {"area": "firm", "back": "/l"}, csrf=False)
        if rule.by_token:
            assert answer.status_code == 404, f"{rule.path}: its token is the proof, and 1 is nobody's"
        elif rule.form:
            assert answer.status_code in (303, 404, 410, 422, 403, 200), rule.path
        else:
            assert answer.status_code in (400, 403), rule.path


def test_tokens_are_masked_anew_in_each_answer(nobody: Browser) -> None:
    first, second = (_token(nobody.get("/l").text) for _ in range(2))
    assert first != second
    for token in (first, second):
        assert nobody.post("/l", {"csrf_token": token, "code": "x"}).status_code == 422
        assert "This page was open for a long time" not in nobody.post("/l", {"csrf_token": token, "code": "x"}).text


@pytest.mark.parametrize(
    "token", ["", "x", "é", "=", "A" * 500, base64.urlsafe_b64encode(b"\0" * 12 + b"x").decode(), "\0"]
)
def test_what_is_no_token_is_stale(nobody: Browser, token: str) -> None:
    answer = nobody.post("/l", {"csrf_token": token, "code": "ABCD"})
    assert answer.status_code == 422
    assert "This page was open for a long time" in answer.text


def test_a_token_of_another_browser_is_stale(nobody: Browser, app: Flask) -> None:
    foreign = _token(Browser(app).get("/l").text)
    assert "This page was open for a long time" in nobody.post("/l", {"csrf_token": foreign, "code": "ABCD"}).text


def test_a_token_of_an_area_works_for_what_stands_on_all_pages(anna: Browser, holder: Browser) -> None:
    for browser, page in ((anna, "/firm/account"), (holder, "/portal/")):
        token = _token(browser.get(page).text)
        answer = browser.post("/language", {"csrf_token": token, "language": "de", "back": page})
        assert answer.location == page
        assert browser.client.get_cookie("foyer-lang") is not None


def test_a_token_from_before_signing_in_does_not_work_inside(app: Flask, world: World) -> None:
    browser = Browser(app)
    before = _token(browser.get("/f/petry/login").text)
    browser.post("/f/petry/login", {"csrf_token": before, "email": "anna@petry.example.com", "password": PASSWORD})
    answer = browser.post("/firm/account/sessions/end", {"csrf_token": before})
    assert answer.status_code in (400, 404, 405, 422)
    assert browser.get("/firm/account").status_code == 200


def test_htmx_sends_it_in_a_header(anna: Browser, holder: Browser) -> None:
    for browser, page in ((anna, "/firm/account"), (holder, "/portal/")):
        found = re.search(r"hx-headers='\{\"X-CSRFToken\": \"([^\"]+)\"\}'", browser.get(page).text)
        assert found is not None
        answer = browser.post(
            "/language", {"language": "de", "back": page}, csrf=False, headers={"X-CSRFToken": found[1]}
        )
        assert answer.location == page
        assert browser.client.get_cookie("foyer-lang") is not None


def test_a_stale_act_without_a_form_says_so(anna: Browser) -> None:
    answer = anna.post("/firm/account/sessions", csrf=False)
    assert answer.status_code in (400, 404, 405, 422)


def _token(text: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert found is not None
    return found[1]
