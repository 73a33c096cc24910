"""Uploading e-invoices by API: what is missing is read from them (X1)."""

from __future__ import annotations

from typing import Any

import pytest

from tests import factories
from tests.api.conftest import Programme, at
from tests.samples import SAMPLES, expected_invoices, requires_samples

XML = """<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
  xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
  xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
 <rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter>
  <ram:ID>urn:cen.eu:en16931:2017</ram:ID></ram:GuidelineSpecifiedDocumentContextParameter>
 </rsm:ExchangedDocumentContext>
 <rsm:ExchangedDocument><ram:ID>RE-900</ram:ID><ram:TypeCode>{type}</ram:TypeCode>
  <ram:IssueDateTime><udt:DateTimeString format="102">20260301</udt:DateTimeString></ram:IssueDateTime>
 </rsm:ExchangedDocument>
 <rsm:SupplyChainTradeTransaction>
  <ram:IncludedSupplyChainTradeLineItem>
   <ram:AssociatedDocumentLineDocument><ram:LineID>1</ram:LineID></ram:AssociatedDocumentLineDocument>
   <ram:SpecifiedTradeProduct><ram:Name>Wartung</ram:Name></ram:SpecifiedTradeProduct>
   <ram:SpecifiedLineTradeDelivery><ram:BilledQuantity unitCode="HUR">2</ram:BilledQuantity>
   </ram:SpecifiedLineTradeDelivery>
   <ram:SpecifiedLineTradeSettlement><ram:SpecifiedTradeSettlementLineMonetarySummation>
    <ram:LineTotalAmount>100.00</ram:LineTotalAmount></ram:SpecifiedTradeSettlementLineMonetarySummation>
   </ram:SpecifiedLineTradeSettlement>
  </ram:IncludedSupplyChainTradeLineItem>
  <ram:ApplicableHeaderTradeAgreement>
   <ram:SellerTradeParty><ram:Name>Petry Haustechnik GmbH</ram:Name></ram:SellerTradeParty>
   <ram:BuyerTradeParty><ram:ID>k-1042</ram:ID><ram:Name>Irgendwer</ram:Name></ram:BuyerTradeParty>
  </ram:ApplicableHeaderTradeAgreement>
  <ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
   <ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime>
    <udt:DateTimeString format="102">20260315</udt:DateTimeString></ram:DueDateDateTime>
   </ram:SpecifiedTradePaymentTerms>
   <ram:SpecifiedTradeSettlementHeaderMonetarySummation>
    <ram:TaxBasisTotalAmount>100.00</ram:TaxBasisTotalAmount>
    <ram:TaxTotalAmount currencyID="EUR">19.00</ram:TaxTotalAmount>
    <ram:GrandTotalAmount>119.00</ram:GrandTotalAmount>
    <ram:TotalPrepaidAmount>19.00</ram:TotalPrepaidAmount>
    <ram:DuePayableAmount>100.00</ram:DuePayableAmount>
   </ram:SpecifiedTradeSettlementHeaderMonetarySummation>
  </ram:ApplicableHeaderTradeSettlement>
 </rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>"""


def xml(kind: str = "380") -> bytes:
    return XML.replace("{type}", kind).encode()


def hybrid(kind: str = "380") -> bytes:
    """A Factur-X PDF around it, made by the library that the demo uses."""
    from facturx import generate_from_binary

    made: bytes = generate_from_binary(
        factories.pdf("Rechnung RE-900 über 119,00"), xml(kind), flavor="factur-x", level="en16931", check_xsd=False
    )
    return made


@pytest.mark.parametrize(("content", "name"), [(xml(), "RE-900.xml"), (hybrid(), "RE-900.pdf")])
def test_file_and_client_are_enough(api: Programme, content: bytes, name: str) -> None:
    made = api.upload(content, name, client="K-1042")
    assert made.status_code == 201, made.text
    found = made.json
    assert found is not None
    assert (found["kind"], found["number"], found["status"]) == ("invoice", "RE-900", "open")
    assert (found["issued_on"], found["due_on"]) == ("2026-03-01", "2026-03-15")
    amounts = {name: found[name]["amount"] for name in ("net", "tax", "total", "payable")}
    assert amounts == {"net": "100.00", "tax": "19.00", "total": "119.00", "payable": "100.00"}
    assert [(line["title"], line["quantity"], line["unit"]) for line in found["lines"]] == [("Wartung", "2", "HUR")]
    assert found["title"]
    again = api.upload(content, name, client="K-1042")
    assert (again.status_code, again.json["id"]) == (200, found["id"])  # type: ignore[index]


def test_what_is_sent_counts_more(api: Programme) -> None:
    found = api.upload(
        xml(), "a.xml", client="K-1043", kind="reminder", number="M-1", title="Mahnung", issued_on="2026-04-01",
        due_on="2026-04-08", total="124.00",
    ).json  # fmt: skip
    assert found is not None
    assert (found["kind"], found["number"], found["title"], found["client"]) == (
        "reminder", "M-1", "Mahnung", "K-1043",
    )  # fmt: skip
    assert (found["issued_on"], found["due_on"]) == ("2026-04-01", "2026-04-08")
    assert found["total"] == found["payable"] == {"amount": "124.00", "currency": "EUR"}
    assert found["net"] is None


def test_a_dry_run_says_what_was_read_and_stores_nothing(api: Programme) -> None:
    would = api.upload(xml(), "a.xml", to="/documents?dry_run=true")
    assert would.status_code == 200
    found = would.json
    assert found is not None
    assert (found["kind"], found["number"], found["client"]) == ("invoice", "RE-900", "K-1042")
    assert found["missing"] == ["client"], "the buyer suggests a client; it must be sent all the same"
    assert found["total"] == {"amount": "119.00", "currency": "EUR"}
    assert (found["seller"]["name"], found["buyer"]["number"]) == ("Petry Haustechnik GmbH", "k-1042")
    assert found["syntax"] == "CII"
    assert api.get("/documents?kind=invoice").json["items"][0]["number"] != "RE-900"  # type: ignore[index]
    complete = api.upload(xml(), "a.xml", to="/documents?dry_run=true", client="K-1042")
    assert complete.json["missing"] == []  # type: ignore[index]


def test_a_dry_run_of_a_plain_pdf_says_what_is_missing(api: Programme) -> None:
    would = api.upload(to="/documents?dry_run=true", client="K-1042").json
    assert would is not None
    assert (would["missing"], would["syntax"], would["seller"]) == (["kind", "number", "issued_on"], None, None)
    would = api.upload(to="/documents?dry_run=true", client="K-1042", kind="invoice", number="1").json
    assert would is not None
    assert would["missing"] == ["issued_on", "total"]
    assert api.upload(to="/documents?dry_run=perhaps", client="K-1042").status_code == 422


@pytest.mark.parametrize("code", ["751", "999"])
def test_an_unknown_type_is_asked_for(api: Programme, code: str) -> None:
    refused = api.upload(xml(code), "a.xml", client="K-1042")
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["kind"])  # type: ignore[index]
    assert api.upload(xml(code), "a.xml", client="K-1042", kind="invoice").status_code == 201


def test_a_new_version_takes_over_the_new_invoice(api: Programme) -> None:
    first = api.upload(xml().replace(b"119.00", b"129.00"), "a.xml", client="K-1042", title="Wartung").json
    assert first is not None
    second = api.upload(xml(), "b.xml", to=f"/documents/{first['id']}/versions").json
    assert second is not None
    assert (second["version"], second["title"], second["total"]["amount"]) == (2, "Wartung", "119.00")


@requires_samples
@pytest.mark.parametrize("row", expected_invoices(), ids=lambda row: row["file"].rpartition("/")[2])
def test_real_invoices(api: Programme, row: dict[str, Any]) -> None:
    content = (SAMPLES / row["file"]).read_bytes()
    kind = {"kind": "invoice"} if row["type"] == "751" else {}
    made = api.upload(content, row["file"].rpartition("/")[2], client="K-1042", **kind)
    assert made.status_code == 201, made.text
    found = made.json
    assert found is not None
    assert found["number"] == row["number"]
    assert (found["issued_on"], found["due_on"] or "") == (row["date"], row["due"])
    assert found["currency"] == row["currency"]
    assert abs(float(found["total"]["amount"]) - float(row["gross"])) < 0.001
    api.get(f"/documents/{found['id']}")
    assert api.get(f"/documents/{found['id']}/file").data == content


REFUSED = {
    "pdf-15-bytes.pdf": "damaged",
    "pdf-zyklischer-seitenbaum.pdf": "damaged",
    "pdf-fuzz-poppler-395.pdf": "damaged",
    "pdf-fuzz-redhat-1531897.pdf": "damaged",
    "pdf-passwort-noetig.pdf": "password",
    "xml-billion-laughs.xml": "declaration",
    "xml-quadratic-blowup.xml": "declaration",
    "xml-externe-entitaet-datei.xml": "declaration",
}
TAKEN = (
    "pdf-nur-rechtepasswort.pdf", "leer#raute-im-namen.pdf", "pdf-javascript-doc-actions.pdf",
    "einvoice-xml-kaputte-deklaration.pdf", "einvoice-anlage-nicht-erreichbar.pdf",
    "orderx-bestellung-keine-rechnung.pdf",
)  # fmt: skip
PLAIN = {"client": "K-1042", "kind": "other", "number": "S-1", "issued_on": "2026-01-01"}


@requires_samples
@pytest.mark.parametrize("name", sorted(REFUSED))
def test_hostile_files_are_refused_with_a_reason(api: Programme, name: str) -> None:
    refused = api.upload((SAMPLES / "hostile" / name).read_bytes(), name, **PLAIN)
    assert refused.status_code == 422
    assert REFUSED[name] in refused.json["errors"]["file"][0]  # type: ignore[index]


@requires_samples
@pytest.mark.parametrize("name", TAKEN)
def test_odd_files_are_ordinary_documents(api: Programme, name: str) -> None:
    made = api.upload((SAMPLES / "hostile" / name).read_bytes(), name, **PLAIN)
    assert made.status_code == 201, made.text
    disposition = api.get(f"/documents/{made.json['id']}/file").headers["Content-Disposition"]  # type: ignore[index]
    assert disposition.startswith("attachment")


@requires_samples
def test_of_two_invoices_in_one_file_the_newer_form_counts(api: Programme) -> None:
    content = (SAMPLES / "hostile" / "einvoice-zwei-xml-zf1-und-zf2.pdf").read_bytes()
    found = api.upload(content, "a.pdf", client="K-1042").json
    assert found is not None
    assert (found["number"], found["issued_on"], found["due_on"]) == ("RE-20171118/506", "2017-11-18", "2017-12-09")
    assert "two_invoices" in found["warnings"]


@requires_samples
def test_an_order_is_no_invoice(api: Programme) -> None:
    order = (SAMPLES / "hostile" / "orderx-bestellung-keine-rechnung.pdf").read_bytes()
    refused = api.upload(order, "order.pdf", **{**PLAIN, "kind": "invoice", "total": "1.00"})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["kind"])  # type: ignore[index]
    assert api.get(at("K-1042")).status_code == 200
