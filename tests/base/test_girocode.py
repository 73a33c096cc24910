"""GiroCode after EPC069-12: every line in its place, whatever names and references hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.base import girocode
from tests.base.test_qr import modules_of_svg

IBAN = "DE89370400440532013000"


def payload(**values) -> str:
    plain = {"name": "Wärme & Söhne GmbH", "iban": IBAN, "cents": 11900, "reference": "RE-1001"}
    return girocode.payload(**(plain | values))


def test_the_eleven_lines() -> None:
    assert payload(bic=" cobadeff ").split("\n") == [
        "BCD", "002", "1", "SCT", "COBADEFF", "Wärme & Söhne GmbH", IBAN, "EUR119.00", "", "", "RE-1001"
    ]  # fmt: skip


def test_bic_and_reference_may_be_missing() -> None:
    assert payload(reference=" ").split("\n") == [
        "BCD", "002", "1", "SCT", "", "Wärme & Söhne GmbH", IBAN, "EUR119.00"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cents", "written"),
    [(1, "EUR0.01"), (10, "EUR0.10"), (100, "EUR1.00"), (99_999_999_999, "EUR999999999.99")],
)
def test_amounts(cents: int, written: str) -> None:
    assert payload(cents=cents).split("\n")[7] == written


@pytest.mark.parametrize(
    "values",
    [
        {"cents": 0},
        {"cents": -1},
        {"cents": 100_000_000_000},
        {"iban": "DE00370400440532013000"},
        {"bic": "NOBIC"},
        {"name": " \n\u200b"},
    ],
)
def test_what_no_code_can_say(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"amount|IBAN|BIC|name"):
        payload(**values)


def test_line_breaks_cannot_begin_another_field() -> None:
    lines = payload(name="A\nDE1\r\nEUR1", reference="x\u2028y\x85z\x00\x1bq").split("\n")
    assert len(lines) == 11
    assert (lines[5], lines[10]) == ("A DE1 EUR1", "x y z q")


def test_long_names_and_references_are_cut() -> None:
    lines = payload(name="N" * 71, reference="R" * 141).split("\n")
    assert (len(lines[5]), len(lines[10])) == (70, 140)


def test_the_reference_gives_way_to_what_fits() -> None:
    text = payload(name="ä" * 70, reference="ß" * 140)
    assert len(text.encode()) <= 331
    assert text.split("\n")[5] == "ä" * 70
    assert len(text.split("\n")[10]) > 60


@given(st.text(min_size=1), st.text(), st.integers(1, 99_999_999_999))
def test_nothing_typed_breaks_the_form(name: str, reference: str, cents: int) -> None:
    try:
        lines = payload(name=name, reference=reference, cents=cents).split("\n")
    except ValueError:
        assert not any(sign.isalnum() for sign in name)
        return
    assert lines[6] == IBAN
    assert 8 <= len(lines) <= 11
    assert len("\n".join(lines).splitlines()) == len(lines)


def test_the_code_is_as_prescribed() -> None:
    code = girocode._code(payload(name="ä" * 70, reference="ß" * 140))
    assert (code.error, code.mode) == ("M", "byte")
    assert code.version <= 13


def test_the_drawing_is_that_code() -> None:
    made = girocode.make(name="A", iban=IBAN, cents=5, reference="R", label="Zahlen & fertig")
    assert 'aria-label="Zahlen &amp; fertig"' in made.svg
    rows = girocode._code(made.payload).matrix_iter(border=4)
    dark = {(x, y) for y, row in enumerate(rows) for x, module in enumerate(row) if module}
    assert modules_of_svg(made.svg) == dark
