import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.base import iban

# The examples that the SWIFT registry and banks print.
GOOD = [
    "DE89370400440532013000",
    "AT611904300234573201",
    "CH9300762011623852957",
    "GB29NWBK60161331926819",
    "NO9386011117947",
    "MT84MALT011000012345MTLCAST001S",
    "FR1420041010050500013M02606",
    "BE68539007547034",
]


@pytest.mark.parametrize("written", GOOD)
def test_ibans_in_every_spelling(written: str) -> None:
    assert iban.parse(written) == written
    assert iban.parse(iban.grouped(written).lower()) == written
    assert iban.parse(f" IBAN: {'-'.join(written)}\u00a0\n") == written


@pytest.mark.parametrize(
    "written",
    [
        "",
        "DE",
        "DE89370400440532013001",
        "DE8937040044053201300",
        "DE893704004405320130000",
        "ED89370400440532013000",
        "XX89370400440532013000",
        "DE89 3704 0044 0532 O130 00",
        "DE８９370400440532013000",
        "DE89370400440532013000;DROP",
        "0532013000",
    ],
)
def test_what_is_no_iban(written: str) -> None:
    with pytest.raises(ValueError, match="IBAN"):
        iban.parse(written)


@given(st.integers(4, 21), st.integers(1, 9))
def test_every_single_mistyped_digit_is_noticed(position: int, distance: int) -> None:
    good = GOOD[0]
    wrong = str((int(good[position]) + distance) % 10)
    with pytest.raises(ValueError, match="check digits"):
        iban.parse(good[:position] + wrong + good[position + 1 :])


def test_two_digits_changed_round_are_noticed() -> None:
    with pytest.raises(ValueError, match="check digits"):
        iban.parse("DE89370400440532031000")


@pytest.mark.parametrize("account", ["37040044053201300", "3704004405320130000"])
def test_right_check_digits_do_not_mend_a_wrong_length(account: str) -> None:
    check = 98 - int(account + "131400") % 97  # D and E as 13 and 14
    with pytest.raises(ValueError, match="not an IBAN"):
        iban.parse(f"DE{check:02}{account}")


def test_grouped() -> None:
    assert iban.grouped("DE89370400440532013000") == "DE89 3704 0044 0532 0130 00"


@pytest.mark.parametrize(
    ("written", "code"),
    [("cobadeff", "COBADEFF"), (" COBA DE FF XXX ", "COBADEFFXXX"), ("GENODEF1M04", "GENODEF1M04")],
)
def test_bics(written: str, code: str) -> None:
    assert iban.bic(written) == code


@pytest.mark.parametrize("written", ["", "COBADE", "COBADEFFX", "COBA12FF", "COBADEFFXXXX", "ÄOBADEFF"])
def test_what_is_no_bic(written: str) -> None:
    with pytest.raises(ValueError, match="BIC"):
        iban.bic(written)
