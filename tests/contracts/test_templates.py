"""Every template compiles and keeps the rules: no inline script or style, partials with one root, pages with titles."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

ROOT = Path(__file__).resolve().parents[2] / "templates"
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.html"))
ON_SCREEN = [name for name in PAGES if not name.startswith("emails/")]
PARTIALS = [name for name in ON_SCREEN if Path(name).name.startswith("_")]
WHOLE = [name for name in ON_SCREEN if "{% extends" in (ROOT / name).read_text() and not name.endswith("base.html")]
_CODE = "".join(path.read_text() for path in (ROOT.parent / "portal" / "web").rglob("*.py"))
# partials that are answers of their own: htmx swaps them, so they need one root with a stable id
_ANSWERS = [name for name in PARTIALS if f'"{name}"' in _CODE]
_FORBIDDEN = {
    "an inline style": re.compile(r"\sstyle\s*=", re.I),
    "a style element": re.compile(r"<style", re.I),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)", re.I),
    "an inline handler": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.I),
    "hx-on": re.compile(r"hx-on"),
    "script in hx-vals": re.compile(r"js:|javascript:", re.I),
    "a foreign address": re.compile(r"(?:src|href|action)=[\"']https?://", re.I),
}
# the only text that is not escaped: a JSON constant of the program
_SAFE = {"base.html": 1}


@pytest.mark.parametrize("name", ON_SCREEN)
def test_compiles(app: Flask, name: str) -> None:
    app.jinja_env.get_template(name)


@pytest.mark.parametrize("name", ON_SCREEN)
def test_holds_nothing_that_the_policy_forbids(name: str) -> None:
    text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", (ROOT / name).read_text(), flags=re.S)
    found = [what for what, pattern in _FORBIDDEN.items() if pattern.search(text)]
    assert not found, f"{name} has {', '.join(found)}"


@pytest.mark.parametrize("name", PAGES)
def test_escapes_what_people_typed(name: str) -> None:
    text = re.sub(r"{#.*?#}", "", (ROOT / name).read_text(), flags=re.S)
    assert len(re.findall(r"\|\s*safe\b|autoescape\s+false", text)) == _SAFE.get(name, 0)


@pytest.mark.parametrize("name", WHOLE)
def test_a_page_has_a_title(name: str) -> None:
    text = (ROOT / name).read_text()
    parents = [name, *re.findall(r'{% extends "([^"]+)"', text)]
    assert any("{% block title %}" in (ROOT / each).read_text() for each in parents)


@pytest.mark.parametrize("name", PARTIALS)
def test_a_partial_names_its_variables_and_has_one_root_with_an_id(name: str) -> None:
    text = (ROOT / name).read_text()
    assert text.startswith("{#"), f"{name} does not say in its first line which variables it takes"
    if name not in _ANSWERS:
        return
    body = re.sub(r"{#.*?#}|{%.*?%}", "", text, flags=re.S).strip()
    first = re.match(r"<(\w+|{{.*?}})\b[^>]*?\bid=", body, re.S)
    assert first, f"{name} does not begin with an element that has an id"
