"""*Revoke all* of a client: every way in that is out in the world ends in one act (X15)."""

from __future__ import annotations

from dataclasses import dataclass

from portal.base import clock, journal
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.link import Link
from portal.models.ticket import INVITE, RESET, Ticket
from portal.operations import access, audit, invitations, sign_outs
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import Actor, StaffActor
from portal.policies.permissions import Permission


@dataclass(frozen=True)
class Revoked:
    """How many of each ended."""

    links: int
    sessions: int
    invitations: int


@operation(allow=Permission.CLIENT_WORK)
def everything(actor: Actor, client: Client) -> Revoked:
    """End all links, sessions and invitations of a client. No switch is turned: whoever has a password may come again.

    An invitation is the person's, so one that names other clients too ends there as well.
    """
    done = Revoked(_links(actor, client), sign_outs.end_at(client.id), _invitations(client))
    access.refresh(client.id)
    facts = {"links": done.links, "sessions": done.sessions, "invitations": done.invitations}
    audit.record(actor, "client.access_revoked", client, facts=facts, personal={"name": client.name})
    return done


def _links(actor: Actor, client: Client) -> int:
    scope, now = scopes.current(), clock.now()
    by = actor.staff_id if isinstance(actor, StaffActor) else None
    living = list(scope.of(Link).where(Link.client == client.id, Link.revoked_at.is_null()))
    for link in living:
        journal.write("link.revoked", link=link.id)
        scope.change(link, revoked_at=now, revoked_by=by)
    return len(living)


def _invitations(client: Client) -> int:
    scope, count = scopes.current(), 0
    people = scope.join(scope.of(Contact), Membership, on=Membership.contact == Contact.id)
    living = people.where(Membership.client == client.id, Membership.ended_at.is_null())
    for contact in list(living):
        tickets = scope.of(Ticket, Ticket.id).where(
            Ticket.contact == contact.id, Ticket.purpose.in_((INVITE, RESET)), Ticket.used_at.is_null(),
            Ticket.cancelled_at.is_null(),
        )  # fmt: skip
        for (ticket_id,) in list(tickets.tuples()):
            journal.write("ticket.cancelled", ticket=ticket_id)
        invitations.void(contact, INVITE, RESET)
        if contact.pending and contact.invited_at is not None:
            scope.change(contact, invited_at=None, invited_by=None, invited_by_contact=None)
            access.refresh_of(contact)
            count += 1
    return count
