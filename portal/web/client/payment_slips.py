"""How an invoice is paid by bank transfer: account, reference, amount and GiroCode (B9)."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import Markup

from portal.base import girocode, iban
from portal.models.document import Document
from portal.models.firm import Firm

_LEAST, _MOST = 1, 99_999_999_999


@dataclass(frozen=True)
class Slip:
    """What to type into the bank's form; `code` is the GiroCode as SVG, where the amount and currency allow one."""

    holder: str
    iban: str
    iban_grouped: str
    bic: str
    reference: str
    owed: int
    currency: str
    code: Markup | None


def slip_of(document: Document, firm: Firm) -> Slip | None:
    """The slip of an open invoice; None when nothing is owed or the firm has no account on file."""
    if not document.is_open or not firm.can_be_paid or document.owed is None or document.owed < _LEAST:
        return None
    holder = firm.account_holder or firm.name
    return Slip(
        holder, firm.iban, iban.grouped(firm.iban), firm.bic, document.number, document.owed, document.currency,
        _code(document, firm, holder),
    )  # fmt: skip


def _code(document: Document, firm: Firm, holder: str) -> Markup | None:
    # EPC069-12 knows euros only, from one cent on
    if document.currency != "EUR" or document.owed is None or not _LEAST <= document.owed <= _MOST:
        return None
    try:
        made = girocode.make(
            name=holder, iban=firm.iban, bic=firm.bic, cents=document.owed, reference=document.number,
            label=_("GiroCode for your banking app"),
        )  # fmt: skip
    except ValueError:
        return None
    return Markup(made.svg)  # noqa: S704  drawn by us: squares and an escaped label
