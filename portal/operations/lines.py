"""What stands in a document, line by line: as read from an e-invoice, sent by a programme, kept with a version."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from portal.base import money, text
from portal.base.einvoice import Line
from portal.base.errors import Invalid

MOST = 2_000
_TITLE, _DETAIL, _UNIT, _QUANTITY, _LEVEL = 500, 5_000, 40, 40, 10
_LONGEST_JSON = 2_000_000


def parse(sent: str) -> list[Line]:
    """The form field `lines`: a JSON array of objects with amounts as "119.00" (CONTRACT, JSON API). Raises Invalid."""
    if not sent.strip():
        return []
    try:
        rows = json.loads(sent[:_LONGEST_JSON])
    except (ValueError, RecursionError):
        raise Invalid(lines="bad") from None
    if not isinstance(rows, list) or len(rows) > MOST or not all(isinstance(row, dict) for row in rows):
        raise Invalid(lines="bad")
    return [_line(row) for row in rows]


def stored(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """As kept with a version: plain values, amounts in cents, texts cleaned and bounded."""
    return [
        {
            "title": text.one_line(line.title)[:_TITLE],
            "detail": text.many_lines(line.detail)[:_DETAIL],
            "quantity": text.one_line(line.quantity or "")[:_QUANTITY],
            "unit": text.one_line(line.unit)[:_UNIT],
            "amount": line.amount,
            "level": max(0, min(line.level, _LEVEL)),
        }
        for line in list(lines)[:MOST]
    ]


def of_version(kept: Iterable[Mapping[str, Any]]) -> list[Line]:
    """The lines of a version, as `stored` wrote them."""
    return [
        Line(
            title=row["title"],
            detail=row.get("detail", ""),
            quantity=row.get("quantity") or None,
            unit=row.get("unit", ""),
            amount=row.get("amount"),
            level=row.get("level", 0),
        )
        for row in kept
    ]


def _line(row: Mapping[str, Any]) -> Line:
    title = row.get("title")
    if not isinstance(title, str) or not title.strip():
        raise Invalid(lines="missing")
    quantity = row.get("quantity")
    if isinstance(quantity, bool) or not isinstance(quantity, str | int | float | None):
        raise Invalid(lines="bad")
    return Line(
        title=title,
        detail=_text(row, "detail"),
        quantity=None if quantity is None else str(quantity),
        unit=_text(row, "unit"),
        amount=_amount(row.get("amount")),
        level=0,
    )


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Invalid(lines="bad")
    return value


def _amount(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise Invalid(lines="amount")
    try:
        return money.parse_plain(value)
    except ValueError:
        raise Invalid(lines="amount") from None
