"""Choices that are the same in several forms: languages, countries, time zones."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any
from zoneinfo import available_timezones

from wtforms.fields.choices import SelectChoice

from portal.base.language import locale
from portal.web.languages import NAMES

_NEAR = ("DE", "AT", "CH", "LI", "LU")
_REGIONS = ("Europe", "Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Indian", "Pacific")


def listed(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """Value and label, as WTForms wants them."""
    return [SelectChoice(value, label) for value, label in pairs]


LANGUAGES = listed(NAMES.items())


@functools.cache
def countries(language: str) -> list[SelectChoice]:
    """ISO 3166 code and name in that language, the neighbours first."""
    names = {code: name for code, name in locale(language).territories.items() if len(code) == 2 and code.isalpha()}
    others = sorted((code for code in names if code not in _NEAR), key=lambda code: names[code].casefold())
    return listed((code, names[code]) for code in (*_NEAR, *others))


@functools.cache
def time_zones() -> list[SelectChoice]:
    """IANA name and the same to read, Europe first."""
    zones = [zone for zone in available_timezones() if zone.partition("/")[0] in _REGIONS and "/" in zone]
    zones.sort(key=lambda zone: (_REGIONS.index(zone.partition("/")[0]), zone))
    return listed((zone, zone.replace("_", " ")) for zone in (*zones, "UTC"))
