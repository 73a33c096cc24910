"""What of money a visitor of a client's portal may see and decide on (X19)."""

from __future__ import annotations

from portal.base.errors import NotPermitted
from portal.models.document import DELIVERY_NOTE, SERVICE_REPORT, Document, DocumentVersion
from portal.policies.actors import ClientActor
from portal.policies.permissions import Permission

# papers that say what was done or brought, not what it costs
_WITHOUT_AMOUNTS = (SERVICE_REPORT, DELIVERY_NOTE)


def are_hidden(actor: ClientActor, document: Document, version: DocumentVersion) -> bool:
    """Whether this paper would tell amounts that the visitor may not see; what nobody read counts as such.

    Then its file, its picture, what stands in it and its proof stay closed.
    """
    if actor.may(Permission.PORTAL_AMOUNTS):
        return False
    amounts = (document.payable, version.net, version.tax, version.total, version.payable)
    return document.kind not in _WITHOUT_AMOUNTS or any(amount is not None for amount in amounts)


def may_decide(actor: ClientActor, document: Document) -> bool:
    """Whether the visitor may decide on an offer of this amount; one that nobody knows is above every limit."""
    return actor.may(Permission.PORTAL_DECIDE) and is_within_limit(actor, document.payable)


def is_within_limit(actor: ClientActor, payable: int | None) -> bool:
    """Whether an amount in cents lies within the visitor's own limit for decisions."""
    return actor.decide_limit is None or (payable is not None and payable <= actor.decide_limit)


def demand_within_limit(actor: ClientActor, payable: int | None) -> None:
    """Raise NotPermitted (403) above the limit."""
    if not is_within_limit(actor, payable):
        raise NotPermitted("above the limit")
