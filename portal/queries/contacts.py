"""The contacts of a client as its Info tab shows them: whether each has access, and if not, why (T7, T13, F3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from portal.base.text import valid_email
from portal.models.client import ACTIVE, PENDING, Client
from portal.models.contact import Contact, Membership
from portal.models.firm import SECRET_LINK, Firm
from portal.models.identity import Identity
from portal.models.link import PORTAL, Link
from portal.models.staff import Staff
from portal.models.ticket import INVITE, Ticket
from portal.policies.scope import Scope

NO_ACCESS = "no_access"
STATES = (NO_ACCESS, PENDING, ACTIVE)
NO_EMAIL, INVALID_EMAIL, BOUNCED, HELD, NOTIFY_OFF, LOGIN_OFF = (
    "no_email",
    "invalid_email",
    "bounced",
    "held",
    "notify_off",
    "login_off",
)


@dataclass(frozen=True)
class ContactRow:
    """A contact at a client. `state`: no_access, pending or active, see `state_of`.

    `by_link`: the client's login type is *secret link*; `link` is then the contact's newest that was not revoked,
    living or not. `invited_until`: the end of what the last invitation brought, None: there is nothing living or it
    has no end (`link` tells which). `missing` are the codes of what keeps an invitation from the contact.
    """

    membership: Membership
    contact: Contact
    state: str
    has_password: bool
    by_link: bool
    link: Link | None
    invited_by: str
    invited_until: datetime | None
    missing: tuple[str, ...]

    @property
    def seen_at(self) -> datetime | None:
        return self.membership.seen_at

    def is_held(self, now: datetime) -> bool:
        """Whether the address was changed by staff and nothing may go to the new one yet."""
        return self.contact.held_until is not None and self.contact.held_until > now


def of_client(scope: Scope, client: Client, firm: Firm, now: datetime) -> list[ContactRow]:
    """The living memberships of a client, the primary one first."""
    query = scope.join(scope.of(Membership, Membership, Contact), Contact, Membership.contact == Contact.id)
    query = query.where(Membership.client == client.id, Membership.ended_at.is_null())
    return _rows(scope, list(query.order_by(Membership.primary.desc(), Membership.id)), client, firm, now)


def one(scope: Scope, membership: Membership, client: Client, firm: Firm, now: datetime) -> ContactRow:
    """The same of one membership."""
    membership.contact = scope.by_id(Contact, membership.contact_id)
    return _rows(scope, [membership], client, firm, now)[0]


def state_of(client: Client, firm: Firm, membership: Membership, *, has_password: bool) -> str:
    """What a contact's access is, the same words everywhere (T7, T13).

    *no_access*: login is off, the portal is closed or the client archived. *active*: there is a password, or under
    *secret link* the person has been there. *pending*: login is on, and the person did not come yet.
    """
    if not (client.is_open and membership.login and membership.ended_at is None):
        return NO_ACCESS
    came = client.signs_in_by(firm) == SECRET_LINK and membership.activated_at is not None
    return ACTIVE if has_password or came else PENDING


def with_password(scope: Scope, people: Iterable[Contact]) -> set[int]:
    """Which of these contacts, by id, have set a password."""
    by_identity = {person.identity_id: person.id for person in people if person.identity_id is not None}
    query = scope.of(Identity, Identity.id).where(Identity.id.in_(list(by_identity)), Identity.password.is_null(False))
    return {by_identity[identity_id] for (identity_id,) in query.tuples()}


def other_clients(scope: Scope, membership: Membership) -> list[str]:
    """Names of the other clients the contact belongs to, as far as the scope reaches."""
    query = scope.join(scope.of(Client, Client.name), Membership, Membership.client == Client.id)
    query = query.where(
        Membership.contact == membership.contact_id,
        Membership.ended_at.is_null(),
        Membership.client != membership.client_id,
    )
    return [name for (name,) in query.order_by(Client.name_key).tuples()]


def named(scope: Scope, uid: str) -> str:
    """The name on file of a contact; empty when the scope does not reach it."""
    found = scope.first(scope.of(Contact).where(Contact.uid == uid))
    return found.name if found is not None else ""


def _rows(scope: Scope, memberships: list[Membership], client: Client, firm: Firm, now: datetime) -> list[ContactRow]:
    people: list[Contact] = [row.contact for row in memberships]
    by_link = client.signs_in_by(firm) == SECRET_LINK
    known = with_password(scope, people)
    links = _links(scope, client, people) if by_link else {}
    ends = {} if by_link else _ends_of_invitations(scope, people)
    names = _inviters(scope, people)
    rows = []
    for membership, person in zip(memberships, people, strict=True):
        link = links.get(person.id)
        rows.append(
            ContactRow(
                membership=membership,
                contact=person,
                state=state_of(client, firm, membership, has_password=person.id in known),
                has_password=person.id in known,
                by_link=by_link,
                link=link,
                invited_by=names.get(person.id, ""),
                invited_until=link.expires_at if link is not None else ends.get(person.id),
                missing=_missing(membership, person, now),
            )
        )
    return rows


def _links(scope: Scope, client: Client, people: list[Contact]) -> dict[int, Link]:
    """The newest portal link of each that was not revoked."""
    wanted = scope.of(Link).where(
        Link.client == client.id, Link.contact.in_([each.id for each in people]), Link.kind == PORTAL
    )
    return {link.contact_id: link for link in wanted.where(Link.revoked_at.is_null()).order_by(Link.created_at)}


def _ends_of_invitations(scope: Scope, people: list[Contact]) -> dict[int, datetime]:
    """When the newest invitation of each ends or ended; used and cancelled ones have no end to speak of."""
    tickets = scope.of(Ticket, Ticket.contact, Ticket.expires_at).where(
        Ticket.contact.in_([each.id for each in people]), Ticket.purpose == INVITE
    )
    standing = tickets.where(Ticket.used_at.is_null(), Ticket.cancelled_at.is_null())
    return dict(standing.order_by(Ticket.created_at).tuples())


def _inviters(scope: Scope, people: list[Contact]) -> dict[int, str]:
    """Who asked each of them in: a staff member, or another contact (T9)."""
    staff_ids = {each.invited_by_id for each in people if each.invited_by_id is not None}
    contact_ids = {each.invited_by_contact_id for each in people if each.invited_by_contact_id is not None}
    staff = {row.id: row.name for row in scope.of(Staff).where(Staff.id.in_(staff_ids))} if staff_ids else {}
    others = {row.id: row.name for row in scope.of(Contact).where(Contact.id.in_(contact_ids))} if contact_ids else {}
    return {each.id: staff.get(each.invited_by_id) or others.get(each.invited_by_contact_id) or "" for each in people}


def _missing(membership: Membership, contact: Contact, now: datetime) -> tuple[str, ...]:
    found = []
    if not contact.email:
        found.append(NO_EMAIL)
    elif not valid_email(contact.email):
        found.append(INVALID_EMAIL)
    elif contact.email_error is not None:
        found.append(BOUNCED)
    elif contact.held_until is not None and contact.held_until > now:
        found.append(HELD)
    if not membership.login:
        found.append(LOGIN_OFF)
    if not membership.notify:
        found.append(NOTIFY_OFF)
    return tuple(found)
