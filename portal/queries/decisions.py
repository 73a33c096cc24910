"""Reading decisions about offers, with who settled those that waited."""

from __future__ import annotations

from portal.models.decision import AWAITING, REJECTED, OfferDecision
from portal.models.document import Document
from portal.policies.scope import Scope


def of(scope: Scope, document: Document) -> OfferDecision | None:
    """The decision that stands or waits; rejected ones do not count."""
    query = scope.of(OfferDecision).where(OfferDecision.document == document.id, OfferDecision.state != REJECTED)
    found: OfferDecision | None = scope.first(query)
    return found


def history(scope: Scope, document: Document) -> list[OfferDecision]:
    """All decisions about an offer, rejected ones too, the newest first."""
    query = scope.of(OfferDecision).where(OfferDecision.document == document.id)
    return list(query.order_by(OfferDecision.id.desc()))


def waiting(scope: Scope, document: Document) -> OfferDecision:
    """The acceptance that awaits confirmation. Raises NotFound."""
    query = scope.of(OfferDecision).where(OfferDecision.document == document.id, OfferDecision.state == AWAITING)
    found: OfferDecision = scope.one(query)
    return found
