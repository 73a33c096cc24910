"""GiroCode: a bank transfer as QR code, read by banking apps (EPC069-12, version 002)."""

import unicodedata
from dataclasses import dataclass
from typing import Any

from portal.base import iban as accounts
from portal.base import qr

MAX_CENTS = 99_999_999_999
NAME_LETTERS = 70
REFERENCE_LETTERS = 140
MAX_BYTES = 331


@dataclass(frozen=True, slots=True)
class GiroCode:
    """`payload` is what the app reads, `svg` an element for the page."""

    payload: str
    svg: str


def make(*, name: str, iban: str, cents: int, reference: str, label: str, bic: str = "") -> GiroCode:
    """A transfer of `cents` (euro cents) to `name`. ValueError for what no such code can say.

    That is: an amount outside 0.01 to 999,999,999.99, a wrong IBAN or BIC, no name. Longer names are cut
    at 70, references at 140 characters, as banks do; both lose line breaks and control characters, which
    would begin the next field. `label` is read to those who do not see the code.
    """
    text = payload(name=name, iban=iban, cents=cents, reference=reference, bic=bic)
    return GiroCode(text, qr.draw(_code(text), label=label))


def payload(*, name: str, iban: str, cents: int, reference: str, bic: str = "") -> str:
    """The eleven lines of EPC069-12; see `make`."""
    if not 1 <= cents <= MAX_CENTS:
        raise ValueError("amount")
    holder = _one_line(name)[:NAME_LETTERS].rstrip()
    if not holder:
        raise ValueError("name")
    lines = [
        "BCD",
        "002",
        "1",  # UTF-8
        "SCT",
        accounts.bic(bic) if bic.strip() else "",
        holder,
        accounts.parse(iban),
        f"EUR{cents // 100}.{cents % 100:02}",
        "",  # purpose
        "",  # structured reference, which excludes the free one
        _one_line(reference)[:REFERENCE_LETTERS].rstrip(),
    ]
    return _fitting(lines)


def _fitting(lines: list[str]) -> str:
    """Two long texts of umlauts take more than the 331 bytes of the standard: the reference gives way."""
    while len("\n".join(lines).encode()) > MAX_BYTES:
        lines[-1] = lines[-1][:-1].rstrip()
    return "\n".join(lines).rstrip("\n")


def _one_line(text: str) -> str:
    plain = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text)
    return unicodedata.normalize("NFC", " ".join(plain.split()))


def _code(text: str) -> Any:
    """Level M is prescribed; without the note of the encoding (ECI), which older apps stumble over."""
    import segno  # noqa: PLC0415 - 40 ms at start that only pages with a code need

    return segno.make_qr(text, error="m", boost_error=False, encoding="utf-8", mode="byte", eci=False)
