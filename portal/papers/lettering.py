"""Which letters the fonts can draw: Noto Sans first, DejaVu Sans for what it lacks, � for the rest.

PDF/A forbids text without a glyph (ISO 19005-3, 6.2.11.8), so what no font has must be replaced before it is drawn.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "static" / "vendor" / "fonts"
REGULAR, BOLD = FOLDER / "noto-sans-2.015-regular.ttf", FOLDER / "noto-sans-2.015-bold.ttf"
FALLBACK = FOLDER / "dejavu-sans-2.37-regular.ttf"
FAMILY, OTHER = "noto", "dejavu"
REPLACEMENT = "\ufffd"
# joiners, direction marks, halves of pairs, private and unassigned: nothing to see, or nothing one could draw
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})

_FOR_SHAPING = ("GSUB", "GPOS", "GDEF", "MATH", "kern")


class Lettering:
    """The fonts of one paper. The fallback, 750 kB to read, is added when the first letter needs it."""

    def __init__(self, paper: Any) -> None:
        self._paper = paper
        self._add(FAMILY, "", REGULAR)
        self._add(FAMILY, "B", BOLD)
        self._known = paper.fonts[FAMILY].cmap
        self._others: Any = None

    def drawable(self, text: str) -> str:
        """The text with nothing in it that cannot be drawn; line ends stay."""
        visible = (sign if sign == "\n" else self._drawn(sign) for sign in unicodedata.normalize("NFC", text))
        return "".join(visible)

    def _drawn(self, sign: str) -> str:
        if sign == "\t":
            return " "
        if unicodedata.category(sign) in _UNSEEN or unicodedata.name(sign, "").startswith("VARIATION SELECTOR"):
            return ""
        if ord(sign) in self._known:
            return sign
        return sign if ord(sign) in self._more() else REPLACEMENT

    def _more(self) -> Any:
        if self._others is None:
            self._add(OTHER, "", FALLBACK)
            self._paper.set_fallback_fonts([OTHER], exact_match=False)
            self._others = self._paper.fonts[OTHER].cmap
        return self._others

    def _add(self, family: str, style: str, path: Path) -> None:
        self._paper.add_font(family, style, str(path))
        font = self._paper.fonts[f"{family}{style}"].ttfont
        # nothing is shaped here, and unpacking these to cut the font down takes half the time of drawing
        for table in _FOR_SHAPING:
            if table in font:
                del font[table]
