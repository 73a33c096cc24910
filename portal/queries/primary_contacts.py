"""Whom of one's own house to ask: the client's primary contact, for people whose rights end earlier (X19)."""

from __future__ import annotations

from typing import Any

from portal.models.contact import Contact, Membership
from portal.policies import scope as scopes
from portal.policies.actors import ClientActor
from portal.policies.prepared import prepared
from portal.policies.scope import Scope


def name_for(actor: ClientActor) -> str:
    """The name of the primary contact when somebody else is it and may see amounts and decide; otherwise nothing.

    In the scope of the firm: in her own, a visitor sees no contact but herself.
    """
    if actor.contact_id is None:
        return ""
    with scopes.of_firm(actor.firm_id) as whole:
        found = _primary.first(whole, client=actor.client_id)
    return "" if found is None or found.id == actor.contact_id else str(found.name)


@prepared
def _primary(scope: Scope, client: Any) -> Any:
    query = scope.join(scope.of(Contact), Membership, Membership.contact == Contact.id)
    query = query.where(Membership.client == client, Membership.ended_at.is_null(), Membership.primary)
    return query.where(Membership.amounts, Membership.decide)
