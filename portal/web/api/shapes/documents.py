"""Documents and what was read from a file, as the API answers them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from portal.base.einvoice import Line, Party
from portal.models.document import KINDS
from portal.operations import lines as document_lines
from portal.operations.reading import Reading
from portal.operations.recipients import Recipient
from portal.queries.api.documents import DocumentCard
from portal.web.api.drafts import Draft
from portal.web.api.fields import Schema
from portal.web.api.shapes.payments import payment
from portal.web.api.shapes.schemas import (
    ADDRESS,
    DAY,
    DAY_OR_NULL,
    INSTANT,
    INSTANT_OR_NULL,
    SHA256,
    TEXT,
    TEXT_OR_NULL,
    UID,
    WHOLE,
    WHOLE_OR_NULL,
    WORDS,
    amount,
    day,
    instant,
    list_of,
    named,
    one_of,
    or_null,
    page_of,
    thing,
)

STATUSES = (
    "draft", "open", "awaiting_confirmation", "accepted", "declined", "expired", "part_paid", "paid", "published",
    "withdrawn", "cancelled",
)  # fmt: skip
_AMOUNTS = ("net", "tax", "total", "payable")
_DAYS = ("issued_on", "due_on", "valid_until")
_PARTY = ("name", "number", "vat_id", "street", "extra", "postcode", "city", "country", "email", "phone")


def document(card: DocumentCard, today: date, base_url: str) -> dict[str, Any]:
    """A document as in lists; `today` is the firm's date."""
    row, version = card.document, card.version
    return {
        "id": row.uid,
        "kind": row.kind,
        "number": row.number,
        "title": row.title,
        "client": card.client_number,
        "status": row.status(today),
        "version": row.version,
        "sha256": version.sha256,
        **{name: day(getattr(row, name)) for name in _DAYS},
        "currency": row.currency,
        **{name: amount(getattr(version, name), row.currency) for name in _AMOUNTS},
        "paid": amount(row.paid, row.currency),
        "url": f"{base_url}/portal/documents/{row.uid}",
        "created_at": instant(row.created_at),
        "published_at": instant(row.published_at),
    }


def whole(
    card: DocumentCard, today: date, base_url: str, recipients: Iterable[Recipient] | None = None
) -> dict[str, Any]:
    """One document with what stands in it; `recipients`: who was told of it just now, and who was not."""
    version = card.version
    told = {} if recipients is None else {"recipients": [_recipient(each) for each in recipients]}
    return {
        **document(card, today, base_url),
        "note": version.note,
        "lines": _lines(document_lines.of_version(version.lines), version.currency),
        "warnings": list(version.warnings),
        "payments": [payment(each, card.document) for each in card.payments],
        **told,
    }


def reading(draft: Draft, read: Reading, client: str | None) -> dict[str, Any]:
    """What an upload would become: sent fields over those read; `client` is the number sent or found."""
    fields = draft.fields
    currency = fields.get("currency") or "EUR"
    return {
        "kind": draft.kind or None,
        "number": draft.number or None,
        "title": fields["title"] or None,
        "client": client,
        **{name: day(fields.get(name)) for name in _DAYS},  # type: ignore[arg-type]
        "currency": currency,
        **{name: amount(fields.get(name), currency) for name in _AMOUNTS},  # type: ignore[arg-type]
        "note": fields.get("note", ""),
        "lines": _lines(fields.get("lines", ()), currency),
        "syntax": read.syntax or None,
        "pages": read.pages,
        "seller": _party(read.seller) if read.einvoice else None,
        "buyer": _party(read.buyer) if read.einvoice else None,
        "warnings": list(read.warnings),
        "missing": list(draft.missing),
    }


def _lines(lines: Sequence[Line], currency: str) -> list[dict[str, Any]]:
    return [
        {
            "title": line.title,
            "detail": line.detail,
            "quantity": line.quantity,
            "unit": line.unit,
            "amount": amount(line.amount, currency),
            "level": line.level,
        }
        for line in lines
    ]


def _party(party: Party) -> dict[str, str]:
    return {name: getattr(party, name) for name in _PARTY}


def _recipient(recipient: Recipient) -> dict[str, Any]:
    return {
        "contact": recipient.contact.uid,
        "name": recipient.contact.name,
        "email": recipient.contact.email,
        "told": recipient.is_told,
        "missing": list(recipient.missing),
    }


_LISTED: dict[str, Schema] = {
    "id": UID,
    "kind": one_of(*KINDS),
    "number": TEXT,
    "title": TEXT,
    "client": {**TEXT, "description": "The client's number."},
    "status": one_of(*STATUSES),
    "version": {**WHOLE, "description": "The version that counts."},
    "sha256": {**SHA256, "description": "Of the file of this version."},
    "issued_on": DAY,
    "due_on": DAY_OR_NULL,
    "valid_until": DAY_OR_NULL,
    "currency": TEXT,
    **{name: or_null("Money") for name in _AMOUNTS},
    "paid": named("Money"),
    "url": {**ADDRESS, "description": "Its page in the client's portal, for who is signed in there."},
    "created_at": INSTANT,
    "published_at": INSTANT_OR_NULL,
}
SCHEMAS: dict[str, Schema] = {
    "DocumentInList": thing(_LISTED),
    "Document": thing(
        {
            **_LISTED,
            "note": TEXT,
            "lines": list_of("Line"),
            "warnings": {**WORDS, "description": "Codes of what is odd in the file."},
            "payments": list_of("Payment"),
            "recipients": {**list_of("Recipient"), "description": "Who was told of it by this call, and who was not."},
        },
        optional=("recipients",),
    ),
    "Documents": page_of("DocumentInList"),
    "Line": thing(
        {
            "title": TEXT,
            "detail": TEXT,
            "quantity": TEXT_OR_NULL,
            "unit": {**TEXT, "description": "As sent, or a UN/ECE code."},
            "amount": or_null("Money"),
            "level": {**WHOLE, "description": "Lines of level 0 add up; deeper ones explain the one above."},
        }
    ),
    "Recipient": thing(
        {
            "contact": UID,
            "name": TEXT,
            "email": TEXT,
            "told": {"type": "boolean"},
            "missing": {**WORDS, "description": "Codes of what keeps mail from the contact."},
        }
    ),
    "Party": thing(dict.fromkeys(_PARTY, TEXT)),
    "Reading": thing(
        {
            "kind": {"type": ["string", "null"], "enum": [*KINDS, None]},
            "number": TEXT_OR_NULL,
            "title": TEXT_OR_NULL,
            "client": {**TEXT_OR_NULL, "description": "As sent, or the only client that fits the buyer."},
            **dict.fromkeys(_DAYS, DAY_OR_NULL),
            "currency": TEXT,
            **{name: or_null("Money") for name in _AMOUNTS},
            "note": TEXT,
            "lines": list_of("Line"),
            "syntax": {**TEXT_OR_NULL, "description": "ZF1, CII or UBL; null: no e-invoice."},
            "pages": WHOLE_OR_NULL,
            "seller": or_null("Party"),
            "buyer": or_null("Party"),
            "warnings": WORDS,
            "missing": {**WORDS, "description": "Fields that must be sent besides."},
        },
        "What a file says, and what was sent over it. Nothing was stored.",
    ),
}
