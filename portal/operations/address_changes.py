"""What follows when staff give a contact another e-mail address: whoever can do that could take the account (TRUST).

Somebody who could get in before is protected: the old address is told, links and sessions end, and nothing that lets
in goes to the new address for 72 hours, unless the old one confirms it or a portal admin does so in a recorded act.
Somebody who never had a way in is only written to elsewhere from now on.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.base import clock, journal
from portal.base.errors import Conflict, Gone, Invalid
from portal.base.language import known
from portal.base.text import email_key, many_lines
from portal.models import outbox
from portal.models.contact import Contact, Membership
from portal.models.identity import Identity
from portal.models.link import Link, LinkFetch
from portal.models.ticket import ADDRESS, INVITE, RELEASE, RESET, Ticket
from portal.operations import audit, identities, invitations, sign_outs
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import Actor, StaffActor, Stranger
from portal.policies.permissions import Permission

HOLD = timedelta(hours=72)
LONGEST_REASON = 500


@operation(allow=Permission.TEAM_MANAGE)
def release(actor: Actor, membership: Membership, *, reason: str) -> None:
    """Let mail go to the new address at once: a portal admin knows that it is right, and says why.

    Raises Invalid with reason (missing, too_long), Conflict `not_held`.
    """
    contact = scopes.current().by_id(Contact, membership.contact_id)
    text = many_lines(reason)
    if not text or len(text) > LONGEST_REASON:
        raise Invalid(reason="too_long" if text else "missing")
    if not is_held(contact):
        raise Conflict("not_held")
    _lift(contact)
    personal = {"contact": contact.name, "email": contact.email, "reason": text}
    audit.record(actor, "contact.address_released", membership, personal=personal)


@operation(allow=Permission.PUBLIC)
def confirm(actor: Stranger, ticket: Ticket) -> Contact:
    """The old address says that the change was right. Raises Gone for a ticket that was used, cancelled or ran out."""
    scope, now = scopes.current(), clock.now()
    contact: Contact | None = scope.first(scope.of(Contact).where(Contact.id == ticket.contact_id))
    if contact is None or not may_confirm(ticket, contact):
        raise Gone(RELEASE)
    try:
        scope.change(ticket, Ticket.used_at.is_null(), Ticket.cancelled_at.is_null(), used_at=now)
    except Conflict:
        raise Gone(RELEASE) from None
    scope.change(contact, held_until=None)
    audit.record(actor, "contact.address_confirmed", contact, personal={"contact": contact.name})
    return contact


def may_confirm(ticket: Ticket, contact: Contact) -> bool:
    """Whether the old address can still say that the change was right."""
    return ticket.purpose == RELEASE and ticket.is_live(clock.now()) and is_held(contact)


def is_held(contact: Contact) -> bool:
    """Whether nothing that lets in may go to the contact's address yet."""
    return contact.held_until is not None and contact.held_until > clock.now()


def could_get_in(contact: Contact) -> bool:
    """Whether the contact had a way in, so that a new address could be a theft: a password, a visit, a link.

    A link that nobody ever used and that was mailed to an address which refuses mail is none: to mend a mistyped
    address must not cost three days.
    """
    with scopes.of_firm(contact.firm_id) as scope:
        has_password = scope.of(Identity, Identity.id).where(
            Identity.id == contact.identity_id, Identity.password.is_null(False)
        )
        been_there = scope.of(Membership, Membership.id).where(
            Membership.contact == contact.id, Membership.activated_at.is_null(False)
        )
        links = scope.of(Link, Link.id).where(Link.contact == contact.id)
        if contact.email_error is not None:
            fetched = scope.of(LinkFetch, LinkFetch.link).where(LinkFetch.link.in_(links))
            links = links.where(Link.used_at.is_null(False) | Link.id.in_(fetched))
        return any(scope.holds(query) for query in (has_password, been_there, links))


def take(actor: Actor, contact: Contact, new: str) -> datetime | None:
    """Do what a new address asks for, before it is saved; until when it is held, None: not at all.

    For the inside of operations; the caller saves `email`, `email_key` and `held_until`.
    """
    origin = _origin(contact)
    was_way_in = is_held(contact) or could_get_in(contact)
    invitations.void(contact, INVITE, RESET, ADDRESS)
    if contact.pending:
        scopes.current().change(contact, invited_at=None, invited_by=None, invited_by_contact=None)
    _move_identity(contact, new)
    if not was_way_in or not origin:
        # without an address before there is none that could be taken, and nobody to tell
        return None
    _revoke_links(contact)
    sign_outs.end_of(contact)
    invitations.void(contact, RELEASE)
    if origin == email_key(new):
        return None
    until = clock.now() + HOLD
    _tell(actor, contact, origin, new, until)
    return until


def _origin(contact: Contact) -> str:
    """The address that counts as the person's own: during a hold the one from before it, however often it changes."""
    if not is_held(contact):
        return contact.email_key or ""
    scope = scopes.current()
    held = scope.of(Ticket).where(Ticket.contact == contact.id, Ticket.purpose == RELEASE)
    first: Ticket | None = scope.first(held.order_by(Ticket.created_at.desc(), Ticket.id))
    return first.email_key if first is not None else contact.email_key or ""


def _move_identity(contact: Contact, new: str) -> None:
    """The password stays with the person, at the new address, unless that or the identity is somebody else's too."""
    scope = scopes.current()
    identity: Identity | None = scope.first(scope.of(Identity).where(Identity.id == contact.identity_id))
    if identity is None or identity.email_key == email_key(new):
        return
    is_staffs = identities.holder(identity).staff is not None
    if new and not is_staffs and identities.of_address(new) is None:
        scope.change(identity, email=new, email_key=email_key(new))
        return
    scope.change(contact, identity=None)
    if not is_staffs and not identities.holder(identity).contact:
        # nobody's any more: its password must not wait for whoever gets the address next
        scope.change(identity, password=None)


def _revoke_links(contact: Contact) -> None:
    scope = scopes.current()
    for link in list(scope.of(Link).where(Link.contact == contact.id, Link.revoked_at.is_null())):
        journal.write("link.revoked", link=link.id)
        scope.change(link, revoked_at=clock.now())


def _tell(actor: Actor, contact: Contact, origin: str, new: str, until: datetime) -> None:
    scope, now = scopes.current(), clock.now()
    ticket = scope.add(
        Ticket, purpose=RELEASE, contact=contact.id, email_key=origin, new_email=new, created_at=now, expires_at=until
    )
    by = actor.staff_id if isinstance(actor, StaffActor) else None
    to = contact.email if contact.email_key == origin else origin
    outbox.enqueue(
        "address_changed",
        {"contact": contact.id, "ticket": ticket.id, "by": by},
        to,
        key=str(ticket.id),
        language=known(contact.language, scope.firm.language),
    )


def _lift(contact: Contact) -> None:
    invitations.void(contact, RELEASE)
    scopes.current().change(contact, held_until=None)
