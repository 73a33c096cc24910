"""Offers, invoices, reports: a letter with an address window, a table of positions, sums and what comes after.

All texts come ready in the reader's language; a letter computes nothing.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from portal.papers.certificate import Fact
from portal.papers.letterhead import Letterhead
from portal.papers.sheet import HAIR, INK, LEFT, QUIET, RIGHT, WIDTH, Imprint, Sheet

_NUMBER, _QUANTITY, _PRICE, _AMOUNT = 10.0, 22.0, 26.0, 31.0
_WINDOW_TOP, _HEADING_TOP = 50.0, 87.0
_SMALL, _TEXT = 8.8, 10.5
_CODE = 27.0


@dataclass(frozen=True)
class Position:
    """A row of the table. Where a text is empty, nothing stands; without any price the column is left out."""

    number: str
    title: str
    detail: str = ""
    quantity: str = ""
    price: str = ""
    amount: str = ""


@dataclass(frozen=True)
class Columns:
    """Headings of the table."""

    number: str
    title: str
    quantity: str = ""
    price: str = ""
    amount: str = ""


@dataclass(frozen=True)
class Sum:
    """A line below the table; `total` is the one that counts."""

    label: str
    amount: str
    total: bool = False


@dataclass(frozen=True)
class Code:
    """A QR code beside the closing words: a PNG and what it is for."""

    png: bytes
    caption: str


@dataclass(frozen=True)
class Letter:
    """A whole letter. `facts` stand before the table, `closing` are paragraphs after it."""

    head: Letterhead
    imprint: Imprint
    recipient: tuple[str, ...]
    heading: str
    below: str
    subject: str
    opening: str
    columns: Columns
    positions: tuple[Position, ...] = ()
    sums: tuple[Sum, ...] = ()
    facts: tuple[Fact, ...] = ()
    closing: tuple[str, ...] = ()
    code: Code | None = None


@dataclass(frozen=True)
class Drawn:
    """A finished PDF/A-3B with its number of pages."""

    content: bytes
    pages: int


def draw(letter: Letter) -> Drawn:
    """The file; the same letter gives the same bytes."""
    sheet = Sheet(letter.head, letter.imprint)
    _window(sheet, letter)
    _beginning(sheet, letter)
    if letter.positions:
        _table(sheet, letter)
    _end(sheet, letter)
    return Drawn(sheet.bytes(), sheet.pages)


def _window(sheet: Sheet, letter: Letter) -> None:
    sheet.y = _WINDOW_TOP
    sheet.text(sheet.fitting(letter.head.sender, 85, size=7.2), size=7.2, colour=QUIET, leading=1.3)
    sheet.space(2)
    for line in letter.recipient[:6]:
        sheet.text(sheet.fitting(line, 85, size=_TEXT), size=_TEXT, leading=1.42)


def _beginning(sheet: Sheet, letter: Letter) -> None:
    sheet.y = _HEADING_TOP
    sheet.text(letter.heading, size=16, bold=True, leading=1.25)
    sheet.space(0.8)
    sheet.text(letter.below, size=_TEXT, colour=QUIET)
    sheet.space(5)
    sheet.text(letter.subject, size=_TEXT, bold=True)
    sheet.space(2.5)
    sheet.text(letter.opening, size=_TEXT, leading=1.45)
    sheet.space(4)
    for fact in letter.facts:
        top = sheet.y
        sheet.text(fact.label, width=44, size=9.5, colour=QUIET, leading=1.5)
        sheet.y = top
        sheet.text(fact.value, x=LEFT + 48, size=10, leading=1.45)
    if letter.facts:
        sheet.space(5)


def _table(sheet: Sheet, letter: Letter) -> None:
    grid = _Grid.of(letter)
    _headings(sheet, grid, letter.columns)
    for position in letter.positions:
        lines = sheet.lines(position.title, grid.title_width, bold=True)
        lines += sheet.lines(position.detail, grid.title_width) if position.detail else 0
        if sheet.demand(lines * 5.2 + 5):
            _headings(sheet, grid, letter.columns)
        _row(sheet, grid, position)
    _sums(sheet, letter.sums)


@dataclass(frozen=True)
class _Grid:
    """Where the columns lie: the right ends of the figures and the width of the words."""

    title_width: float
    quantity_end: float
    price_end: float

    @classmethod
    def of(cls, letter: Letter) -> _Grid:
        amounts = _AMOUNT if letter.columns.amount else 0.0
        prices = _PRICE if letter.columns.price else 0.0
        price_end = RIGHT - amounts
        quantity_end = price_end - prices
        return cls(quantity_end - _QUANTITY - LEFT - _NUMBER, quantity_end, price_end)


def _headings(sheet: Sheet, grid: _Grid, columns: Columns) -> None:
    top = sheet.y
    cells = ((columns.quantity, grid.quantity_end), (columns.price, grid.price_end), (columns.amount, RIGHT))
    for text, end in cells:
        _figure(sheet, text, end, top, size=_SMALL, colour=QUIET)
    sheet.y = top
    sheet.text(columns.number, width=_NUMBER, size=_SMALL, colour=QUIET)
    sheet.y = top
    sheet.text(columns.title, x=LEFT + _NUMBER, width=grid.title_width, size=_SMALL, colour=QUIET)
    sheet.space(1.4)
    sheet.rule(colour=sheet.tokens["--brand-edge"], thickness=0.3)


def _row(sheet: Sheet, grid: _Grid, position: Position) -> None:
    sheet.space(2.0)
    top = sheet.y
    _figure(sheet, position.number, LEFT + 6, top, align="L")
    _figure(sheet, position.quantity, grid.quantity_end, top)
    _figure(sheet, position.price, grid.price_end, top)
    _figure(sheet, position.amount, RIGHT, top)
    sheet.y = top
    sheet.text(position.title, x=LEFT + _NUMBER, width=grid.title_width, size=_TEXT, bold=True)
    if position.detail:
        sheet.text(position.detail, x=LEFT + _NUMBER, width=grid.title_width, size=9.8, colour=QUIET)
    sheet.space(2.0)
    sheet.rule(colour=HAIR)


def _figure(
    sheet: Sheet, text: str, end: float, top: float, *, size: float = _TEXT, colour: str = INK, align: str = "R"
) -> None:
    if not text:
        return
    sheet.y = top
    width = 30.0 if align == "R" else 6.0
    sheet.text(text, x=end - width, width=width, size=size, colour=colour, align="R" if align == "R" else "L")


def _sums(sheet: Sheet, sums: tuple[Sum, ...]) -> None:
    # the sums stay together: a total alone on a page could be mistaken for another letter's
    sheet.demand(len(sums) * 7.5 + 4)
    for each in sums:
        if each.total:
            sheet.space(1)
            sheet.rule(colour=sheet.tokens["--brand-edge"], thickness=0.3)
        sheet.space(1.5)
        top, size = sheet.y, 12.5 if each.total else _TEXT
        sheet.text(each.label, x=LEFT, width=RIGHT - 38 - LEFT, size=size, bold=each.total, align="R")
        sheet.y = top
        sheet.text(each.amount, x=RIGHT - 37, width=37, size=size, bold=each.total, align="R")


def _end(sheet: Sheet, letter: Letter) -> None:
    sheet.space(6)
    width = WIDTH - (_CODE + 12 if letter.code else 0)
    needed = sum(sheet.lines(text, width) * 5.4 + 2.0 for text in letter.closing)
    sheet.demand(min(max(needed, _CODE + 8 if letter.code else 0), 150))
    top = sheet.y
    if letter.code is not None:
        sheet.paper.image(io.BytesIO(letter.code.png), RIGHT - _CODE, top, _CODE, _CODE, alt_text=letter.code.caption)
        sheet.y = top + _CODE + 0.8
        sheet.text(letter.code.caption, x=RIGHT - _CODE - 6, width=_CODE + 6, size=7.2, colour=QUIET, align="R")
        sheet.y = top
    for paragraph in letter.closing:
        sheet.text(paragraph, width=width, size=_TEXT, leading=1.45)
        sheet.space(2.0)
