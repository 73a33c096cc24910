"""The gate: hosts, origins, addresses behind proxies, doors, bodies."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from portal.base import clock, passwords
from portal.base.config import Config
from portal.base.database import database
from portal.base.errors import Unavailable
from portal.factory import create_app
from portal.operations import sign_ins
from portal.web.routing import declared_routes
from tests.browser_client import Browser
from tests.personas import PASSWORD, World

DOOR = "/f/petry/login"


def site(config: Config, **changes: Any) -> Flask:
    """The portal with other settings."""
    database.close()
    app = create_app(dataclasses.replace(config, **changes))
    app.testing = True
    return app


@pytest.fixture
def https(config: Config) -> Iterator[Flask]:
    """The portal at https://portal.example.com."""
    yield site(config, base_url="https://portal.example.com")
    database.close()
    clock.configure(None)


SECURE = {"base_url": "https://portal.example.com"}


# hosts


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "localhost:8000", "127.0.0.1:80"])
def test_on_loopback_all_its_names_are_trusted(nobody: Browser, host: str) -> None:
    assert nobody.get("/l", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example.com", "localhost.evil.example.com", "127.0.0.1.evil.example.com", "", "[bad", "local host",
     "localhost@evil", "localhost:abc", "localhost:99999999"],
)  # fmt: skip
def test_other_hosts_are_refused(nobody: Browser, host: str) -> None:
    assert nobody.get("/l", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("portal.example.com", 200), ("PORTAL.example.com", 200), ("portal.example.com:443", 200),
        ("portal.example.com:8443", 400), ("localhost", 400), ("evil.example.com", 400),
        ("portal.example.com.evil.test", 400),
    ],
)  # fmt: skip
def test_elsewhere_only_the_host_of_the_base_address(https: Flask, host: str, status: int) -> None:
    assert Browser(https).get("/l", headers={"Host": host}, **SECURE).status_code == status


def test_a_host_never_gets_into_an_address(nobody: Browser, world: World) -> None:
    answer = nobody.get(
        "/firm/", headers={"X-Forwarded-Host": "evil.example.com", "Forwarded": "host=evil.example.com"}
    )
    assert answer.location == "/login"


# origins


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 400),
        ({"Sec-Fetch-Site": "same-site"}, 400),
        ({"Sec-Fetch-Site": "nonsense"}, 400),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 400),
        ({"Origin": "http://localhost"}, 303),
        ({"Origin": "http://127.0.0.1"}, 303),
        ({"Origin": "http://localhost:81"}, 400),
        ({"Origin": "https://localhost"}, 400),
        ({"Origin": "http://evil.example.com"}, 400),
        ({"Origin": "http://localhost.evil.example.com"}, 400),
        ({"Origin": "http://[bad"}, 400),
        ({"Origin": "http://localhost:abc"}, 400),
        ({"Origin": ""}, 400),
    ],
)  # fmt: skip
def test_a_post_comes_from_here(anna: Browser, headers: dict[str, str], status: int) -> None:
    assert anna.post("/logout", {"area": "firm"}, headers=headers).status_code == status
    assert (anna.get("/firm/account").status_code == 200) is (status == 400)


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://portal.example.com", 303), ("https://portal.example.com:443", 303),
        ("http://portal.example.com", 400), ("https://portal.example.com:444", 400),
        ("https://evil.example.com", 400), ("https://portal.example.com.evil", 400),
    ],
)  # fmt: skip
def test_a_post_comes_from_the_base_address(https: Flask, origin: str, status: int) -> None:
    answer = Browser(https).post("/language", {"language": "de", "back": "/l"}, headers={"Origin": origin}, **SECURE)
    assert answer.status_code == status


def test_a_page_without_referrer_says_null_in_older_safaris(nobody: Browser, holder: Browser, world: World) -> None:
    null = {"Origin": "null"}
    assert nobody.post("/l", {"code": "x"}, headers=null).status_code == 422, "there the CSRF token decides"
    assert (
        nobody.post("/l", {"code": "x"}, headers=null, csrf=False).text.count("This page was open for a long time") == 1
    )
    assert holder.post("/portal/documents/x/comments", headers=null).status_code == 400, "here the page has a referrer"
    assert holder.get("/portal/").headers["Referrer-Policy"] == "same-origin"


# addresses


@pytest.mark.parametrize(
    ("hops", "forwarded", "counted"),
    [
        (0, "203.0.113.1", "127.0.0.1"),
        (1, "203.0.113.1", "203.0.113.1"),
        (1, "198.51.100.9, 203.0.113.1", "203.0.113.1"),
        (2, "198.51.100.9, 203.0.113.1, 10.0.0.1", "203.0.113.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_who_asks_is_told_by_trusted_proxies_only(
    config: Config, world: World, hops: int, forwarded: str, counted: str
) -> None:
    from portal.models.sign_in import SignIn
    from portal.policies import scope as scopes

    browser = Browser(site(config, proxy_hops=hops))
    typed = {"email": "anna@petry.example.com", "password": PASSWORD}
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert browser.post(DOOR, typed, headers=headers).status_code == 303
    with scopes.of_firm(world.firm) as scope:
        assert scope.one(scope.of(SignIn)).address == counted
    database.close()


def test_a_forged_forwarded_address_does_not_widen_the_limit(nobody: Browser) -> None:
    statuses = [
        nobody.post("/l", {"code": "x"}, headers={"X-Forwarded-For": f"203.0.113.{n}"}).status_code for n in range(21)
    ]
    assert statuses[-1] == 429


def test_a_household_of_addresses_counts_as_one(nobody: Browser) -> None:
    def ask(address: str) -> int:
        return nobody.post("/l", {"code": "x"}, environ_overrides={"REMOTE_ADDR": address}).status_code

    for number in range(20):
        assert ask(f"2001:db8:1:2::{number:x}") == 422
    assert ask("2001:db8:1:2:ffff::1") == 429
    assert ask("2001:db8:1:3::1") == 422


# doors


def test_every_door_is_shown_to_who_is_signed_out(app: Flask, nobody: Browser) -> None:
    doors = {"staff": "/login", "client": "/portal/door"}
    for rule in declared_routes(app):
        if rule.door not in doors:
            continue
        path = rule.path
        for part in ("<uid>", "<int:number>", "<token>", "<name>", "<path:email>", "<key>", "<slug>"):
            path = path.replace(part, "1")
        method = nobody.post if "POST" in rule.methods else nobody.get
        answer = method(path)
        assert (answer.status_code, answer.location) == (303, doors[rule.door]), rule.path
        fragment = method(path, htmx=True)
        assert (fragment.status_code, fragment.headers["HX-Redirect"]) == (401, doors[rule.door]), rule.path


@pytest.mark.parametrize("headers", [{"HX-Boosted": "true"}, {"HX-History-Restore-Request": "true"}])
def test_boosted_and_restored_pages_are_pages(nobody: Browser, headers: dict[str, str]) -> None:
    assert nobody.get("/firm/", htmx=True, headers=headers).status_code == 303


def test_the_cookie_of_one_side_opens_nothing_on_the_other(anna: Browser, holder: Browser, app: Flask) -> None:
    assert anna.get("/portal/").location == "/portal/door"
    assert holder.get("/firm/").location == "/login"
    for browser, name, other in ((anna, "foyer-staff", "foyer-client"), (holder, "foyer-client", "foyer-staff")):
        cookie = browser.client.get_cookie(name)
        assert cookie is not None
        swapped = Browser(app)
        swapped.client.set_cookie(other, cookie.value)
        assert swapped.get("/portal/").status_code == 303
        assert swapped.get("/firm/").status_code == 303


# bodies


def test_a_body_without_a_file_is_small(nobody: Browser) -> None:
    answer = nobody.post("/l", {"code": "x" * 300_000})
    assert answer.status_code == 413
    assert "Too large" in answer.text


def test_without_room_to_write_reading_goes_on(
    holder: Browser, anna: Browser, monkeypatch: pytest.MonkeyPatch, move_clock: Any
) -> None:
    def full(*_args: Any, **_options: Any) -> None:
        raise Unavailable("disk_full")

    for name in ("see", "note_opening", "remember"):
        monkeypatch.setattr(sign_ins, name, full)
    move_clock(minutes=2)
    assert holder.get("/portal/").status_code == 200
    assert holder.get("/portal/documents").status_code == 200
    assert anna.get("/firm/account").status_code == 200


def test_what_must_be_written_is_503_with_a_time_to_come_back(
    nobody: Browser, monkeypatch: pytest.MonkeyPatch, world: World, token_of: Any
) -> None:
    def full(*_args: Any, **_options: Any) -> None:
        raise Unavailable("disk_full")

    monkeypatch.setattr(sign_ins, "open_link", full)
    answer = nobody.get(f"/l/{token_of(world.lindner_link)}")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "cannot save at the moment" in answer.text


def test_at_most_two_passwords_are_hashed_at_a_time(nobody: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.base.errors import TooMany

    def busy(*_args: Any) -> bool:
        raise TooMany(1)

    monkeypatch.setattr(passwords, "matches", busy)
    answer = nobody.post(DOOR, {"email": "anna@petry.example.com", "password": "x"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
