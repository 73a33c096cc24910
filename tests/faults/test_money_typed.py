"""Amounts as people type them."""

from __future__ import annotations

import re

import pytest

from portal.base import money


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("1.190,00", 1190_00), ("1,190.00", 1190_00), ("1190,5", 1190_50), ("1.190", 1190_00), ("1,190", 1190_00),
        ("-12,5", -12_50), ("1 190,00 €", 1190_00), ("0,01", 1), ("1.190.000", 1_190_000_00),
    ],
)  # fmt: skip
def test_amounts_of_both_languages(typed: str, cents: int) -> None:
    assert money.parse_typed(typed) == cents


@pytest.mark.parametrize("typed", ["1.1.1,00", "1.19.0", "12.34.56", "1.190.50", "11.90,00", "1e3", "-"])
def test_a_slip_is_no_amount(typed: str) -> None:
    with pytest.raises(ValueError, match=re.escape(typed)):
        money.parse_typed(typed)
