"""E-invoices of every syntax, real ones from the samples and small ones written here."""

from datetime import date
from decimal import Decimal
from functools import cache

import pytest

from portal.base import einvoice, pdf
from portal.base.einvoice import Adjustment, Line, NotAnInvoice, Tax
from portal.base.refusal import Refused
from tests.samples import SAMPLES, expected_invoices, requires_samples

CII = """<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
  xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
  xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
 <rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter>
  <ram:ID>urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended</ram:ID>
 </ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>
 <rsm:ExchangedDocument><ram:ID> R 7 </ram:ID><ram:TypeCode>{type}</ram:TypeCode>
  <ram:IssueDateTime><udt:DateTimeString format="102">{issued}</udt:DateTimeString></ram:IssueDateTime>
  <ram:IncludedNote><ram:Content>Danke</ram:Content></ram:IncludedNote></rsm:ExchangedDocument>
 <rsm:SupplyChainTradeTransaction>
  {lines}
  <ram:ApplicableHeaderTradeAgreement>
   <ram:SellerTradeParty><ram:ID>L-9</ram:ID><ram:Name>Wärme GmbH</ram:Name>
    <ram:SpecifiedTaxRegistration><ram:ID schemeID="FC">12/345</ram:ID></ram:SpecifiedTaxRegistration>
    <ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">de 123</ram:ID></ram:SpecifiedTaxRegistration>
   </ram:SellerTradeParty>
   <ram:BuyerTradeParty><ram:ID>10023</ram:ID><ram:GlobalID schemeID="0088">400</ram:GlobalID>
    <ram:Name>Erika Beispiel</ram:Name>
    <ram:PostalTradeAddress><ram:PostcodeCode>01067</ram:PostcodeCode><ram:LineOne>Weg 1</ram:LineOne>
     <ram:LineTwo>Hof</ram:LineTwo><ram:CityName>Dresden</ram:CityName><ram:CountryID>DE</ram:CountryID>
    </ram:PostalTradeAddress>
    <ram:URIUniversalCommunication><ram:URIID schemeID="EM">e@example.com</ram:URIID>
    </ram:URIUniversalCommunication></ram:BuyerTradeParty>
  </ram:ApplicableHeaderTradeAgreement>
  <ram:ApplicableHeaderTradeSettlement>
   <ram:PaymentReference>R7-10023</ram:PaymentReference>
   <ram:InvoiceCurrencyCode>GBP</ram:InvoiceCurrencyCode>
   <ram:SpecifiedTradeSettlementPaymentMeans><ram:PayeePartyCreditorFinancialAccount>
    <ram:IBANID>DE89 3704 0044 0532 0130 00</ram:IBANID>
   </ram:PayeePartyCreditorFinancialAccount></ram:SpecifiedTradeSettlementPaymentMeans>
   <ram:ApplicableTradeTax><ram:CalculatedAmount>19.00</ram:CalculatedAmount>
    <ram:BasisAmount>100</ram:BasisAmount><ram:CategoryCode>S</ram:CategoryCode>
    <ram:RateApplicablePercent>19.00</ram:RateApplicablePercent></ram:ApplicableTradeTax>
   <ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>false</udt:Indicator>
    </ram:ChargeIndicator><ram:ActualAmount>5</ram:ActualAmount><ram:Reason>Rabatt</ram:Reason>
   </ram:SpecifiedTradeAllowanceCharge>
   <ram:SpecifiedTradePaymentTerms><ram:Description>30 Tage</ram:Description></ram:SpecifiedTradePaymentTerms>
   <ram:SpecifiedTradeSettlementHeaderMonetarySummation>
    <ram:TaxBasisTotalAmount>100.00</ram:TaxBasisTotalAmount>
    <ram:TaxTotalAmount currencyID="EUR">22.00</ram:TaxTotalAmount>{tax}
    <ram:GrandTotalAmount>{total}</ram:GrandTotalAmount>{sums}
   </ram:SpecifiedTradeSettlementHeaderMonetarySummation>
  </ram:ApplicableHeaderTradeSettlement>
 </rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>"""

CII_LINE = """<ram:IncludedSupplyChainTradeLineItem>
 <ram:AssociatedDocumentLineDocument><ram:LineID>{id}</ram:LineID>{more}</ram:AssociatedDocumentLineDocument>
 <ram:SpecifiedTradeProduct><ram:Name>{name}</ram:Name></ram:SpecifiedTradeProduct>
 <ram:SpecifiedLineTradeDelivery><ram:BilledQuantity unitCode="HUR">1.5000</ram:BilledQuantity>
 </ram:SpecifiedLineTradeDelivery>
 <ram:SpecifiedLineTradeSettlement><ram:SpecifiedTradeSettlementLineMonetarySummation>
  <ram:LineTotalAmount>{amount}</ram:LineTotalAmount></ram:SpecifiedTradeSettlementLineMonetarySummation>
 </ram:SpecifiedLineTradeSettlement></ram:IncludedSupplyChainTradeLineItem>"""

ZF1 = """<rsm:CrossIndustryDocument xmlns:rsm="urn:ferd:CrossIndustryDocument:invoice:1p0"
  xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:12"
  xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:15">
 <rsm:SpecifiedExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter>
  <ram:ID>urn:ferd:CrossIndustryDocument:invoice:1p0:basic</ram:ID>
 </ram:GuidelineSpecifiedDocumentContextParameter></rsm:SpecifiedExchangedDocumentContext>
 <rsm:HeaderExchangedDocument><ram:ID>Z1</ram:ID><ram:TypeCode>380</ram:TypeCode>
  <ram:IssueDateTime><udt:DateTimeString format="102">20140711</udt:DateTimeString></ram:IssueDateTime>
 </rsm:HeaderExchangedDocument>
 <rsm:SpecifiedSupplyChainTradeTransaction><ram:ApplicableSupplyChainTradeAgreement>
   <ram:BuyerTradeParty><ram:ID>K-4</ram:ID><ram:Name>Haus AG</ram:Name></ram:BuyerTradeParty>
  </ram:ApplicableSupplyChainTradeAgreement><ram:ApplicableSupplyChainTradeSettlement>
   <ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
   <ram:SpecifiedTradeSettlementMonetarySummation>
    <ram:GrandTotalAmount currencyID="EUR">-8.79</ram:GrandTotalAmount>
   </ram:SpecifiedTradeSettlementMonetarySummation></ram:ApplicableSupplyChainTradeSettlement>
  <ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument><ram:IncludedNote>
   <ram:Content>Ihre Reklamation</ram:Content></ram:IncludedNote></ram:AssociatedDocumentLineDocument>
  </ram:IncludedSupplyChainTradeLineItem>
 </rsm:SpecifiedSupplyChainTradeTransaction></rsm:CrossIndustryDocument>"""

UBL = """<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2"
  xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
  xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
 <cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0</cbc:CustomizationID>
 <cbc:ID>U/1</cbc:ID><cbc:IssueDate>2026-02-03</cbc:IssueDate>{head}
 <cbc:Note>#AAI#Vielen Dank</cbc:Note><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
 <cac:AccountingCustomerParty><cac:Party>
  <cbc:EndpointID schemeID="EM">rechnung@example.org</cbc:EndpointID>
  <cac:PartyIdentification><cbc:ID schemeID="0088">4000001</cbc:ID></cac:PartyIdentification>
  <cac:PartyIdentification><cbc:ID>10042</cbc:ID></cac:PartyIdentification>
  <cac:PartyName><cbc:Name>Kurzname</cbc:Name></cac:PartyName>
  <cac:PostalAddress><cbc:StreetName>Ring 2</cbc:StreetName><cbc:CityName>Kassel</cbc:CityName>
   <cbc:PostalZone>34117</cbc:PostalZone></cac:PostalAddress>
  <cac:PartyTaxScheme><cbc:CompanyID>DE999</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
  </cac:PartyTaxScheme>
  <cac:PartyLegalEntity><cbc:RegistrationName>Kunde &lt;b&gt; GmbH</cbc:RegistrationName></cac:PartyLegalEntity>
  <cac:Contact><cbc:ElectronicMail>k@example.org</cbc:ElectronicMail></cac:Contact>
 </cac:Party></cac:AccountingCustomerParty>
 <cac:PaymentMeans><cbc:PaymentDueDate>2026-03-04</cbc:PaymentDueDate></cac:PaymentMeans>
 <cac:TaxTotal><cbc:TaxAmount currencyID="EUR">1.90</cbc:TaxAmount></cac:TaxTotal>
 <cac:LegalMonetaryTotal><cbc:TaxExclusiveAmount currencyID="EUR">10</cbc:TaxExclusiveAmount>
  <cbc:TaxInclusiveAmount currencyID="EUR">11.9</cbc:TaxInclusiveAmount>
  <cbc:PayableAmount currencyID="EUR">11.90</cbc:PayableAmount></cac:LegalMonetaryTotal>
 <cac:{line}><cbc:ID>1</cbc:ID><cbc:{quantity} unitCode="H87">2.00</cbc:{quantity}>
  <cbc:LineExtensionAmount currencyID="EUR">10.00</cbc:LineExtensionAmount>
  <cac:Item><cbc:Description>lang</cbc:Description><cbc:Name>kurz</cbc:Name></cac:Item>
  <cac:Sub{line}><cbc:{quantity} unitCode="MTR">4</cbc:{quantity}>
   <cbc:LineExtensionAmount currencyID="EUR">9.00</cbc:LineExtensionAmount>
   <cac:Item><cbc:Name>darin</cbc:Name></cac:Item></cac:Sub{line}></cac:{line}>
</{root}>"""


def cii(**values: str) -> bytes:
    own_tax = '<ram:TaxTotalAmount currencyID="GBP">19.00</ram:TaxTotalAmount>'
    plain = {"type": "380", "issued": "20260131", "lines": "", "tax": own_tax, "total": "119.00", "sums": ""}
    return CII.format(**(plain | values)).encode()


def ubl(root: str = "Invoice", head: str = "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>") -> bytes:
    quantity = "InvoicedQuantity" if root == "Invoice" else "CreditedQuantity"
    return UBL.format(root=root, head=head, line=f"{root}Line", quantity=quantity).encode()


@cache
def xml_of(file: str) -> bytes:
    if file.endswith(".xml"):
        return (SAMPLES / file).read_bytes()
    xml = pdf.inspect(SAMPLES / file).xml
    assert xml is not None
    return xml


def cents(text: str) -> int | None:
    return int(Decimal(text) * 100) if text else None


@requires_samples
@pytest.mark.parametrize("row", expected_invoices(), ids=lambda row: row["file"].partition("/")[2])
def test_every_sample_says_what_the_table_says(row: dict[str, str]) -> None:
    read = einvoice.read(xml_of(row["file"]))
    seller, buyer = read.seller.name, read.buyer.name
    if row["type"] == "389":
        seller, buyer = buyer, seller
    assert (read.syntax, read.profile, read.type_code) == (row["syntax"], row["profile"], row["type"])
    assert (read.number, read.currency) == (row["number"], row["currency"])
    assert (str(read.issued_on), str(read.due_on or "")) == (row["date"], row["due"])
    assert (read.net, read.tax, read.total) == (cents(row["net"]), cents(row["tax"]), cents(row["gross"]))
    assert read.prepaid == cents(row["prepaid"])
    assert read.payable == cents(row["payable"] or row["gross"])
    assert (seller, buyer) == (row["seller"], row["buyer"])
    assert len([line for line in read.lines if line.level == 0]) == int(row["lines"])


@requires_samples
@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("einvoice/zf1-basic-rechnungskorrektur-mehrzeiliger-name.pdf", "credit_note"),
        ("einvoice/zf20-minimum.pdf", None),
        ("einvoice/facturx-basic-fnfe-avoir-381.pdf", "credit_note"),
        ("einvoice/zf24-en16931-gutschrift-389.pdf", "credit_note"),
        ("einvoice/zf24-en16931-elektron-mit-anlagen.pdf", "invoice"),
        ("einvoice/zf24-extended-bau-schlussrechnung.pdf", "invoice"),
        ("einvoice/xrechnung30-ubl-teilzahlung-mit-anlage-03.01a.xml", "invoice"),
        ("einvoice/en16931-ubl-creditnote-tc434.xml", "credit_note"),
    ],
)
def test_kind_of_the_samples(file: str, kind: str | None) -> None:
    assert einvoice.read(xml_of(file)).kind == kind


@requires_samples
def test_a_self_billed_invoice_goes_to_the_one_who_delivered() -> None:
    read = einvoice.read(xml_of("einvoice/zf24-en16931-gutschrift-389.pdf"))
    assert (read.seller.name, read.buyer.name) == ("Kunden AG Mitte", "Lieferant GmbH")
    assert read.buyer.vat_id == "DE123456789"


@requires_samples
@pytest.mark.parametrize(
    ("file", "number", "level_counts"),
    [
        ("einvoice/xrechnung30-extension-ubl-handwerk-04.01a.xml", "345LA5324", [2, 4, 9]),
        ("einvoice/zf1-comfort-einfach.pdf", "GE2020211", [2]),
        ("einvoice/zf24-extended-bau-schlussrechnung.pdf", "330145", [7]),
    ],
)
def test_customer_number_and_levels_of_lines(file: str, number: str, level_counts: list[int]) -> None:
    read = einvoice.read(xml_of(file))
    assert read.buyer.number == number
    levels = [line.level for line in read.lines]
    assert [levels.count(level) for level in range(max(levels) + 1)] == level_counts


@requires_samples
@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("hostile/xml-billion-laughs.xml", "dtd"),
        ("hostile/xml-quadratic-blowup.xml", "dtd"),
        ("hostile/xml-externe-entitaet-datei.xml", "dtd"),
        ("hostile/einvoice-xml-kaputte-deklaration.pdf", "broken"),
        ("hostile/orderx-bestellung-keine-rechnung.pdf", "not_an_invoice"),
    ],
)
def test_hostile_samples_are_refused(file: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        einvoice.read(xml_of(file))
    assert refused.value.reason == reason


@requires_samples
def test_a_name_spoilt_by_its_writer_is_shown_as_it_is() -> None:
    read = einvoice.read(xml_of("hostile/einvoice-mojibake-name.ubl.xml"))
    assert (read.number, read.issued_on, read.total) == ("123", date(2025, 2, 10), 148)
    assert (read.currency, read.buyer.name) == ("CHF", "Franz MÃ¼ller")


@requires_samples
def test_of_two_embedded_invoices_the_newer_standard_counts() -> None:
    read = einvoice.read(xml_of("hostile/einvoice-zwei-xml-zf1-und-zf2.pdf"))
    assert (read.syntax, read.number, read.total) == ("CII", "RE-20171118/506", 57104)
    assert (read.issued_on, read.due_on) == (date(2017, 11, 18), date(2017, 12, 9))


def test_cii_in_full() -> None:
    read = einvoice.read(cii())
    assert (read.syntax, read.profile) == ("CII", "Factur-X/ZUGFeRD 2.x EXTENDED")
    assert (read.number, read.kind, read.issued_on) == ("R 7", "invoice", date(2026, 1, 31))
    assert (read.net, read.total, read.payable, read.prepaid) == (10000, 11900, 11900, None)
    assert (read.seller.name, read.seller.vat_id) == ("Wärme GmbH", "DE123")
    buyer = read.buyer
    assert (buyer.number, buyer.name, buyer.postcode) == ("10023", "Erika Beispiel", "01067")
    assert (buyer.street, buyer.extra, buyer.city) == ("Weg 1", "Hof", "Dresden")
    assert (buyer.country, buyer.email) == ("DE", "e@example.com")
    assert (read.iban, read.payment_reference) == ("DE89370400440532013000", "R7-10023")
    assert (read.note, read.payment_terms, read.due_on) == ("Danke", "30 Tage", None)
    assert read.taxes == (Tax(category="S", rate="19", basis=10000, amount=1900, reason=""),)
    assert read.adjustments == (Adjustment("Rabatt", -500),)


def test_tax_is_that_of_the_currency_of_the_invoice() -> None:
    assert einvoice.read(cii()).tax == 1900
    assert einvoice.read(cii(tax="")).tax is None
    assert einvoice.read(cii(tax="<ram:TaxTotalAmount>18.00</ram:TaxTotalAmount>")).tax == 1800


def test_payable_is_total_less_prepaid_when_it_is_not_said() -> None:
    prepaid = "<ram:TotalPrepaidAmount>20</ram:TotalPrepaidAmount>"
    assert einvoice.read(cii(sums=prepaid)).payable == 9900
    said = prepaid + "<ram:DuePayableAmount>-1.10</ram:DuePayableAmount>"
    assert einvoice.read(cii(sums=said)).payable == -110


@pytest.mark.parametrize("code", ["204", "326", "380", "384", "386", "875", "876", "877"])
def test_type_codes_of_invoices(code: str) -> None:
    assert einvoice.read(cii(type=code)).kind == "invoice"
    assert einvoice.read(cii(type=code, total="-0.01")).kind == "credit_note"


@pytest.mark.parametrize(
    ("code", "kind"), [("381", "credit_note"), ("389", "credit_note"), ("751", None), ("999", None), ("", None)]
)
@pytest.mark.parametrize("total", ["119.00", "-119.00"])
def test_other_type_codes(code: str, kind: str | None, total: str) -> None:
    assert einvoice.read(cii(type=code, total=total)).kind == kind


def test_seller_and_buyer_change_places_in_389() -> None:
    read = einvoice.read(cii(type="389"))
    assert (read.seller.name, read.buyer.name, read.buyer.number) == ("Erika Beispiel", "Wärme GmbH", "L-9")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("0.005", 1),
        ("-0.005", -1),
        ("1.004", 100),
        ("300", 30000),
        (" +7.5 ", 750),
        (".5", 50),
        ("", None),
        ("1,50", None),
        ("1e3", None),
        ("NaN", None),
        ("Infinity", None),
        ("٣", None),
        ("99999999999.99", 9999999999999),
    ],
)
def test_amounts(written: str, read: int | None) -> None:
    assert einvoice.read(cii(total=written)).total == read


@pytest.mark.parametrize("written", ["100000000000.01", "9" * 50, "-" + "9" * 5000])
def test_absurd_amounts_are_refused(written: str) -> None:
    with pytest.raises(Refused, match="absurd"):
        einvoice.read(cii(total=written))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-01-31", date(2026, 1, 31)),
        ("2026-01-31T10:00:00Z", date(2026, 1, 31)),
        ("20260230", None),
        ("00010101", None),
        ("31.01.2026", None),
        ("202601311", None),
        ("", None),
    ],
)
def test_dates(written: str, read: date | None) -> None:
    assert einvoice.read(cii(issued=written)).issued_on == read


def test_lines_below_lines_and_lines_that_only_inform() -> None:
    lines = "".join(
        CII_LINE.format(id=identity, name=name, amount=amount, more=more)
        for identity, name, amount, more in [
            ("1", "Titel", "15.00", "<ram:LineStatusReasonCode>GROUP</ram:LineStatusReasonCode>"),
            ("1.1", "Montage", "15.00", "<ram:ParentLineID>1</ram:ParentLineID>"),
            ("2", "Hinweis", "3.00", "<ram:LineStatusReasonCode>INFORMATION</ram:LineStatusReasonCode>"),
        ]
    )
    assert einvoice.read(cii(lines=lines)).lines == (
        Line("Titel", "", "1.5", "HUR", 1500, 0),
        Line("Montage", "", "1.5", "HUR", 1500, 1),
        Line("Hinweis", "", "1.5", "HUR", None, 0),
    )


def test_zugferd_1() -> None:
    read = einvoice.read(ZF1.encode())
    assert (read.syntax, read.profile) == ("ZF1", "ZUGFeRD 1.0 BASIC")
    assert (read.number, read.issued_on) == ("Z1", date(2014, 7, 11))
    assert (read.total, read.payable, read.kind) == (-879, -879, "credit_note")
    assert (read.buyer.number, read.buyer.name) == ("K-4", "Haus AG")
    assert read.lines == (Line("Ihre Reklamation", "", None, "", None, 0),)


def test_ubl_invoice() -> None:
    head = "<cbc:DueDate>2026-03-05</cbc:DueDate><cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>"
    read = einvoice.read(ubl(head=head))
    assert (read.syntax, read.profile, read.kind) == ("UBL", "XRechnung 3.0 (UBL)", "invoice")
    assert (read.number, read.issued_on, read.due_on) == ("U/1", date(2026, 2, 3), date(2026, 3, 5))
    assert (read.net, read.tax, read.total, read.payable) == (1000, 190, 1190, 1190)
    buyer = read.buyer
    assert (buyer.name, buyer.number, buyer.vat_id) == ("Kunde <b> GmbH", "10042", "DE999")
    assert (buyer.street, buyer.postcode, buyer.city) == ("Ring 2", "34117", "Kassel")
    assert (buyer.email, read.note) == ("k@example.org", "Vielen Dank")
    assert read.lines == (
        Line("kurz", "lang", "2", "H87", 1000, 0),
        Line("darin", "", "4", "MTR", 900, 1),
    )


def test_ubl_credit_note_says_by_its_root_what_it_is() -> None:
    read = einvoice.read(ubl("CreditNote", head=""))
    assert (read.type_code, read.kind, read.total) == ("381", "credit_note", 1190)
    assert read.due_on == date(2026, 3, 4)
    assert [line.quantity for line in read.lines] == ["2", "4"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks(encoding: str) -> None:
    xml = cii().decode().replace(' encoding="UTF-8"', "")
    assert einvoice.read(xml.encode(encoding)).seller.name == "Wärme GmbH"


def test_blank_lines_before_the_declaration_are_forgiven() -> None:
    assert einvoice.read(b"\n  " + cii()).number == "R 7"


@pytest.mark.parametrize(
    "xml",
    [
        b"<Order xmlns='urn:oasis:names:specification:ubl:schema:xsd:Order-2'/>",
        b"<SCRDMCCBDACIOMessageStructure xmlns='urn:un:unece:uncefact:data:SCRDMCCBDACIOMessageStructure:100'/>",
        b"<Invoice xmlns='urn:example:other'/>",
        b"<html/>",
    ],
)
def test_other_xml_is_no_invoice(xml: bytes) -> None:
    with pytest.raises(NotAnInvoice):
        einvoice.read(xml)


DTD = '<!DOCTYPE x [<!ENTITY a "boom"><!ENTITY f SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("before", ["", "<!-- a --> <?p i?>\n", "<!-- x -->" * 3000])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-8-sig"])
def test_a_dtd_is_refused_wherever_it_hides(before: str, encoding: str) -> None:
    body = cii().decode().partition("?>")[2].replace("Danke", "&a;&f;")
    with pytest.raises(Refused) as refused:
        einvoice.read((before + DTD + body).encode(encoding))
    assert refused.value.reason == "dtd"


@pytest.mark.parametrize(
    ("encoding", "xml"),
    [
        ("UTF-7", DTD.replace("<!DOCTYPE", "+ADwAIQ-DOCTYPE").encode()),
        ("IBM037", DTD.encode("cp037")),
    ],
)
def test_a_dtd_in_an_encoding_nobody_uses_is_refused(encoding: str, xml: bytes) -> None:
    codec = {"UTF-7": "ascii", "IBM037": "cp037"}[encoding]
    body = cii().decode().partition("?>")[2].replace("Wärme", "Waerme")
    head = f"<?xml version='1.0' encoding='{encoding}'?>"
    with pytest.raises(Refused) as refused:
        einvoice.read(head.encode(codec) + xml + body.encode(codec))
    assert refused.value.reason in ("dtd", "broken")


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"no xml", "broken"),
        (b"<a>", "broken"),
        (b"<?xml version='1.0' encoding='none-such'?><a/>", "broken"),
        (cii().replace(b"Danke", b"\x00"), "broken"),
        (b"<a>" + b"<b/>" * 250_000 + b"</a>", "too_large"),
        (b"<a " + b"b='' " * 450_000 + b"/>", "too_large"),
        (b"<a>" * 5000 + b"</a>" * 5000, "broken"),
        (b"x" * 25_000_001, "too_large"),
    ],
    ids=["nothing", "blank", "text", "open", "encoding", "nul", "elements", "attributes", "deep", "bytes"],
)
def test_what_cannot_be_read_is_refused(xml: bytes, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        einvoice.read(xml)
    assert refused.value.reason == reason


def test_units_are_codes_with_words() -> None:
    assert einvoice.UNITS["H87"] == "pcs"
    assert all(code == code.upper() and word.strip() for code, word in einvoice.UNITS.items())
