"""Amounts are signed whole cents with their currency."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

LARGEST = 10**15
_PLAIN = re.compile(r"-?\d{1,13}(\.\d{1,2})?")
# 1.190 is one thousand one hundred and ninety, however many people write decimals with a dot: there are two at most
_TYPED = re.compile(r"-?(\d+([.,]\d{1,2})?|\d{1,3}(\.\d{3})+(,\d{1,2})?|\d{1,3}(,\d{3})+(\.\d{1,2})?)")
_DECIMALS = re.compile(r"[.,](\d{1,2})$")
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True)
class Money:
    """`amount` in cents, may be negative; `currency` by ISO 4217."""

    amount: int
    currency: str

    @property
    def plain(self) -> str:
        """`119.00`: as the API writes it."""
        return plain(self.amount)


def plain(cents: int) -> str:
    """`-1190` -> `-11.90`."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def parse_plain(text: str) -> int:
    """`119.00` or `119` -> 11900. Raises ValueError."""
    if not _PLAIN.fullmatch(text):
        raise ValueError(text)
    return int((Decimal(text) * 100).to_integral_value())


def parse_typed(text: str) -> int:
    """What people type: `1.190,00`, `1190,5`, `1,190.00`, `1190`. Raises ValueError, for slips like `1.19.0,00` too."""
    bare = re.sub(r"[\s\u00a0\u202f'’€]", "", text)
    if not _TYPED.fullmatch(bare):
        raise ValueError(text)
    decimals = _DECIMALS.search(bare)
    whole = re.sub(r"[.,]", "", bare[: decimals.start()] if decimals else bare)
    return parse_plain(f"{whole}.{decimals[1]}" if decimals else whole)


def cents(value: str | Decimal) -> int:
    """A decimal of an e-invoice to cents, half up (EN 16931 BR-DEC). Raises ValueError."""
    try:
        amount = Decimal(value)
        if not amount.is_finite() or abs(amount) >= LARGEST // 100:
            raise ValueError(value)
    except InvalidOperation:
        raise ValueError(value) from None
    return int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def is_currency(text: str) -> bool:
    return bool(_CURRENCY.fullmatch(text))
