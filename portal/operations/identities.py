"""Passwords of people who sign in: staff, contacts, or both with one address and one password (TRUST, Sessions).

For the inside of operations: all of it runs in the open transaction and scope of a whole firm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from peewee import fn

from portal.base import clock, passwords
from portal.base.errors import Invalid
from portal.base.text import email_key
from portal.models import outbox
from portal.models.contact import Contact
from portal.models.firm import Firm
from portal.models.identity import Identity
from portal.models.sign_in import PASSWORD, SignIn
from portal.models.staff import Staff
from portal.models.ticket import ADDRESS, INVITE, RESET, Ticket
from portal.operations import access, limits
from portal.policies import scope as scopes

# what a new password voids; `release` is the old address's word about the new one, whatever the password
_VOIDED = (INVITE, RESET, ADDRESS)
_TRIES, _WINDOW = 10, 900


@dataclass(frozen=True)
class Holder:
    """Who stands behind an identity: an active staff member, a contact, or both."""

    identity: Identity
    staff: Staff | None
    contact: Contact | None

    @property
    def name(self) -> str:
        if self.staff is not None and self.staff.name:
            return self.staff.name
        return self.contact.name if self.contact is not None else ""


def of_address(address: str) -> Identity | None:
    """The identity of an e-mail address, however it is written."""
    scope = scopes.current()
    found: Identity | None = scope.first(scope.of(Identity).where(Identity.email_key == email_key(address)))
    return found


def holder(identity: Identity) -> Holder:
    """Who signs in with an identity."""
    scope = scopes.current()
    staff = scope.first(scope.of(Staff).where(Staff.identity == identity.id, Staff.deactivated_at.is_null()))
    return Holder(identity, staff, scope.first(scope.of(Contact).where(Contact.identity == identity.id)))


def weakness(firm: Firm, password: str, *, email: str, names: tuple[str, ...], is_staff: bool) -> str | None:
    """Why a password is refused, as a reason code; None when it is good. Whoever is staff needs a staff member's."""
    shortest = passwords.SHORTEST_STAFF if is_staff else passwords.SHORTEST_CLIENT
    return passwords.weakness(password, shortest=shortest, names=(firm.name, *names, email.partition("@")[0]))


def has_come() -> Any:
    """Of a staff member: proved to be the person, by an invitation or a reset that was mailed to her.

    Whoever was a contact before has a password already, and not by that: a firm's word makes nobody staff who does not
    read mail at the address.
    """
    tickets = scopes.current().of(Ticket, Ticket.id).where(Ticket.staff == Staff.id)
    asked, came = tickets.where(Ticket.purpose == INVITE), tickets.where(Ticket.used_at.is_null(False))
    return ~fn.EXISTS(asked) | fn.EXISTS(came)


def hashed_anew(identity: Identity, *, current: str, new: str, weak: str | None) -> str:
    """The hash of a new password for who knows the present one; `weak`: why the new one is refused, if it is.

    Outside of transactions: hashing takes 50 ms. Raises Invalid with current (`wrong`) or new (a reason code, or
    `same`), TooMany after ten wrong ones in a quarter of an hour.
    """
    key = f"password:{identity.firm_id}:{identity.id}"
    limits.spend(key, most=_TRIES, seconds=_WINDOW)
    if not passwords.matches(current, identity.password):
        raise Invalid(current="wrong")
    limits.forgive(key)
    if weak or new == current:
        raise Invalid(new=weak or "same")
    return passwords.hash_password(new)


def set_password(identity: Identity, hashed: str, *, but: int | None = None) -> None:
    """A new password ends all sessions of the person on both sides, `but` one, and voids what was mailed before it."""
    scope, now = scopes.current(), clock.now()
    scope.change(identity, password=hashed, password_at=now)
    scope.update(Ticket, cancelled_at=now).where(_open_tickets(identity)).execute()
    scope.update(SignIn, ended_at=now).where(_sessions(identity, but), SignIn.ended_at.is_null()).execute()
    for contact in list(scope.of(Contact).where(Contact.identity == identity.id)):
        access.refresh_of(contact)


def tell_new_password(found: Holder) -> None:
    """The person learns of a new password at the address it belongs to."""
    identity, firm = found.identity, scopes.current().firm
    # who is both is told as staff, whose notice says whom to turn to
    subject = {"staff": found.staff.id} if found.staff is not None else {"contact": _id(found.contact)}
    language = identity.language or (found.contact.language if found.contact is not None else None) or firm.language
    key = f"{identity.id}:{clock.now().isoformat()}"
    outbox.enqueue("password_changed", subject, identity.email, key=key, language=language)


def _open_tickets(identity: Identity) -> Any:
    of_person = Ticket.staff.in_(_staff_of(identity)) | Ticket.contact.in_(_contacts_of(identity))
    return of_person & Ticket.purpose.in_(_VOIDED) & Ticket.used_at.is_null() & Ticket.cancelled_at.is_null()


def _sessions(identity: Identity, but: int | None) -> Any:
    # views of clients' portals are rows of the staff member too; those of the kept session stay with it
    of_contact = SignIn.contact.in_(_contacts_of(identity)) & (SignIn.kind == PASSWORD)
    which = SignIn.staff.in_(_staff_of(identity)) | of_contact
    return which if but is None else which & (SignIn.id != but) & (SignIn.parent.is_null() | (SignIn.parent != but))


def _staff_of(identity: Identity) -> Any:
    return scopes.current().of(Staff, Staff.id).where(Staff.identity == identity.id)


def _contacts_of(identity: Identity) -> Any:
    return scopes.current().of(Contact, Contact.id).where(Contact.identity == identity.id)


def _id(row: Contact | None) -> int:
    assert row is not None
    return int(row.id)
