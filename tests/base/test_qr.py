"""QR codes: the drawing shows the very modules, in the smallest mode, and carries nothing else."""

import io
import re

import pytest
from lxml import etree
from PIL import Image

from portal.base import qr

LINK = "HTTPS://EXAMPLE.COM/L/0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def modules_of_svg(markup: str) -> set[tuple[int, int]]:
    path = re.search(r'stroke="#000" d="([^"]+)"', markup)
    assert path
    dark = set()
    for x, y, length in re.findall(r"M(\d+) (\d+)\.5h(\d+)", path[1]):
        dark |= {(int(x) + step, int(y)) for step in range(int(length))}
    return dark


def modules_of_png(data: bytes, scale: int) -> set[tuple[int, int]]:
    image = Image.open(io.BytesIO(data)).convert("L")
    side = image.width // scale
    return {(x, y) for x in range(side) for y in range(side) if image.getpixel((x * scale, y * scale)) < 128}


def test_both_drawings_show_the_same_modules() -> None:
    assert modules_of_svg(qr.svg(LINK, label="x")) == modules_of_png(qr.png(LINK, 3), 3)
    assert len(modules_of_svg(qr.svg(LINK, label="x"))) > 300


def test_a_quiet_zone_of_four_modules() -> None:
    dark = modules_of_svg(qr.svg(LINK, label="x"))
    assert min(x for x, _ in dark) == min(y for _, y in dark) == 4


def test_capitals_make_a_small_code() -> None:
    assert qr.make(LINK).mode == "alphanumeric"
    assert qr.make(LINK.lower()).mode == "byte"
    assert qr.make(LINK).version < qr.make(LINK.lower()).version


def test_the_element_can_stand_in_a_strict_page() -> None:
    markup = qr.svg(LINK, label='Code of "A & <B>"')
    element = etree.fromstring(markup)
    assert element.tag == "svg"
    assert (element.get("class"), element.get("role")) == ("qr", "img")
    assert element.get("aria-label") == 'Code of "A & <B>"'
    assert element.get("viewBox") == "0 0 37 37"
    assert "style" not in markup
    assert "http" not in markup


def test_the_file_stands_alone() -> None:
    data = qr.svg_file(LINK)
    assert data.startswith(b"<?xml")
    assert etree.fromstring(data).tag == "{http://www.w3.org/2000/svg}svg"
    assert modules_of_svg(data.decode()) == modules_of_svg(qr.svg(LINK, label="x"))


def test_png_by_scale() -> None:
    assert Image.open(io.BytesIO(qr.png(LINK))).width == 37 * 8
    assert Image.open(io.BytesIO(qr.png(LINK, scale=2))).width == 37 * 2


def test_too_much_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="too large"):
        qr.svg("x" * 5000, label="x")
