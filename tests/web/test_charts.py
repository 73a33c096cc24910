"""Bars drawn by the server: shapes in SVG, words escaped beside them, nothing that the policy forbids."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from lxml import html

Row = tuple[str, str, int, list[str], str]


def drawn(app: Flask, rows: list[Row]) -> html.HtmlElement:
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        module = app.jinja_env.get_template("shared/charts.html").make_module({})
        return html.fragment_fromstring(str(module.bars(rows)).strip())  # type: ignore[attr-defined]


def widths(chart: html.HtmlElement) -> list[list[str]]:
    return [[rect.get("width") for rect in svg.findall("rect")] for svg in chart.iter("svg")]


def test_bars_are_as_long_as_their_values(app: Flask) -> None:
    chart = drawn(app, [("a", "", 200, [], ""), ("b", "", 50, [], "soft"), ("c", "", 0, [], "bad")])
    assert widths(chart) == [["100%", "100.0%"], ["100%", "25.0%"], ["100%"]]


def test_one_among_thousands_is_still_seen(app: Flask) -> None:
    assert widths(drawn(app, [("a", "", 90_000, [], ""), ("b", "", 1, [], "")]))[1] == ["100%", "1.0%"]


def test_nothing_at_all_is_drawn_as_nothing(app: Flask) -> None:
    assert widths(drawn(app, [("a", "", 0, [], "")])) == [["100%"]]


@pytest.mark.parametrize("bad", ["<script>x</script>", '"><img src=x>', "' onload='x"])
def test_what_people_typed_is_text(app: Flask, bad: str) -> None:
    chart = drawn(app, [(bad, "/firm/?x=" + bad, 1, [bad], "soft")])
    assert [each.tag for each in chart.iter()] == [
        "dl", "div", "dt", "a", "dd", "svg", "rect", "rect", "dd", "b", "span",
    ]  # fmt: skip
    assert chart.findtext(".//a") == bad
    assert chart.find(".//a").attrib.keys() == ["href"]


def test_words_and_numbers_are_text_and_shapes_are_silent(app: Flask) -> None:
    chart = drawn(app, [("Überfällig", "/x", 12_345, ["€1.00", "CHF 2.00"], "bad")])
    assert re.sub(r"\s+", " ", chart.text_content()).strip() == "Überfällig 12,345€1.00CHF 2.00"
    (svg,) = chart.iter("svg")
    assert svg.get("aria-hidden") == "true"
    assert not svg.text_content().strip()
    text = html.tostring(chart).decode()
    assert not re.search(r"style=|<style|<script|\son\w+=", text)
