"""The firm's letter paper, from its settings."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from portal.base import files
from portal.base.iban import grouped
from portal.base.language import gettext_in
from portal.models.firm import Firm
from portal.papers.letterhead import Letterhead

_SIGN = Path(__file__).resolve().parents[2] / "static" / "img" / "petry.svg"


def of(firm: Firm, language: str) -> Letterhead:
    """Letterhead with the firm's address, bank account, colour and logo; `language` of the few words in it."""
    address = " · ".join(firm.address_lines)
    phone = gettext_in(language, "Phone %(number)s", number=firm.phone) if firm.phone else ""
    return Letterhead(
        name=firm.name,
        colour=firm.colour,
        reach=_said(address, phone, firm.email),
        sender=" · ".join(_said(firm.name, address)),
        foot=tuple(column for column in _columns(firm, language) if column),
        logo=_logo(firm),
        sign=demo_sign() if firm.is_demo else "",
    )


@functools.cache
def demo_sign() -> str:
    """The sign of the demo firm, the same drawing that its pages show."""
    found = re.search(r' d="([^"]+)"', _SIGN.read_text(encoding="utf-8"))
    assert found is not None
    return found[1]


def _columns(firm: Firm, language: str) -> list[tuple[str, ...]]:
    vat = gettext_in(language, "VAT ID %(number)s", number=firm.vat_id) if firm.vat_id else ""
    iban = f"IBAN {grouped(firm.iban)}" if firm.iban else ""
    return [
        _said(firm.name, *firm.address_lines),
        _said(vat, firm.hours),
        _said(firm.account_holder if iban else "", iban, f"BIC {firm.bic}" if firm.bic else ""),
    ]


def _said(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def _logo(firm: Firm) -> bytes | None:
    if firm.logo is None:
        return None
    try:
        return files.path_of(firm.logo).read_bytes()
    except OSError:
        return None  # a certificate without logo is better than none
