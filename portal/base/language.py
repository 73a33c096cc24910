"""Texts, amounts and dates in a person's language (X4), without a request: for mails, papers and pages alike.

Forms by DESIGN, Words: `4.386,34 €` / `€4,386.34`, `30. November 2026` / `30 November 2026`, 24-hour time.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, format_percent
from babel.support import NullTranslations, Translations

GERMAN, ENGLISH = "de", "en"
LANGUAGES = (GERMAN, ENGLISH)
DIRECTORY = Path(__file__).resolve().parent.parent.parent / "translations"

# British English: the day before the month and 24 hours, as everywhere in Europe
_LOCALES = {GERMAN: "de_DE", ENGLISH: "en_GB"}
_SHORT_DATES = {GERMAN: "dd.MM.yyyy", ENGLISH: "d MMM yyyy"}


def known(language: str | None, *others: str | None) -> str:
    """The first of these that the program speaks; German when none is."""
    return next((each for each in (language, *others) if each in LANGUAGES), GERMAN)


@functools.cache
def locale(language: str) -> Locale:
    """The locale behind a language of ours."""
    return Locale.parse(_LOCALES[language])


@functools.cache
def translations(language: str) -> NullTranslations:
    """The catalogue of a language, read once. Without one the texts stay as they are in the code: English."""
    source = DIRECTORY / language / "LC_MESSAGES" / "messages.po"
    if not source.exists():
        return NullTranslations()
    compiled = source.with_suffix(".mo")
    if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
        return Translations(_compile(source, compiled))
    with compiled.open("rb") as file:
        return Translations(file)


def _compile(source: Path, compiled: Path) -> io.BytesIO:
    """The catalogue from its source, kept beside it where the folder can be written."""
    content = io.BytesIO()
    with source.open("rb") as file:
        write_mo(content, read_po(file))
    with contextlib.suppress(OSError):
        temporary = compiled.with_suffix(f".{os.getpid()}")
        temporary.write_bytes(content.getvalue())
        temporary.replace(compiled)
    content.seek(0)
    return content


def gettext_in(language: str, text: str, **values: object) -> str:
    """The text in that language with its %(name)s filled in."""
    translated = str(translations(language).ugettext(text))
    return translated % values if values else translated


@functools.lru_cache(maxsize=5_000)
def money(cents: int, currency: str, language: str) -> str:
    """Cents as an amount with its currency, `4.386,34 €`; the blank before the sign does not break."""
    amount = Decimal(cents).scaleb(-2)
    # our amounts have two digits in every currency, also where the yen has none
    return format_currency(amount, currency, locale=locale(language), currency_digits=False)


def amount(cents: int, language: str) -> str:
    """The same without currency, ungrouped, as one types it into a bank's form: `4386,34`."""
    return format_decimal(Decimal(cents).scaleb(-2), "0.00", locale=locale(language))


def percent(value: Decimal, language: str) -> str:
    """`19` -> `19 %` with a blank that does not break, `19%` in English."""
    return format_percent(value / 100, "#,##0.##\u00a0%" if language == GERMAN else "#,##0.##%", locale(language))


@functools.lru_cache(maxsize=2_000)
def long_date(day: date, language: str) -> str:
    """For clients: `30. November 2026`."""
    return format_date(day, "long", locale(language))


@functools.lru_cache(maxsize=2_000)
def short_date(day: date, language: str) -> str:
    """For staff: `30.11.2026`, `30 Nov 2026`."""
    return format_date(day, _SHORT_DATES[language], locale(language))


def instant(moment: datetime, zone: str, language: str) -> str:
    """An instant in the firm's zone, for clients: `30. November 2026, 14:05`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{long_date(local.date(), language)}, {clock_time(moment, zone, language)}"


def short_instant(moment: datetime, zone: str, language: str) -> str:
    """An instant in the firm's zone, for staff: `30.11.2026, 14:05`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{short_date(local.date(), language)}, {clock_time(moment, zone, language)}"


def clock_time(moment: datetime, zone: str, language: str) -> str:
    """`14:05` in the firm's zone."""
    return format_time(moment.astimezone(ZoneInfo(zone)).time(), "HH:mm", locale=locale(language))


def number(plain: str, language: str) -> str:
    """`1.50` -> `1,5`; what is no number stays as it is."""
    try:
        return format_decimal(Decimal(plain), locale=locale(language))
    except InvalidOperation:
        return plain
