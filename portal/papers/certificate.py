"""The certificate of a decision: a letter of the firm that says what was decided, by whom, and how to check it (X2)."""

from __future__ import annotations

from dataclasses import dataclass

from portal.papers.letterhead import Letterhead
from portal.papers.sheet import INK, LEFT, QUIET, Imprint, Sheet

_LABEL, _GAP = 44.0, 4.0
_VALUE_LEFT = LEFT + _LABEL + _GAP
_VALUE_WIDTH = 188.0 - _VALUE_LEFT


@dataclass(frozen=True)
class Fact:
    """A line of the proof. `exact`: a fingerprint or the like, set small so that it stays on one line."""

    label: str
    value: str
    exact: bool = False


@dataclass(frozen=True)
class Section:
    """Facts that belong together; `remark` stands below them."""

    heading: str
    facts: tuple[Fact, ...] = ()
    remark: str = ""


@dataclass(frozen=True)
class Certificate:
    """All texts of a certificate, in the reader's language. `verdict` and `summary` are what one sees first."""

    head: Letterhead
    imprint: Imprint
    heading: str
    below: str
    verdict: str
    summary: str
    sections: tuple[Section, ...]


def draw(certificate: Certificate) -> bytes:
    """The PDF/A-3B; the same certificate gives the same bytes."""
    sheet = Sheet(certificate.head, certificate.imprint)
    sheet.y = 48.0
    sheet.text(certificate.heading, size=17, bold=True, leading=1.25)
    sheet.space(1.2)
    sheet.text(certificate.below, size=10.5, colour=QUIET)
    sheet.space(5)
    _verdict(sheet, certificate)
    for section in certificate.sections:
        _section(sheet, section)
    return sheet.bytes()


def _verdict(sheet: Sheet, certificate: Certificate) -> None:
    inner = 154.0
    lines = sheet.lines(certificate.verdict, inner, size=13, bold=True), sheet.lines(certificate.summary, inner)
    height = 7.6 + lines[0] * 6.4 + lines[1] * 5.2
    sheet.demand(height)
    top = sheet.y
    sheet.panel(height)
    sheet.y = top + 4.2
    sheet.text(certificate.verdict, x=LEFT + 7, width=inner, size=13, bold=True, colour=sheet.tokens["--brand-text"])
    sheet.text(certificate.summary, x=LEFT + 7, width=inner)
    sheet.y = top + height + 7


def _section(sheet: Sheet, section: Section) -> None:
    # a heading never stands alone at the end of a page
    sheet.demand(24)
    sheet.text(section.heading, size=11, bold=True)
    sheet.space(0.8)
    sheet.rule(colour=sheet.tokens["--brand-edge"], thickness=0.25)
    sheet.space(1.6)
    for fact in section.facts:
        _fact(sheet, fact)
    if section.remark:
        sheet.text(section.remark, size=9.5, colour=QUIET)
    sheet.space(5.5)


def _fact(sheet: Sheet, fact: Fact) -> None:
    size = 8.2 if fact.exact else 10.0
    lines = max(sheet.lines(fact.value, _VALUE_WIDTH, size=size), sheet.lines(fact.label, _LABEL, size=9.5))
    # what is longer than a page has to break somewhere
    sheet.demand(min(lines * 4.9 + 1.4, 60))
    top, page = sheet.y, sheet.paper.page_no()
    sheet.y = top + 0.15
    sheet.text(fact.label, width=_LABEL, size=9.5, colour=QUIET)
    below = sheet.y
    sheet.y = top + (0.75 if fact.exact else 0)
    sheet.text(fact.value, x=_VALUE_LEFT, width=_VALUE_WIDTH, size=size, colour=INK)
    if sheet.paper.page_no() == page:
        sheet.y = max(sheet.y, below)
    sheet.space(1.1)
