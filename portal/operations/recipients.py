"""Who gets a mail (DETAILS 3, 10): contacts of a client with what stands in their way, and staff about a document."""

from __future__ import annotations

from dataclasses import dataclass

from peewee import BooleanField

from portal.base import clock, language
from portal.base.text import valid_email
from portal.models.audit_entry import AuditEntry
from portal.models.client import Client
from portal.models.contact import DAILY, NONE, Contact, Membership
from portal.models.document import Document
from portal.models.firm import Firm
from portal.models.identity import Identity
from portal.models.staff import ADMIN, Assignment, Staff
from portal.policies.scope import Scope

LOGIN_OFF, NOTIFY_OFF = "login_off", "notify_off"
NO_EMAIL, INVALID_EMAIL, BOUNCED, HELD = "no_email", "invalid_email", "bounced", "held"
ARCHIVED, ACCESS_OFF = "archived", "access_off"
# the person's own choice: no mails about news (X18)
UNWANTED = "unwanted"


@dataclass(frozen=True)
class Recipient:
    """A contact of a client. `missing` are the codes of what keeps mail with an address from it; empty: it gets it."""

    contact: Contact
    membership: Membership
    missing: tuple[str, ...]

    @property
    def is_told(self) -> bool:
        return not self.missing

    @property
    def is_daily(self) -> bool:
        """Told once a day, all news in one mail."""
        return self.is_told and self.membership.mail == DAILY

    @property
    def may_have_address(self) -> bool:
        """Whether a mail that is no news may lead it into the portal."""
        return not set(self.missing) - {UNWANTED}


@dataclass(frozen=True)
class StaffRecipient:
    """A staff member with the address to write to."""

    staff: Staff
    email: str
    language: str


def of_client(scope: Scope, client: Client) -> list[Recipient]:
    """All living memberships of a client, the primary one first, told or not."""
    query = scope.of(Membership, Membership, Contact)
    query = scope.join(query, Contact, Membership.contact == Contact.id)
    query = query.where(Membership.client == client.id, Membership.ended_at.is_null())
    rows = list(query.order_by(Membership.primary.desc(), Membership.id))
    common = _missing_of_client(client)
    return [Recipient(row.contact, row, (*common, *_missing(row, row.contact))) for row in rows]


def language_of(contact: Contact, client: Client, firm: Firm) -> str:
    """The language a contact is written to in."""
    return language.known(contact.language, client.language, firm.language)


def has_address(contact: Contact) -> bool:
    """Whether mail can reach the contact: an address, valid, that did not bounce and does not wait after a change."""
    return not _missing_address(contact)


def staff_about(scope: Scope, document: Document, wanting: BooleanField) -> list[StaffRecipient]:
    """Who published the document and the client's advisers; none active: all portal admins.

    `wanting` is the column by which each may switch these mails off.
    """
    return _wanting(scope, _responsible(scope, document), wanting)


def staff_of(scope: Scope, client: Client, wanting: BooleanField) -> list[StaffRecipient]:
    """The client's advisers; none active: all portal admins. `wanting` as in `staff_about`."""
    return _wanting(scope, _advisers(scope, client.id), wanting)


def _wanting(scope: Scope, responsible: list[int], wanting: BooleanField) -> list[StaffRecipient]:
    chosen = _active(scope, Staff.id.in_(responsible)) or _active(scope, Staff.role == ADMIN)
    firm = scope.firm
    return [
        StaffRecipient(staff, staff.identity.email, language.known(staff.identity.language, firm.language))
        for staff in chosen
        if getattr(staff, wanting.name)
    ]


def _missing_of_client(client: Client) -> tuple[str, ...]:
    if client.is_archived:
        return (ARCHIVED,)
    return () if client.portal_access else (ACCESS_OFF,)


def _missing(membership: Membership, contact: Contact) -> tuple[str, ...]:
    switches = ((LOGIN_OFF, membership.login), (NOTIFY_OFF, membership.notify))
    own_choice = (UNWANTED,) if membership.mail == NONE else ()
    return (*(code for code, on in switches if not on), *_missing_address(contact), *own_choice)


def _missing_address(contact: Contact) -> tuple[str, ...]:
    if not contact.email:
        return (NO_EMAIL,)
    if not valid_email(contact.email):
        return (INVALID_EMAIL,)
    if contact.email_error is not None:
        return (BOUNCED,)
    return (HELD,) if contact.held_until is not None and contact.held_until > clock.now() else ()


def _responsible(scope: Scope, document: Document) -> list[int]:
    published = scope.of(AuditEntry, AuditEntry.actor).where(
        AuditEntry.client_id == document.client_id,
        AuditEntry.subject == f"document:{document.uid}",
        AuditEntry.action == "document.published",
    )
    actor = next((row[0] for row in list(published.order_by(AuditEntry.id.desc()).limit(1).tuples())), "")
    uid = actor.removeprefix("staff:") if actor.startswith("staff:") else ""
    publisher = scope.of(Staff, Staff.id).where(Staff.uid == uid)
    return [*(row[0] for row in list(publisher.tuples())), *_advisers(scope, document.client_id)]


def _advisers(scope: Scope, client_id: int) -> list[int]:
    assigned = scope.of(Assignment, Assignment.staff).where(Assignment.client == client_id)
    return [row[0] for row in list(assigned.tuples())]


def _active(scope: Scope, condition: object) -> list[Staff]:
    query = scope.join(scope.of(Staff, Staff, Identity), Identity, Staff.identity == Identity.id)
    return list(query.where(condition, Staff.deactivated_at.is_null()).order_by(Staff.id))
