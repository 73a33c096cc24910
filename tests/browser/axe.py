"""axe-core: WCAG 2.0 to 2.2, A and AA, and best practice; light and dark, wide and narrow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

_SOURCE = (Path(__file__).parents[1] / "vendor" / "axe-4.14.1.min.js").read_text(encoding="utf-8")
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# what else a page says is the same in the dark: only its colours are others
_COLOURS = ["color-contrast", "link-in-text-block"]
_WHOLE: dict[str, Any] = {"runOnly": {"type": "tag", "values": _TAGS}, "rules": {"target-size": {"enabled": True}}}
_DARK: dict[str, Any] = {"runOnly": {"type": "rule", "values": _COLOURS}}
_RUN = """options => axe.run(document, {...options, resultTypes: ['violations'], preload: false}).then(found =>
  found.violations.flatMap(rule => rule.nodes.slice(0, 4).map(node =>
    `${rule.id}: ${node.target.join(' ')} ${node.failureSummary.split('\\n')[1]?.trim().slice(0, 160)}`)))"""


def violations(page: Page, *, widths: tuple[int, ...] = (1280, 390)) -> list[str]:
    """What is wrong with the page as it stands, also in the dark. Ends light and as it came."""
    page.evaluate(_SOURCE)
    before, found = page.viewport_size, []
    for width in widths:
        # high enough for all of it: what a bar at the edge covers now, is free after scrolling
        page.set_viewport_size({"width": width, "height": 4000})
        for scheme, options in (("light", _WHOLE), ("dark", _DARK)):
            page.emulate_media(color_scheme=scheme)
            where = f"{page.url.partition('/')[2]} at {width}, {scheme}"
            found += [f"{where}: {flaw}" for flaw in page.evaluate(_RUN, options)]
    assert before is not None
    page.set_viewport_size(before)
    page.emulate_media(color_scheme="light")
    return found
