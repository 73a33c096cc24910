"""The language a staff member reads and is written to."""

from __future__ import annotations

from portal.models.identity import Identity
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import StaffActor
from portal.policies.permissions import Permission


@operation(allow=Permission.FIRM_VIEW, audited=False)
def choose(actor: StaffActor, identity_id: int, language: str) -> None:
    """Keep one's own language: `de` or `en`. A preference, so no audit entry."""
    scopes.current().update(Identity, language=language).where(
        Identity.id == identity_id, Identity.id == actor.identity_id
    ).execute()
