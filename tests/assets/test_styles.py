"""The style sheets: what phones from 2020 understand, and what the pages load."""

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from portal.base import colour

CSS = Path(__file__).parents[2] / "static" / "css"
FILES = [*sorted(CSS.glob("*.css")), *sorted(CSS.glob("staff/*.css"))]
LAYERS = "reset, tokens, brand, base, layout, components, utilities, print"
# Newer than Safari 15.4 or Chrome 100; allowed where `@supports` asks first.
NEWER = re.compile(r"color-mix\(|light-dark\(|okl[ac][bh]\(|\bl[ac][bh]\(|from var\(|\d(?:cq|sv|lv)[whib]")


@dataclass
class Rule:
    """One rule: its prelude (selector or at-rule), the declarations in it, the rules in it."""

    prelude: str
    above: tuple[str, ...] = ()
    declarations: list[str] = field(default_factory=list)
    rules: list["Rule"] = field(default_factory=list)

    def walk(self) -> Iterator["Rule"]:
        yield self
        for rule in self.rules:
            yield from rule.walk()

    @property
    def is_style(self) -> bool:
        return not self.prelude.startswith("@") and "@keyframes" not in " ".join(self.above)

    @property
    def asked_first(self) -> bool:
        return any(prelude.startswith("@supports") for prelude in self.above)


def read(sheet: str) -> Rule:
    """The sheet as a tree; fails when its braces do not match."""
    root = Rule("")
    stack = [root]
    for piece in re.findall(r'(?:"[^"]*"|[^{};"])+|[{};]', re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)):
        if piece == "{":
            prelude = stack[-1].declarations.pop()
            rule = Rule(prelude, tuple(one.prelude for one in stack[1:]))
            stack[-1].rules.append(rule)
            stack.append(rule)
        elif piece == "}":
            stack.pop()
        elif piece != ";" and piece.strip():
            stack[-1].declarations.append(" ".join(piece.split()))
    assert stack == [root], "braces do not match"
    return root


def rules(path: Path) -> list[Rule]:
    return list(read(path.read_text()).walk())


def bundle() -> str:
    return "".join(path.read_text() for path in FILES)


def test_the_order_of_layers_comes_first() -> None:
    assert FILES[0].read_text() == f"@layer {LAYERS};\n"


@pytest.mark.parametrize("path", FILES[1:], ids=lambda path: path.stem)
def test_everything_lies_in_a_layer(path: Path) -> None:
    top = read(path.read_text())
    assert top.rules
    assert {rule.prelude for rule in top.rules} <= {f"@layer {name}" for name in LAYERS.split(", ")}
    assert not top.declarations


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_old_phones_read_every_rule(path: Path) -> None:
    for rule in rules(path):
        assert not re.search(r"@media[^{]*[<>]|@container|@scope|@starting-style", rule.prelude), rule.prelude
        if rule.is_style:
            assert all(above.startswith("@") for above in rule.above), f"nested: {rule.prelude}"
        for declaration in [] if rule.asked_first else rule.declarations:
            assert not NEWER.search(declaration), declaration
            assert not re.match(r"(translate|rotate|scale|container[\w-]*):", declaration), declaration


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_selector_unknown_to_some_stands_alone(path: Path) -> None:
    """One unknown selector voids the whole list, so nothing else may stand in it."""
    for rule in rules(path):
        if rule.is_style and not rule.asked_first and re.search(r":has\(|:popover-open", rule.prelude):
            assert not re.search(r",(?![^(]*\))", rule.prelude), rule.prelude


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_newer_values_have_an_older_one_before_them(path: Path) -> None:
    for rule in rules(path):
        for before, declaration in zip(["", *rule.declarations], rule.declarations, strict=False):
            if "dvh" in declaration or "overflow: clip" in declaration:
                assert before.split(":")[0] == declaration.split(":")[0], declaration


def test_every_token_is_defined() -> None:
    sheet = bundle()
    used = set(re.findall(r"var\((--[\w-]+)\)", sheet))
    assert used - set(re.findall(r"(--[\w-]+):", sheet)) == set()
    assert used - {"--brand"} >= set(colour.light("#0b5a72")) - {"--brand"}, "a token that nothing uses"


def test_dark_by_system_and_by_choice_are_the_same() -> None:
    for name in ("10-tokens.css", "11-brand.css"):
        dark = [rule.declarations for rule in rules(CSS / name) if "data-theme=" in rule.prelude]
        assert len(dark) == 2
        assert dark[0] == dark[1]


def test_paper_is_light() -> None:
    for name in ("10-tokens.css", "11-brand.css"):
        for rule in rules(CSS / name):
            if "data-theme" in rule.prelude:
                assert any(above.startswith("@media screen") for above in rule.above)


def test_no_foreign_address_and_no_inline_picture() -> None:
    assert not re.search(r"url\(|@import|https?:", bundle())


def test_the_bundle_is_small() -> None:
    """20 kB is the promise for the office; a client loads less. What the server drops while joining comes off that."""
    clients = "".join(path.read_text() for path in CSS.glob("*.css"))
    assert len(gzip.compress(clients.encode(), 9)) < 16_000
    assert len(gzip.compress(bundle().encode(), 9)) < 18_000


def test_classes_of_the_script_are_styled() -> None:
    script = "".join(path.read_text() for path in (CSS.parent / "js").glob("*.js"))
    names = set(re.findall(r"classList\.\w+\('([\w-]+)'", script)) | {"toast", "linkbtn", "vh"}
    assert {name for name in names if not re.search(rf"\.{name}\b", bundle())} == set()
