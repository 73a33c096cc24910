"""The contacts of a client as its Info tab shows them (T13, F3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from peewee import fn

from portal.base.text import valid_email
from portal.models.client import ACTIVE, OFFLINE, PENDING, Client
from portal.models.contact import Contact, Membership
from portal.models.firm import SECRET_LINK, Firm
from portal.models.link import PORTAL, Link, Opening
from portal.policies.scope import Scope

NO_EMAIL, INVALID_EMAIL, BOUNCED, NOTIFY_OFF, LOGIN_OFF = (
    "no_email",
    "invalid_email",
    "bounced",
    "notify_off",
    "login_off",
)


@dataclass(frozen=True)
class ContactRow:
    """A contact at a client. `access`: offline (no access), pending (login on, no live link yet) or active.

    `missing` are the codes of what keeps mail with an address from the contact.
    """

    membership: Membership
    contact: Contact
    access: str
    seen_at: datetime | None
    missing: tuple[str, ...]


def of_client(scope: Scope, client: Client, firm: Firm, now: datetime) -> list[ContactRow]:
    """The living memberships of a client, the primary one first."""
    query = scope.join(scope.of(Membership, Membership, Contact), Contact, Membership.contact == Contact.id)
    query = query.where(Membership.client == client.id, Membership.ended_at.is_null())
    rows = list(query.order_by(Membership.primary.desc(), Membership.id))
    linked, seen = _known(scope, client, now)
    return [_row(row, client, firm, linked, seen) for row in rows]


def one(scope: Scope, membership: Membership, client: Client, firm: Firm, now: datetime) -> ContactRow:
    """The same of one membership."""
    membership.contact = scope.by_id(Contact, membership.contact_id)
    return _row(membership, client, firm, *_known(scope, client, now))


def other_clients(scope: Scope, membership: Membership) -> list[str]:
    """Names of the other clients the contact belongs to, as far as the scope reaches."""
    query = scope.join(scope.of(Client, Client.name), Membership, Membership.client == Client.id)
    query = query.where(
        Membership.contact == membership.contact_id,
        Membership.ended_at.is_null(),
        Membership.client != membership.client_id,
    )
    return [name for (name,) in query.order_by(Client.name_key).tuples()]


def _known(scope: Scope, client: Client, now: datetime) -> tuple[set[int], dict[int, datetime]]:
    live = scope.of(Link, Link.contact).where(
        Link.client == client.id,
        Link.contact.is_null(False),
        Link.kind == PORTAL,
        Link.revoked_at.is_null(),
        Link.expires_at.is_null() | (Link.expires_at > now),
    )
    seen = scope.of(Opening, Opening.contact, fn.MAX(Opening.at)).where(
        Opening.client == client.id, Opening.contact.is_null(False)
    )
    return {row[0] for row in live.tuples()}, {row[0]: row[1] for row in seen.group_by(Opening.contact).tuples()}


def _row(membership: Membership, client: Client, firm: Firm, linked: set[int], seen: dict[int, datetime]) -> ContactRow:
    contact: Contact = membership.contact
    access = OFFLINE
    if membership.login and client.portal_access and not client.is_archived:
        by_link = client.signs_in_by(firm) == SECRET_LINK
        access = ACTIVE if by_link and contact.id in linked else PENDING
    return ContactRow(membership, contact, access, seen.get(contact.id), _missing(membership, contact))


def _missing(membership: Membership, contact: Contact) -> tuple[str, ...]:
    found = []
    if not contact.email:
        found.append(NO_EMAIL)
    elif not valid_email(contact.email):
        found.append(INVALID_EMAIL)
    elif contact.email_error is not None:
        found.append(BOUNCED)
    if not membership.login:
        found.append(LOGIN_OFF)
    if not membership.notify:
        found.append(NOTIFY_OFF)
    return tuple(found)


def named(scope: Scope, uid: str) -> str:
    """The name on file of a contact; empty when the scope does not reach it."""
    found = scope.first(scope.of(Contact).where(Contact.uid == uid))
    return found.name if found is not None else ""
