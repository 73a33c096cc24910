"""Clients as another programme sends them: made or changed by the firm's own number, contacts and all (DETAILS 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.base.errors import Conflict, Invalid
from portal.base.text import one_line, searchable
from portal.models.client import Client
from portal.models.contact import Contact
from portal.models.firm import Firm
from portal.operations import access, clients, contacts
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import Actor
from portal.policies.permissions import Permission


@dataclass(frozen=True)
class Entry:
    """`created` is False when the client was there already."""

    client: Client
    created: bool


class NameOnFile(Conflict):
    """The address of a contact belongs to somebody of another name, who also is a contact of another client."""

    def __init__(self, at: str, contact: Contact) -> None:
        super().__init__("name", existing=contact.uid)
        self.at = at
        self.name = contact.name


@operation(allow=Permission.API_WRITE)
def put(
    actor: Actor,
    firm: Firm,
    *,
    number: str,
    fields: Mapping[str, Any],
    people: Sequence[Mapping[str, Any]] = (),
    archived: bool | None = None,
) -> Entry:
    """Make the client of this number or change what is given of it; all of it happens or nothing.

    `fields` are those of `clients.create`, `people` those of `contacts.put`; contacts are added or changed, never
    removed. An archived client is fetched back by `archived=False`. The portal links live on, at most once a day
    (DETAILS 3). Raises Invalid (of contacts as `contacts.0.email`), and Conflict: `archived`, or NameOnFile.
    """
    _demand_same(number, fields.get("number"))
    client = _by_number(number)
    created = client is None
    if client is None:
        client = clients.create(actor, firm, **{"name": "", "number": number, **fields})
    else:
        client = _returned(actor, client, archived)
        clients.change(actor, client, **fields)
    for place, person in enumerate(people):
        _put_contact(actor, client, f"contacts.{place}", person)
    access.extend(client.id, daily=True)
    return Entry(client, created)


def _demand_same(number: str, written: str | None) -> None:
    """A number sent along may correct the spelling; another one would make a new client at the next call."""
    if written is not None and searchable(one_line(written)) != searchable(one_line(number)):
        raise Invalid(number="other_number")


def _by_number(number: str) -> Client | None:
    scope = scopes.current()
    found: Client | None = scope.first(scope.of(Client).where(Client.number_key == searchable(one_line(number))))
    return found


def _returned(actor: Actor, client: Client, archived: bool | None) -> Client:
    if not client.is_archived:
        return client
    if archived is not False:
        raise Conflict("archived", existing=client.uid)
    return clients.unarchive(actor, client)


def _put_contact(actor: Actor, client: Client, at: str, person: Mapping[str, Any]) -> None:
    try:
        contacts.put(actor, client, **person)
    except Invalid as error:
        raise Invalid(**{f"{at}.{name}": codes for name, codes in error.errors.items()}) from error
    except Conflict as error:
        if error.code != "name" or error.existing is None:
            raise
        raise NameOnFile(at, scopes.current().get(Contact, error.existing)) from error
