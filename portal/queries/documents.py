"""Reading documents: the list of staff and clients, and what stands on a document's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from peewee import Expression, fn

from portal.base import clock, einvoice, files
from portal.base.einvoice import EInvoice
from portal.base.errors import NotFound
from portal.base.refusal import Refused
from portal.base.text import searchable
from portal.models import search as index
from portal.models.client import Client
from portal.models.document import (
    ACCEPTED,
    AWAITING,
    CANCELLED,
    DECLINED,
    DRAFT,
    INVOICE,
    OFFER,
    PAID,
    PART_PAID,
    PUBLISHED,
    STATES,
    WITHDRAWN,
    Document,
    DocumentVersion,
    PagePicture,
    Payment,
    late,
)
from portal.models.link import Opening
from portal.models.outbox import OutboxMail
from portal.models.stored_file import StoredFile
from portal.policies.prepared import prepared
from portal.policies.scope import Scope
from portal.queries.page import Page, cursor, read_cursor

OPEN, EXPIRED, OVERDUE = "open", "expired", "overdue"
STATUSES = (
    DRAFT, OPEN, AWAITING, ACCEPTED, DECLINED, EXPIRED, PART_PAID, PAID, OVERDUE, PUBLISHED, WITHDRAWN, CANCELLED
)  # fmt: skip
_MAILS = 200
_WORDS = 5
_CLIENTS = 200


@dataclass(frozen=True)
class Row:
    """A document in a list, with whose it is."""

    document: Document
    client_uid: str
    client_name: str
    client_number: str


@dataclass(frozen=True)
class Seen:
    """How many sessions opened a document, and when last: *opened*, never "read" (DETAILS 4)."""

    times: int
    last: datetime


@dataclass(frozen=True)
class Shown:
    """A version with its file, its picture and that one's file."""

    version: DocumentVersion
    file: StoredFile
    picture: PagePicture | None


def page(
    scope: Scope,
    *,
    client: Client | None = None,
    kind: str | None = None,
    status: str | None = None,
    search: str = "",
    after: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> Page[Row]:
    """Documents, the newest first, walked by key. `status` is one of STATUSES; `search` is in number, title, client."""
    query = scope.of(Document, Document, Client.uid, Client.name, Client.number)
    query = scope.join(query, Client, Document.client == Client.id)
    conditions = [
        *([Document.client == client.id] if client is not None else ()),
        *([Document.kind == kind] if kind else ()),
        *([_has_status(status, clock.today(scope.firm.time_zone))] if status else ()),
        *(_holds_word(scope, word) for word in search.split()[:_WORDS]),
    ]
    return _walk(query.where(*conditions) if conditions else query, after, before, limit)


def current(scope: Scope, document: Document) -> Shown:
    """The version that counts. Raises NotFound."""
    return version(scope, document, document.version)


def version(scope: Scope, document: Document, number: int) -> Shown:
    """One version with its file and picture, in one statement. Raises NotFound."""
    found = _version.first(scope, document=document.id, number=number)
    if found is None:
        raise NotFound("DocumentVersion")
    return Shown(found, found.file, getattr(found, "pagepicture", None))


@prepared
def _version(scope: Scope, document: Any, number: Any) -> Any:
    query = scope.of(DocumentVersion, DocumentVersion, StoredFile, PagePicture)
    query = scope.join(query, StoredFile, DocumentVersion.file == StoredFile.id)
    query = scope.join(query, PagePicture, PagePicture.version == DocumentVersion.id, src=DocumentVersion, outer=True)
    return query.where(DocumentVersion.document == document, DocumentVersion.number == number)


def versions(scope: Scope, document: Document) -> list[DocumentVersion]:
    """All versions, the newest first."""
    query = scope.of(DocumentVersion).where(DocumentVersion.document == document.id)
    return list(query.order_by(DocumentVersion.number.desc()))


def picture_file(scope: Scope, picture: PagePicture) -> StoredFile:
    """The file of a page picture. Raises NotFound when the page could not be drawn."""
    return scope.by_id(StoredFile, picture.file_id)


def einvoice_of(file: StoredFile) -> EInvoice | None:
    """What an XML-only invoice says, for showing it as a page; None for a PDF, and for what cannot be read any more."""
    if file.media_type != "application/xml":
        return None
    try:
        return einvoice.read(files.path_of(file.path).read_bytes())
    except (Refused, OSError):
        return None


def by_number(scope: Scope, kind: str, number: str) -> Document | None:
    """The document of this kind with exactly this number."""
    found: Document | None = scope.first(scope.of(Document).where(Document.kind == kind, Document.number == number))
    return found


def payments(scope: Scope, document: Document) -> list[Payment]:
    """What was paid, in the order of the days."""
    return list(scope.of(Payment).where(Payment.document == document.id).order_by(Payment.paid_on, Payment.id))


def replacing(scope: Scope, document: Document) -> tuple[Document | None, Document | None]:
    """The document that this one replaces, and the newest that replaces this one."""
    client_documents = scope.of(Document).where(Document.client == document.client_id)
    before = None
    if document.replaces is not None:
        before = scope.first(client_documents.where(Document.id == document.replaces))
    after = scope.first(client_documents.where(Document.replaces == document.id).order_by(Document.id.desc()))
    return before, after


def seen(scope: Scope, documents: Sequence[Document]) -> dict[int, Seen]:
    """Which of these were opened, by document id; staff only."""
    ids = [document.id for document in documents]
    if not ids:
        return {}
    query = scope.of(Opening, Opening.document, fn.COUNT(Opening.id), fn.MAX(Opening.at))
    rows = list(query.where(Opening.document.in_(ids)).group_by(Opening.document).tuples())
    return {document_id: Seen(times, last) for document_id, times, last in rows}


def mails(scope: Scope, document: Document) -> list[OutboxMail]:
    """The mails that told of this document, the newest first; staff only."""
    query = scope.of(OutboxMail).where(
        OutboxMail.client_id == document.client_id, OutboxMail.kind.in_(("document", "digest"))
    )
    rows = list(query.order_by(OutboxMail.id.desc()).limit(_MAILS))
    return [mail for mail in rows if mail.subject.get("document") == document.id]


def _walk(query: Any, after: str | None, before: str | None, limit: int) -> Page[Row]:
    """One row more than asked tells whether there are more; backwards the order is turned round and back."""
    behind, ahead = read_cursor(after, str, int), read_cursor(before, str, int)
    backwards = ahead is not None and behind is None
    start = ahead if backwards else behind
    if start is not None:
        query = query.where(_beyond(start, backwards=backwards))
    order = (
        (Document.issued_on.asc(), Document.id.asc()) if backwards else (Document.issued_on.desc(), Document.id.desc())
    )
    found = list(query.order_by(*order).limit(limit + 1))
    rows = [_row(document) for document in found[:limit]]
    if backwards:
        rows.reverse()
    more_ahead = len(found) > limit if backwards else start is not None
    more_behind = start is not None if backwards else len(found) > limit
    return Page(
        rows,
        next=_key(rows[-1]) if rows and more_behind else None,
        previous=_key(rows[0]) if rows and more_ahead else None,
    )


def _beyond(start: tuple[Any, ...], *, backwards: bool) -> Expression:
    day, row_id = start
    if backwards:
        return (Document.issued_on >= day) & ((Document.issued_on > day) | (Document.id > row_id))
    return (Document.issued_on <= day) & ((Document.issued_on < day) | (Document.id < row_id))


def _row(document: Document) -> Row:
    client: Any = document.client
    return Row(document, client.uid, client.name, client.number)


def _key(row: Row) -> str:
    return cursor(row.document.issued_on.isoformat(), row.document.id)


def _has_status(status: str, today: date) -> Expression:
    undecided = (Document.state == PUBLISHED) & Document.outcome.is_null()
    run_out = (Document.kind == OFFER) & (Document.valid_until < today)
    if status in STATES and status != PUBLISHED:
        return Document.state == status
    if status == PUBLISHED:
        return undecided & Document.kind.not_in((OFFER, INVOICE))
    if status == EXPIRED:
        return undecided & run_out
    if status == OPEN:
        still = (Document.kind == INVOICE) | Document.valid_until.is_null() | (Document.valid_until >= today)
        return undecided & Document.kind.in_((OFFER, INVOICE)) & still
    if status == OVERDUE:
        owed = Document.outcome.is_null() | (Document.outcome == PART_PAID)
        return (Document.state == PUBLISHED) & owed & (Document.kind == INVOICE) & late(today)
    return (Document.state == PUBLISHED) & (Document.outcome == status)


def _holds_word(scope: Scope, word: str) -> Expression:
    """In the number, the title, or whatever finds the client."""
    found = Document.number_key.contains(searchable(word))
    for spelling in _spellings(word):
        found |= Document.title.contains(spelling)
    return found if scope.client_id is not None else found | _of_client_found(scope, word)


def _spellings(word: str) -> list[str]:
    """The database folds the case of A to Z only, so words with umlauts are tried in both."""
    return [word] if word.isascii() else sorted({word, word.lower(), word.upper(), word.capitalize()})


def _of_client_found(scope: Scope, word: str) -> Expression:
    """By the index of clients; a word that finds too many of them is looked for in their names while walking."""
    plain = searchable(word)
    if scope.firm_id is None or len(plain) < index.SHORTEST:
        return Client.name_key.startswith(plain)
    ids = index.find(scope.firm_id, [plain], _CLIENTS + 1)
    return Document.client.in_(ids) if len(ids) <= _CLIENTS else Client.name_key.contains(plain)
