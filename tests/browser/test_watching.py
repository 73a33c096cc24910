"""The watch itself: what a browser complains of is heard."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.browser.site import Site
from tests.browser.watching import Watch


def test_complaints_are_heard(browser: Browser, site: Site) -> None:
    context = browser.new_context(base_url=site.url)
    watch = Watch(context, site.url)
    page = context.new_page()
    page.goto("/l")
    assert watch.complaints == []
    heard = 0
    for act in (
        "console.error('wrong')",
        "setTimeout(() => { throw new Error('broken') })",
        "document.body.setAttribute('style', 'color: red')",
        "document.body.append(Object.assign(new Image(), {src: 'http://foreign.example.test/a.png'}))",
        "fetch('/nowhere').then(() => {})",
    ):
        page.evaluate(act)
        page.wait_for_timeout(200)
        assert len(watch.complaints) > heard, act
        heard = len(watch.complaints)
    watch.expect(404)
    page.evaluate("fetch('/nowhere').then(() => {})")
    page.wait_for_timeout(200)
    assert len(watch.complaints) == heard
    context.close()
