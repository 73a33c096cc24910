"""Which adviser works for which client (P4, DETAILS 1)."""

from __future__ import annotations

from portal.base import clock
from portal.base.errors import Conflict
from portal.models.client import Client
from portal.models.staff import Assignment, Staff
from portal.operations import audit
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import Actor
from portal.policies.permissions import Permission


@operation(allow=Permission.TEAM_MANAGE)
def assign(actor: Actor, client: Client, staff: Staff) -> Assignment:
    """Let a staff member work for a client. Raises Conflict unless the firm is its external accountant (P6)."""
    if not client.external_accountant:
        raise Conflict("not_external_accountant")
    scope = scopes.current()
    found = scope.first(scope.of(Assignment).where(Assignment.client == client.id, Assignment.staff == staff.id))
    if found is not None:
        audit.noticed()
        return found
    made = scope.add(Assignment, client=client.id, staff=staff.id, created_at=clock.now())
    audit.record(
        actor, "client.assigned", client, facts={"staff": staff.uid},
        personal={"name": client.name, "staff": staff.name},
    )  # fmt: skip
    return made


@operation(allow=Permission.TEAM_MANAGE)
def remove(actor: Actor, client: Client, staff: Staff) -> None:
    """End an assignment. What was assigned while the firm was external accountant can always be taken back."""
    scope = scopes.current()
    ended = scope.delete(Assignment).where(Assignment.client == client.id, Assignment.staff == staff.id).execute()
    if not ended:
        audit.noticed()
        return
    audit.record(
        actor, "client.unassigned", client, facts={"staff": staff.uid},
        personal={"name": client.name, "staff": staff.name},
    )  # fmt: skip
