"""Passwords of contacts: the first by an invitation, a new one by a reset or in the settings (T2, F10; TRUST)."""

from __future__ import annotations

from dataclasses import replace

from portal.base import clock, passwords
from portal.base.errors import Conflict, Gone, Invalid
from portal.models.contact import Contact, Membership
from portal.models.identity import Identity
from portal.models.ticket import INVITE, RESET, Ticket
from portal.operations import access, audit, identities, invitations, sign_ins
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import ClientActor, Stranger
from portal.policies.permissions import Permission


def accept(actor: Stranger, ticket: Ticket, *, password: str) -> Membership | None:
    """Use an invitation up: the first password is set. Where the web signs the contact in: the client last used.

    None: the person has a password already, which no invitation changes; it is only joined to the contact.
    Raises Gone for an invitation that was used, cancelled or ran out, Invalid with password, TooMany.
    """
    stranger = _of_firm(actor, ticket)
    # hashed before the transaction: 50 ms in which nobody else could write
    hashed = _hashed_for(ticket, password)
    return _accept(stranger, ticket, hashed=hashed)


def reset(actor: Stranger, ticket: Ticket, *, password: str) -> None:
    """Set a new password: all sessions end, nobody is signed in, the person is told. Raises as `accept`."""
    stranger = _of_firm(actor, ticket)
    hashed = _hashed_for(ticket, password)
    if hashed is None:
        raise Gone(RESET)
    _reset(stranger, ticket, hashed=hashed)


def change(actor: ClientActor, *, current: str, new: str) -> None:
    """One's own new password: the other sessions end, the person is told.

    Raises Invalid with current (`wrong`) or new (a reason code, or `same`), TooMany after ten wrong ones.
    """
    with scopes.of_firm(actor.firm_id) as scope:
        contact = scope.by_id(Contact, actor.contact_id)
        identity = scope.by_id(Identity, contact.identity_id)
        found = identities.holder(identity)
        at = scope.one(_membership_of(actor))
        weak = identities.weakness(
            scope.firm, new, email=identity.email, names=(contact.name,), is_staff=found.staff is not None
        )
    hashed = identities.hashed_anew(identity, current=current, new=new, weak=weak)
    _change(actor, at, seen=identity.password, hashed=hashed)


def owner(ticket: Ticket) -> Contact | None:
    """The contact whose living ticket this is; None when it opens nothing any more.

    The address must be the one it was made for, must not be held, and somewhere a portal must be open to the contact.
    """
    scope = scopes.current()
    contact: Contact | None = scope.first(scope.of(Contact).where(Contact.id == ticket.contact_id))
    if contact is None or not ticket.is_live(clock.now()) or contact.email_key != ticket.email_key:
        return None
    if contact.held_until is not None and contact.held_until > clock.now():
        return None
    return contact if invitations.places_of(contact) else None


def identity_of(contact: Contact) -> Identity | None:
    """What a contact signs in with, or would: its own once it has a password, else that of its address."""
    scope = scopes.current()
    own: Identity | None = scope.first(scope.of(Identity).where(Identity.id == contact.identity_id))
    if own is not None and own.password is not None:
        return own
    return identities.of_address(contact.email)


@operation(allow=Permission.PUBLIC)
def _accept(actor: Stranger, ticket: Ticket, *, hashed: str | None) -> Membership | None:
    scope = scopes.current()
    contact = _use(ticket, INVITE)
    identity = identity_of(contact) or scope.add(Identity, email=contact.email, email_key=contact.email_key)
    is_new = identity.password is None
    if is_new and hashed is None:
        raise Gone(INVITE)
    scope.change(contact, identity=identity.id)
    invitations.void(contact, INVITE, RESET)
    if is_new and hashed is not None:
        identities.set_password(identity, hashed)
    else:
        access.refresh_of(contact)
    membership = sign_ins.last_used(identity.id)
    if membership is None:
        raise Gone(INVITE)
    facts = {"password": "new" if is_new else "kept"}
    audit.record(actor, "invitation.accepted", membership, facts=facts, personal=_named(contact))
    return membership if is_new else None


@operation(allow=Permission.PUBLIC)
def _reset(actor: Stranger, ticket: Ticket, *, hashed: str) -> None:
    scope = scopes.current()
    contact = _use(ticket, RESET)
    identity = scope.by_id(Identity, contact.identity_id)
    if identity.email_key != ticket.email_key:
        raise Gone(RESET)
    identities.set_password(identity, hashed)
    identities.tell_new_password(identities.holder(identity))
    audit.record(actor, "contact.password_reset", contact, personal=_named(contact))


@operation(allow=Permission.PORTAL_ACCOUNT)
def _change(actor: ClientActor, membership: Membership, *, seen: str | None, hashed: str) -> None:
    scope = scopes.current()
    contact = scope.by_id(Contact, membership.contact_id)
    identity = scope.by_id(Identity, contact.identity_id)
    if identity.password != seen:
        raise Conflict("changed")
    identities.set_password(identity, hashed, but=actor.sign_in_id)
    identities.tell_new_password(identities.holder(identity))
    audit.record(actor, "contact.password_changed", membership, personal=_named(contact))


def _membership_of(actor: ClientActor) -> object:
    living = scopes.current().of(Membership).where(Membership.ended_at.is_null())
    return living.where(Membership.client == actor.client_id, Membership.contact == actor.contact_id)


def _of_firm(actor: Stranger, ticket: Ticket) -> Stranger:
    """The address of a ticket does not name its firm, so the ticket does."""
    return actor if actor.firm_id is not None else replace(actor, firm_id=ticket.firm_id)


def _hashed_for(ticket: Ticket, password: str) -> str | None:
    """The hash; None where an invitation meets a password that is there already."""
    with scopes.of_firm(ticket.firm_id) as scope:
        contact = owner(ticket)
        if contact is None:
            raise Gone(ticket.purpose)
        identity = identity_of(contact)
        if ticket.purpose == INVITE and identity is not None and identity.password is not None:
            return None
        is_staff = identity is not None and identities.holder(identity).staff is not None
        weak = identities.weakness(scope.firm, password, email=contact.email, names=(contact.name,), is_staff=is_staff)
    if weak:
        raise Invalid(password=weak)
    return passwords.hash_password(password)


def _use(ticket: Ticket, purpose: str) -> Contact:
    """Use a ticket up, in the database and so only once. Raises Gone."""
    scope, now = scopes.current(), clock.now()
    contact = owner(ticket)
    if contact is None or ticket.purpose != purpose:
        raise Gone(purpose)
    open_still = (Ticket.used_at.is_null(), Ticket.cancelled_at.is_null(), Ticket.expires_at > now)
    try:
        scope.change(ticket, *open_still, used_at=now)
    except Conflict:
        raise Gone(purpose) from None
    return contact


def _named(contact: Contact) -> dict[str, str]:
    return {"contact": contact.name, "email": contact.email}
