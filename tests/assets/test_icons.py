"""The sprite: well-formed, harmless, and every icon that a page asks for is in it."""

import re
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[2]
SPRITE = ROOT / "static" / "img" / "icons.svg"
SVG = "{http://www.w3.org/2000/svg}"


def names() -> list[str]:
    tree = ElementTree.parse(SPRITE)  # noqa: S314 (our own file)
    return [symbol.attrib["id"] for symbol in tree.getroot()]


def test_symbols_have_names_of_their_own() -> None:
    found = names()
    assert len(found) == len(set(found)) > 80
    assert all(re.fullmatch(r"i-[a-z][a-z-]*", name) for name in found)


def test_shapes_only() -> None:
    tree = ElementTree.parse(SPRITE)  # noqa: S314 (our own file)
    tags = {element.tag.removeprefix(SVG) for element in tree.iter()}
    assert tags <= {"svg", "symbol", "path", "circle", "rect", "line", "polyline", "g"}
    assert "<!--" not in SPRITE.read_text()


def test_lucides_licence_is_beside_it() -> None:
    assert "ISC License" in (SPRITE.parent / "LICENSE-lucide.txt").read_text()


def test_every_icon_asked_for_is_there() -> None:
    pages = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("portal/**/*.py")]
    asked = {name for page in pages for name in re.findall(r"#(i-[a-z-]+)", page.read_text())}
    script = (ROOT / "static" / "js" / "10-toast.js").read_text()
    asked |= {f"i-{name}" for name in re.findall(r"icon\((?:\w.*? \? )?'([\w-]+)'", script)}
    asked |= {f"i-{name}" for name in re.findall(r"icon\([^)]*: '([\w-]+)'", script)}
    assert {"i-st-late", "i-check", "i-x"} <= asked
    assert asked - {"i-"} - set(names()) == set()
