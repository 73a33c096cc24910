"""What a browser calls itself, in words by which a person knows her own device."""

from __future__ import annotations

import re

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device(agent: str) -> str:
    """`Firefox, Windows`; what is not known is left out, and of an unknown program its own first word is shown."""
    names = [_first(agent, _BROWSERS), _first(agent, _SYSTEMS)]
    known = ", ".join(name for name in names if name)
    return known or (re.split(r"[/ ]", agent, maxsplit=1)[0][:30] if agent else "")


def _first(agent: str, names: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in names if mark in agent), "")
