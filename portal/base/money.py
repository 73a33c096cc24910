"""Amounts are signed whole cents with their currency."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

LARGEST = 10**15
_PLAIN = re.compile(r"-?\d{1,13}(\.\d{1,2})?")
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
    """What people type: `1.190,00`, `1190,5`, `1,190.00`, `1190`. Raises ValueError."""
    bare = re.sub(r"[\s\u00a0\u202f'’€]", "", text)
    comma, dot = bare.rfind(","), bare.rfind(".")
    if comma > dot:
        bare = bare.replace(".", "").replace(",", ".") if bare.count(",") == 1 else bare.replace(",", "")
    elif dot > comma:
        bare = (
            bare.replace(",", "")
            if bare.count(".") == 1 and not _thousands(bare, dot, comma)
            else bare.replace(".", "")
        )
    return parse_plain(bare)


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


def _thousands(bare: str, dot: int, comma: int) -> bool:
    # 1.190 is one thousand one hundred and ninety where people write German amounts
    return comma < 0 and len(bare) - dot - 1 == 3 and dot <= 3
