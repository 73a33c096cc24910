"""Every page that anybody gets: title, one h1, unique ids, labelled fields, CSRF in each form, the policy's header."""

from __future__ import annotations

import pytest
from flask import Flask
from lxml import html

from portal.web.routing import declared_routes
from tests.browser_client import Browser
from tests.contracts import access
from tests.personas import World

# answers that htmx alone asks for
_FRAGMENTS = {"firm.documents_upload.suggest", "firm.settings_look.preview"}


@pytest.fixture
def visitors(nobody: Browser, anna: Browser, dora: Browser, dora_signed_in: Browser) -> dict[str, Browser]:
    return {"nobody": nobody, "anna": anna, "dora": dora, "dora_signed_in": dora_signed_in}


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_page(app: Flask, world: World, visitors: dict[str, Browser], language: str) -> None:
    seen = 0
    for rule in declared_routes(app):
        if rule.methods[0] != "GET" or rule.door == "api":
            continue
        for name, browser in visitors.items():
            answer = browser.get(access.address(rule, world), language=language)
            if (
                answer.mimetype == "text/html"
                and answer.status_code not in (204, 303)
                and rule.endpoint not in _FRAGMENTS
            ):
                seen += 1
                assert answer.text, f"{rule.path} for {name}: empty, {answer.status_code}"
                flaws = list(flaws_of(html.document_fromstring(answer.text), language))
                assert not flaws, f"{rule.path} for {name}: {'; '.join(flaws)}"
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
                assert answer.headers["Cache-Control"] == "no-store"
            answer.close()
    assert seen > 60


def flaws_of(page: html.HtmlElement, language: str) -> list[str]:
    found = []
    titles = [each.text_content().strip() for each in page.xpath("//head/title")]
    if len(titles) != 1 or not titles[0]:
        found.append(f"titles: {titles}")
    headings = page.xpath("//h1")
    if len(headings) != 1 or not headings[0].text_content().strip():
        found.append(f"{len(headings)} h1")
    if page.get("lang") != language:
        found.append(f"lang is {page.get('lang')}")
    ids = page.xpath("//@id")
    found += [f"id {each} stands twice" for each in sorted({each for each in ids if ids.count(each) > 1})]
    for form in page.xpath("//form[translate(@method, 'POST', 'post')='post']"):
        if not form.xpath(".//input[@name='csrf_token']"):
            found.append(f"no CSRF token in the form to {form.get('action')}")
    for field in page.xpath("//input[not(@type='hidden') and not(@type='submit')] | //select | //textarea"):
        if not _is_labelled(page, field):
            found.append(f"no label for {field.get('name')}")
    if page.xpath("//*[@style] | //style | //script[not(@src)]"):
        found.append("inline style or script")
    return found


def _is_labelled(page: html.HtmlElement, field: html.HtmlElement) -> bool:
    if field.get("aria-label") or field.get("aria-labelledby") or field.xpath("ancestor::label"):
        return True
    return bool(field.get("id") and page.xpath(f"//label[@for='{field.get('id')}']"))
