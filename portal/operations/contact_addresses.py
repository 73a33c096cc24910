"""A contact's own change of e-mail address: asked for with the password, confirmed from the new one (F10; TRUST).

Nothing changes before the new address confirms; then the old one is told, other sessions and the links end, and what
was mailed before is void. Whoever asked learns nothing about who has an address: the answer is always the same.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from peewee import IntegrityError

from portal.base import clock, journal, passwords
from portal.base.errors import Conflict, Gone, Invalid, NotPermitted
from portal.base.language import known
from portal.base.text import email_key, one_line, valid_email
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.identity import Identity
from portal.models.link import Link
from portal.models.outbox import enqueue
from portal.models.sign_in import SignIn
from portal.models.staff import Staff
from portal.models.ticket import ADDRESS, INVITE, RELEASE, RESET, Ticket
from portal.operations import access, audit, invitations, limits, sign_ins
from portal.operations.clients import LONGEST_EMAIL
from portal.operations.operation import operation
from portal.policies import rules
from portal.policies import scope as scopes
from portal.policies.actors import ClientActor, Stranger
from portal.policies.permissions import Permission
from portal.policies.scope import Scope

LASTS = timedelta(hours=24)
_TRIES, _WINDOW = 10, 900
_A_DAY, _MAILS_A_DAY = 86_400, 5


def ask(actor: ClientActor, client: Client, *, email: str, password: str) -> None:
    """Mail a confirmation to the new address, which holds 24 hours; where somebody else has it, nothing is mailed.

    Raises Invalid with email (missing, email, same) or password (wrong), NotPermitted for somebody who is staff too,
    and TooMany after ten wrong passwords or five mails a day.
    """
    rules.demand(actor, Permission.PORTAL_ACCOUNT, client)
    address = one_line(email)
    with scopes.of_firm(actor.firm_id) as scope:
        contact = scope.by_id(Contact, actor.contact_id)
        identity = _own_identity(scope, contact)
    if not address or len(address) > LONGEST_EMAIL or not valid_email(address):
        raise Invalid(email="email" if address else "missing")
    key = f"password:{actor.firm_id}:{identity.id}"
    limits.spend(key, most=_TRIES, seconds=_WINDOW)
    if not passwords.matches(password, identity.password):
        raise Invalid(password="wrong")  # noqa: S106  a reason code
    limits.forgive(key)
    if email_key(address) == contact.email_key:
        raise Invalid(email="same")
    limits.spend(f"address:{actor.firm_id}:{contact.id}", most=_MAILS_A_DAY, seconds=_A_DAY)
    _ask(actor, client, email=address, seen=identity.password)


@operation(allow=Permission.PORTAL_ACCOUNT)
def _ask(actor: ClientActor, client: Client, *, email: str, seen: str | None) -> None:
    scope, now = scopes.current(), clock.now()
    contact = scope.by_id(Contact, actor.contact_id)
    if _own_identity(scope, contact).password != seen or contact.email_key is None:
        raise Conflict("changed")
    invitations.void(contact, ADDRESS)
    if not _is_taken(scope, contact, email):
        ticket = scope.add(
            Ticket, purpose=ADDRESS, contact=contact.id, email_key=contact.email_key, new_email=email,
            created_at=now, expires_at=now + LASTS,
        )  # fmt: skip
        subject = {"ticket": ticket.id, "contact": contact.id}
        language = known(contact.language, client.language, scope.firm.language)
        enqueue("address", subject, email, key=str(ticket.id), language=language, not_after=ticket.expires_at)
    personal = {"contact": contact.name, "email": email}
    audit.record(actor, "contact.address_asked", _membership(scope, actor, client), personal=personal)


def confirm(actor: Stranger, ticket: Ticket, *, keep: int | None = None) -> None:
    """Use the confirmation up: the address changes. `keep`: the session in this browser, if it is the contact's own.

    Raises Gone for a ticket that was used, voided or ran out, and Conflict `taken` when somebody else has the address.
    """
    stranger = actor if actor.firm_id is not None else replace(actor, firm_id=ticket.firm_id)
    _confirm(stranger, ticket, keep=keep)


@operation(allow=Permission.PUBLIC)
def _confirm(actor: Stranger, ticket: Ticket, *, keep: int | None) -> None:
    scope, now = scopes.current(), clock.now()
    ticket = scope.by_id(Ticket, ticket.id)
    contact: Contact | None = scope.first(scope.of(Contact).where(Contact.id == ticket.contact_id))
    if ticket.purpose != ADDRESS or contact is None or contact.email_key != ticket.email_key:
        raise Gone(ADDRESS)
    try:
        identity = _own_identity(scope, contact)
        open_still = (Ticket.used_at.is_null(), Ticket.cancelled_at.is_null(), Ticket.expires_at > now)
        scope.change(ticket, *open_still, used_at=now)
    except (Conflict, NotPermitted):
        raise Gone(ADDRESS) from None
    old, new = contact.email, ticket.new_email
    if _is_taken(scope, contact, new):
        raise Conflict("taken")
    try:
        scope.change(contact, email=new, email_key=email_key(new), email_error=None, held_until=None)
        scope.change(identity, email=new, email_key=email_key(new))
    except IntegrityError:
        raise Conflict("taken") from None
    _end_what_was(contact, keep)
    _tell(scope, contact, old)
    # told in the activity of the client where the person was last; the log of the firm has it anyway
    subject = sign_ins.last_used(identity.id) or contact
    audit.record(actor, "contact.address_changed", subject, personal={"contact": contact.name, "from": old, "to": new})


def _own_identity(scope: Scope, contact: Contact) -> Identity:
    """What the contact signs in with. Raises NotPermitted when it is a staff member's too: the team changes that."""
    identity: Identity | None = scope.first(scope.of(Identity).where(Identity.id == contact.identity_id))
    if identity is None or identity.password is None:
        raise NotPermitted("no password")
    if scope.holds(scope.of(Staff).where(Staff.identity == identity.id)):
        raise NotPermitted("staff")
    return identity


def _is_taken(scope: Scope, contact: Contact, address: str) -> bool:
    key = email_key(address)
    people = scope.of(Contact).where(Contact.email_key == key, Contact.id != contact.id)
    identities = scope.of(Identity).where(Identity.email_key == key, Identity.id != contact.identity_id)
    return scope.holds(people) or scope.holds(identities)


def _membership(scope: Scope, actor: ClientActor, client: Client) -> Membership:
    mine = scope.of(Membership).where(Membership.contact == actor.contact_id, Membership.ended_at.is_null())
    found: Membership = scope.one(mine.where(Membership.client == client.id))
    return found


def _end_what_was(contact: Contact, keep: int | None) -> None:
    """What lies in the old mailbox opens nothing any more."""
    scope, now = scopes.current(), clock.now()
    invitations.void(contact, INVITE, RESET, ADDRESS, RELEASE)
    others = (SignIn.contact == contact.id) & SignIn.ended_at.is_null() & (SignIn.id != (keep or 0))
    scope.update(SignIn, ended_at=now).where(others).execute()
    for link in list(scope.of(Link).where(Link.contact == contact.id, Link.revoked_at.is_null())):
        journal.write("link.revoked", link=link.id)
        scope.change(link, revoked_at=now)
    access.refresh_of(contact)
    access.reindex_of(contact)


def _tell(scope: Scope, contact: Contact, old: str) -> None:
    enqueue(
        "address_moved",
        {"contact": contact.id},
        old,
        key=f"{contact.id}:{clock.now().isoformat()}",
        language=known(contact.language, scope.firm.language),
    )
