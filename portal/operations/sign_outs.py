"""Ending sessions of contacts by staff: one of them, or all of a person (T8, X15)."""

from __future__ import annotations

from portal.base import clock
from portal.base.errors import Conflict, NotFound
from portal.models.contact import Contact, Membership
from portal.models.sign_in import STAFF, SignIn
from portal.operations import audit
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import Actor
from portal.policies.permissions import Permission


@operation(allow=Permission.CLIENT_WORK)
def everywhere(actor: Actor, membership: Membership) -> int:
    """Sign the contact out on all devices and at all its clients; how many sessions ended."""
    contact = scopes.current().by_id(Contact, membership.contact_id)
    ended = end_of(contact)
    audit.record(
        actor, "contact.signed_out", membership, facts={"count": ended}, personal={"contact": contact.name}
    )  # fmt: skip
    return ended


@operation(allow=Permission.CLIENT_WORK)
def one(actor: Actor, session: SignIn) -> None:
    """End one session in a client's portal. Raises NotFound for a session of staff, Conflict `ended`."""
    scope = scopes.current()
    if session.kind == STAFF or session.client_id is None:
        raise NotFound("SignIn")
    if session.ended_at is not None:
        raise Conflict("ended")
    scope.change(session, SignIn.ended_at.is_null(), ended_at=clock.now())
    name = scope.by_id(Contact, session.contact_id).name if session.contact_id is not None else ""
    audit.record(actor, "session.ended", session, facts={"kind": session.kind}, personal={"contact": name})


def end_of(contact: Contact) -> int:
    """End all sessions of a contact, whatever the way in. For the inside of operations."""
    living = (SignIn.contact == contact.id) & SignIn.ended_at.is_null()
    ended: int = scopes.current().update(SignIn, ended_at=clock.now()).where(living).execute()
    return ended


def end_at(client_id: int) -> int:
    """End all sessions in a client's portal, those of viewing staff too. For the inside of operations."""
    living = (SignIn.client == client_id) & SignIn.ended_at.is_null()
    ended: int = scopes.current().update(SignIn, ended_at=clock.now()).where(living).execute()
    return ended
