"""The firm's letter paper: A4, letterhead, foot, page numbers; the strokes that all papers are made of.

Lengths are millimetres from the top left corner, sizes of letters are points.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from portal.base.colour import light
from portal.papers import xmp
from portal.papers.letterhead import Letterhead
from portal.papers.lettering import FAMILY, Lettering

LEFT, RIGHT, WIDTH, HEIGHT = 22.0, 188.0, 166.0, 297.0
TOP_NEXT, BOTTOM = 34.0, 31.0
INK, QUIET, HAIR = "#16191d", "#555b62", "#c9cdd2"
_ARCH_WIDTH, _ARCH_HEIGHT, _ARCH_TOP = 13.0, 15.5, 20.0
_LOGO_WIDTH, _LOGO_HEIGHT = 70.0, 16.0
_FOOT_TOP = 270.0

Align = Literal["L", "R", "C"]


@dataclass(frozen=True)
class Imprint:
    """What the file says about itself. `pages` is a text with %(page)s and %(pages)s."""

    title: str
    author: str
    language: str
    made_at: datetime
    running: str
    pages: str


class Sheet:
    """One paper being drawn, from top to bottom; `y` is where it has come to."""

    def __init__(self, head: Letterhead, imprint: Imprint) -> None:
        self.head, self.imprint = head, imprint
        self.tokens = light(head.colour)
        self.paper = _paper(self, imprint)
        self.lettering = Lettering(self.paper)
        self._say_what_it_is()
        self.paper.add_page()

    @property
    def y(self) -> float:
        return float(self.paper.get_y())

    @y.setter
    def y(self, at: float) -> None:
        self.paper.set_y(at)

    @property
    def pages(self) -> int:
        return len(self.paper.pages)

    def bytes(self) -> bytes:
        """The finished file."""
        return bytes(self.paper.output())

    def text(
        self, text: str, *, x: float = LEFT, width: float | None = None, size: float = 10.5, bold: bool = False,
        colour: str = INK, align: Align = "L", leading: float = 1.38,
    ) -> None:  # fmt: skip
        """Lines of text from `y` downwards, wrapped, over as many pages as it takes."""
        self._font(size, bold, colour)
        self.paper.set_x(x)
        self.paper.multi_cell(
            RIGHT - x if width is None else width, _line(size, leading), self.lettering.drawable(text), align=align,
            new_x="LMARGIN", new_y="NEXT",
        )  # fmt: skip

    def lines(self, text: str, width: float, *, size: float = 10.5, bold: bool = False) -> int:
        """How many lines `text` would take."""
        self._font(size, bold, INK)
        found = self.paper.multi_cell(
            width, _line(size), self.lettering.drawable(text), align="L", dry_run=True, output="LINES"
        )
        return max(1, len(found))

    def fitting(self, text: str, width: float, *, size: float, bold: bool = False) -> str:
        """The text cut to one line of this width."""
        self._font(size, bold, INK)
        plain = " ".join(self.lettering.drawable(text).split())
        if self.paper.get_string_width(plain) <= width:
            return plain
        while plain and self.paper.get_string_width(plain + "…") > width:
            plain = plain[:-1]
        return plain.rstrip() + "…"

    def rule(self, *, x: float = LEFT, colour: str = HAIR, thickness: float = 0.2) -> None:
        """A line from `x` to the right margin."""
        self.paper.set_draw_color(colour)
        self.paper.set_line_width(thickness)
        self.paper.line(x, self.y, RIGHT, self.y)

    def space(self, height: float) -> None:
        self.y = self.y + height

    def demand(self, height: float) -> bool:
        """Begin a new page unless so much fits on this one; whether it was begun."""
        if self.y + height <= HEIGHT - BOTTOM:
            return False
        self.paper.add_page()
        return True

    def panel(self, height: float) -> None:
        """A tinted field behind what comes next."""
        self.paper.set_fill_color(self.tokens["--brand-soft"])
        self.paper.rect(LEFT, self.y, WIDTH, height, style="F", round_corners=True, corner_radius=2.2)
        self.paper.set_fill_color(self.tokens["--brand-edge"])
        self.paper.rect(LEFT, self.y, 1.3, height, style="F")

    def letterhead(self) -> None:
        """Top of the first page."""
        left = self._logo() if self.head.logo else self._arch()
        if not self.head.logo:
            width = 128.0 - left
            size = 15.0 if self.lines(self.head.name, width, size=15, bold=True) == 1 else 11.0
            lines = min(self.lines(self.head.name, width, size=size, bold=True), 4)
            self.y = _ARCH_TOP + _ARCH_HEIGHT / 2 - lines * _line(size, 1.25) / 2
            self.text(self.head.name, x=left, width=width, size=size, bold=True, leading=1.25)
        self.y = _ARCH_TOP
        for line in self.head.reach[:5]:
            self.text(self.fitting(line, 58, size=8.5), x=130, size=8.5, colour=QUIET, align="R", leading=1.5)

    def running_head(self) -> None:
        """Top of the pages after the first."""
        self.y = 19.0
        self.text(self.fitting(self.head.name, 70, size=8.5), size=8.5, colour=QUIET, width=80)
        self.y = 19.0
        self.text(self.fitting(self.imprint.running, 80, size=8.5), x=105, size=8.5, colour=QUIET, align="R")
        self.y = 25.0
        self.rule(colour=self.tokens["--brand-edge"], thickness=0.25)
        self.y = TOP_NEXT

    def foot(self) -> None:
        """Foot of every page: what the law wants in letters, and the number of the page."""
        self.y = _FOOT_TOP
        self.rule()
        columns = self.head.foot[:3]
        for place, column in enumerate(columns):
            self.y = _FOOT_TOP + 2.6
            for line in column[:4]:
                shown = self.fitting(line, 54, size=7.5)
                if place and place == len(columns) - 1:
                    self.text(shown, x=RIGHT - 55, size=7.5, colour=QUIET, align="R", leading=1.45)
                else:
                    self.text(shown, x=LEFT + place * 63, width=55, size=7.5, colour=QUIET, leading=1.45)
        self._page_number()

    def _say_what_it_is(self) -> None:
        title, author = self.lettering.drawable(self.imprint.title), self.lettering.drawable(self.imprint.author)
        self.paper.set_title(title)
        self.paper.set_author(author)
        self.paper.set_creator(xmp.PROGRAM)
        self.paper.set_producer(xmp.PROGRAM)
        # the file says when its matter was made, not when it was drawn: the same row gives the same bytes
        made_at = self.imprint.made_at.astimezone(UTC).replace(microsecond=0)
        self.paper.set_creation_date(made_at)
        self.paper.set_xmp_metadata(xmp.packet(title=title, author=author, made_at=made_at))

    def _page_number(self) -> None:
        # how many pages there are is known at the end only, so the place is measured for one digit
        number = {"page": self.paper.page_no()}
        self._font(7.5, False, QUIET)
        width = self.paper.get_string_width(self.lettering.drawable(self.imprint.pages % {**number, "pages": "0"}))
        self.paper.set_xy(RIGHT - width, 287.0)
        self.paper.cell(text=self.lettering.drawable(self.imprint.pages % {**number, "pages": "{nb}"}))

    def _arch(self) -> float:
        """The plate with the firm's sign; where the name begins."""
        self.paper.set_fill_color(self.tokens["--brand-solid"])
        radius = _ARCH_WIDTH / 2
        with self.paper.drawing_context() as drawing:
            drawing.add_item(_arch_path(LEFT, _ARCH_TOP, radius, self.tokens["--brand-solid"]))
            if self.head.sign:
                drawing.add_item(_sign_path(self.head.sign, LEFT, _ARCH_TOP, self.tokens["--on-brand"]))
        if not self.head.sign and self.head.name.strip():
            self.y = _ARCH_TOP + 4.4
            initial = self.head.name.strip()[0].upper()
            self.text(
                initial, width=_ARCH_WIDTH, size=20, bold=True, colour=self.tokens["--on-brand"], align="C", leading=1
            )
        return LEFT + _ARCH_WIDTH + 4

    def _logo(self) -> float:
        """The firm's own logo, whole, as large as its field allows."""
        from PIL import Image  # noqa: PLC0415 - with the drawing library, which needs it anyway

        assert self.head.logo is not None
        with Image.open(io.BytesIO(self.head.logo)) as image:
            wide, high = image.size
        scale = min(_LOGO_WIDTH / wide, _LOGO_HEIGHT / high)
        self.paper.image(
            io.BytesIO(self.head.logo), LEFT, _ARCH_TOP, wide * scale, high * scale, alt_text=self.head.name
        )
        return LEFT + wide * scale + 4

    def _font(self, size: float, bold: bool, colour: str) -> None:
        self.paper.set_font(FAMILY, "B" if bold else "", size)
        self.paper.set_text_color(colour)


def _line(size: float, leading: float = 1.38) -> float:
    """Points of letters to millimetres of line."""
    return size * leading * 25.4 / 72


def _paper(sheet: Sheet, imprint: Imprint) -> Any:
    from fpdf import FPDF  # noqa: PLC0415 - 0.3 s and 40 MB that only a process drawing papers pays

    paper = FPDF(format="A4", enforce_compliance="PDF/A-3B")
    paper.set_margins(LEFT, TOP_NEXT, 210 - RIGHT)
    paper.c_margin = 0
    paper.set_auto_page_break(True, BOTTOM)
    paper.set_lang("de-DE" if imprint.language == "de" else "en-GB")
    paper.header = lambda: sheet.letterhead() if paper.page_no() == 1 else sheet.running_head()
    paper.footer = sheet.foot
    return paper


def _arch_path(x: float, y: float, radius: float, colour: str) -> Any:
    from fpdf.drawing import PaintedPath  # noqa: PLC0415 - as above

    path = PaintedPath(x, y + _ARCH_HEIGHT)
    path.line_to(x, y + radius)
    path.arc_to(radius, radius, 0, False, True, x + 2 * radius, y + radius)
    path.line_to(x + 2 * radius, y + _ARCH_HEIGHT)
    path.close()
    return _filled(path, colour)


def _sign_path(sign: str, x: float, y: float, colour: str) -> Any:
    from fpdf.drawing import PaintedPath, Transform  # noqa: PLC0415 - as above
    from fpdf.svg import svg_path_converter  # noqa: PLC0415 - as above

    path = PaintedPath()
    svg_path_converter(path, sign)
    scale = 7.2 / 24
    path.transform = Transform.scaling(scale).translate(x + (_ARCH_WIDTH - 24 * scale) / 2, y + 4.6)
    return _filled(path, colour)


def _filled(path: Any, colour: str) -> Any:
    path.style.fill_color = colour
    path.style.stroke_color = None
    path.style.intersection_rule = "evenodd"
    path.style.paint_rule = "fill_evenodd"
    return path
