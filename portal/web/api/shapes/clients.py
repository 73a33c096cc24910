"""Clients, contacts and portal links as the API answers them."""

from __future__ import annotations

from typing import Any

from portal.base import clock
from portal.models.client import ACTIVE, KINDS, OFFLINE, PENDING, Client
from portal.models.link import Link
from portal.queries.api.clients import ClientCard, Person
from portal.queries.contacts import STATES
from portal.web.api.fields import Schema
from portal.web.api.shapes.schemas import (
    ADDRESS,
    ADDRESS_OR_NULL,
    FLAG,
    INSTANT,
    INSTANT_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    UID,
    instant,
    list_of,
    named,
    one_of,
    page_of,
    thing,
)

POSTAL = ("street", "extra", "postcode", "city", "country")
_LINES = ("vat_id", "email", "phone")
_OF_CONTACT = ("salutation", "title", "first_name", "last_name", "role", "email", "phone", "language")
_OF_MEMBERSHIP = ("primary", "login", "notify", "email_sync")


def client(card: ClientCard, portal_url: str | None) -> dict[str, Any]:
    """A client; `portal_url` is None without the right *links*, and when there is none."""
    row = card.client
    return {
        "id": row.uid,
        "number": row.number,
        "name": row.name,
        "kind": row.kind,
        "status": row.status(clock.now()),
        "archived": row.is_archived,
        "portal_url": portal_url,
        "portal_access": row.portal_access,
        "login_type": row.login_type,
        "external_accountant": row.external_accountant,
        **{name: getattr(row, name) for name in _LINES},
        "language": row.language,
        "address": {name: getattr(row, name) for name in POSTAL},
        "contacts": [_contact(person) for person in card.people],
        "created_at": instant(row.created_at),
        "last_seen_at": instant(row.last_seen_at),
    }


def portal_link(of: Client, link: Link, url: str) -> dict[str, Any]:
    """The client's own portal link; `url` is the firm's sign-in address where links open nothing."""
    return {
        "id": link.uid,
        "client": of.number,
        "url": url,
        "created_at": instant(link.created_at),
        "extended_at": instant(link.extended_at),
        "expires_at": instant(link.expires_at),
    }


def _contact(person: Person) -> dict[str, Any]:
    return {
        "id": person.contact.uid,
        "membership": person.membership.uid,
        **{name: getattr(person.contact, name) for name in _OF_CONTACT},
        **{name: getattr(person.membership, name) for name in _OF_MEMBERSHIP},
        "status": person.status,
    }


SCHEMAS: dict[str, Schema] = {
    "Client": thing(
        {
            "id": UID,
            "number": {**TEXT, "description": "The firm's own number of the client."},
            "name": TEXT,
            "kind": one_of(*KINDS),
            "status": {
                **one_of(ACTIVE, PENDING, OFFLINE),
                "description": "active: somebody can get in now; pending: nobody can, but a contact has login on.",
            },
            "archived": FLAG,
            "portal_url": {
                **ADDRESS_OR_NULL,
                "description": "The secret address of the client's portal. Null without the right `links`, while the "
                "client is archived or its access is off, and when the link was revoked without a new one.",
            },
            "portal_access": FLAG,
            "login_type": {"type": ["string", "null"], "enum": ["secret_link", "password", None]},
            "external_accountant": FLAG,
            **dict.fromkeys(_LINES, TEXT),
            "language": TEXT_OR_NULL,
            "address": named("PostalAddress"),
            "contacts": list_of("Contact"),
            "created_at": INSTANT,
            "last_seen_at": INSTANT_OR_NULL,
        }
    ),
    "PostalAddress": thing(dict.fromkeys(POSTAL, TEXT)),
    "Contact": thing(
        {
            "id": {**UID, "description": "Of the person, the same at all clients of the firm."},
            "membership": {**UID, "description": "Of what the person is at this client."},
            "salutation": {"type": ["string", "null"], "enum": ["ms", "mr", None]},
            **dict.fromkeys(("title", "first_name", "last_name", "role", "email", "phone"), TEXT),
            "language": TEXT_OR_NULL,
            **dict.fromkeys(_OF_MEMBERSHIP, FLAG),
            "status": {
                **one_of(*STATES),
                "description": "no_access: login is off, or nobody can enter the portal; pending: login is on, but "
                "the person has not come in yet; active: has a password, or came by secret link.",
            },
        }
    ),
    "Clients": page_of("Client"),
    "PortalLink": thing(
        {
            "id": UID,
            "client": TEXT,
            "url": ADDRESS,
            "created_at": INSTANT,
            "extended_at": INSTANT,
            "expires_at": {**INSTANT_OR_NULL, "description": "Null: never."},
        }
    ),
}
