"""Asking contacts in: by a link to set a password, or by their secret link, as the client's login type has it (T1, B8).

An invitation belongs to the person: one mail names all clients that are open to her, a later one voids the earlier.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from portal.base import clock, journal
from portal.base.errors import Conflict, Invalid
from portal.base.language import known
from portal.base.text import many_lines, uid, valid_email
from portal.models import outbox
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.firm import PASSWORD, SECRET_LINK, Firm
from portal.models.identity import Identity
from portal.models.link import PORTAL, Link
from portal.models.outbox import DROPPED, FAILED, QUEUED, OutboxMail
from portal.models.ticket import INVITE, Ticket
from portal.operations import access, audit, links
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import Actor, ClientActor, StaffActor
from portal.policies.permissions import Permission
from portal.policies.prepared import prepared
from portal.policies.scope import Scope

LASTS = timedelta(days=7)
LONGEST_MESSAGE = 2000
KINDS = ("access", "invitation")


@dataclass(frozen=True)
class Place:
    """A client that is open to a contact, with what makes the contact one of its people."""

    client: Client
    membership: Membership


@operation(allow=Permission.CLIENT_WORK)
def send(actor: Actor, membership: Membership, *, message: str = "", key: str = "") -> None:
    """Ask the contact in, or once more: the older invitation stops working (T2, T8). The same `key` asks once.

    Raises Invalid with what is missing, as `missing` has it, or message (too_long).
    """
    scope = scopes.current()
    membership = scope.by_id(Membership, membership.id)
    client = scope.by_id(Client, membership.client_id)
    contact = scope.by_id(Contact, membership.contact_id)
    if key and is_queued(contact, key):
        audit.noticed()
        return
    text = many_lines(message)
    errors = missing(client, membership, contact)
    if len(text) > LONGEST_MESSAGE:
        errors["message"] = "too_long"
    if errors:
        raise Invalid(**errors)
    put(actor, contact, message=text, key=key or uid())
    audit.record(
        actor, "invitation.sent", membership, personal={"contact": contact.name, "email": contact.email},
    )  # fmt: skip


@operation(allow=Permission.CLIENT_WORK)
def cancel(actor: Actor, membership: Membership) -> None:
    """Take the contact's invitation back: the mailed link stops working, a queued mail is not sent (T11).

    Raises Conflict `not_pending`: the person came in meanwhile, or was never invited.
    """
    contact = scopes.current().by_id(Contact, membership.contact_id)
    if not contact.pending or contact.invited_at is None:
        raise Conflict("not_pending")
    withdraw(contact)
    audit.record(actor, "invitation.cancelled", membership, personal={"contact": contact.name})


def missing(client: Client, membership: Membership, contact: Contact) -> dict[str, str]:
    """What keeps a contact from being asked in, by field; empty: nothing (F3, DETAILS 8).

    email (none, email, bounced, held), login (off), notify (off), client (archived, access_off).
    """
    found: dict[str, str] = {}
    address = missing_address(contact)
    if address:
        found["email"] = address
    if not membership.login or membership.ended_at is not None:
        found["login"] = "off"
    if not membership.notify:
        found["notify"] = "off"
    if client.is_archived:
        found["client"] = "archived"
    elif not client.portal_access:
        found["client"] = "access_off"
    return found


def missing_address(contact: Contact) -> str:
    """Why nothing can be mailed to a contact: none, email, bounced, held; empty: it can."""
    if not contact.email:
        return "none"
    if not valid_email(contact.email):
        return "email"
    if contact.email_error is not None:
        return "bounced"
    held = contact.held_until is not None and contact.held_until > clock.now()
    return "held" if held else ""


def is_queued(contact: Contact, key: str) -> bool:
    """Whether this very act put its mail into the queue already: the second one would take that mail back.

    For the inside of operations.
    """
    if not contact.email:
        return False
    keys = [outbox.unique_key(kind, key, contact.email) for kind in KINDS]
    scope = scopes.current()
    return scope.holds(scope.of(OutboxMail, OutboxMail.id).where(OutboxMail.unique_key.in_(keys)))


def put(actor: Actor, contact: Contact, *, message: str, key: str) -> None:
    """Queue the one mail by which a contact comes in everywhere it may, and note who asked (T9).

    `key` is unique for the act: the same once more is no second mail. For the inside of operations, after `missing`.
    """
    scope, now = scopes.current(), clock.now()
    places = places_of(contact)
    void(contact)
    by = actor.staff_id if isinstance(actor, StaffActor) else None
    colleague = actor.contact_id if isinstance(actor, ClientActor) else None
    for place in places:
        if place.client.signs_in_by(scope.firm) == SECRET_LINK:
            links.newest_or_make(place.client, contact)
        access.extend(place.client.id)
    language = known(contact.language, *(place.client.language for place in places), scope.firm.language)
    subject = {"contact": contact.id, "by": by, "colleague": colleague, "message": message}
    if len(places) == 1 and not _by_password(places, scope.firm):
        client = places[0].client
        link = links.newest_or_make(client, contact)
        subject |= {"client": client.id, "link": link.id}
        outbox.enqueue("access", subject, contact.email, key=key, language=language, client_id=client.id)
    else:
        ticket = _ticket(contact) if _needs_password(contact, places, scope.firm) else None
        subject |= {"ticket": ticket.id if ticket is not None else None}
        client_id = places[0].client.id if len(places) == 1 else None
        until = ticket.expires_at if ticket is not None else now + LASTS
        outbox.enqueue(
            "invitation", subject, contact.email, key=key, language=language, client_id=client_id, not_after=until
        )
    scope.change(contact, invited_at=now, invited_by=by, invited_by_contact=colleague)
    access.refresh_of(contact)


def withdraw(contact: Contact) -> None:
    """End what was mailed or is about to be: tickets, queued mails, links of portals the contact never entered.

    For the inside of operations.
    """
    scope = scopes.current()
    for (ticket_id,) in list(_living_tickets(contact, (INVITE,), Ticket.id).tuples()):
        journal.write("ticket.cancelled", ticket=ticket_id)
    void(contact)
    unseen = scope.of(Membership, Membership.client).where(
        Membership.contact == contact.id, Membership.activated_at.is_null()
    )
    mailed = (Link.contact == contact.id) & (Link.kind == PORTAL) & Link.revoked_at.is_null()
    for link in list(scope.of(Link).where(mailed, Link.client.in_(unseen))):
        journal.write("link.revoked", link=link.id)
        scope.change(link, revoked_at=clock.now())
    scope.change(contact, invited_at=None, invited_by=None, invited_by_contact=None)
    access.refresh_of(contact)


def void(contact: Contact, *purposes: str) -> None:
    """End the contact's open tickets of these purposes (by default invitations) and the mails that would bring them.

    For the inside of operations.
    """
    wanted = purposes or (INVITE,)
    living = _living_tickets(contact, wanted, Ticket.id)
    scopes.current().update(Ticket, cancelled_at=clock.now()).where(Ticket.id.in_(living)).execute()
    if INVITE in wanted:
        _drop_queued(contact)


def places_of(contact: Contact) -> list[Place]:
    """The clients a contact may enter once it can: login on, portal open; by name."""
    return [Place(row.client, row) for row in _places(scopes.current(), contact_id=contact.id)]


@prepared
def _places(scope: Scope, contact_id: Any) -> Any:
    query = scope.join(scope.of(Membership, Membership, Client), Client, on=Membership.client == Client.id)
    return query.where(
        Membership.contact == contact_id, Membership.login, Membership.ended_at.is_null(), Client.portal_access,
        Client.archived_at.is_null(),
    ).order_by(Client.name_key, Client.id)  # fmt: skip


def _by_password(places: list[Place], firm: Firm) -> bool:
    return any(place.client.signs_in_by(firm) == PASSWORD for place in places)


def _needs_password(contact: Contact, places: list[Place], firm: Firm) -> bool:
    """Whoever has a password is only told where to use it."""
    if not _by_password(places, firm):
        return False
    scope = scopes.current()
    identities = scope.of(Identity, Identity.id).where(Identity.id == contact.identity_id)
    return not scope.holds(identities.where(Identity.password.is_null(False)))


def _ticket(contact: Contact) -> Ticket:
    now = clock.now()
    assert contact.email_key is not None
    return scopes.current().add(
        Ticket, purpose=INVITE, contact=contact.id, email_key=contact.email_key, created_at=now,
        expires_at=now + LASTS,
    )  # fmt: skip


def _living_tickets(contact: Contact, purposes: tuple[str, ...], *columns: Any) -> Any:
    tickets = scopes.current().of(Ticket, *columns).where(Ticket.contact == contact.id, Ticket.purpose.in_(purposes))
    return tickets.where(Ticket.used_at.is_null(), Ticket.cancelled_at.is_null())


def _drop_queued(contact: Contact) -> None:
    # one that is on its way cannot be called back, but what it brings opens nothing any more
    scope, now = scopes.current(), clock.now()
    waiting = OutboxMail.state.in_((QUEUED, FAILED)) & OutboxMail.kind.in_(KINDS)
    to_contact = waiting & (OutboxMail.to_key == contact.email_key)
    scope.update(OutboxMail, state=DROPPED, error="invitation_replaced", done_at=now).where(to_contact).execute()
