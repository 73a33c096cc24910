"""What of access is computed and kept: the status of clients, the expiry of links, the text of the search index.

For the inside of operations: all of it runs in the open transaction and scope of a whole firm.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from peewee import Case, Value, fn

from portal.base import clock
from portal.base.clock import end_of
from portal.base.text import searchable
from portal.models import search
from portal.models.client import FOREVER, Client
from portal.models.contact import Contact, Membership
from portal.models.document import Document
from portal.models.firm import SECRET_LINK, Firm
from portal.models.identity import Identity
from portal.models.link import DOCUMENT, PORTAL, Link
from portal.models.record import InstantField
from portal.policies import scope as scopes

DOCUMENT_DAYS = 90
A_DAY = timedelta(days=1)
# Where numbers are dialled without the country's code, people type a 0 in its place
_COUNTRY_CODES = ("49", "43", "41")


@dataclass(frozen=True)
class _Touched:
    clients: set[int] = field(default_factory=set)
    contacts: set[int] = field(default_factory=set)


_touched: ContextVar[_Touched | None] = ContextVar("access", default=None)


def refresh(client_id: int) -> None:
    """Compute a client's status anew, and whether its contacts are waited for (T7, T12; DETAILS 3).

    After each change of links, memberships, access, archiving, of passwords and invitations of its contacts.
    """
    touched = _touched.get()
    if touched is not None:
        touched.clients.add(client_id)
        return
    _status().where(Client.id == client_id).execute()
    contacts = scopes.current().of(Membership, Membership.contact).where(Membership.client == client_id)
    _pending().where(Contact.id.in_(contacts)).execute()


def refresh_of(contact: Contact) -> None:
    """The same for all clients of a contact: its password or invitation changed."""
    touched = _touched.get()
    if touched is not None:
        touched.contacts.add(contact.id)
        return
    scope = scopes.current()
    clients = scope.of(Membership, Membership.client).where(Membership.contact == contact.id)
    _status().where(Client.id.in_(clients)).execute()
    _pending().where(Contact.id == contact.id).execute()


@contextmanager
def together() -> Iterator[None]:
    """Do what `refresh` and `refresh_of` do in the block once at its end, for all clients and contacts it touched.

    Within one transaction and scope; nothing in the block may rely on the kept status.
    """
    touched = _Touched()
    token = _touched.set(touched)
    try:
        yield
    finally:
        _touched.reset(token)
    _refresh_touched(touched)


def refresh_all(firm: Firm) -> None:
    """The same for all of the firm in two statements: its login type or the life of its links changed."""
    assert firm.id == scopes.current().firm_id
    _status().execute()
    _pending().execute()


def extend(client_id: int, *, daily: bool = False) -> None:
    """Let the client's portal links live on from now, those that ran out too; revoked ones never.

    `daily`: not again within a day, so that reading much writes little.
    """
    scope = scopes.current()
    links = _extended(scope.firm, clock.now()).where(Link.client == client_id)
    if daily:
        links = links.where(Link.extended_at <= clock.now() - A_DAY)
    if links.execute():
        refresh(client_id)


def extend_all(firm: Firm) -> None:
    """The same for the own portal links of all clients: their addresses were exported."""
    _extended(firm, clock.now()).where(Link.contact.is_null()).execute()
    refresh_all(firm)


def expiry(firm: Firm, since: datetime) -> datetime | None:
    """When a portal link that was last extended `since` ends; None: never."""
    return None if firm.link_days is None else since + timedelta(days=firm.link_days)


def document_expiry(firm: Firm, document: Document) -> datetime:
    """A link to one document outlives its business: 90 days from the last of its dates (TRUST, Secret links)."""
    days: list[date | None] = [document.issued_on, document.due_on, document.valid_until]
    last: date = max(day for day in days if day is not None)
    return end_of(last + timedelta(days=DOCUMENT_DAYS), firm.time_zone)


def follow_document(document: Document) -> None:
    """Let the links to one document end with its dates, which a new version may have moved."""
    scope = scopes.current()
    ends = document_expiry(scope.firm, document)
    changed = scope.update(Link, expires_at=ends).where(Link.document == document.id, Link.kind == DOCUMENT).execute()
    if changed:
        refresh(document.client_id)


def reindex(client: Client) -> None:
    """Put what the client is found by into the search index: after each change of the client and its contacts."""
    scope = scopes.current()
    # read anew: a stale old text would leave words in the index that nothing can take out again
    row = scope.by_id(Client, client.id)
    text = search_text(row, _people(row))
    if text == row.search_text:
        return
    search.put(row.firm_id, row.id, row.search_text, text)
    scope.change(row, search_text=text)


def reindex_of(contact: Contact) -> None:
    """The same for all clients of a contact."""
    scope = scopes.current()
    clients = scope.join(scope.of(Client), Membership, on=Membership.client == Client.id)
    for client in list(clients.where(Membership.contact == contact.id, Membership.ended_at.is_null())):
        reindex(client)


def search_text(client: Client, people: list[Contact]) -> str:
    """Name, number, city, e-mail, digits of the phone, names and e-mails of the contacts, in their normal form."""
    parts = [
        client.name,
        client.number,
        _joined_number(client.number),
        client.city,
        client.email,
        _dialled(client.phone),
    ]
    for person in people:
        parts += [person.name, person.email, _dialled(person.phone)]
    return searchable(" ".join(part for part in parts if part))


def _refresh_touched(touched: _Touched) -> None:
    scope = scopes.current()
    members = scope.of(Membership, Membership.client, Membership.contact)
    theirs = members.where(search.among(Membership.contact, list(touched.contacts)))
    there = members.where(search.among(Membership.client, list(touched.clients)))
    clients = touched.clients | {client_id for client_id, _contact in theirs.tuples()}
    contacts = touched.contacts | {contact_id for _client, contact_id in there.tuples()}
    if clients:
        _status().where(search.among(Client.id, list(clients))).execute()
    if contacts:
        _pending().where(search.among(Contact.id, list(contacts))).execute()


def _status() -> Any:
    scope = scopes.current()
    granted = scope.of(Membership, Membership.contact).where(
        Membership.client == Client.id, Membership.login, Membership.ended_at.is_null()
    )
    forever = Value(InstantField().db_value(FOREVER), converter=False)
    ends = fn.COALESCE(Link.expires_at, forever)
    until = scope.of(Link, fn.MAX(ends)).where(
        Link.client == Client.id, Link.revoked_at.is_null(), Link.contact.is_null() | Link.contact.in_(granted)
    )
    asked = scope.of(Contact, fn.MAX(Contact.invited_at)).where(Contact.id.in_(granted))
    secret_link = _login_type() == SECRET_LINK
    # a password that was set is good whatever the login type (DETAILS 3)
    by_password = scope.of(Contact, Contact.id).where(Contact.id.in_(granted), _has_password())
    open_house = Client.portal_access & Client.archived_at.is_null()
    return scope.update(
        Client,
        login_granted=open_house & fn.EXISTS(granted),
        reachable_until=Case(
            None, [(open_house & fn.EXISTS(by_password), forever), (open_house & secret_link, until)], None
        ),
        invited_at=asked,
    )


def _pending() -> Any:
    """Somewhere login is on and the person did not come in yet (T7); the test client's contact counts nowhere (T3)."""
    scope = scopes.current()
    came = _has_password() | ((_login_type() == SECRET_LINK) & Membership.activated_at.is_null(False))
    granted = scope.join(scope.of(Membership, Membership.id), Client, on=Membership.client == Client.id).where(
        Membership.contact == Contact.id, Membership.login, Membership.ended_at.is_null()
    )
    waited = granted.where(Client.portal_access, Client.archived_at.is_null(), ~Client.is_test, ~came)
    return scope.update(Contact, pending=fn.EXISTS(waited))


def _login_type() -> Any:
    return fn.COALESCE(Client.login_type, Value(scopes.current().firm.login_type))


def _has_password() -> Any:
    identities = scopes.current().of(Identity, Identity.id)
    return fn.EXISTS(identities.where(Identity.id == Contact.identity, Identity.password.is_null(False)))


def _extended(firm: Firm, now: datetime) -> Any:
    links = scopes.current().update(Link, extended_at=now, expires_at=expiry(firm, now))
    return links.where(Link.kind == PORTAL, Link.revoked_at.is_null())


def _people(client: Client) -> list[Contact]:
    scope = scopes.current()
    people = scope.join(scope.of(Contact), Membership, on=Membership.contact == Contact.id)
    return list(people.where(Membership.client == client.id, Membership.ended_at.is_null()).order_by(Membership.id))


def _joined_number(number: str) -> str:
    """`K-10 42` is also found as k1042."""
    joined = "".join(letter for letter in number if letter.isalnum())
    return joined if joined != number else ""


def _dialled(phone: str) -> str:
    """`+49 89 1234-5` as 498912345 and 08912345."""
    digits = "".join(letter for letter in phone if letter.isdecimal())
    abroad = digits.removeprefix("00") if digits.startswith("00") else digits if phone.lstrip().startswith("+") else ""
    return f"{digits} 0{abroad[2:]}" if abroad.startswith(_COUNTRY_CODES) else digits
