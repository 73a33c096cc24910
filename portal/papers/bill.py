"""An invoice or credit note as Cross Industry Invoice, EN 16931 (the XML inside ZUGFeRD 2 and Factur-X)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from portal.base.einvoice import Party
from portal.base.money import plain

INVOICE, CREDIT_NOTE = "380", "381"
_RSM = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
_RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
_UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
_GUIDELINE = "urn:cen.eu:en16931:2017"
_TRANSFER = "58"  # UNTDID 4461: SEPA credit transfer


@dataclass(frozen=True)
class Item:
    """A line: `quantity` a decimal text, `unit` a UN/ECE code, `price` net in cents for one."""

    title: str
    quantity: str
    unit: str
    price: int
    detail: str = ""

    @property
    def amount(self) -> int:
        """Net in cents, half up."""
        return _cents(Decimal(self.quantity) * self.price)


@dataclass(frozen=True)
class Bill:
    """What it says. `type_code` by UNTDID 1001; `rate` of the VAT in percent; prices positive in credit notes too."""

    type_code: str
    number: str
    issued_on: date
    seller: Party
    buyer: Party
    items: tuple[Item, ...]
    iban: str
    bic: str = ""
    due_on: date | None = None
    delivered_on: date | None = None
    terms: str = ""
    note: str = ""
    corrects: str = ""
    rate: int = 19
    currency: str = "EUR"

    @property
    def net(self) -> int:
        return sum(item.amount for item in self.items)

    @property
    def tax(self) -> int:
        return _cents(Decimal(self.net) * self.rate / 100)

    @property
    def total(self) -> int:
        return self.net + self.tax


def write(bill: Bill) -> bytes:
    """The XML, valid against the schema of EN 16931 in Factur-X."""
    from lxml import etree  # noqa: PLC0415 - 10 MB and 30 ms that only a process writing invoices pays

    root = etree.Element(f"{{{_RSM}}}CrossIndustryInvoice", nsmap={"rsm": _RSM, "ram": _RAM, "udt": _UDT})
    top = _Node(root)
    top.rsm("ExchangedDocumentContext").ram("GuidelineSpecifiedDocumentContextParameter").leaf("ID", _GUIDELINE)
    document = top.rsm("ExchangedDocument")
    document.leaf("ID", bill.number)
    document.leaf("TypeCode", bill.type_code)
    document.day("IssueDateTime", bill.issued_on)
    if bill.note:
        document.ram("IncludedNote").leaf("Content", bill.note)
    trade = top.rsm("SupplyChainTradeTransaction")
    for number, item in enumerate(bill.items, 1):
        _line(trade, number, item, bill.rate)
    _agreement(trade, bill)
    delivery = trade.ram("ApplicableHeaderTradeDelivery")
    if bill.delivered_on is not None:
        delivery.ram("ActualDeliverySupplyChainEvent").day("OccurrenceDateTime", bill.delivered_on)
    _settlement(trade, bill)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


@dataclass(frozen=True)
class _Node:
    """An element that children are added to, in the order the schema wants."""

    element: Any

    def rsm(self, name: str) -> _Node:
        return self._child(_RSM, name)

    def ram(self, name: str) -> _Node:
        return self._child(_RAM, name)

    def leaf(self, name: str, text: str, **attributes: str) -> None:
        child = self._child(_RAM, name).element
        child.text = text
        child.attrib.update(attributes)

    def day(self, name: str, day: date) -> None:
        text = self.ram(name)._child(_UDT, "DateTimeString").element
        text.text = f"{day:%Y%m%d}"
        text.set("format", "102")

    def cents(self, name: str, amount: int, **attributes: str) -> None:
        self.leaf(name, plain(amount), **attributes)

    def _child(self, space: str, name: str) -> _Node:
        child = self.element.makeelement(f"{{{space}}}{name}")
        self.element.append(child)
        return _Node(child)


def _line(trade: _Node, number: int, item: Item, rate: int) -> None:
    line = trade.ram("IncludedSupplyChainTradeLineItem")
    line.ram("AssociatedDocumentLineDocument").leaf("LineID", str(number))
    product = line.ram("SpecifiedTradeProduct")
    product.leaf("Name", item.title)
    if item.detail:
        product.leaf("Description", item.detail)
    line.ram("SpecifiedLineTradeAgreement").ram("NetPriceProductTradePrice").cents("ChargeAmount", item.price)
    line.ram("SpecifiedLineTradeDelivery").leaf("BilledQuantity", item.quantity, unitCode=item.unit)
    settlement = line.ram("SpecifiedLineTradeSettlement")
    _vat(settlement.ram("ApplicableTradeTax"), rate)
    settlement.ram("SpecifiedTradeSettlementLineMonetarySummation").cents("LineTotalAmount", item.amount)


def _vat(tax: _Node, rate: int) -> None:
    tax.leaf("TypeCode", "VAT")
    tax.leaf("CategoryCode", "S")
    tax.leaf("RateApplicablePercent", str(rate))


def _agreement(trade: _Node, bill: Bill) -> None:
    agreement = trade.ram("ApplicableHeaderTradeAgreement")
    _party(agreement.ram("SellerTradeParty"), bill.seller)
    _party(agreement.ram("BuyerTradeParty"), bill.buyer)


def _party(node: _Node, party: Party) -> None:
    if party.number:
        node.leaf("ID", party.number)
    node.leaf("Name", party.name)
    if party.contact or party.phone:
        contact = node.ram("DefinedTradeContact")
        contact.leaf("PersonName", party.contact or party.name)
        if party.phone:
            contact.ram("TelephoneUniversalCommunication").leaf("CompleteNumber", party.phone)
        if party.email:
            contact.ram("EmailURIUniversalCommunication").leaf("URIID", party.email)
    address = node.ram("PostalTradeAddress")
    for name, text in (("PostcodeCode", party.postcode), ("LineOne", party.street), ("LineTwo", party.extra)):
        if text:
            address.leaf(name, text)
    address.leaf("CityName", party.city)
    address.leaf("CountryID", party.country or "DE")
    if party.email:
        node.ram("URIUniversalCommunication").leaf("URIID", party.email, schemeID="EM")
    if party.vat_id:
        node.ram("SpecifiedTaxRegistration").leaf("ID", party.vat_id, schemeID="VA")


def _settlement(trade: _Node, bill: Bill) -> None:
    settlement = trade.ram("ApplicableHeaderTradeSettlement")
    settlement.leaf("PaymentReference", bill.number)
    settlement.leaf("InvoiceCurrencyCode", bill.currency)
    means = settlement.ram("SpecifiedTradeSettlementPaymentMeans")
    means.leaf("TypeCode", _TRANSFER)
    means.ram("PayeePartyCreditorFinancialAccount").leaf("IBANID", bill.iban)
    if bill.bic:
        means.ram("PayeeSpecifiedCreditorFinancialInstitution").leaf("BICID", bill.bic)
    tax = settlement.ram("ApplicableTradeTax")
    tax.cents("CalculatedAmount", bill.tax)
    tax.leaf("TypeCode", "VAT")
    tax.cents("BasisAmount", bill.net)
    tax.leaf("CategoryCode", "S")
    tax.leaf("RateApplicablePercent", str(bill.rate))
    if bill.terms or bill.due_on is not None:
        _payment_terms(settlement.ram("SpecifiedTradePaymentTerms"), bill)
    _sums(settlement.ram("SpecifiedTradeSettlementHeaderMonetarySummation"), bill)
    if bill.corrects:
        settlement.ram("InvoiceReferencedDocument").leaf("IssuerAssignedID", bill.corrects)


def _payment_terms(terms: _Node, bill: Bill) -> None:
    if bill.terms:
        terms.leaf("Description", bill.terms)
    if bill.due_on is not None:
        terms.day("DueDateDateTime", bill.due_on)


def _sums(sums: _Node, bill: Bill) -> None:
    sums.cents("LineTotalAmount", bill.net)
    sums.cents("TaxBasisTotalAmount", bill.net)
    sums.cents("TaxTotalAmount", bill.tax, currencyID=bill.currency)
    sums.cents("GrandTotalAmount", bill.total)
    sums.cents("DuePayableAmount", bill.total)


def _cents(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))
