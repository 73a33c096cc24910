"""A page of a list, walked by key: what lists answer instead of offsets and page numbers (ARCHITECTURE, Scale)."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")
Key = str | int | None
COUNTED = 1000


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows with the cursors of their neighbours: give `next` as `after`, `previous` as `before`; None: no more.

    `count` is exact up to 1,000; `many`: there are more than that. Both unset: counting would not be cheap.
    """

    rows: Sequence[Row]
    next: str | None = None
    previous: str | None = None
    count: int | None = None
    many: bool = False


def cursor(*key: Key) -> str:
    """The key of a row as a word for an address."""
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")


def read_cursor(text: str | None, *kinds: type) -> tuple[Key, ...] | None:
    """The key in a cursor, each part of its kind or null; None for none and for what nobody here wrote."""
    if not text:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        return None
    if not isinstance(key, list) or len(key) != len(kinds):
        return None
    fits = all(part is None or type(part) is kind for part, kind in zip(key, kinds, strict=True))
    return tuple(key) if fits else None


def counted(found: int) -> tuple[int | None, bool]:
    """`count` and `many` of a page from a count that stopped at 1,001."""
    return (found, False) if found <= COUNTED else (None, True)
