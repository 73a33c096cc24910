"""The proof of a decision about an offer, as the API answers it (X2)."""

from __future__ import annotations

from typing import Any

from portal.models.decision import ACCEPT, AWAITING, BINDING, CONFIRMED, OfferDecision
from portal.models.document import ACCEPTED, DECLINED, Document
from portal.web.api.fields import Schema
from portal.web.api.shapes.schemas import (
    INSTANT,
    INSTANT_OR_NULL,
    SHA256,
    TEXT,
    TEXT_OR_NULL,
    UID,
    WHOLE,
    WHOLE_OR_NULL,
    amount,
    instant,
    one_of,
    or_null,
    thing,
)


def acceptance(decision: OfferDecision, document: Document) -> dict[str, Any]:
    """Hash, who, when, how identified, from where."""
    return {
        "id": decision.uid,
        "document": document.uid,
        "verdict": ACCEPTED if decision.verdict == ACCEPT else DECLINED,
        "state": decision.state,
        "version": decision.version,
        "sha256": decision.sha256,
        "fields_sha256": decision.fields_sha256,
        "amount": amount(decision.amount, decision.currency),
        "terms_version": decision.terms_version,
        "terms_sha256": decision.terms_sha256,
        "button": decision.button,
        "language": decision.language,
        "name": decision.name,
        "reason": decision.reason,
        "contact": decision.contact_name or None,
        "identified_by": decision.identified_by,
        "step_up": decision.step_up or None,
        "step_up_to": decision.step_up_to or None,
        "address": decision.address,
        "agent": decision.agent,
        "at": instant(decision.at),
        "settled_at": instant(decision.settled_at),
        "settled_with": decision.settled_with or None,
        "settled_how": decision.settled_how or None,
        "settled_when": decision.settled_when or None,
    }


SCHEMAS: dict[str, Schema] = {
    "Acceptance": thing(
        {
            "id": UID,
            "document": UID,
            "verdict": one_of(ACCEPTED, DECLINED),
            "state": {
                **one_of(BINDING, AWAITING, CONFIRMED),
                "description": "awaiting: it binds nobody until staff confirm it.",
            },
            "version": WHOLE,
            "sha256": {**SHA256, "description": "Of the file that was accepted."},
            "fields_sha256": {**SHA256, "description": "Over title, note, lines, amounts and dates as shown."},
            "amount": or_null("Money"),
            "terms_version": WHOLE_OR_NULL,
            "terms_sha256": {"type": ["string", "null"], "pattern": SHA256["pattern"]},
            "button": {**TEXT, "description": "The words of the button pressed."},
            "language": TEXT,
            "name": {**TEXT, "description": "As typed by the person."},
            "reason": TEXT,
            "contact": {**TEXT_OR_NULL, "description": "The contact whose link was used; null: a link of nobody."},
            "identified_by": TEXT,
            "step_up": {**TEXT_OR_NULL, "description": "`code`: a code sent by e-mail was typed."},
            "step_up_to": {**TEXT_OR_NULL, "description": "Where the code was sent to."},
            "address": {**TEXT, "description": "The network address."},
            "agent": {**TEXT, "description": "The browser."},
            "at": INSTANT,
            "settled_at": INSTANT_OR_NULL,
            **dict.fromkeys(("settled_with", "settled_how", "settled_when"), TEXT_OR_NULL),
        }
    )
}
