"""What an upload becomes: fields that were sent, over those read from the file (DETAILS 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.base.language import gettext_in
from portal.models.document import (
    CREDIT_NOTE,
    DELIVERY_NOTE,
    INVOICE,
    OFFER,
    ORDER_CONFIRMATION,
    OTHER,
    REMINDER,
    SERVICE_REPORT,
    Document,
    DocumentVersion,
)
from portal.operations import lines
from portal.operations.documents import Fields
from portal.operations.reading import Reading

# the same messages as on pages, where documents are called so too
_TITLES = {
    OFFER: "Offer",
    INVOICE: "Invoice",
    CREDIT_NOTE: "Credit note",
    SERVICE_REPORT: "Service report",
    DELIVERY_NOTE: "Delivery note",
    ORDER_CONFIRMATION: "Order confirmation",
    REMINDER: "Payment reminder",
    OTHER: "Document",
}
_WITH_AMOUNT = (INVOICE, CREDIT_NOTE)
_AMOUNTS = ("net", "tax", "total", "payable")
_DAYS = ("issued_on", "due_on", "valid_until")
_READ_DAYS = ("issued_on", "due_on")


@dataclass(frozen=True)
class Draft:
    """The fields of a document to be; `missing` are those that neither were sent nor could be read."""

    kind: str
    number: str
    fields: Fields
    missing: tuple[str, ...]


def new(sent: Mapping[str, Any], reading: Reading, language: str) -> Draft:
    """A new document. Without a title it is called by its kind, in the firm's language."""
    kind, number = sent.get("kind") or reading.kind or "", sent.get("number") or reading.number
    read = {name: getattr(reading, name) for name in (*_READ_DAYS, "currency", "lines")}
    title = gettext_in(language, _TITLES[kind]) if kind else ""
    fields = _fields(sent, {"title": title, "note": "", **read, **_amounts(sent, reading)}, reading)
    needed = {"kind": kind, "number": number, "issued_on": fields["issued_on"]}
    missing = [name for name, value in needed.items() if not value]
    if kind in _WITH_AMOUNT and not _has_amount(fields):
        missing.append("total")
    return Draft(kind, number, fields, tuple(missing))


def following(sent: Mapping[str, Any], reading: Reading, document: Document, current: DocumentVersion) -> Draft:
    """The next version: what is neither sent nor in an e-invoice stays as in the current one."""
    kept = {name: getattr(current, name) for name in ("title", "note", *_DAYS, "currency")}
    kept |= {"lines": lines.of_version(current.lines)}
    read: dict[str, Any] = _amounts(sent, current)
    if reading.einvoice is not None:
        named = {name: getattr(reading, name) for name in (*_READ_DAYS, "currency", "lines")}
        read = {**named, "issued_on": reading.issued_on or current.issued_on, **_amounts(sent, reading)}
    return Draft(document.kind, document.number, _fields(sent, {**kept, **read}, reading), ())


def _fields(sent: Mapping[str, Any], otherwise: Mapping[str, Any], reading: Reading) -> Fields:
    names = ("title", "note", *_DAYS, "currency", *_AMOUNTS, "lines")
    found = {name: sent.get(name, otherwise.get(name)) for name in names}
    return Fields(
        title=found["title"],
        note=found["note"],
        issued_on=found["issued_on"],
        due_on=found["due_on"],
        valid_until=found["valid_until"],
        currency=found["currency"] or "",
        net=found["net"],
        tax=found["tax"],
        total=found["total"],
        payable=found["payable"],
        lines=found["lines"],
        syntax=reading.syntax,
        warnings=reading.warnings,
        pages=reading.pages,
    )


def _amounts(sent: Mapping[str, Any], known: Reading | DocumentVersion) -> dict[str, int | None]:
    """A total that differs says that the other amounts known are of something else."""
    if "total" in sent and sent["total"] != known.total:
        return {}
    return {name: getattr(known, name) for name in _AMOUNTS}


def _has_amount(fields: Fields) -> bool:
    net, tax = fields.get("net"), fields.get("tax")
    return any(fields.get(name) is not None for name in ("total", "payable")) or (net is not None and tax is not None)
