"""Headers on every answer: pages, errors, files, assets, the API (TRUST, Pages)."""

from __future__ import annotations

import dataclasses
import gzip
import re

import pytest

from portal.base import clock
from portal.base.config import Config
from portal.base.database import database
from portal.factory import create_app
from tests.browser_client import Browser
from tests.client.deciding import address
from tests.personas import World

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
)


@pytest.mark.parametrize(
    "path",
    ["/login", "/l", "/l/" + "0" * 32, "/nothing", "/invite", "/password/reset", "/portal/", "/portal/door", "/healthz",
     "/api/v1/clients", "/favicon.ico", "/logout", "/static/x/y", "/brand/zzz.css"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["get", "head", "options", "put"])
def test_every_answer_is_strict(nobody: Browser, path: str, method: str) -> None:
    headers = getattr(nobody.client, method)(path).headers
    assert headers["Content-Security-Policy"].startswith(STRICT)
    for part in ("form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "noindex" in headers["X-Robots-Tag"]
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Server" not in headers
    assert "Strict-Transport-Security" not in headers, "on http it would mean nothing"


def test_nothing_signed_in_is_kept(anna: Browser, holder: Browser, world: World) -> None:
    for answer in (anna.get("/firm/account"), holder.get("/portal/"), holder.get(address(world, world.offer))):
        assert answer.headers["Cache-Control"] == "no-store"
        assert {"Cookie", "HX-Request"} <= set(re.split(r",\s*", answer.headers["Vary"]))
    file = holder.get(address(world, world.offer, "file"), buffered=True)
    assert "public" not in file.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/l", "/l/" + "0" * 32, "/invite", "/password/reset", "/password/forgot", "/login"])
def test_addresses_with_tokens_tell_nobody_where_one_comes_from(nobody: Browser, path: str) -> None:
    answer = nobody.get(path)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


def test_assets_are_kept_for_a_year_whatever_the_cookie(nobody: Browser) -> None:
    page = nobody.get("/l").text
    for path in re.findall(r'(?:href|src)="(/static/[^"#]+)', page):
        answer = nobody.get(path)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert "Set-Cookie" not in answer.headers


def test_pages_are_compressed_for_who_asks(nobody: Browser) -> None:
    plain = nobody.get("/l", headers={"Accept-Encoding": "identity"})
    packed = nobody.get("/l", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data)
    assert gzip.decompress(packed.data).startswith(b"<!doctype html>")
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_with_https_browsers_come_back_that_way(config: Config) -> None:
    database.close()
    app = create_app(dataclasses.replace(config, base_url="https://portal.example.com"))
    app.testing = True
    answer = Browser(app).get("/l", base_url="https://portal.example.com")
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    database.close()
    clock.configure(None)


def test_no_page_holds_script_or_style(anna: Browser, holder: Browser, nobody: Browser, world: World) -> None:
    for answer in (
        anna.get("/firm/account"), holder.get("/portal/"), holder.get(address(world, world.invoice)), nobody.get("/l"),
        nobody.get("/nothing"), holder.get(address(world, world.offer, "acceptance")),
    ):  # fmt: skip
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:", answer.text)
