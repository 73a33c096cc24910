"""How amounts, dates and names are written on pages: Jinja filters over `base/language.py`."""

from __future__ import annotations

import functools
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, g
from flask_babel import gettext as _
from markupsafe import Markup, escape

from portal.base import clock, iban, text
from portal.base import language as forms
from portal.web.assets import assets
from portal.web.languages import language


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        money=money, amount=amount, long_date=long_date, short_date=short_date, instant=instant,
        short_instant=short_instant, in_days=in_days, lines=lines, initials=text.initials, iban=iban.grouped, size=size,
        quantity=quantity,
    )  # fmt: skip
    app.jinja_env.globals.update(icon=icon)


def money(cents: int | None, currency: str = "EUR") -> str:
    """`4.386,34 €`; a dash where the amount is not known."""
    return "–" if cents is None else forms.money(cents, currency, language())


def amount(cents: int) -> str:
    return forms.amount(cents, language())


def long_date(day: date | None) -> str:
    return "" if day is None else forms.long_date(day, language())


def short_date(day: date | None) -> str:
    return "" if day is None else forms.short_date(day, language())


def instant(moment: datetime | None) -> str:
    return "" if moment is None else forms.instant(moment, _zone(), language())


def short_instant(moment: datetime | None) -> str:
    return "" if moment is None else forms.short_instant(moment, _zone(), language())


def short_day(moment: datetime | None) -> str:
    """The day of an instant where the firm is."""
    return "" if moment is None else short_date(moment.astimezone(ZoneInfo(_zone())).date())


def in_days(day: date) -> str:
    """`in 11 days`, `today`, `3 days ago`: stands next to the date, never alone."""
    days = (day - clock.today(_zone())).days
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    if days == -1:
        return _("yesterday")
    return _("in %(days)s days", days=days) if days > 0 else _("%(days)s days ago", days=-days)


def quantity(plain: str) -> str:
    """`14`, `1,5`: a decimal as in an e-invoice, written as people do."""
    return forms.number(plain, language())


def lines(value: str) -> Markup:
    """Plain text with its line breaks."""
    return Markup("<br>").join(escape(line) for line in value.splitlines())


def size(count: int) -> str:
    """`184 KB`."""
    return f"{max(1, round(count / 1000))}\u00a0KB" if count < 1_000_000 else f"{count / 1_000_000:.1f}\u00a0MB"


@functools.lru_cache(maxsize=500)
def icon(name: str, label: str = "") -> Markup:
    """An icon of the sprite; with a label it speaks, otherwise it is decoration."""
    hidden: Any = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="icon" {}><use href="{}#i-{}"/></svg>').format(hidden, assets.address("icons.svg"), name)


def _zone() -> str:
    return str(g.visit.firm.time_zone) if "visit" in g else "Europe/Berlin"
