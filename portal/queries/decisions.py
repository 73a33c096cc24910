"""Reading decisions about offers, with who settled those that waited."""

from __future__ import annotations

from typing import Any

from portal.models.decision import AWAITING, REJECTED, OfferDecision
from portal.models.document import Document
from portal.policies.prepared import prepared
from portal.policies.scope import Scope


def of(scope: Scope, document: Document) -> OfferDecision | None:
    """The decision that stands or waits; rejected ones do not count."""
    found: OfferDecision | None = _standing.first(scope, document=document.id)
    return found


@prepared
def _standing(scope: Scope, document: Any) -> Any:
    return scope.of(OfferDecision).where(OfferDecision.document == document, OfferDecision.state != REJECTED)


def history(scope: Scope, document: Document) -> list[OfferDecision]:
    """All decisions about an offer, rejected ones too, the newest first."""
    query = scope.of(OfferDecision).where(OfferDecision.document == document.id)
    return list(query.order_by(OfferDecision.id.desc()))


def waiting(scope: Scope, document: Document) -> OfferDecision:
    """The acceptance that awaits confirmation. Raises NotFound."""
    query = scope.of(OfferDecision).where(OfferDecision.document == document.id, OfferDecision.state == AWAITING)
    found: OfferDecision = scope.one(query)
    return found
