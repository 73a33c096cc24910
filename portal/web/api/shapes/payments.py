"""Payments as the API answers them."""

from __future__ import annotations

from typing import Any

from portal.models.document import Document, Payment
from portal.web.api.fields import Schema
from portal.web.api.shapes.schemas import DAY, INSTANT, TEXT, UID, amount, day, instant, named, thing


def payment(row: Payment, document: Document) -> dict[str, Any]:
    """A payment of an invoice."""
    return {
        "id": row.uid,
        "document": document.uid,
        "amount": amount(row.amount, row.currency),
        "paid_on": day(row.paid_on),
        "reference": row.reference,
        "recorded_at": instant(row.recorded_at),
    }


SCHEMAS: dict[str, Schema] = {
    "Payment": thing(
        {
            "id": UID,
            "document": UID,
            "amount": named("Money"),
            "paid_on": DAY,
            "reference": TEXT,
            "recorded_at": INSTANT,
        }
    )
}
