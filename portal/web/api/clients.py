"""Clients by the firm's own number."""

from __future__ import annotations

from typing import Any

from flask import Response

from portal.models.client import ACTIVE, KINDS, OFFLINE, PENDING
from portal.models.contact import SALUTATIONS
from portal.models.firm import Firm
from portal.operations import client_entries
from portal.operations.clients import LANGUAGES, LONGEST_EMAIL, LONGEST_LINE, LONGEST_NAME, LONGEST_NUMBER
from portal.policies.permissions import Permission
from portal.queries import clients, links
from portal.queries.api import clients as cards
from portal.web.api import area
from portal.web.api.answers import PAGING, USUAL, answer, base_url, checked_cursor, listing
from portal.web.api.bodies import json_object, query
from portal.web.api.calls import Told
from portal.web.api.fields import Choice, Field, Flag, Items, Object, Text, Word
from portal.web.api.shapes.clients import POSTAL, client
from portal.web.gate import actor, scope

_LINE = Text(most=LONGEST_LINE)
_EMAIL = Text(most=LONGEST_EMAIL)
_LANGUAGE = Choice(words=LANGUAGES, or_null=True, says="Null: the firm's.")
_MOST_CONTACTS = 200
CONTACT = Object(
    fields={
        "email": _EMAIL,
        "salutation": Choice(words=SALUTATIONS, or_null=True),
        **dict.fromkeys(("title", "first_name", "last_name", "role", "phone"), _LINE),
        "language": _LANGUAGE,
        "primary": Flag(says="True makes it the client's primary contact in place of the one before."),
        "login": Flag(),
        "notify": Flag(),
        "email_sync": Flag(),
    },
    says="Matched by e-mail, without one by first and last name within the client.",
)
CLIENT = Object(
    fields={
        "number": Text(most=LONGEST_NUMBER, says="The number of the address, here to mend its spelling."),
        "name": Text(most=LONGEST_NAME, filled=True, says="Needed for a new client."),
        "kind": Choice(words=KINDS),
        "vat_id": _LINE,
        "email": _EMAIL,
        "phone": _LINE,
        "language": _LANGUAGE,
        "address": Object(fields=dict.fromkeys(POSTAL, _LINE)),
        "external_accountant": Flag(),
        "portal_access": Flag(says="Off closes the portal: all its links answer 410."),
        "login_type": Choice(
            words=("secret_link", "password"), or_null=True, says="How its people get in. Null: as the firm has it."
        ),
        "archived": Flag(only=False, says="Fetches an archived client back."),
        "contacts": Items(item=CONTACT, most=_MOST_CONTACTS, says="Added or changed, never removed."),
    },
    says="Only what is sent is changed.",
)
FILTERS: dict[str, Field] = {
    "search": Text(most=100, says="Words or parts of them: name, number, city, e-mail, phone, contacts."),
    "status": Choice(words=(ACTIVE, PENDING, OFFLINE)),
    "archived": Word(says="True: the archived ones instead."),
    **PAGING,
}


@area.call(
    "GET",
    "/clients",
    allow=Permission.API_READ,
    told=Told(says="List or search clients, by number", answers={200: "Clients"}, errors=(422,), query=FILTERS),
)
def index() -> Response:
    asked = query(FILTERS)
    page = cards.page(
        scope(),
        search=asked.get("search", ""),
        status=asked.get("status"),
        archived=asked.get("archived", False),
        after=checked_cursor(asked.get("cursor")),
        limit=asked.get("limit", USUAL),
    )
    firm = scope().firm
    return listing([_shown(card, firm) for card in page.cards], page.next)


@area.call(
    "PUT",
    "/clients/<number>",
    allow=Permission.API_WRITE,
    told=Told(
        says="Make a client, or change what is sent of it",
        answers={200: "Client", 201: "Client"},
        errors=(409, 422),
        body=CLIENT,
        more="The portal links of the client live on, at most once a day. An archived client is 409 unless "
        '`"archived": false` is sent. A contact whose e-mail address belongs to a contact of another name at another '
        "client is 409 with the `name` on file.",
    ),
)
def put(number: str) -> Response:
    sent = json_object(CLIENT)
    people, archived = sent.pop("contacts", ()), sent.pop("archived", None)
    entry = client_entries.put(
        actor(), scope().firm, number=number, fields=_flat(sent), people=people, archived=archived
    )
    return _answered(number, 201 if entry.created else 200)


@area.call(
    "GET",
    "/clients/<number>",
    allow=Permission.API_READ,
    told=Told(says="One client", answers={200: "Client"}, errors=(404,)),
)
def show(number: str) -> Response:
    return _answered(number)


def _answered(number: str, status: int = 200) -> Response:
    card = cards.card(scope(), clients.by_number(scope(), number))
    return answer(_shown(card, scope().firm), status)


def _shown(card: cards.ClientCard, firm: Firm) -> dict[str, Any]:
    may_see = actor().may(Permission.API_LINKS)
    return client(card, links.url_of(base_url(), card.client, firm, card.link) if may_see else None)


def _flat(sent: dict[str, Any]) -> dict[str, Any]:
    return {**{name: value for name, value in sent.items() if name != "address"}, **sent.get("address", {})}
