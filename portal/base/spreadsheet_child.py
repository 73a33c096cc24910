"""Reads a sheet of one XLSX in a process of its own that may crash or run out of memory without harm.

    python -I -m portal.base.spreadsheet_child FILE SHEET     JSON on standard output; SHEET empty: the first one seen

Values only: of a formula what the spreadsheet program computed last. The size of the sheet is counted in its XML before
the library makes a rectangle of it: one cell in the last corner would be 17 billion.
"""

from __future__ import annotations

import posixpath
import re
import sys
import zipfile
from datetime import date, datetime, time
from typing import Any

from portal.base import child_limits
from portal.base.child_limits import Refusal

PROCESSOR_SECONDS = 30
MEMORY_BYTES = 1024 * 1024 * 1024
OUTPUT_BYTES = 150_000_000
SHEET_BYTES = 150_000_000
PARTS_BYTES = 5_000_000
ROWS = 100_000
COLUMNS = 300
CELL_LETTERS = 10_000
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,4})([0-9]{1,8})"[^>]*?(?<!/)>')
_HIDDEN = re.compile(rb'<(?:\w+:)?row\b(?=[^>]*\bhidden="(?:1|true)")[^>]*?\br="([0-9]{1,8})"')


def main(arguments: list[str]) -> int:
    return child_limits.answer(
        lambda: read(*arguments),
        processor_seconds=PROCESSOR_SECONDS,
        memory_bytes=MEMORY_BYTES,
        output_bytes=OUTPUT_BYTES,
    )


def read(path: str, sheet: str = "") -> dict[str, Any]:
    """Names of the visible sheets, the rows of one that are not empty with their numbers, and the hidden ones."""
    from python_calamine import CalamineWorkbook, SheetVisibleEnum  # noqa: PLC0415 - only after the limits are set

    with zipfile.ZipFile(path) as archive:
        parts = _sheet_parts(archive)
        book = CalamineWorkbook.from_path(path)
        visible = [each.name for each in book.sheets_metadata if each.visible is SheetVisibleEnum.Visible]
        for name in [sheet] if sheet in visible else visible:
            hidden = _examined(archive, parts[name])
            rows = _rows(book.get_sheet_by_name(name))
            if rows:
                return {"sheets": visible, "sheet": name, "rows": rows, "hidden": hidden}
    return {"sheets": visible, "sheet": "", "rows": [], "hidden": []}


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Where in the archive each sheet lies."""
    relations = _xml(archive, "xl/_rels/workbook.xml.rels")
    targets = {each.get("Id"): each.get("Target") for each in relations}
    found = {}
    for sheet in _xml(archive, "xl/workbook.xml").iter("{*}sheet"):
        target = targets.get(sheet.get(f"{{{_RELATIONS}}}id")) or ""
        name = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        found[sheet.get("name") or ""] = name
    return found


def _xml(archive: zipfile.ZipFile, name: str) -> Any:
    from lxml import etree  # noqa: PLC0415 - as above

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(_member(archive, name, PARTS_BYTES), parser)
    if root.getroottree().docinfo.doctype:
        raise Refusal("broken")
    return root


def _member(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    with archive.open(name) as entry:
        content = entry.read(limit + 1)
    if len(content) > limit:
        raise Refusal("bomb")
    return content


def _examined(archive: zipfile.ZipFile, name: str) -> list[int]:
    """The numbers of the hidden rows, once the sheet is known to be of a size that can be read."""
    content = _member(archive, name, SHEET_BYTES)
    rows, columns = 0, set()
    for match in _CELL.finditer(content):
        columns.add(match[1])
        rows = max(rows, int(match[2]))
    if rows > ROWS:
        raise Refusal("rows")
    if any(_place(letters) > COLUMNS for letters in columns):
        raise Refusal("columns")
    return [int(match[1]) for match in _HIDDEN.finditer(content)]


def _place(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place


def _rows(sheet: Any) -> list[tuple[int, list[str]]]:
    found = []
    for number, row in enumerate(sheet.to_python(skip_empty_area=False), 1):
        cells = [_text(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if max(map(len, cells)) > CELL_LETTERS:
            raise Refusal("cell")
        found.append((number, cells))
    return found


def _text(cell: Any) -> str:
    """As a person reads it: Excel keeps each number as a float, 10001 too."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
