"""Electronic invoices: ZUGFeRD 1 and 2, Factur-X and XRechnung in CII, EN 16931 in UBL with credit notes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from portal.base.refusal import Refused

MAX_BYTES = 25_000_000
# A tree of small elements takes some 30 times its bytes; embedded attachments, long but few, do not.
MAX_ELEMENTS = 200_000
MAX_ATTRIBUTES = 400_000
MAX_CENTS = 10**13
MAX_TEXT = 10_000

# UNTDID 1001 codes by what they mean to the client (DETAILS 6); 389 is written by the buyer.
INVOICES = frozenset({"204", "326", "380", "384", "386", "875", "876", "877"})
CREDIT_NOTES = frozenset({"381", "389"})
SELF_BILLED = "389"

# UN/ECE Recommendation 20 and 21, as English message ids; any other code is shown as it is.
UNITS = {
    "ANN": "years",
    "C62": "units",
    "CMT": "cm",
    "DAY": "days",
    "DMQ": "dm³",
    "GRM": "g",
    "H87": "pcs",
    "HAR": "ha",
    "HUR": "h",
    "KGM": "kg",
    "KMT": "km",
    "KWH": "kWh",
    "KWT": "kW",
    "LM": "m",
    "LS": "flat rate",
    "LTR": "l",
    "MIN": "min",
    "MMT": "mm",
    "MON": "months",
    "MTK": "m²",
    "MTQ": "m³",
    "MTR": "m",
    "NAR": "items",
    "NPR": "pairs",
    "P1": "%",
    "PR": "pairs",
    "SET": "sets",
    "TNE": "t",
    "WEE": "weeks",
    "XBX": "boxes",
    "XPK": "packages",
    "XPP": "pcs",
}


class NotAnInvoice(Refused):
    """Well-formed XML that is no invoice: an order (ORDER-X), a catalogue, anything else."""

    def __init__(self) -> None:
        super().__init__("not_an_invoice")


@dataclass(frozen=True, slots=True)
class Party:
    """Seller or buyer; what is missing is an empty text. `name` may span several lines."""

    name: str = ""
    number: str = ""  # BT-29, BT-46: of the buyer, the seller's customer number
    vat_id: str = ""  # without blanks, in capitals
    contact: str = ""
    street: str = ""
    extra: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line; those of level 0 add up to the invoice, deeper ones explain the line above them."""

    title: str
    detail: str
    quantity: str | None  # decimal without trailing zeros
    unit: str  # UN/ECE code, see UNITS
    amount: int | None  # net, in cents
    level: int


@dataclass(frozen=True, slots=True)
class Tax:
    """One row of the VAT table; `rate` in percent as decimal text, amounts in cents."""

    category: str
    rate: str | None
    basis: int | None
    amount: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A discount (negative) or charge (positive) on the whole invoice, net, in cents."""

    reason: str
    amount: int


@dataclass(frozen=True, slots=True)
class EInvoice:
    """What an electronic invoice says. Amounts are signed cents of `currency` with the file's sign.

    Missing texts are empty, missing dates and amounts None. `kind` is "invoice", "credit_note" or None when
    a person must say. A self-billed invoice (389) is a credit note whose seller and buyer are exchanged, so
    that `seller` is always the firm that sends it.
    """

    syntax: str  # ZF1, CII or UBL
    profile: str
    type_code: str
    kind: str | None
    number: str
    issued_on: date | None
    due_on: date | None
    delivered_on: date | None
    period_from: date | None
    period_to: date | None
    currency: str
    net: int | None  # BT-109
    tax: int | None  # BT-110, in the currency of the invoice
    total: int | None  # BT-112
    prepaid: int | None  # BT-113
    payable: int | None  # BT-115, else total less prepaid
    seller: Party
    buyer: Party
    buyer_reference: str  # BT-10, the public sector's Leitweg-ID
    order_reference: str  # BT-13
    lines: tuple[Line, ...]
    adjustments: tuple[Adjustment, ...]
    taxes: tuple[Tax, ...]
    note: str
    payment_terms: str
    payment_reference: str  # BT-83
    iban: str  # as written, without blanks; not checked


def read(xml: bytes) -> EInvoice:
    """The invoice in `xml`.

    Raises `NotAnInvoice`, or `Refused` with empty, too_large, dtd, broken or absurd. Nothing outside the
    given bytes is ever read: no DTD, no entity, no network (TRUST.md "Files").
    """
    root = _parse(xml)
    syntax = _syntax(root)
    credit_note = _local(root.tag) == "CreditNote"
    for element in root.iter():
        element.tag = _PLAIN.get(_local(element.tag), _local(element.tag))
    invoice = _read_ubl(root) if syntax == "UBL" else _read_cii(root, syntax)
    if credit_note and not invoice.type_code:
        invoice = replace(invoice, type_code="381")
    invoice = replace(invoice, kind=_kind(invoice.type_code, invoice.total))
    if invoice.type_code == SELF_BILLED:
        invoice = replace(invoice, seller=invoice.buyer, buyer=invoice.seller)
    return invoice


# ZUGFeRD 1 and credit notes in the words of today, so that one reader does for all.
_PLAIN = {
    "SpecifiedExchangedDocumentContext": "ExchangedDocumentContext",
    "HeaderExchangedDocument": "ExchangedDocument",
    "SpecifiedSupplyChainTradeTransaction": "SupplyChainTradeTransaction",
    "ApplicableSupplyChainTradeAgreement": "ApplicableHeaderTradeAgreement",
    "ApplicableSupplyChainTradeDelivery": "ApplicableHeaderTradeDelivery",
    "ApplicableSupplyChainTradeSettlement": "ApplicableHeaderTradeSettlement",
    "SpecifiedSupplyChainTradeAgreement": "SpecifiedLineTradeAgreement",
    "SpecifiedSupplyChainTradeDelivery": "SpecifiedLineTradeDelivery",
    "SpecifiedSupplyChainTradeSettlement": "SpecifiedLineTradeSettlement",
    "SpecifiedTradeSettlementMonetarySummation": "MonetarySummation",
    "SpecifiedTradeSettlementHeaderMonetarySummation": "MonetarySummation",
    "SpecifiedTradeSettlementLineMonetarySummation": "MonetarySummation",
    "ApplicablePercent": "RateApplicablePercent",
    "CreditNoteTypeCode": "InvoiceTypeCode",
    "CreditNoteLine": "InvoiceLine",
    "SubCreditNoteLine": "SubInvoiceLine",
    "CreditedQuantity": "InvoicedQuantity",
}


def _parse(xml: bytes) -> Any:
    from lxml import etree  # noqa: PLC0415 - 10 MB and 30 ms that only a process reading an invoice pays

    xml = xml.removeprefix(b"\xef\xbb\xbf").strip()
    _check_size(xml)
    if _DOCTYPE.match(xml.replace(b"\0", b"")):
        raise Refused("dtd")
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, LookupError, ValueError) as error:
        raise Refused("broken") from error
    # A prolog in an encoding that hides it from the look at the bytes above.
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refused("dtd")
    return root


def _check_size(xml: bytes) -> None:
    if not xml:
        raise Refused("empty")
    if len(xml) > MAX_BYTES or xml.count(b"<") > MAX_ELEMENTS or xml.count(b"=") > MAX_ATTRIBUTES:
        raise Refused("too_large")


# Atomic, so that a thousand comments before the root cost a thousand steps and not two to that power.
_DOCTYPE = re.compile(rb"(?>\xff\xfe|\xfe\xff)?(?>\s+|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL | re.IGNORECASE)


def _syntax(root: Any) -> str:
    name, space = _local(root.tag), root.tag[1:].partition("}")[0] if root.tag.startswith("{") else ""
    if name in ("Invoice", "CreditNote") and space == f"urn:oasis:names:specification:ubl:schema:xsd:{name}-2":
        return "UBL"
    if name == "CrossIndustryInvoice":
        return "CII"
    if name == "CrossIndustryDocument":
        return "ZF1"
    raise NotAnInvoice


def _read_cii(root: Any, syntax: str) -> EInvoice:
    document = _at(root, "ExchangedDocument")
    trade = _at(root, "SupplyChainTradeTransaction")
    agreement = _at(trade, "ApplicableHeaderTradeAgreement")
    delivery = _at(trade, "ApplicableHeaderTradeDelivery")
    settlement = _at(trade, "ApplicableHeaderTradeSettlement")
    sums = _at(settlement, "MonetarySummation")
    currency = _currency(_text(settlement, "InvoiceCurrencyCode"))
    total, prepaid = _cents(sums, "GrandTotalAmount", currency), _cents(sums, "TotalPrepaidAmount", currency)
    guideline = _text(root, "ExchangedDocumentContext/GuidelineSpecifiedDocumentContextParameter/ID")
    means = "SpecifiedTradeSettlementPaymentMeans/PayeePartyCreditorFinancialAccount/IBANID"
    return EInvoice(
        syntax=syntax,
        profile=_profile(guideline, syntax),
        type_code=_text(document, "TypeCode"),
        kind=None,
        number=_line(_text(document, "ID")),
        issued_on=_day(document, "IssueDateTime/*"),
        due_on=_day(settlement, "SpecifiedTradePaymentTerms/DueDateDateTime/*"),
        delivered_on=_day(delivery, "ActualDeliverySupplyChainEvent/OccurrenceDateTime/*"),
        period_from=_day(settlement, "BillingSpecifiedPeriod/StartDateTime/*"),
        period_to=_day(settlement, "BillingSpecifiedPeriod/EndDateTime/*"),
        currency=currency,
        net=_cents(sums, "TaxBasisTotalAmount", currency),
        tax=_cents(sums, "TaxTotalAmount", currency, strict=True),
        total=total,
        prepaid=prepaid,
        payable=_payable(_cents(sums, "DuePayableAmount", currency), total, prepaid),
        seller=_cii_party(_at(agreement, "SellerTradeParty")),
        buyer=_cii_party(_at(agreement, "BuyerTradeParty")),
        buyer_reference=_line(_text(agreement, "BuyerReference")),
        order_reference=_line(
            _text(agreement, "BuyerOrderReferencedDocument/IssuerAssignedID", "BuyerOrderReferencedDocument/ID")
        ),
        lines=tuple(_cii_lines(trade, currency)),
        adjustments=tuple(_cii_adjustments(settlement, currency)),
        taxes=tuple(_cii_tax(row, currency) for row in settlement.findall("ApplicableTradeTax")),
        note=_texts(document, "IncludedNote/Content"),
        payment_terms=_texts(settlement, "SpecifiedTradePaymentTerms/Description"),
        payment_reference=_line(_text(settlement, "PaymentReference")),
        iban=_iban(settlement, means),
    )


def _cii_party(party: Any) -> Party:
    address, contact = _at(party, "PostalTradeAddress"), _at(party, "DefinedTradeContact")
    return Party(
        name=_text(party, "Name", "SpecifiedLegalOrganization/TradingBusinessName"),
        number=_line(_text(party, "ID", "GlobalID")),
        vat_id=_compact(_text(party, "SpecifiedTaxRegistration/ID[@schemeID='VA']")),
        contact=_line(_text(contact, "PersonName", "DepartmentName")),
        street=_line(_text(address, "LineOne", "StreetName")),
        extra=", ".join(filter(None, (_line(_text(address, "LineTwo")), _line(_text(address, "LineThree"))))),
        postcode=_line(_text(address, "PostcodeCode")),
        city=_line(_text(address, "CityName")),
        country=_text(address, "CountryID"),
        email=_email(contact, party, "EmailURIUniversalCommunication/*", "URIUniversalCommunication/URIID"),
        phone=_line(_text(contact, "TelephoneUniversalCommunication/CompleteNumber")),
    )


def _cii_lines(trade: Any, currency: str) -> Iterator[Line]:
    levels: dict[str, int] = {}
    for item in trade.findall("IncludedSupplyChainTradeLineItem"):
        position, product = _at(item, "AssociatedDocumentLineDocument"), _at(item, "SpecifiedTradeProduct")
        parent = _text(position, "ParentLineID")
        level = levels.get(parent, 0) + 1 if parent else 0
        levels[_text(position, "LineID")] = level
        quantity = _at(item, "SpecifiedLineTradeDelivery/BilledQuantity")
        informative = _text(position, "LineStatusReasonCode") == "INFORMATION"
        amount = _cents(item, "SpecifiedLineTradeSettlement/MonetarySummation/LineTotalAmount", currency)
        texts = [
            _text(product, "Name"),
            _text(product, "Description"),
            _texts(position, "IncludedNote/Content"),
        ]
        yield _make_line(texts, quantity, None if informative else amount, level)


def _make_line(texts: list[str], quantity: Any, amount: int | None, level: int) -> Line:
    """The first text is the title; one that only says the title again is left out."""
    texts = list(dict.fromkeys(filter(None, texts)))
    return Line(
        title=_line(texts[0]) if texts else "",
        detail="\n".join(_line(row) for text in texts[1:] for row in text.splitlines()),
        quantity=_plain_decimal(quantity.text),
        unit=quantity.get("unitCode", "").strip(),
        amount=amount,
        level=level,
    )


def _cii_adjustments(settlement: Any, currency: str) -> Iterator[Adjustment]:
    for row in settlement.findall("SpecifiedTradeAllowanceCharge"):
        amount = _cents(row, "ActualAmount", currency)
        charge = _text(row, "ChargeIndicator/Indicator", "ChargeIndicator") in ("true", "1")
        if amount is not None:
            yield Adjustment(_line(_text(row, "Reason")), amount if charge else -amount)
    for row in settlement.findall("SpecifiedLogisticsServiceCharge"):
        amount = _cents(row, "AppliedAmount", currency)
        if amount is not None:
            yield Adjustment(_line(_text(row, "Description")), amount)


def _cii_tax(row: Any, currency: str) -> Tax:
    return Tax(
        category=_text(row, "CategoryCode"),
        rate=_plain_decimal(_text(row, "RateApplicablePercent")),
        basis=_cents(row, "BasisAmount", currency),
        amount=_cents(row, "CalculatedAmount", currency),
        reason=_line(_text(row, "ExemptionReason")),
    )


def _read_ubl(root: Any) -> EInvoice:
    sums = _at(root, "LegalMonetaryTotal")
    currency = _currency(_text(root, "DocumentCurrencyCode"))
    total, prepaid = _cents(sums, "TaxInclusiveAmount", currency), _cents(sums, "PrepaidAmount", currency)
    return EInvoice(
        syntax="UBL",
        profile=_profile(_text(root, "CustomizationID"), "UBL"),
        type_code=_text(root, "InvoiceTypeCode"),
        kind=None,
        number=_line(_text(root, "ID")),
        issued_on=_day(root, "IssueDate"),
        due_on=_day(root, "DueDate") or _day(root, "PaymentMeans/PaymentDueDate"),
        delivered_on=_day(root, "Delivery/ActualDeliveryDate"),
        period_from=_day(root, "InvoicePeriod/StartDate"),
        period_to=_day(root, "InvoicePeriod/EndDate"),
        currency=currency,
        net=_cents(sums, "TaxExclusiveAmount", currency),
        tax=_cents(root, "TaxTotal/TaxAmount", currency, strict=True),
        total=total,
        prepaid=prepaid,
        payable=_payable(_cents(sums, "PayableAmount", currency), total, prepaid),
        seller=_ubl_party(_at(root, "AccountingSupplierParty/Party")),
        buyer=_ubl_party(_at(root, "AccountingCustomerParty/Party")),
        buyer_reference=_line(_text(root, "BuyerReference")),
        order_reference=_line(_text(root, "OrderReference/ID")),
        lines=tuple(_ubl_lines(root, "InvoiceLine", currency, 0)),
        adjustments=tuple(_ubl_adjustments(root, currency)),
        taxes=tuple(_ubl_tax(row, currency) for row in root.findall("TaxTotal/TaxSubtotal")),
        note=re.sub(r"^#[A-Z]{3}#", "", _texts(root, "Note"), flags=re.MULTILINE),
        payment_terms=_texts(root, "PaymentTerms/Note"),
        payment_reference=_line(_text(root, "PaymentMeans/PaymentID")),
        iban=_iban(root, "PaymentMeans/PayeeFinancialAccount/ID"),
    )


def _ubl_party(party: Any) -> Party:
    address, contact = _at(party, "PostalAddress"), _at(party, "Contact")
    extra = (_text(address, "AdditionalStreetName"), _text(address, "AddressLine/Line"))
    return Party(
        name=_text(party, "PartyLegalEntity/RegistrationName", "PartyName/Name"),
        number=_line(_identifier(party)),
        vat_id=_compact(_vat_id(party)),
        contact=_line(_text(contact, "Name")),
        street=_line(_text(address, "StreetName")),
        extra=", ".join(_line(text) for text in extra if text),
        postcode=_line(_text(address, "PostalZone")),
        city=_line(_text(address, "CityName")),
        country=_text(address, "Country/IdentificationCode"),
        email=_email(contact, party, "ElectronicMail", "EndpointID"),
        phone=_line(_text(contact, "Telephone")),
    )


def _identifier(party: Any) -> str:
    """The other side's own number for the party before one of a register (GLN), which carries a scheme."""
    found = party.findall("PartyIdentification/ID")
    found.sort(key=lambda element: element.get("schemeID") is not None)
    return (found[0].text or "").strip() if found else ""


def _vat_id(party: Any) -> str:
    for row in party.findall("PartyTaxScheme"):
        if _text(row, "TaxScheme/ID").upper() == "VAT":
            return _text(row, "CompanyID")
    return ""


def _ubl_lines(parent: Any, name: str, currency: str, level: int) -> Iterator[Line]:
    for row in parent.findall(name):
        item = _at(row, "Item")
        texts = [_text(item, "Name"), _text(item, "Description"), _texts(row, "Note")]
        amount = _cents(row, "LineExtensionAmount", currency)
        yield _make_line(texts, _at(row, "InvoicedQuantity"), amount, level)
        yield from _ubl_lines(row, "SubInvoiceLine", currency, level + 1)


def _ubl_adjustments(root: Any, currency: str) -> Iterator[Adjustment]:
    for row in root.findall("AllowanceCharge"):
        amount = _cents(row, "Amount", currency)
        if amount is not None:
            charge = _text(row, "ChargeIndicator") in ("true", "1")
            yield Adjustment(_line(_text(row, "AllowanceChargeReason")), amount if charge else -amount)


def _ubl_tax(row: Any, currency: str) -> Tax:
    return Tax(
        category=_text(row, "TaxCategory/ID"),
        rate=_plain_decimal(_text(row, "TaxCategory/Percent")),
        basis=_cents(row, "TaxableAmount", currency),
        amount=_cents(row, "TaxAmount", currency),
        reason=_line(_text(row, "TaxCategory/TaxExemptionReason")),
    )


def _kind(type_code: str, total: int | None) -> str | None:
    if type_code in CREDIT_NOTES:
        return "credit_note"
    if type_code not in INVOICES:
        return None
    return "credit_note" if (total or 0) < 0 else "invoice"


def _payable(payable: int | None, total: int | None, prepaid: int | None) -> int | None:
    if payable is not None or total is None:
        return payable
    return total - (prepaid or 0)


_PROFILES = (
    (r"invoice:1p0:(\w+)", "ZUGFeRD 1.0 {0}"),
    (r"zugferd\.de:2p0:(\w+)", "ZUGFeRD 2.0 {0}"),
    (r"factur-x\.eu:1p0:(\w+)", "Factur-X/ZUGFeRD 2.x {0}"),
    (r"extension:xrechnung_([\d.]+)", "XRechnung {0} EXTENSION ({syntax})"),
    (r"xrechnung_([\d.]+)", "XRechnung {0} ({syntax})"),
    (r"peppol\.eu:2017:poacc:billing:([\d.]+)", "Peppol BIS {0} ({syntax})"),
    (r"en16931:2017$", "EN 16931 (UBL)"),
)


def _profile(guideline: str, syntax: str) -> str:
    """A name people know; an unknown guideline is named as it is."""
    if syntax == "CII" and guideline == "urn:cen.eu:en16931:2017":
        return "EN 16931 / COMFORT"
    for pattern, label in _PROFILES:
        if found := re.search(pattern, guideline):
            words = [group.upper().replace("BASICWL", "BASIC WL") for group in found.groups()]
            return label.format(*words, syntax=syntax)
    return guideline[:200]


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _at(node: Any, path: str) -> Any:
    """The element at `path`, or an empty one: what an invoice leaves out reads as empty."""
    found = node.find(path)
    return node.makeelement("nothing") if found is None else found


def _text(node: Any, *paths: str) -> str:
    """The first text found at any of `paths`, in their order."""
    for path in paths:
        for element in node.findall(path):
            if text := (element.text or "").strip():
                return text[:MAX_TEXT]
    return ""


def _texts(node: Any, path: str) -> str:
    """Every text at `path`, one below the other."""
    texts = ((element.text or "").strip() for element in node.findall(path))
    return "\n".join(dict.fromkeys(filter(None, texts)))[:MAX_TEXT]


def _line(text: str) -> str:
    return " ".join(text.split())


def _compact(text: str) -> str:
    return "".join(text.split()).upper()


def _currency(text: str) -> str:
    return text.upper() if re.fullmatch(r"[A-Za-z]{3}", text) else ""


def _email(contact: Any, party: Any, contact_path: str, endpoint_path: str) -> str:
    """The contact's address before the electronic one, which often is an inbox for machines."""
    text = _text(contact, contact_path) or _text(party, f"{endpoint_path}[@schemeID='EM']")
    return text if re.fullmatch(r"[^@\s]+@[^@\s]+", text) else ""


def _iban(node: Any, path: str) -> str:
    text = _compact(_text(node, path))
    return text if re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{6,30}", text) else ""


def _day(node: Any, path: str) -> date | None:
    """20261231 (format 102) or 2026-12-31 with whatever follows; None for a day no calendar has."""
    found = re.match(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})(?![0-9])", _text(node, path))
    if not found or not "1900" <= found[1] < "2200":
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def _cents(node: Any, path: str, currency: str, *, strict: bool = False) -> int | None:
    """The amount at `path` in `currency`, rounded half up; `strict` takes no amount of another currency.

    VAT stands twice in an invoice of foreign currency: in its own and in the seller's (BT-110, BT-111).
    """
    found = node.findall(path)
    found.sort(key=lambda element: _distance(element, currency))
    if not found or (strict and currency and _distance(found[0], currency) > 1):
        return None
    value = _decimal(found[0].text)
    if value is None:
        return None
    cents = int((value * 100).to_integral_value(ROUND_HALF_UP))
    if abs(cents) > MAX_CENTS:
        raise Refused("absurd")
    return cents


def _distance(element: Any, currency: str) -> int:
    named = (element.get("currencyID") or "").strip().upper()
    return 0 if named == currency else 1 if not named else 2


def _decimal(text: str | None) -> Decimal | None:
    """An xs:decimal, which knows no exponent, no NaN and no thousands separator."""
    text = (text or "").strip()
    if not re.fullmatch(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)", text):
        return None
    if len(text) > 40:
        raise Refused("absurd")
    return Decimal(text)


def _plain_decimal(text: str | None) -> str | None:
    value = _decimal(text)
    if value is None:
        return None
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
