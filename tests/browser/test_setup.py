"""From nothing: an empty instance is set up on its one page, and the first portal admin is in."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.conftest import Visitors
from tests.browser.site import running


def test_an_empty_instance_is_set_up(visitors: Visitors, tmp_path: Path) -> None:
    with running(tmp_path) as site:
        address = re.search(rf"{re.escape(site.url)}/setup/[\w-]+", site.log.read_text())
        assert address, site.log.read_text()
        visitors.home = site.url
        page = visitors.open(address[0])
        wrong = violations(page)
        fields = page.get_by_role("main")
        fields.locator("[name=name]").fill("Malerbetrieb Sander")
        fields.locator("[name=email]").fill("post@sander.example.com")
        fields.locator("[name=admin_name]").fill("Ida Sander")
        fields.locator("[name=admin_email]").fill("ida@sander.example.com")
        fields.locator("[name=password]").fill("sehr bunte Farbeimer im Hof")
        page.get_by_role("button", name="Set up and sign in").click()
        expect(page).to_have_url(re.compile(r"/firm/"))
        for path in ("/firm/", "/firm/clients", "/firm/documents"):
            page.goto(path)
            wrong += violations(page)
        page.goto("/firm/clients/new")
        page.get_by_label("Name", exact=True).fill("Erste Kundin")
        page.get_by_role("button", name="Create client").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Erste Kundin")
        visitors.watch(page).expect(404, 410)
        gone = page.goto(address[0])
        assert gone is not None
        assert gone.status in (404, 410)
        assert not wrong, "\n".join(wrong)
