"""A document of the demo as its file: the letter on the firm's paper, with the e-invoice inside where it is one."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from portal.base import einvoice, girocode, qr
from portal.base.einvoice import EInvoice, Line, Party
from portal.base.language import GERMAN, long_date, money
from portal.demo import people
from portal.demo.people import Company
from portal.demo.story import Paper
from portal.models.document import CREDIT_NOTE, INVOICE, OFFER, SERVICE_REPORT
from portal.papers import bill, letter
from portal.papers.bill import Bill, Item
from portal.papers.certificate import Fact
from portal.papers.letter import Code, Columns, Letter, Position, Sum
from portal.papers.letterhead import Letterhead
from portal.papers.sheet import Imprint

_NAMES = {OFFER: "Angebot", INVOICE: "Rechnung", CREDIT_NOTE: "Gutschrift", SERVICE_REPORT: "Servicebericht"}
_UNITS = {"H87": "Stk.", "HUR": "Std.", "MTR": "m", "LS": "pausch.", "C62": ""}
_RATE = 19
_TYPES = {INVOICE: bill.INVOICE, CREDIT_NOTE: bill.CREDIT_NOTE}


@dataclass(frozen=True)
class Case:
    """A document with all that its letter says. `items`: those of the version; `until`: due date or end of validity."""

    paper: Paper
    company: Company
    number: str
    issued_on: date
    until: date | None
    items: tuple[Item, ...]
    made_at: datetime
    signed_by: str
    head: Letterhead
    corrected: str = ""

    @property
    def kind(self) -> str:
        return self.paper.kind

    @property
    def net(self) -> int:
        return sum(item.amount for item in self.items)

    @property
    def tax(self) -> int:
        return self.bill.tax

    @property
    def total(self) -> int:
        return self.bill.total

    @property
    def bill(self) -> Bill:
        """The amounts of every kind are computed as those of an invoice are."""
        return _bill(self)


@dataclass(frozen=True)
class File:
    """The finished file. `lines` and `invoice` are what an upload would have read from it."""

    content: bytes
    name: str
    pages: int | None
    lines: tuple[Line, ...]
    invoice: EInvoice | None = None


def make(case: Case) -> File:
    """Draw the letter; invoices and credit notes as ZUGFeRD, or as bare XML where the paper says so."""
    if case.kind not in _TYPES:
        drawn = letter.draw(_letter(case))
        return File(drawn.content, f"{case.number}.pdf", drawn.pages, _lines(case))
    xml = bill.write(case.bill)
    invoice = einvoice.read(xml)
    if case.paper.only_xml:
        return File(xml, f"{case.number}.xml", None, invoice.lines, invoice)
    drawn = letter.draw(_letter(case))
    return File(_hybrid(case, drawn.content, xml), f"{case.number}.pdf", drawn.pages, invoice.lines, invoice)


def _hybrid(case: Case, page: bytes, xml: bytes) -> bytes:
    import facturx  # noqa: PLC0415 - 0.2 s, and an extra that only the demo needs

    logging.getLogger("factur-x").setLevel(logging.WARNING)
    title = f"{_NAMES[case.kind]} {case.number}"
    made: bytes = facturx.generate_from_binary(
        page,
        xml,
        flavor="factur-x",
        level="en16931",
        check_xsd=True,
        check_schematron=False,
        lang="de-DE",
        pdf_metadata={"author": case.head.name, "title": title, "subject": title, "keywords": "Factur-X, ZUGFeRD"},
        afrelationship="alternative",
    )
    return made


def _lines(case: Case) -> tuple[Line, ...]:
    if case.kind == SERVICE_REPORT:
        return ()
    return tuple(Line(item.title, item.detail, item.quantity, item.unit, item.amount, 0) for item in case.items)


def _bill(case: Case) -> Bill:
    firm, company = people.FIRM, case.company
    primary = company.people[0]
    seller = Party(
        name=firm["name"], vat_id=firm["vat_id"], contact=case.signed_by, street=firm["street"],
        postcode=firm["postcode"], city=firm["city"], country="DE", email=firm["email"], phone=firm["phone"],
    )  # fmt: skip
    buyer = Party(
        name=company.name, number=company.number, vat_id=company.vat_id, street=company.street,
        extra=company.extra, postcode=company.postcode, city=company.city, country="DE",
        contact=f"{primary.first_name} {primary.last_name}",
    )  # fmt: skip
    return Bill(
        type_code=_TYPES.get(case.kind, bill.INVOICE),
        number=case.number,
        issued_on=case.issued_on,
        seller=seller,
        buyer=buyer,
        items=case.items,
        iban="".join(people.BANK["iban"].split()),
        bic=people.BANK["bic"],
        due_on=case.until if case.kind == INVOICE else None,
        delivered_on=case.issued_on,
        terms="Zahlbar ohne Abzug." if case.kind == INVOICE else "Der Betrag wird Ihnen gutgeschrieben.",
        note=f"{case.paper.title}, {case.paper.place}",
        corrects=case.corrected,
        rate=_RATE,
    )


def _letter(case: Case) -> Letter:
    heading = f"{_NAMES[case.kind]} {case.number}"
    priced = case.kind != SERVICE_REPORT
    return Letter(
        head=case.head,
        imprint=Imprint(
            title=heading, author=case.head.name, language=GERMAN, made_at=case.made_at, running=heading,
            pages="Seite %(page)s von %(pages)s",
        ),
        recipient=_recipient(case.company),
        heading=heading,
        below=_below(case),
        subject=_subject(case.paper),
        opening=f"{_greeting(case.company)},\n{_opening(case)}",
        columns=Columns("Pos.", "Leistung", "Menge", *(("Einzel", "Netto") if priced else ())),
        positions=tuple(_position(number, item, priced) for number, item in enumerate(case.items, 1)),
        sums=_sums(case) if priced else (),
        facts=tuple(Fact(label, value) for label, value in case.paper.findings),
        closing=tuple(_closing(case)),
        code=_girocode(case) if case.kind == INVOICE else None,
    )  # fmt: skip


def _recipient(company: Company) -> tuple[str, ...]:
    primary = company.people[0]
    salutation = {"ms": "Frau ", "mr": "Herrn ", None: ""}[primary.salutation]
    title = f"{primary.title} " if primary.title else ""
    person = f"{salutation}{title}{primary.first_name} {primary.last_name}"
    lines = (company.name, person, company.extra, company.street, f"{company.postcode} {company.city}")
    return tuple(line for line in lines if line)


def _below(case: Case) -> str:
    parts = [long_date(case.issued_on, GERMAN), f"Kundennummer {case.company.number}"]
    if case.kind == OFFER and case.until is not None:
        parts.append(f"gültig bis {long_date(case.until, GERMAN)}")
    if case.kind == INVOICE:
        parts.append("Leistungsdatum wie Rechnungsdatum")
    if case.corrected:
        parts.append(f"zu Rechnung {case.corrected}")
    return " · ".join(parts)


def _greeting(company: Company) -> str:
    primary = company.people[0]
    formal = " ".join(part for part in (primary.title, primary.last_name) if part)
    if primary.salutation is None:
        return f"Guten Tag {primary.first_name} {formal}"
    return f"Guten Tag {'Frau' if primary.salutation == 'ms' else 'Herr'} {formal}"


def _subject(paper: Paper) -> str:
    return paper.title if paper.place in paper.title else f"{paper.title} · {paper.place}"


def _opening(case: Case) -> str:
    return {
        OFFER: "gern bieten wir Ihnen diese Leistungen an:",
        INVOICE: "für unsere Arbeiten berechnen wir:",
        CREDIT_NOTE: f"wir schreiben Ihnen gut, was auf Rechnung {case.corrected} zu viel berechnet war:",
        SERVICE_REPORT: "wir waren für Sie da und haben das gemacht:",
    }[case.kind]


def _position(number: int, item: Item, priced: bool) -> Position:
    count = str(Decimal(item.quantity)).replace(".", ",")
    unit = _UNITS[item.unit]
    quantity = unit if item.unit == "LS" else f"{count} {unit}".strip()
    price, amount = (money(item.price, "EUR", GERMAN), money(item.amount, "EUR", GERMAN)) if priced else ("", "")
    return Position(str(number), item.title, item.detail, quantity, price, amount)


def _sums(case: Case) -> tuple[Sum, ...]:
    last = {OFFER: "Gesamt", INVOICE: "Gesamt", CREDIT_NOTE: "Gutschriftbetrag"}[case.kind]
    return (
        Sum("Summe netto", money(case.net, "EUR", GERMAN)),
        Sum(f"{_RATE} % Umsatzsteuer", money(case.tax, "EUR", GERMAN)),
        Sum(last, money(case.total, "EUR", GERMAN), total=True),
    )


def _closing(case: Case) -> list[str]:
    texts = [case.paper.closing] if case.paper.closing else []
    if case.kind == OFFER:
        texts.append("Zahlbar innerhalb von 14 Tagen nach Abnahme, ohne Abzug.")
    if case.kind == INVOICE and case.until is not None:
        texts.insert(0, f"Bitte überweisen Sie den Betrag bis zum {long_date(case.until, GERMAN)} ohne Abzug.")
    if case.kind == CREDIT_NOTE:
        texts.append("Den Betrag verrechnen wir mit Ihrer nächsten Rechnung oder überweisen ihn, wie Sie möchten.")
    return [*texts, f"Mit freundlichen Grüßen\n{case.signed_by}"]


def _girocode(case: Case) -> Code:
    payload = girocode.payload(
        name=people.BANK["account_holder"], iban=people.BANK["iban"], bic=people.BANK["bic"], cents=case.total,
        reference=case.number,
    )  # fmt: skip
    return Code(qr.png(payload), "Mit der Banking-App bezahlen")
