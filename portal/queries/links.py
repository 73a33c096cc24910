"""Secret links for pages, files and the API: their addresses, and what became of them (DETAILS 3, 4)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from peewee import fn

from portal.base import tokens
from portal.models.audit_entry import AuditEntry
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.document import Document
from portal.models.firm import SECRET_LINK, Firm
from portal.models.link import PORTAL, Link, LinkFetch, Opening
from portal.models.sign_in import SignIn
from portal.policies.scope import Scope
from portal.queries import firms

CSV_HEAD = "\ufeffclient_number,name,portal_url\r\n"
_BATCH = 1000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class LinkRow:
    """A link with its figures. *Fetched* counts machines too, *opened* pages asked for, *confirmed* acts of a person.

    `opens`: it would open now. `membership_uid` is empty for a link of nobody and for a contact that left.
    `confirmed` of a contact's links is counted for the contact: the log names the person, not the link.
    """

    link: Link
    contact_name: str
    membership_uid: str
    document_number: str
    opens: bool
    fetched: int
    opened: int
    opened_at: datetime | None
    confirmed: int


@dataclass(frozen=True)
class ExportRow:
    """A line of the mail-merge file; `portal_url` is empty where there is none."""

    client_number: str
    name: str
    portal_url: str


def address(base_url: str, link: Link) -> str:
    """The secret address. Only pages and mails that are meant to carry it may ask for it (DETAILS 9)."""
    return f"{base_url}/l/{token(link)}"


def token(link: Link) -> str:
    """The token of a link, derived from its row."""
    return tokens.issue("link", link.id, link.nonce)


def qr_payload(base_url: str, link: Link) -> str:
    """The address in capitals: alphanumeric mode makes a smaller code (TRUST, Secret links)."""
    return address(base_url, link).upper()


def portal_link(scope: Scope, client: Client) -> Link | None:
    """The client's own portal link, expired or not; None when it was revoked without successor."""
    links = scope.of(Link).where(
        Link.client == client.id, Link.contact.is_null(), Link.kind == PORTAL, Link.revoked_at.is_null()
    )
    found: Link | None = scope.first(links.order_by(Link.created_at.desc()))
    return found


def portal_url(base_url: str, scope: Scope, client: Client, firm: Firm) -> str | None:
    """What invoicing software prints: the own portal link, or the sign-in address with login type *password*.

    None when access is off, the client is archived or the link was revoked without successor (DETAILS 3).
    """
    return url_of(base_url, client, firm, portal_link(scope, client))


def url_of(base_url: str, client: Client, firm: Firm, link: Link | None, *, door: str = "") -> str | None:
    """As `portal_url`, of a client whose own link was read already. `door`: the firm's sign-in path, where known."""
    if client.is_archived or not client.portal_access:
        return None
    if client.signs_in_by(firm) != SECRET_LINK:
        return base_url + (door or firms.sign_in_path(firm))
    return None if link is None else address(base_url, link)


def own_links(scope: Scope, clients: list[Client]) -> dict[int, Link]:
    """The own portal links of several clients, by the id of the client; revoked ones are not among them."""
    if not clients:
        return {}
    ids = [client.id for client in clients]
    query = scope.of(Link).where(
        Link.client.in_(ids), Link.contact.is_null(), Link.kind == PORTAL, Link.revoked_at.is_null()
    )
    return {link.client_id: link for link in query.order_by(Link.created_at)}


def newest_of(scope: Scope, membership: Membership) -> Link | None:
    """The newest standing portal link of a contact at a client, expired or not."""
    links = scope.of(Link).where(
        Link.client == membership.client_id,
        Link.contact == membership.contact_id,
        Link.kind == PORTAL,
        Link.revoked_at.is_null(),
    )
    found: Link | None = scope.first(links.order_by(Link.created_at.desc()))
    return found


def of_client(scope: Scope, client: Client, firm: Firm, now: datetime) -> list[LinkRow]:
    """All links of a client that were not revoked: its own first, then by contact, newest first."""
    living = (Membership.client == Link.client) & (Membership.contact == Link.contact) & Membership.ended_at.is_null()
    columns = (Contact, Membership.id, Membership.uid, Membership.login, Document.id, Document.number)
    query = scope.of(Link, Link, *columns)
    query = scope.join(query, Contact, Link.contact == Contact.id, outer=True)
    query = scope.join(query, Membership, living, src=Link, outer=True)
    query = scope.join(query, Document, Link.document == Document.id, src=Link, outer=True)
    query = query.where(Link.client == client.id, Link.revoked_at.is_null())
    rows = list(query.order_by(Link.contact, Link.created_at.desc()))
    figures = _figures(scope, client)
    return [_row(row, client, firm, figures, now) for row in rows]


def export_rows(base_url: str, scope: Scope, firm: Firm) -> Iterator[ExportRow]:
    """All clients that are not archived with their portal address, by number, read in batches by key."""
    after: str | None = ""
    while after is not None:
        rows, after = export_batch(base_url, scope, firm, after)
        yield from rows


def export_batch(base_url: str, scope: Scope, firm: Firm, after: str) -> tuple[list[ExportRow], str | None]:
    """One batch of the export and the key of the next one; None: that was all."""
    query = scope.of(Client).where(Client.archived_at.is_null(), Client.number_key > after)
    batch = list(query.order_by(Client.number_key).limit(_BATCH))
    links, door = own_links(scope, batch), firms.sign_in_path(firm)
    rows = [
        ExportRow(client.number, client.name, url_of(base_url, client, firm, links.get(client.id), door=door) or "")
        for client in batch
    ]
    return rows, batch[-1].number_key if len(batch) == _BATCH else None


def csv_lines(rows: Iterable[ExportRow]) -> str:
    """Lines of the mail-merge file (B7). Cells that a spreadsheet would run as a formula get an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([_plain(cell) for cell in (row.client_number, row.name, row.portal_url)])
    return buffer.getvalue()


def export_count(scope: Scope) -> int:
    """How many lines the export has: a count over the index of the list."""
    return int(scope.of(Client, Client.id).where(Client.archived_at.is_null()).count())


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


@dataclass(frozen=True)
class _Figures:
    fetched: dict[int, int]
    opened: dict[int, tuple[int, datetime]]
    confirmed: dict[str, int]


def _figures(scope: Scope, client: Client) -> _Figures:
    fetched = scope.of(LinkFetch, LinkFetch.link, fn.SUM(LinkFetch.count))
    fetched = scope.join(fetched, Link, LinkFetch.link == Link.id).where(Link.client == client.id)
    opened = scope.of(Opening, SignIn.link_id, fn.COUNT(Opening.id), fn.MAX(Opening.at))
    opened = scope.join(opened, SignIn, Opening.sign_in == SignIn.id).where(Opening.client == client.id)
    acts = scope.of(AuditEntry, AuditEntry.actor, fn.COUNT(AuditEntry.id)).where(
        AuditEntry.client_id == client.id,
        AuditEntry.actor.startswith("link:") | AuditEntry.actor.startswith("contact:"),
    )
    return _Figures(
        {row[0]: row[1] for row in fetched.group_by(LinkFetch.link).tuples()},
        {row[0]: (row[1], row[2]) for row in opened.group_by(SignIn.link_id).tuples()},
        {row[0]: row[1] for row in acts.group_by(AuditEntry.actor).tuples()},
    )


def _row(link: Link, client: Client, firm: Firm, figures: _Figures, now: datetime) -> LinkRow:
    contact: Contact | None = link.contact if isinstance(link.contact, Contact) else None
    found = getattr(link, "membership", None)
    membership: Membership | None = found if found is not None and found.id is not None else None
    document: Document | None = link.document if isinstance(link.document, Document) else None
    opened = figures.opened.get(link.id)
    who = f"link:{link.uid}" if contact is None else f"contact:{contact.uid}"
    return LinkRow(
        link=link,
        contact_name=contact.name if contact is not None else "",
        membership_uid=membership.uid if membership is not None else "",
        document_number=document.number if document is not None else "",
        opens=_opens(link, client, firm, membership, now),
        fetched=figures.fetched.get(link.id, 0),
        opened=opened[0] if opened else 0,
        opened_at=opened[1] if opened else None,
        confirmed=figures.confirmed.get(who, 0),
    )


def _opens(link: Link, client: Client, firm: Firm, membership: Membership | None, now: datetime) -> bool:
    return (
        link.is_live(now)
        and not client.is_archived
        and client.portal_access
        and client.signs_in_by(firm) == SECRET_LINK
        and (link.contact_id is None or (membership is not None and membership.login))
    )
