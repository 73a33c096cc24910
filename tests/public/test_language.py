"""The language: chosen, then the person's, then the browser's; a way back that is always ours (X4)."""

from __future__ import annotations

import pytest

from portal.models.contact import Contact
from portal.models.identity import Identity
from portal.policies import scope as scopes
from tests.browser_client import Browser
from tests.personas import World


@pytest.mark.parametrize(
    ("asked", "spoken"), [("de", "de"), ("en", "en"), ("fr, de;q=0.5", "de"), ("fr", "de"), ("", "de")]
)
def test_the_browser_is_asked_first(nobody: Browser, asked: str, spoken: str) -> None:
    assert f'<html lang="{spoken}"' in nobody.get("/l", language=asked).text


def test_a_choice_stays_in_the_browser(nobody: Browser) -> None:
    answer = nobody.post("/language", {"language": "de", "back": "/l?x=1"})
    assert (answer.status_code, answer.location) == (303, "/l?x=1")
    cookie = nobody.client.get_cookie("foyer-lang")
    assert cookie is not None
    assert (cookie.value, cookie.http_only, cookie.same_site) == ("de", True, "Lax")
    assert '<html lang="de"' in nobody.get("/l", language="en").text


@pytest.mark.parametrize("language", ["fr", "", "../de"])
def test_what_we_do_not_speak_is_not_kept(nobody: Browser, language: str) -> None:
    assert nobody.post("/language", {"language": language, "back": "/l"}).status_code == 303
    assert nobody.client.get_cookie("foyer-lang") is None


def test_a_staff_member_is_written_to_in_the_language_chosen(anna: Browser, world: World) -> None:
    anna.post("/language", {"language": "de", "back": "/firm/account"})
    with scopes.of_firm(world.firm) as scope:
        chosen = scope.one(scope.of(Identity).where(Identity.email_key == "anna@petry.example.com")).language
    assert chosen == "de"


def test_a_contacts_own_language_comes_before_the_browsers(dora: Browser, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.by_id(Contact, world.dora), language="de")
    assert '<html lang="de"' in dora.get("/portal/", language="en").text


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example.com", "//evil.example.com", "/\\evil.example.com", "/\t/evil.example.com",
        "/\n/evil.example.com", "javascript:alert(1)", "evil", "", "/nothing/of/ours", "/logout", "///evil.example.com",
        "/%09/evil.example.com",
        "/\r\nSet-Cookie: x=1", "http:///portal", "[", "/l/../..//evil.example.com",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/language", "/theme"])
def test_the_way_back_is_ours(nobody: Browser, path: str, back: str) -> None:
    answer = nobody.post(path, {"language": "de", "theme": "dark", "back": back})
    assert answer.status_code == 303
    assert answer.location.startswith("/")
    assert not answer.location.startswith("//")
    assert "evil" not in answer.location or answer.location.startswith("/l/")
    assert "\r" not in str(answer.headers).replace("\r\n", "")


def test_the_way_back_keeps_its_question(holder: Browser) -> None:
    answer = holder.post(
        "/language", {"language": "de", "back": "/portal/documents?q=Heizung+%26+B%C3%A4der&_external=1"}
    )
    assert answer.location == "/portal/documents?q=Heizung+%26+B%C3%A4der&_external=1"


def test_it_is_no_get(nobody: Browser) -> None:
    assert nobody.get("/language?language=de").status_code == 405


@pytest.mark.parametrize(("path", "cookie"), [("/language", "foyer-lang"), ("/theme", "foyer-theme")])
def test_a_stale_form_changes_nothing_and_says_so(nobody: Browser, path: str, cookie: str) -> None:
    answer = nobody.post(path, {"language": "de", "theme": "dark", "back": "/l"}, csrf=False)
    assert (answer.status_code, answer.location) == (303, "/l")
    assert nobody.client.get_cookie(cookie) is None
    assert "This page was open for a long time" in nobody.get("/l").text


def test_the_appearance_is_kept_in_the_browser(nobody: Browser) -> None:
    nobody.post("/theme", {"theme": "dark", "back": "/l"})
    assert 'data-theme="dark"' in nobody.get("/l").text
    nobody.post("/theme", {"theme": "system", "back": "/l"})
    assert "data-theme" not in nobody.get("/l").text
    nobody.client.set_cookie("foyer-theme", '"><script>')
    assert "<script>" not in nobody.get("/l").text.replace("<script src", "")
