"""axe-core: WCAG 2.0 to 2.2, A and AA, and best practice; light and dark, wide and narrow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser.conftest import PHONE, WIDE

_SOURCE = (Path(__file__).parents[1] / "vendor" / "axe-4.14.1.min.js").read_text(encoding="utf-8")
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# what else a page says is the same in the dark: only its colours are others
_COLOURS = ["color-contrast", "link-in-text-block"]
_WHOLE: dict[str, Any] = {"runOnly": {"type": "tag", "values": _TAGS}, "rules": {"target-size": {"enabled": True}}}
_DARK: dict[str, Any] = {"runOnly": {"type": "rule", "values": _COLOURS}}
_RUN = """options => axe.run(document, {...options, resultTypes: ['violations'], preload: false}).then(found =>
  found.violations.flatMap(rule => rule.nodes.slice(0, 4).map(node =>
    `${rule.id}: ${node.target.join(' ')} ${node.failureSummary.split('\\n')[1]?.trim().slice(0, 160)}`)))"""


def violations(page: Page, *, sizes: tuple[dict[str, int], ...] = (WIDE, PHONE)) -> list[str]:
    """What is wrong with the page as it stands, also in the dark. Ends light and in the first of the sizes."""
    page.evaluate(_SOURCE)
    found = []
    for size in sizes:
        page.set_viewport_size(size)
        for scheme, options in (("light", _WHOLE), ("dark", _DARK)):
            page.emulate_media(color_scheme=scheme)
            where = f"{page.url.partition('/')[2]} at {size['width']}, {scheme}"
            found += [f"{where}: {flaw}" for flaw in page.evaluate(_RUN, options)]
    page.set_viewport_size(sizes[0])
    page.emulate_media(color_scheme="light")
    return found
