"""*Send me a new invitation*: whoever asks gets the same answer; who gets what is decided here (TRUST, Sessions)."""

from __future__ import annotations

from datetime import timedelta

from portal.base import clock
from portal.base.errors import TooMany
from portal.base.language import known
from portal.base.text import uid
from portal.models.contact import Contact
from portal.models.identity import Identity
from portal.models.outbox import enqueue
from portal.models.ticket import INVITE, Ticket
from portal.operations import audit, invitations, limits
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import Actor, InstanceActor, Stranger
from portal.policies.permissions import Permission

_MOST, _WINDOW = 3, 3600  # mails to one contact in an hour, whoever asks from wherever
_LASTS = timedelta(days=1)


@operation(allow=Permission.PUBLIC, audited=False)
def ask(actor: Stranger, contact: Contact) -> None:
    """Queue the same for whoever's invitation stood in the mail; the worker decides."""
    scope, now = scopes.current(), clock.now()
    contact = scope.by_id(Contact, contact.id)
    enqueue(
        "invitation", {"contact": contact.id}, contact.email, key=f"asked:{contact.id}:{now:%Y%m%d%H%M}",
        language=known(contact.language, scope.firm.language), not_after=now + _LASTS,
    )  # fmt: skip


@operation(allow=Permission.INSTANCE)
def answer(actor: InstanceActor, contact: Contact) -> bool:
    """Invite once more who is waited for; whether a mail was queued."""
    return again(actor, scopes.current().by_id(Contact, contact.id))


def again(actor: Actor, contact: Contact) -> bool:
    """Invite who is waited for once more, in the name of whoever did first. For the inside of operations.

    Nothing for whoever came in meanwhile, has no address that mail goes to, or whose invitation was taken back: what
    staff cancelled, nobody fetches back by a button.
    """
    if not contact.pending or invitations.missing_address(contact) or _was_cancelled(contact) or _too_often(contact):
        audit.noticed()
        return False
    first = {"invited_by": contact.invited_by_id, "invited_by_contact": contact.invited_by_contact_id}
    invitations.put(actor, contact, message="", key=uid())
    scopes.current().change(contact, **first)
    audit.record(actor, "invitation.asked", contact, personal={"contact": contact.name, "email": contact.email})
    return True


def point_to_door(actor: Actor, contact: Contact) -> bool:
    """Tell somebody with a password where to use it; False for whoever has none. For the inside of operations."""
    scope, now = scopes.current(), clock.now()
    identity = scope.first(scope.of(Identity).where(Identity.id == contact.identity_id))
    has_one = identity is not None and identity.password is not None
    if not has_one or invitations.missing_address(contact) or not invitations.places_of(contact):
        audit.noticed()
        return False
    subject = {"contact": contact.id, "by": None, "colleague": None, "message": "", "ticket": None}
    enqueue(
        "invitation", subject, contact.email, key=f"door:{contact.id}:{now:%Y%m%d%H}",
        language=known(contact.language, scope.firm.language), not_after=now + _LASTS,
    )  # fmt: skip
    audit.record(actor, "invitation.asked", contact, personal={"contact": contact.name, "email": contact.email})
    return True


def _too_often(contact: Contact) -> bool:
    try:
        limits.spend(f"invitation:{contact.firm_id}:{contact.id}", most=_MOST, seconds=_WINDOW)
    except TooMany:
        return True
    return False


def _was_cancelled(contact: Contact) -> bool:
    """The last invitation was taken back and none came after it; a restored backup may still know when it was sent."""
    scope = scopes.current()
    tickets = scope.of(Ticket).where(Ticket.contact == contact.id, Ticket.purpose == INVITE)
    last = scope.first(tickets.order_by(Ticket.created_at.desc()))
    if last is None or last.cancelled_at is None:
        return False
    return contact.invited_at is None or contact.invited_at <= last.created_at
