"""Reading what was uploaded: what an e-invoice says fills the form, what is odd becomes a warning (X1, DETAILS 6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from portal.base import einvoice, filetypes, pdf
from portal.base.einvoice import EInvoice, Line, Party
from portal.base.errors import Invalid
from portal.base.files import Received
from portal.base.refusal import Refused
from portal.base.text import searchable
from portal.models.client import Client
from portal.models.firm import Firm
from portal.policies import scope as scopes
from portal.policies.scope import Scope

# codes of warnings; they are kept with the version and shown to staff
PAGE_NUMBER, PAGE_TOTAL = "page_number", "page_total"
OTHER_SELLER, DUE_BEFORE_ISSUED, PLACEHOLDER = "other_seller", "due_before_issued", "placeholder"
TWO_INVOICES, UNREADABLE, NOT_AN_INVOICE = "two_invoices", "einvoice_unreadable", "not_an_invoice"
ACTIVE, NO_KIND = "active", "kind_unknown"

_INVOICE_FILES = frozenset({"factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml"})
_SAME_AS_FIRM = 2  # agreeing words of two names that make one firm
_LEGAL_FORMS = frozenset({"gmbh", "mbh", "ag", "kg", "ohg", "gbr", "ug", "co", "und", "e", "k", "ek", "ltd", "inc"})


@dataclass(frozen=True)
class Reading:
    """What a file says. Nothing in it binds: the person or programme that uploads may say otherwise.

    Amounts in signed cents, None when the file does not tell. `pages` is None for an XML-only invoice, `einvoice`
    None for an ordinary PDF. `warnings` are the codes above.
    """

    media_type: str
    pages: int | None = None
    einvoice: EInvoice | None = None
    kind: str | None = None
    number: str = ""
    issued_on: date | None = None
    due_on: date | None = None
    currency: str = ""
    net: int | None = None
    tax: int | None = None
    total: int | None = None
    payable: int | None = None
    lines: tuple[Line, ...] = ()
    syntax: str = ""
    seller: Party = field(default_factory=Party)
    buyer: Party = field(default_factory=Party)
    warnings: tuple[str, ...] = ()


def read_upload(received: Received, filename: str) -> Reading:
    """Read a received file; the scope of the firm must be open, no transaction.

    Raises Invalid(file=code) with a code of `base.refusal` for what is not taken. PDFs are opened by the bounded
    child process, which takes up to 15 seconds.
    """
    try:
        media_type = filetypes.recognise(received.path, filename)
        if media_type.extension == "xml":
            return _of_invoice(media_type.mime, einvoice.read(received.path.read_bytes()), None, [])
        return _of_pdf(media_type.mime, pdf.inspect(received.path))
    except Refused as refused:
        raise Invalid(file=refused.reason) from refused


def match_client(scope: Scope, reading: Reading) -> list[Client]:
    """The clients the buyer of an e-invoice may be: by our number for it (BT-46), VAT id, exact name with postcode.

    The first of these that finds somebody counts; several or none: a person must say (DETAILS 6).
    """
    buyer = reading.buyer
    living = scope.of(Client).where(Client.archived_at.is_null()).order_by(Client.id).limit(10)
    if buyer.number and (found := list(living.where(Client.number_key == searchable(buyer.number)))):
        return found
    if buyer.vat_id and (found := list(living.where(Client.vat_id == buyer.vat_id))):
        return found
    if not buyer.name or not buyer.postcode:
        return []
    same_name = living.where(Client.name_key == searchable(buyer.name), Client.postcode == buyer.postcode)
    return list(same_name)


def _of_pdf(mime: str, facts: pdf.PdfFacts) -> Reading:
    warnings = [PLACEHOLDER] if facts.placeholder else []
    warnings += [ACTIVE] if facts.active else []
    if facts.xml_name is None:
        return Reading(mime, facts.pages, warnings=tuple(warnings))
    try:
        # without its bytes the embedded file is there, but cannot be taken out: as good as empty
        invoice = einvoice.read(facts.xml or b"")
    except einvoice.NotAnInvoice:
        return Reading(mime, facts.pages, warnings=(*warnings, NOT_AN_INVOICE))
    except Refused:
        return Reading(mime, facts.pages, warnings=(*warnings, UNREADABLE))
    if len(_INVOICE_FILES & {name.lower() for name in facts.attachments}) > 1:
        warnings.append(TWO_INVOICES)
    warnings += [f"page_{what}" for what in pdf.page_agrees(facts, invoice)]
    return _of_invoice(mime, invoice, facts.pages, warnings)


def _of_invoice(mime: str, invoice: EInvoice, pages: int | None, warnings: list[str]) -> Reading:
    if invoice.kind is None:
        warnings.append(NO_KIND)
    if _other_seller(scopes.current().firm, invoice.seller):
        warnings.append(OTHER_SELLER)
    if invoice.due_on and invoice.issued_on and invoice.due_on < invoice.issued_on:
        warnings.append(DUE_BEFORE_ISSUED)
    return Reading(
        media_type=mime,
        pages=pages,
        einvoice=invoice,
        kind=invoice.kind,
        number=invoice.number,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        currency=invoice.currency,
        net=invoice.net,
        tax=invoice.tax,
        total=invoice.total,
        payable=invoice.payable,
        lines=invoice.lines,
        syntax=invoice.syntax,
        seller=invoice.seller,
        buyer=invoice.buyer,
        warnings=tuple(warnings),
    )


def _other_seller(firm: Firm, seller: Party) -> bool:
    """By VAT id where both have one, else by the words of the name without its legal form."""
    ours = "".join(firm.vat_id.split()).upper()
    if ours and seller.vat_id:
        return ours != seller.vat_id
    mine, theirs = _words(firm.name), _words(seller.name)
    return bool(theirs) and len(mine & theirs) < min(_SAME_AS_FIRM, len(mine), len(theirs))


def _words(name: str) -> set[str]:
    plain = "".join(sign if sign.isalnum() else " " for sign in searchable(name))
    return {word for word in plain.split() if word not in _LEGAL_FORMS}
