"""CSV as spreadsheets and mail merges read it: UTF-8 with BOM, CRLF, no cell that a spreadsheet would compute."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

_COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # full-width signs count for some programs


def lines(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """The file, a line at a time; the first one carries the BOM."""
    yield b"\xef\xbb\xbf" + _line(columns)
    for row in rows:
        yield _line([_harmless(cell) for cell in row])


def _harmless(cell: str) -> str:
    """A text that begins like a formula gets an apostrophe: shown as text, computed by nobody (TRUST, Pages)."""
    return f"'{cell}" if cell.startswith(_COMPUTED) else cell


def _line(cells: Sequence[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue().encode()
