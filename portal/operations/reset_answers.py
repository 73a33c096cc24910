"""Whose forgotten password it is: the worker's half of `operations/resets.py` (TRUST, Sessions)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from portal.base import clock
from portal.base.language import known
from portal.base.text import email_key
from portal.models.contact import Contact
from portal.models.firm import PASSWORD
from portal.models.identity import Identity
from portal.models.outbox import OutboxMail
from portal.models.ticket import RESET, Ticket
from portal.operations import audit, identities, invitations, new_invitations
from portal.operations.identities import Holder
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.policies.permissions import Permission

LASTS = timedelta(minutes=30)


@dataclass(frozen=True)
class Answer:
    """What became of it: a ticket for a new password, or an invitation for whoever never set one."""

    ticket: Ticket | None
    invited: bool = False


@operation(allow=Permission.INSTANCE)
def answer(actor: InstanceActor, mail: OutboxMail) -> Answer | None:
    """Make the ticket and turn the mail to the stored address, never the submitted one; None: nobody has it."""
    found = _holder(mail.to_key)
    if found is not None:
        return Answer(_ticket(actor, mail, found))
    contact = _waited_for(mail.to_key)
    if contact is not None and new_invitations.again(actor, contact):
        return Answer(None, invited=True)
    audit.noticed()
    return None


def _holder(key: str) -> Holder | None:
    """Who has a password and may use it: an active staff member, a contact to whom a portal is open."""
    scope = scopes.current()
    identity = scope.first(scope.of(Identity).where(Identity.email_key == key, Identity.password.is_null(False)))
    if identity is None:
        return None
    found = identities.holder(identity)
    if found.staff is not None:
        return found
    contact = found.contact
    if contact is None or contact.email_key != key or invitations.missing_address(contact):
        return None
    return found if invitations.places_of(contact) else None


def _ticket(actor: InstanceActor, mail: OutboxMail, found: Holder) -> Ticket:
    ticket = _new_ticket(found)
    contact = found.contact
    scopes.current().change(
        mail,
        subject={"ticket": ticket.id},
        to=found.identity.email,
        to_key=email_key(found.identity.email),
        language=known(found.identity.language, contact.language if contact is not None else None, mail.language),
        not_after=ticket.expires_at,
    )
    if found.staff is not None:
        audit.record(actor, "staff.reset_asked", found.staff, personal={"name": found.name})
    else:
        audit.record(actor, "contact.reset_asked", contact, personal={"contact": found.name})
    return ticket


def _new_ticket(found: Holder) -> Ticket:
    """Who is both has one password and so one ticket: the staff member's."""
    scope, now = scopes.current(), clock.now()
    whose = {"staff": found.staff.id} if found.staff is not None else {"contact": _id(found.contact)}
    (column,) = whose
    older = (getattr(Ticket, column) == whose[column]) & (Ticket.purpose == RESET) & Ticket.used_at.is_null()
    scope.update(Ticket, cancelled_at=now).where(older, Ticket.cancelled_at.is_null()).execute()
    return scope.add(
        Ticket, purpose=RESET, email_key=found.identity.email_key, created_at=now, expires_at=now + LASTS, **whose
    )


def _waited_for(key: str) -> Contact | None:
    """A contact who never set a password, at a client that is entered by one."""
    scope = scopes.current()
    contact: Contact | None = scope.first(scope.of(Contact).where(Contact.email_key == key, Contact.pending))
    if contact is None:
        return None
    places = invitations.places_of(contact)
    return contact if any(place.client.signs_in_by(scope.firm) == PASSWORD for place in places) else None


def _id(row: Contact | None) -> int:
    assert row is not None
    return int(row.id)
