"""Rows of invented clients as the operations would have left them, as the database keeps them."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from portal.base.einvoice import Line
from portal.base.text import email_key, searchable
from portal.demo import names
from portal.demo.crowd import Deal, Invented, Member
from portal.models import bulk, search
from portal.models.client import Client
from portal.models.contact import EACH, Contact, Membership
from portal.models.document import INVOICE, OFFER, PAID, PUBLISHED, Document, DocumentVersion, Payment
from portal.models.firm import Firm
from portal.models.link import PORTAL, Link
from portal.models.record import InstantField, canonical
from portal.operations import access
from portal.operations import lines as document_lines
from portal.operations.documents import fields_hash

_PREFIXES = {OFFER: "AN", INVOICE: "RE"}
_DUE, _VALID = 14, 30
_UID_LETTERS = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789abcdefghjkmnpqrstvwxyz")
_MICROSECONDS = InstantField()
_TABLES: dict[type[Any], list[str]] = {
    model: bulk.columns_of(model) for model in (Client, Contact, Membership, Link, Document, DocumentVersion, Payment)
}


@dataclass(frozen=True)
class Stored:
    """A file that many versions share."""

    id: int
    sha256: str
    pages: int


@dataclass(frozen=True)
class _Day:
    """So many days ago, as the tables keep it: the instant, the date, what is due or ends from there on."""

    at: int
    issued: date
    issued_on: str
    due_on: str
    valid_until: str
    link_ends: int | None


@dataclass(frozen=True)
class _Work:
    """A document's content that does not depend on its day: amounts in cents, lines as they are kept."""

    title: str
    net: int | None
    tax: int | None
    total: int | None
    lines: list[dict[str, Any]]
    lines_kept: str


@dataclass
class Known:
    """What all batches of a firm share: its files, ids of links that are taken, and what was computed before."""

    firm: Firm
    shelf: dict[str, Stored]
    links: set[int]
    now: datetime
    days: dict[int, _Day] = field(default_factory=dict)
    works: dict[tuple[str, int], _Work] = field(default_factory=dict)
    hashes: dict[tuple[str, int, int], str] = field(default_factory=dict)

    def day(self, ago: int) -> _Day:
        if ago not in self.days:
            self.days[ago] = self._day(ago)
        return self.days[ago]

    def work(self, deal: Deal) -> _Work:
        key = (deal.kind, deal.work)
        if key not in self.works:
            self.works[key] = _work(*key)
        return self.works[key]

    def hash(self, deal: Deal) -> str:
        """SHA-256 of the fields; the same content on the same day has the same."""
        key = (deal.kind, deal.work, deal.days)
        if key not in self.hashes:
            self.hashes[key] = fields_hash(_said(deal, self.work(deal), self.day(deal.days).issued), "")
        return self.hashes[key]

    def _day(self, ago: int) -> _Day:
        moment = self.now - timedelta(days=ago)
        issued = moment.astimezone(ZoneInfo(self.firm.time_zone)).date()
        due, valid = issued + timedelta(days=_DUE), issued + timedelta(days=_VALID)
        ends = access.expiry(self.firm, moment)
        return _Day(
            at=_instant(moment),
            issued=issued,
            issued_on=issued.isoformat(),
            due_on=due.isoformat(),
            valid_until=valid.isoformat(),
            link_ends=None if ends is None else _instant(ends),
        )


class Rows:
    """The rows of a batch, table by table, with ids given in advance: the transaction that asks for them is open."""

    def __init__(self, known: Known, draw: random.Random) -> None:
        self._known, self._draw, self._firm_id = known, draw, known.firm.id
        self._uids = _uids(draw)
        self._rows: dict[type[Any], list[tuple[Any, ...]]] = {model: [] for model in _TABLES}
        # ids of links are random
        self._ids = {model: bulk.next_id(model) for model in _TABLES if model is not Link}
        self._texts: list[tuple[int, str]] = []

    def add(self, invented: Invented, place: int) -> None:
        """Everything of one client; `place` counts the clients of the firm and makes the numbers of documents."""
        client_id = self._next(Client)
        created = self._known.day(invented.days).at
        # publishing extends the link
        extended = self._known.day(min([invented.days, *(deal.days for deal in invented.deals)]))
        seen = None if invented.seen is None else self._known.day(invented.seen).at
        text = access.search_text(cast(Any, invented), cast(Any, invented.people))
        self._add_client(client_id, invented, created, extended, seen, text)
        self._add_link(client_id, created, extended, seen)
        for each, member in enumerate(invented.people):
            came = seen if each == 0 else None
            waited = came is None and invented.access and not invented.archived
            self._add_person(client_id, member, created, primary=each == 0, came=came, waited=waited)
        for each, deal in enumerate(invented.deals, 1):
            self._add_document(client_id, deal, place * len(invented.deals) + each)
        self._texts.append((client_id, text))

    def write(self) -> None:
        """Table by table, so that each reference finds its row."""
        for model, columns in _TABLES.items():
            bulk.insert(model, columns, self._rows[model])
        search.put_all(self._firm_id, self._texts)

    def _add_client(
        self, row_id: int, invented: Invented, created: int, extended: _Day, seen: int | None, text: str
    ) -> None:  # fmt: skip
        is_open = invented.access and not invented.archived
        archived_at = self._known.day(0).at if invented.archived else None
        self._rows[Client].append((
            row_id, self._firm_id, next(self._uids), invented.number, _plain(invented.number), invented.name,
            _plain(invented.name), invented.kind, invented.vat_id, invented.email, invented.phone, None,
            invented.street, "", invented.postcode, invented.city, "DE", 0, int(invented.access), None, 0,
            created, archived_at, int(is_open), extended.link_ends if is_open else None, None, seen, text,
        ))  # fmt: skip

    def _add_link(self, client_id: int, created: int, extended: _Day, seen: int | None) -> None:
        row_id = self._draw.getrandbits(30)
        while row_id in self._known.links:
            row_id = self._draw.getrandbits(30)
        self._known.links.add(row_id)
        self._rows[Link].append((
            row_id, self._firm_id, next(self._uids), self._draw.randbytes(16), client_id, None, None, PORTAL,
            created, extended.at, extended.link_ends, seen, None, None, None,
        ))  # fmt: skip

    def _add_person(
        self, client_id: int, member: Member, created: int, *, primary: bool, came: int | None, waited: bool
    ) -> None:  # fmt: skip
        contact_id = self._next(Contact)
        self._rows[Contact].append((
            contact_id, self._firm_id, next(self._uids), member.salutation, "", member.first_name, member.last_name,
            member.role, member.email, email_key(member.email) or None, None, member.phone, None, created, None, None,
            int(waited), None, None, None,
        ))  # fmt: skip
        self._rows[Membership].append((
            self._next(Membership), self._firm_id, next(self._uids), client_id, contact_id, 1, 1, 0, int(primary), 1,
            1, None, 1, 1, 0, EACH, created, came, came, None,
        ))  # fmt: skip

    def _add_document(self, client_id: int, deal: Deal, number: int) -> None:
        row_id, work, day = self._next(Document), self._known.work(deal), self._known.day(deal.days)
        due_on = day.due_on if deal.kind == INVOICE else None
        valid_until = day.valid_until if deal.kind == OFFER else None
        named = f"{_PREFIXES.get(deal.kind, 'SB')}-{number:07d}"
        self._rows[Document].append((
            row_id, self._firm_id, next(self._uids), client_id, deal.kind, named, _plain(named), PUBLISHED,
            PAID if deal.paid else None, 1, work.title, day.issued_on, due_on, valid_until, "EUR", work.total,
            work.total if deal.paid else 0, None, day.at, day.at, day.at if deal.paid else None,
        ))  # fmt: skip
        stored = self._known.shelf[deal.kind]
        self._rows[DocumentVersion].append((
            self._next(DocumentVersion), self._firm_id, row_id, client_id, 1, stored.id, work.title, "", "",
            work.lines_kept, day.issued_on, due_on, valid_until, "EUR", work.net, work.tax, work.total, work.total,
            stored.pages, "", "[]", stored.sha256, self._known.hash(deal), day.at,
        ))  # fmt: skip
        if deal.paid:
            self._rows[Payment].append((
                self._next(Payment), self._firm_id, next(self._uids), client_id, row_id, work.total, "EUR",
                day.issued_on, f"Kontoauszug, {named}", day.at,
            ))  # fmt: skip

    def _next(self, model: type[Any]) -> int:
        row_id = self._ids[model]
        self._ids[model] = row_id + 1
        return row_id


@dataclass(frozen=True)
class _Said:
    """What `fields_hash` reads of a version."""

    title: str
    lines: list[dict[str, Any]]
    issued_on: date
    due_on: date | None
    valid_until: date | None
    net: int | None
    tax: int | None
    total: int | None
    currency: str = "EUR"

    @property
    def payable(self) -> int | None:
        return self.total


def _said(deal: Deal, work: _Work, issued: date) -> _Said:
    return _Said(
        work.title,
        work.lines,
        issued,
        issued + timedelta(days=_DUE) if deal.kind == INVOICE else None,
        issued + timedelta(days=_VALID) if deal.kind == OFFER else None,
        work.net,
        work.tax,
        work.total,
    )


def _work(kind: str, place: int) -> _Work:
    title, net = names.WORKS[place]
    if kind not in _PREFIXES:
        return _Work(title, None, None, None, [], "[]")
    tax, labour = round(net * 0.19), net * 2 // 5
    parts = ((title, "Material", net - labour), ("Arbeitszeit", "", labour))
    lines = document_lines.stored(Line(text, detail, "1", "LS", cents, 0) for text, detail, cents in parts)
    return _Work(title, net, tax, net + tax, lines, canonical(lines))


def _plain(text: str) -> str:
    """As `searchable`, the short way where no letter needs the long one."""
    return " ".join(text.lower().split()) if text.isascii() else searchable(text)


def _instant(moment: datetime) -> int:
    kept = _MICROSECONDS.db_value(moment)
    assert kept is not None
    return kept


def _uids(draw: random.Random) -> Iterator[str]:
    """Public ids as `text.uid` makes them, of this sequence."""
    while True:
        many = base64.b32encode(draw.randbytes(10_000)).translate(_UID_LETTERS).decode()
        yield from (many[start : start + 16] for start in range(0, len(many), 16))
