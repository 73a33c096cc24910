"""QR codes, as an SVG element in a page, as an SVG file, as PNG.

A payload of capitals, digits and `$%*+-./:` alone is written in alphanumeric mode: a third smaller.
"""

import io
from html import escape
from typing import Any

BORDER = 4  # the quiet zone of ISO/IEC 18004


def svg(payload: str, *, label: str) -> str:
    """An element for a page, black on white in light and dark; it says `label` to those who do not see it."""
    return draw(make(payload), label=label)


def svg_file(payload: str) -> bytes:
    """The same as a file of its own, 40 mm wide."""
    element = draw(make(payload), label="QR", size='xmlns="http://www.w3.org/2000/svg" width="40mm" height="40mm" ')
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{element}\n'.encode()


def png(payload: str, scale: int = 8) -> bytes:
    """A black and white PNG, `scale` pixels a module."""
    buffer = io.BytesIO()
    make(payload).save(buffer, kind="png", scale=scale, border=BORDER)
    return buffer.getvalue()


def make(payload: str) -> Any:
    """The code at level M, or better where that costs no space; ValueError when it holds too much."""
    import segno  # noqa: PLC0415 - 40 ms at start that only pages with a code need

    return segno.make(payload, error="m", micro=False)


def draw(code: Any, *, label: str, size: str = "") -> str:
    """`code` as one path of strokes, a row at a time; `size` are further attributes."""
    rows = list(code.matrix_iter(border=BORDER))
    strokes = "".join(_strokes(bytes(row), y) for y, row in enumerate(rows))
    return (
        f'<svg {size}class="qr" viewBox="0 0 {len(rows)} {len(rows)}" role="img" aria-label="{escape(label)}" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{len(rows)}v{len(rows)}H0z"/>'
        f'<path stroke="#000" d="{strokes}"/></svg>'
    )


def _strokes(row: bytes, y: int) -> str:
    """Runs of dark modules: from the start of each, as long as it goes."""
    text, x = "", 0
    while (start := row.find(1, x)) >= 0:
        end = row.find(0, start)
        x = end if end >= 0 else len(row)
        text += f"M{start} {y}.5h{x - start}"
    return text
