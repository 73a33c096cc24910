"""How amounts, dates and instants are written (DESIGN, Words)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portal.base import language


@pytest.mark.parametrize(
    ("cents", "currency", "german", "english"),
    [
        (4386_34, "EUR", "4.386,34\u00a0€", "€4,386.34"),
        (-11_90, "EUR", "-11,90\u00a0€", "-€11.90"),
        (5, "GBP", "0,05\u00a0£", "£0.05"),
        (1000_00, "JPY", "1.000,00\u00a0¥", "JP¥1,000.00"),
        (10**15 - 1, "EUR", "9.999.999.999.999,99\u00a0€", "€9,999,999,999,999.99"),
    ],
)
def test_money(cents: int, currency: str, german: str, english: str) -> None:
    assert language.money(cents, currency, "de") == german
    assert language.money(cents, currency, "en") == english


def test_an_amount_to_copy_is_not_grouped() -> None:
    assert (language.amount(4386_34, "de"), language.amount(4386_34, "en")) == ("4386,34", "4386.34")


def test_percent_keeps_its_sign_on_the_line() -> None:
    assert language.percent(Decimal("7.5"), "de") == "7,5\u00a0%"
    assert language.percent(Decimal(19), "en") == "19%"


def test_days() -> None:
    day = date(2026, 11, 30)
    assert (language.long_date(day, "de"), language.long_date(day, "en")) == ("30. November 2026", "30 November 2026")
    assert (language.short_date(day, "de"), language.short_date(day, "en")) == ("30.11.2026", "30 Nov 2026")


def test_instants_are_shown_in_the_zone_with_24_hours() -> None:
    moment = datetime(2026, 7, 31, 22, 5, tzinfo=UTC)
    assert language.instant(moment, "Europe/Berlin", "de") == "1. August 2026, 00:05"
    assert language.short_instant(moment, "America/New_York", "en") == "31 Jul 2026, 18:05"


def test_the_first_language_we_speak() -> None:
    assert language.known(None, "fr", "en") == "en"
    assert language.known("xx") == "de"


def test_texts_keep_percent_signs_without_values() -> None:
    assert language.gettext_in("en", "100 %") == "100 %"
    assert language.gettext_in("en", "%(count)s of 100 %%", count=3) == "3 of 100 %"
