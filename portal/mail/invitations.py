"""The mail by which a contact is asked in: to set a password, to sign in with the one it has, by secret links (T2)."""

from __future__ import annotations

from dataclasses import dataclass

from portal.base import tokens
from portal.base.language import instant
from portal.base.placeholders import fill
from portal.mail.access import own_values
from portal.mail.failures import Dropped
from portal.mail.mailing import Mailing, greeting
from portal.mail.message import Letter
from portal.mail.rendering import letter, paragraphs
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.firm import PASSWORD
from portal.models.identity import Identity
from portal.models.ticket import Ticket
from portal.operations import new_invitations
from portal.policies.actors import InstanceActor
from portal.queries import firms, links, texts


@dataclass(frozen=True)
class Way:
    """How a client's portal is entered: by the password, or by the contact's own secret `link`."""

    client: Client
    link: str = ""


def invitation(mailing: Mailing) -> Letter:
    """All clients that are open to a contact in one mail, in the firm's own words.

    Subject: `contact`, `by` (staff or null), `colleague` (contact or null), `message`, `ticket` (or null: the person
    has a password, or needs none); or `contact` alone: somebody asked for a new one, and the worker decides now.
    """
    if "ticket" not in mailing.first.subject:
        _answer(mailing)
    contact = _contact(mailing)
    ways = _ways(mailing, contact)
    ticket = _ticket(mailing, contact)
    by_password = [way for way in ways if not way.link]
    if by_password and ticket is None and not _has_password(mailing, contact):
        raise Dropped("ticket_over")
    is_link = not by_password and ticket is None
    address = ways[0].link if is_link else _address(mailing, ticket)
    values = _values(mailing, contact, ways, address)
    body = fill(texts.text_of(mailing.scope, texts.INVITATION_BODY, mailing.language), values)
    return letter(
        mailing,
        fill(texts.text_of(mailing.scope, texts.INVITATION_SUBJECT, mailing.language), values),
        greeting(mailing, contact),
        message=str(mailing.first.subject.get("message") or ""),
        sender=_sender(mailing),
        paragraphs=paragraphs(body, [address]),
        address="" if is_link else address,
        is_in_text=address in body,
        email=contact.email,
        is_new=ticket is not None,
        until=instant(ticket.expires_at, mailing.firm.time_zone, mailing.language) if ticket is not None else "",
        by_password=by_password or (ways if ticket is not None else []),
        by_link=[way for way in ways if way.link],
    )


def _answer(mailing: Mailing) -> None:
    """Who asked gets a mail of its own, made now, or nothing; this row has done its work."""
    contact = mailing.row(Contact, "contact")
    sent = new_invitations.answer(InstanceActor(mailing.firm.id, "worker"), contact)
    raise Dropped("answered" if sent else "nobody")


def _contact(mailing: Mailing) -> Contact:
    contact = mailing.contact()
    if contact.held_until is not None and contact.held_until > mailing.now:
        raise Dropped("address_held")
    return contact


def _ticket(mailing: Mailing, contact: Contact) -> Ticket | None:
    if mailing.first.subject["ticket"] is None:
        return None
    ticket = mailing.row(Ticket, "ticket")
    if not ticket.is_live(mailing.now) or ticket.contact_id != contact.id:
        raise Dropped("ticket_over")
    if ticket.email_key != contact.email_key:
        raise Dropped("address_changed")
    return ticket


def _ways(mailing: Mailing, contact: Contact) -> list[Way]:
    """By name; under *secret link* only with a link that opens."""
    scope = mailing.scope
    query = scope.join(scope.of(Membership, Membership, Client), Client, on=Membership.client == Client.id)
    query = query.where(
        Membership.contact == contact.id, Membership.login, Membership.ended_at.is_null(), Client.portal_access,
        Client.archived_at.is_null(),
    )  # fmt: skip
    found = [_way(mailing, row) for row in list(query.order_by(Client.name_key, Client.id))]
    ways = [way for way in found if way is not None]
    if not ways:
        raise Dropped("access_off")
    return ways


def _way(mailing: Mailing, membership: Membership) -> Way | None:
    client = membership.client
    if client.signs_in_by(mailing.firm) == PASSWORD:
        return Way(client)
    link = links.newest_of(mailing.scope, membership)
    if link is None or not link.is_live(mailing.now):
        return None
    return Way(client, links.address(mailing.base_url, link))


def _has_password(mailing: Mailing, contact: Contact) -> bool:
    identities = mailing.scope.of(Identity, Identity.id).where(Identity.id == contact.identity_id)
    return mailing.scope.holds(identities.where(Identity.password.is_null(False)))


def _address(mailing: Mailing, ticket: Ticket | None) -> str:
    if ticket is None:
        return mailing.address(firms.sign_in_path(mailing.firm))
    return mailing.address("/invite/" + tokens.issue(ticket.purpose, ticket.id, ticket.nonce))


def _values(mailing: Mailing, contact: Contact, ways: list[Way], address: str) -> dict[str, str]:
    """As in *send access*; where several clients are opened, their names and numbers stand together."""
    values = own_values(mailing, ways[0].client, contact, address) | {"Staff.name": _sender(mailing)}
    joined = {
        "Client.name": ", ".join(way.client.name for way in ways),
        "Client.number": ", ".join(way.client.number for way in ways),
    }
    return values | joined


def _sender(mailing: Mailing) -> str:
    """Who invites: a colleague, a staff member, or else the firm."""
    scope, colleague = mailing.scope, mailing.first.subject.get("colleague")
    if not colleague:
        return mailing.sender_name()
    row = scope.first(scope.of(Contact).where(Contact.id == colleague))
    return row.name if row is not None else mailing.firm.name
