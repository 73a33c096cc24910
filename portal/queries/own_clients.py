"""The clients that a signed-in contact may enter, to go from one to the other (T6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.models.client import Client
from portal.models.contact import Membership
from portal.policies import scope as scopes
from portal.policies.actors import ClientActor
from portal.policies.prepared import prepared
from portal.policies.scope import Scope


@dataclass(frozen=True)
class OwnClient:
    """A client with the membership by which the contact enters it; `is_present`: where the visit is now."""

    membership: Membership
    client_id: int
    name: str
    is_present: bool


def of(actor: ClientActor) -> list[OwnClient]:
    """All of them by name, the present one too; none for whoever did not sign in with a password.

    In the scope of the firm: in her own, a visitor sees the present client only, and of these no more than the names.
    """
    if not actor.by_password or actor.contact_id is None:
        return []
    with scopes.of_firm(actor.firm_id) as whole:
        rows = _open_to(whole, contact=actor.contact_id)
    return [OwnClient(row, row.client_id, row.client.name, row.client_id == actor.client_id) for row in rows]


@prepared
def _open_to(scope: Scope, contact: Any) -> Any:
    query = scope.join(scope.of(Membership, Membership, Client), Client, Membership.client == Client.id)
    query = query.where(
        Membership.contact == contact, Membership.login, Membership.ended_at.is_null(), Client.portal_access,
        Client.archived_at.is_null(),
    )  # fmt: skip
    return query.order_by(Client.name_key, Client.id)
