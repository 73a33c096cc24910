"""Cookies: names, flags, what stands in them, and that a page writes none without need (DETAILS 5)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from portal.base import clock
from portal.base.config import Config
from portal.base.database import database
from portal.factory import create_app
from tests.browser_client import Browser
from tests.personas import PASSWORD, World

HTTPS = {"base_url": "https://portal.example.com"}
ANNA = {"email": "anna@petry.example.com", "password": PASSWORD}


@pytest.fixture
def secure(config: Config) -> Iterator[Browser]:
    """A browser at https://portal.example.com."""
    database.close()
    app = create_app(dataclasses.replace(config, base_url=HTTPS["base_url"]))
    app.testing = True
    yield Browser(app)
    database.close()
    clock.configure(None)


def test_on_loopback_they_are_plain(nobody: Browser, world: World, token_of: Callable[[int], str]) -> None:
    opened = _cookies(nobody.get(f"/l/{token_of(world.lindner_link)}"))
    signed_in = _cookies(nobody.post("/f/petry/login", ANNA))
    for cookie, name in ((opened, "foyer-client"), (signed_in, "foyer-staff")):
        assert cookie[name] >= {"HttpOnly", "SameSite=Lax", "Path=/"}
        assert "Secure" not in cookie[name]


def test_with_https_they_are_bound_to_the_host(secure: Browser, world: World, token_of: Callable[[int], str]) -> None:
    opened = _cookies(secure.get(f"/l/{token_of(world.lindner_link)}", **HTTPS))
    assert opened["__Host-foyer-client"] >= {"HttpOnly", "SameSite=Lax", "Path=/", "Secure"}
    assert not any(flag.startswith("Domain") for flag in opened["__Host-foyer-client"])
    assert secure.get("/portal/", **HTTPS).status_code == 200
    page = secure.get("/f/petry/login", **HTTPS)
    import re

    token = re.findall(r'name="csrf_token" value="([^"]+)"', page.text)[0]
    signed_in = _cookies(secure.post("/f/petry/login", {**ANNA, "csrf_token": token}, **HTTPS))
    assert signed_in["__Host-foyer-staff"] >= {"HttpOnly", "SameSite=Lax", "Path=/", "Secure"}
    assert "foyer-staff" not in signed_in


def test_signing_out_removes_the_cookie_of_that_area(anna: Browser) -> None:
    header = anna.post("/logout", {"area": "firm"}).headers.getlist("Set-Cookie")
    assert any(line.startswith("foyer-staff=;") and "Max-Age=0" in line for line in header)
    assert not any(line.startswith("foyer-client") for line in header)


def test_the_cookie_before_sign_in_is_signed(nobody: Browser, app: Flask) -> None:
    fresh = Browser(app)
    fresh.client.delete_cookie("foyer-pre")
    flags = _cookies(fresh.get("/l"))["foyer-pre"]
    assert flags >= {"HttpOnly", "SameSite=Lax", "Path=/"}
    cookie = fresh.client.get_cookie("foyer-pre")
    assert cookie is not None
    fresh.client.set_cookie("foyer-pre", cookie.value[:-2] + "xx")
    assert "foyer-pre" in _cookies(fresh.get("/l")), "a changed one counts as none"


def test_a_page_read_again_sets_no_cookie(nobody: Browser, holder: Browser) -> None:
    nobody.get("/l")
    assert "Set-Cookie" not in nobody.get("/l").headers
    holder.get("/portal/")
    assert "Set-Cookie" not in holder.get("/portal/").headers


def test_head_sets_none(nobody: Browser, app: Flask) -> None:
    fresh = Browser(app)
    fresh.client.delete_cookie("foyer-pre")
    for path in ("/l", "/login", "/portal/documents", "/f/petry/login"):
        assert "Set-Cookie" not in fresh.client.head(path).headers


def test_the_page_asked_for_never_stands_in_an_address(nobody: Browser) -> None:
    answer = nobody.get("/portal/documents?q=geheim", headers={"Sec-Fetch-Mode": "navigate"})
    assert answer.location == "/portal/door"
    assert "geheim" not in nobody.get("/portal/door").text


def test_only_these_cookies_exist(nobody: Browser, world: World, token_of: Callable[[int], str]) -> None:
    nobody.get(f"/l/{token_of(world.lindner_link)}")
    nobody.get("/portal/")
    nobody.post("/f/petry/login", ANNA)
    nobody.get("/firm/account")
    nobody.post("/language", {"language": "de", "back": "/l"})
    nobody.post("/theme", {"theme": "dark", "back": "/l"})
    names = {cookie.key for cookie in nobody.client._cookies.values()}
    assert names == {"foyer-pre", "foyer-client", "foyer-staff", "foyer-lang", "foyer-theme"}


def test_the_link_session_ends_after_two_hours_idle_and_a_day(
    holder: Browser, dora: Browser, move_clock: Callable[..., None]
) -> None:
    move_clock(minutes=119)
    assert holder.get("/portal/").status_code == 200
    move_clock(minutes=2)
    assert dora.get("/portal/").status_code == 303, "idle for more than two hours"
    for _ in range(12):
        move_clock(minutes=110)
        holder.get("/portal/")
    assert holder.get("/portal/").status_code == 303, "a day at most"


def _cookies(answer: object) -> dict[str, set[str]]:
    found = {}
    for line in answer.headers.getlist("Set-Cookie"):  # type: ignore[attr-defined]
        name, *flags = [part.strip() for part in line.split(";")]
        found[name.split("=")[0]] = set(flags)
    return found
