"""Payments of invoices, as the programme that knows the bank statement reports them (B9)."""

from __future__ import annotations

from flask import Response

from portal.base.errors import Invalid
from portal.base.text import one_line
from portal.models.document import Document
from portal.operations import payments
from portal.operations.payments import REFERENCE_LETTERS
from portal.policies.permissions import Permission
from portal.web.api import area
from portal.web.api.answers import answer
from portal.web.api.bodies import json_object
from portal.web.api.calls import Told
from portal.web.api.fields import Amount, Currency, Day, Object, Text
from portal.web.api.shapes.payments import payment
from portal.web.gate import actor, scope

PAYMENT = Object(
    fields={
        "amount": Amount(required=True, says="Negative: money that went back."),
        "currency": Currency(required=True, says="The currency of the document."),
        "paid_on": Day(required=True),
        "reference": Text(most=REFERENCE_LETTERS, filled=True, required=True, says="Unique within the document."),
    }
)


@area.call(
    "POST",
    "/documents/<uid>/payments",
    allow=Permission.API_WRITE,
    told=Told(
        says="Record a payment of an invoice",
        answers={200: "Payment", 201: "Payment"},
        errors=(404, 409, 422),
        body=PAYMENT,
        more="The same reference again is 200; with another amount, currency or day it is 409.",
    ),
)
def create(uid: str) -> Response:
    document = scope().get(Document, uid)
    sent = json_object(PAYMENT)
    if not one_line(sent["reference"]):
        raise Invalid(reference="missing")
    made = payments.record(actor(), document, **sent)
    return answer(payment(made.payment, document), 201 if made.created else 200)
