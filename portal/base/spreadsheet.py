"""Lists as people send them: CSV in any usual character set and separator, or a sheet of an XLSX; read, never run.

Bounded before it is opened: bytes, rows, columns, letters of a cell, what an XLSX unpacks to. XLSX is read by a child
process that limits itself, as PDFs are (DETAILS 11, Files).
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from portal.base import charset as charsets
from portal.base import filetypes
from portal.base.child import Child
from portal.base.refusal import Refused
from portal.base.spreadsheet_child import CELL_LETTERS, COLUMNS, ROWS

SEPARATORS = (";", ",", "\t", "|")
TEXT_EXTENSIONS = ("csv", "txt", "tsv")
_JUDGED_ROWS = 60
# It may take 1 GB: one at a time.
_child = Child("portal.base.spreadsheet_child", seconds=40, answer_bytes=150_000_000)
_MARKUP = re.compile(r"\s*(<!doctype|<html|<head|<body|<table|<\?xml|<svg|\{\\rtf|%PDF-|BEGIN:VCARD)", re.IGNORECASE)
_SEP_LINE = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """A row that is not empty. `number` is the line in the file where it begins, as editors and Excel count."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """What the file holds and how it was read; `hidden`: numbers of rows that the spreadsheet hides."""

    lines: list[Line]
    charset: str = ""
    separator: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    hidden: tuple[int, ...] = field(default=())


def read(path: Path, filename: str, *, charset: str = "", separator: str = "", sheet: str = "") -> Table:
    """The table in a file; what is not said is found out.

    Raises Refused: not_allowed (extension), empty, too_large, wrong_type (markup or anything else under this name),
    broken, encrypted, macros, bomb, busy, rows (over 100,000), columns (over 300), cell (over 10,000 letters).
    """
    _stem, dot, extension = filename.lower().rpartition(".")
    size = path.stat().st_size
    if not dot or extension not in (*TEXT_EXTENSIONS, "xlsx"):
        raise Refused("not_allowed")
    if size == 0:
        raise Refused("empty")
    if size > filetypes.MAX_BYTES:
        raise Refused("too_large")
    if extension == "xlsx":
        return _read_workbook(path, filename, sheet)
    table = read_text(path.read_bytes(), charset=charset, separator=separator)
    if not table.lines:
        raise Refused("empty")
    return table


def read_text(content: bytes, *, charset: str = "", separator: str = "") -> Table:
    """The table in the bytes of a CSV file."""
    if content[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise Refused("wrong_type")
    text, name = charsets.decoded(content, charset)
    if _MARKUP.match(text):
        raise Refused("wrong_type")
    said = _SEP_LINE.match(text)
    skipped = 0
    if said is not None:
        text, skipped = text[said.end() :], 1
    mark = separator or (said[1] if said is not None else _separator(text))
    return Table(list(_lines(text, mark, skipped)), name, mark)


def _lines(text: str, separator: str, skipped: int) -> Iterator[Line]:
    reader, before = csv.reader(io.StringIO(text, newline=""), delimiter=separator), skipped
    rows = 0
    try:
        for row in reader:
            number, before = before + 1, skipped + reader.line_num
            cells = _trimmed([cell.strip() for cell in row])
            if not cells:
                continue
            rows += 1
            _bound(rows, cells)
            # trailing empty cells count: a row of more cells than the header was shifted by a separator in its text
            yield Line(number, (*cells, *[""] * (len(row) - len(cells))))
    except csv.Error as error:  # a cell of more than 131,072 letters: a quotation mark that nobody closed
        raise Refused("cell") from error


def _bound(rows: int, cells: list[str]) -> None:
    if rows > ROWS:
        raise Refused("rows")
    if len(cells) > COLUMNS:
        raise Refused("columns")
    if max(map(len, cells)) > CELL_LETTERS:
        raise Refused("cell")


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _separator(text: str) -> str:
    """The one that cuts most of the first rows into the same number of cells, more of them in doubt."""
    return max(SEPARATORS, key=lambda mark: _fit(text, mark))


def _fit(text: str, mark: str) -> float:
    widths: Counter[int] = Counter()
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
        for row, _place in zip((row for row in reader if any(row)), range(_JUDGED_ROWS), strict=False):
            widths[len(row)] += 1
    except csv.Error:
        return 0
    width, often = max(widths.items(), key=lambda each: (each[1] if each[0] > 1 else 0, each[0]), default=(1, 0))
    return 0 if width < 2 else often / widths.total() * 10 + min(width, 60) / 10


def _read_workbook(path: Path, filename: str, sheet: str) -> Table:
    filetypes.recognise(path, filename, {"xlsx"})
    answer = _child.ask(str(path.resolve()), sheet)
    lines = [Line(number, tuple(cells)) for number, cells in answer["rows"]]
    if not lines:
        raise Refused("empty")
    return Table(lines, sheet=answer["sheet"], sheets=tuple(answer["sheets"]), hidden=tuple(answer["hidden"]))
