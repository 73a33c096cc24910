"""Clients as the API answers them: with contacts and portal address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from portal.base.text import email_key
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.link import Link
from portal.policies.scope import Scope
from portal.queries import clients, contacts, links


@dataclass(frozen=True)
class Person:
    """A contact at a client. `status`: no_access, pending or active (T13)."""

    membership: Membership
    contact: Contact
    status: str


@dataclass(frozen=True)
class ClientCard:
    """`link` is the client's own portal link, None when it was revoked without successor."""

    client: Client
    people: Sequence[Person]
    link: Link | None


@dataclass(frozen=True)
class Cards:
    """A page of clients; `next` is the cursor of the following one."""

    cards: Sequence[ClientCard]
    next: str | None


def card(scope: Scope, client: Client) -> ClientCard:
    """One client with all that belongs to it."""
    return _cards(scope, [client])[0]


def page(scope: Scope, *, search: str, status: str | None, archived: bool, after: str | None, limit: int) -> Cards:
    """A page of clients by number."""
    found = clients.page(
        scope, search=search, status=status, archived=archived, sort="number", after=after, limit=limit
    )
    uids = [row.uid for row in found.rows]
    rows = {client.uid: client for client in scope.of(Client).where(Client.uid.in_(uids))} if uids else {}
    return Cards(_cards(scope, [rows[uid] for uid in uids if uid in rows]), found.next)


def membership(scope: Scope, client: Client, email: str) -> Membership:
    """The living membership of the contact with this address. Raises NotFound."""
    query = scope.join(scope.of(Membership), Contact, Membership.contact == Contact.id)
    found: Membership = scope.one(
        query.where(
            Membership.client == client.id, Membership.ended_at.is_null(), Contact.email_key == email_key(email)
        )
    )
    return found


def _cards(scope: Scope, found: list[Client]) -> list[ClientCard]:
    people, own = _people(scope, found), links.own_links(scope, found)
    return [ClientCard(client, people[client.id], own.get(client.id)) for client in found]


def _people(scope: Scope, of: list[Client]) -> dict[int, list[Person]]:
    by_id, firm = {client.id: client for client in of}, scope.firm
    query = scope.join(scope.of(Membership, Membership, Contact), Contact, Membership.contact == Contact.id)
    query = query.where(Membership.client.in_(list(by_id)), Membership.ended_at.is_null())
    rows = list(query.order_by(Membership.primary.desc(), Membership.id))
    known = contacts.with_password(scope, [row.contact for row in rows])
    found: dict[int, list[Person]] = defaultdict(list)
    for row in rows:
        status = contacts.state_of(by_id[row.client_id], firm, row, has_password=row.contact_id in known)
        found[row.client_id].append(Person(row, row.contact, status))
    return found
