"""Choices that are the same in several forms: languages, countries, time zones."""

from __future__ import annotations

import functools
from zoneinfo import available_timezones

from portal.base.language import locale
from portal.web.languages import NAMES

_NEAR = ("DE", "AT", "CH", "LI", "LU")
_REGIONS = ("Europe", "Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Indian", "Pacific")

LANGUAGES = list(NAMES.items())


@functools.cache
def countries(language: str) -> list[tuple[str, str]]:
    """ISO 3166 code and name in that language, the neighbours first."""
    names = {code: name for code, name in locale(language).territories.items() if len(code) == 2 and code.isalpha()}
    others = sorted((code for code in names if code not in _NEAR), key=lambda code: names[code].casefold())
    return [(code, names[code]) for code in (*_NEAR, *others)]


@functools.cache
def time_zones() -> list[tuple[str, str]]:
    """IANA name and the same to read, Europe first."""
    zones = [zone for zone in available_timezones() if zone.partition("/")[0] in _REGIONS and "/" in zone]
    zones.sort(key=lambda zone: (_REGIONS.index(zone.partition("/")[0]), zone))
    return [(zone, zone.replace("_", " ")) for zone in (*zones, "UTC")]
