"""Documents: made, published, corrected by new versions, withdrawn, cancelled (B4, DETAILS 6).

Nothing of a published version ever changes. Each step is one conditional UPDATE: who comes second gets Conflict.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Required, TypedDict, Unpack

from portal.base import clock, files, filetypes, language, money, placeholders, text
from portal.base.einvoice import Line
from portal.base.errors import Conflict, Invalid
from portal.base.files import Received
from portal.models.client import Client
from portal.models.document import (
    CANCELLED,
    CREDIT_NOTE,
    DRAFT,
    INVOICE,
    KINDS,
    OFFER,
    PUBLISHED,
    WITHDRAWN,
    Document,
    DocumentVersion,
    PagePicture,
)
from portal.models.link import Link
from portal.models.record import canonical
from portal.models.stored_file import StoredFile
from portal.operations import access, audit, news, recipients
from portal.operations import lines as document_lines
from portal.operations.operation import operation
from portal.operations.payments import outcome_of
from portal.operations.reading import NOT_AN_INVOICE, Reading, match_client, read_upload
from portal.operations.recipients import Recipient
from portal.policies import scope as scopes
from portal.policies.actors import Actor, StaffActor
from portal.policies.permissions import Permission
from portal.policies.scope import Scope

__all__ = [
    "Fields", "Made", "Reading", "add_version", "cancel", "create", "delete_draft", "match_client", "publish",
    "read_upload", "withdraw",
]  # fmt: skip

NUMBER_LETTERS, TITLE_LETTERS, NOTE_LETTERS = 64, 200, 5_000
MAIL_WAITS = timedelta(minutes=2)
_WITH_AMOUNT = (INVOICE, CREDIT_NOTE)
# these stay in the note: what they stand for depends on who reads (DETAILS 8)
_ADDRESSES = ("Client.customerportal_url", "Document.url")


class Fields(TypedDict, total=False):
    """What belongs to a version. Amounts in signed cents, None when unknown; `warnings` are codes of `reading`."""

    title: Required[str]
    issued_on: Required[date | None]
    due_on: date | None
    valid_until: date | None
    currency: str
    net: int | None
    tax: int | None
    total: int | None
    payable: int | None
    note: str
    lines: Sequence[Line]
    syntax: str
    warnings: Sequence[str]
    pages: int | None


@dataclass(frozen=True)
class Made:
    """`created` is False when it was there already. `recipients`: who was told of it and who was not, and why."""

    document: Document
    created: bool
    recipients: tuple[Recipient, ...] = ()


@operation(allow=Permission.CLIENT_WORK)
def create(
    actor: Actor,
    client: Client,
    *,
    file: Received,
    filename: str,
    kind: str,
    number: str,
    publish: bool = False,
    replaces: Document | None = None,
    **fields: Unpack[Fields],
) -> Made:
    """Make a document from a file that `read_upload` took, as a draft or published at once.

    The same number of this kind with the same bytes answers the document that is there. Raises Invalid, and
    Conflict: `number` (other bytes; `existing` is its uid) or `archived`.
    """
    number, content = _checked_all(number, kind, fields)
    scope = scopes.current()
    existing = _by_number(scope, kind, number)
    if existing is not None:
        return _made_before(actor, existing, client, file, publish=publish)
    if client.is_archived:
        raise Conflict("archived")
    document = _add(scope, client, kind, number, content, _replaced(client, kind, replaces))
    _add_version(scope, document, content, file, filename)
    audit.record(actor, "document.created", document, facts=_facts(document), personal={"title": document.title})
    told = _publish(actor, document, client) if publish else ()
    return Made(document, True, told)


@operation(allow=Permission.CLIENT_WORK)
def add_version(actor: Actor, document: Document, *, file: Received, filename: str, **fields: Unpack[Fields]) -> Made:
    """Correct a published document: the new version counts, the old ones stay. The client is told.

    The same file with the same fields as now changes nothing. Raises Invalid, and Conflict when the document is not
    published, or an offer that was decided or waits for confirmation.
    """
    scope = scopes.current()
    document = scope.by_id(Document, document.id)
    content = _checked(document.kind, fields)
    current = _current(scope, document)
    if current.sha256 == file.sha256 and _unfilled_hash(current) == content.sha256:
        audit.noticed()
        return Made(document, False)
    _demand(document, document.state == PUBLISHED and not _is_decided(document))
    client = scope.by_id(Client, document.client_id)
    _move_to(scope, document, content)
    version = _add_version(scope, document, content, file, filename)
    _fill_note(actor, scope, document, version, client)
    access.follow_document(document)
    access.extend(client.id)
    audit.record(actor, "document.version_added", document, facts=_facts(document), personal={"title": document.title})
    return Made(document, True, _tell(scope, document, client))


@operation(allow=Permission.CLIENT_WORK)
def publish(actor: Actor, document: Document) -> Made:
    """Give a draft to its client: from here on nobody changes it. Tells the contacts; extends the client's links."""
    scope = scopes.current()
    client = scope.by_id(Client, document.client_id)
    return Made(document, True, _publish(actor, document, client))


@operation(allow=Permission.CLIENT_WORK)
def withdraw(actor: Actor, document: Document) -> Document:
    """Take a published document back: the client sees that it was withdrawn, no file any more.

    Raises Conflict when it is not published, an offer that was decided or waits, or something was paid for it.
    """
    undecided = (Document.outcome.is_null(),) if document.kind == OFFER else (Document.paid == 0,)
    _close(document, WITHDRAWN, *undecided)
    audit.record(actor, "document.withdrawn", document, facts=_facts(document))
    return document


@operation(allow=Permission.CLIENT_WORK)
def cancel(actor: Actor, document: Document) -> Document:
    """Mark a published document as cancelled: it stays readable, its payments and decisions stay. Raises Conflict."""
    _close(document, CANCELLED)
    audit.record(actor, "document.cancelled", document, facts=_facts(document))
    return document


def delete_draft(actor: Actor, document: Document) -> None:
    """Delete a draft with its file: the only thing that is ever deleted. Raises Conflict once it was published."""
    for path in _delete(actor, document):
        files.remove(path)


def _made_before(actor: Actor, existing: Document, client: Client, file: Received, *, publish: bool) -> Made:
    scope = scopes.current()
    same_file = scope.of(DocumentVersion, DocumentVersion.id).where(
        DocumentVersion.document == existing.id, DocumentVersion.sha256 == file.sha256
    )
    if existing.client_id != client.id or not scope.holds(same_file):
        raise Conflict("number", existing=existing.uid)
    audit.noticed()
    told = _publish(actor, existing, client) if publish and existing.state == DRAFT else ()
    return Made(existing, False, told)


def _by_number(scope: Scope, kind: str, number: str) -> Document | None:
    found: Document | None = scope.first(scope.of(Document).where(Document.kind == kind, Document.number == number))
    return found


def _replaced(client: Client, kind: str, replaces: Document | None) -> int | None:
    if replaces is None:
        return None
    if replaces.client_id != client.id or replaces.kind != kind:
        raise Invalid(replaces="bad")
    return replaces.id


@dataclass(frozen=True)
class _Content:
    """The fields of a version, checked."""

    title: str
    note: str
    lines: list[dict[str, Any]]
    issued_on: date
    due_on: date | None
    valid_until: date | None
    currency: str
    net: int | None
    tax: int | None
    total: int | None
    payable: int | None
    pages: int | None
    syntax: str
    warnings: list[str]

    @property
    def listed(self) -> dict[str, Any]:
        """What the document repeats of its current version, for lists."""
        names = ("title", "issued_on", "due_on", "valid_until", "currency", "payable")
        return {name: getattr(self, name) for name in names}

    @property
    def sha256(self) -> str:
        return fields_hash(self, self.note)


def fields_hash(content: Any, note: str) -> str:
    """SHA-256 over what a version says, as canonical JSON (DETAILS 6); `note` as the client reads it."""
    days = {name: getattr(content, name) for name in ("issued_on", "due_on", "valid_until")}
    said = {
        "title": content.title,
        "note": note,
        "lines": content.lines,
        "currency": content.currency,
        **{name: getattr(content, name) for name in ("net", "tax", "total", "payable")},
        **{name: day.isoformat() if day else None for name, day in days.items()},
    }
    return hashlib.sha256(canonical(said).encode()).hexdigest()


def _unfilled_hash(version: DocumentVersion) -> str:
    return fields_hash(version, version.note)


def _checked_all(number: str, kind: str, fields: Fields) -> tuple[str, _Content]:
    """Number and content; what is wrong with either is said at once."""
    errors: dict[str, list[str]] = {}
    plain, content = "", None
    try:
        plain = _checked_number(number)
    except Invalid as error:
        errors |= error.errors
    try:
        content = _checked(kind, fields)
    except Invalid as error:
        errors |= error.errors
    if errors or content is None:
        raise Invalid(**errors)
    return plain, content


def _checked_number(number: str) -> str:
    number = text.one_line(number)
    if not number:
        raise Invalid(number="missing")
    if len(number) > NUMBER_LETTERS or not number.isprintable():
        raise Invalid(number="too_long")
    return number


def _checked(kind: str, fields: Fields) -> _Content:
    errors: dict[str, str] = {}
    warnings = list(fields.get("warnings", ()))
    if kind not in KINDS:
        errors["kind"] = "bad" if kind else "missing"
    elif kind in _WITH_AMOUNT and NOT_AN_INVOICE in warnings:
        errors["kind"] = "order"
    title, note = text.one_line(fields["title"]), text.many_lines(fields.get("note", ""))
    if not title:
        errors["title"] = "missing"
    errors |= {
        name: "too_long"
        for name, value, most in (("title", title, TITLE_LETTERS), ("note", note, NOTE_LETTERS))
        if len(value) > most
    }
    issued_on = fields["issued_on"]
    if issued_on is None:
        errors["issued_on"] = "missing"
    currency = fields.get("currency") or "EUR"
    if not money.is_currency(currency):
        errors["currency"] = "bad"
    amounts = _amounts(kind, fields, errors)
    if errors or issued_on is None:
        raise Invalid(**errors)
    return _Content(
        title=title,
        note=note,
        lines=document_lines.stored(fields.get("lines", ())),
        issued_on=issued_on,
        due_on=fields.get("due_on"),
        valid_until=fields.get("valid_until"),
        currency=currency,
        **amounts,
        pages=fields.get("pages"),
        syntax=fields.get("syntax", ""),
        warnings=warnings,
    )


def _amounts(kind: str, fields: Fields, errors: dict[str, str]) -> dict[str, int | None]:
    net, tax, total = fields.get("net"), fields.get("tax"), fields.get("total")
    if total is None and net is not None and tax is not None:
        total = net + tax
    payable = fields.get("payable")
    found = {"net": net, "tax": tax, "total": total, "payable": total if payable is None else payable}
    errors |= {name: "amount" for name, value in found.items() if value is not None and abs(value) > money.LARGEST}
    if found["payable"] is None and kind in _WITH_AMOUNT:
        errors["total"] = "missing"
    return found


def _add(scope: Scope, client: Client, kind: str, number: str, content: _Content, replaces: int | None) -> Document:
    return scope.add(
        Document,
        client=client.id,
        kind=kind,
        number=number,
        number_key=text.searchable(number),
        replaces=replaces,
        created_at=clock.now(),
        **content.listed,
    )


def _add_version(scope: Scope, document: Document, content: _Content, file: Received, filename: str) -> DocumentVersion:
    stored = _keep(scope, file, filename)
    return scope.add(
        DocumentVersion,
        document=document.id,
        client=document.client_id,
        number=document.version,
        file=stored.id,
        **{name: getattr(content, name) for name in content.__dataclass_fields__},
        sha256=stored.sha256,
        fields_sha256=content.sha256,
        created_at=clock.now(),
    )


def _keep(scope: Scope, file: Received, filename: str) -> StoredFile:
    """The bytes are safe on the disk before a row names them (TRUST, Files)."""
    name = filetypes.safe_name(filename)
    extension = name.lower().rpartition(".")[2]
    if extension not in filetypes.DOCUMENTS:
        raise Invalid(file="not_allowed")
    return scope.add(
        StoredFile,
        path=files.keep(file),
        name=name,
        media_type=filetypes.MEDIA_TYPES[extension].mime,
        size=file.size,
        sha256=file.sha256,
        created_at=clock.now(),
    )


def _move_to(scope: Scope, document: Document, content: _Content) -> None:
    outcome = outcome_of(document.kind, content.payable, document.paid)
    expected = (Document.outcome.is_null(),) if document.kind == OFFER else (Document.paid == document.paid,)
    scope.change(
        document,
        Document.state == PUBLISHED,
        Document.version == document.version,
        *expected,
        version=document.version + 1,
        outcome=outcome,
        closed_at=document.closed_at if outcome == document.outcome else None,
        **content.listed,
    )


def _publish(actor: Actor, document: Document, client: Client) -> tuple[Recipient, ...]:
    scope = scopes.current()
    if client.is_archived:
        raise Conflict("archived")
    scope.change(
        document,
        Document.state == DRAFT,
        state=PUBLISHED,
        published_at=clock.now(),
        outcome=outcome_of(document.kind, document.payable, document.paid),
    )
    _fill_note(actor, scope, document, _current(scope, document), client)
    access.extend(client.id)
    audit.record(actor, "document.published", document, facts=_facts(document), personal={"title": document.title})
    return _tell(scope, document, client)


def _fill_note(actor: Actor, scope: Scope, document: Document, version: DocumentVersion, client: Client) -> None:
    """Placeholders get their values for good, and the hash is of the note as the client reads it."""
    filled = placeholders.fill(version.note, _values(actor, scope, document, version, client)) if version.note else ""
    scope.change(version, note_filled=filled, fields_sha256=fields_hash(version, filled))


def _values(actor: Actor, scope: Scope, document: Document, version: DocumentVersion, client: Client) -> dict[str, str]:
    firm = scope.firm
    spoken = language.known(client.language, firm.language)
    primary = next((r.contact.name for r in recipients.of_client(scope, client) if r.membership.primary), "")
    amount = version.payable if version.total is None else version.total
    return {
        "Client.name": client.name,
        "Client.number": client.number,
        "Client.contact_name": primary,
        "Document.number": document.number,
        "Document.title": version.title,
        "Document.date": language.long_date(version.issued_on, spoken),
        "Document.due_date": language.long_date(version.due_on, spoken) if version.due_on else "",
        "Document.valid_until": language.long_date(version.valid_until, spoken) if version.valid_until else "",
        "Document.total": "" if amount is None else language.money(amount, version.currency, spoken),
        "Firm.name": firm.name,
        "Firm.phone": firm.phone,
        "Firm.email": firm.email,
        "Staff.name": actor.name if isinstance(actor, StaffActor) else firm.name,
    }


def _tell(scope: Scope, document: Document, client: Client) -> tuple[Recipient, ...]:
    """Queue the mail for everybody who gets one; several documents at a time become one mail (DETAILS 10)."""
    found = recipients.of_client(scope, client)
    for recipient in found:
        if recipient.is_told:
            key = f"{document.id}:{document.version}"
            news.tell(recipient, client, "document", {"document": document.id}, key=key, wait=MAIL_WAITS)
    return tuple(found)


def _close(document: Document, state: str, *expected: Any) -> None:
    scope = scopes.current()
    try:
        scope.change(document, Document.state == PUBLISHED, *expected, state=state, closed_at=clock.now())
    except Conflict:
        raise Conflict(_present(scope.by_id(Document, document.id))) from None


@operation(allow=Permission.CLIENT_WORK)
def _delete(actor: Actor, document: Document) -> list[str]:
    """The rows; answers the names of files that no row needs any more."""
    scope = scopes.current()
    document = scope.by_id(Document, document.id)
    _demand(document, document.state == DRAFT)
    if scope.holds(scope.of(Link, Link.id).where(Link.document == document.id)):
        raise Conflict("has_links")
    audit.record(actor, "document.deleted", document, facts=_facts(document), personal={"title": document.title})
    versions = list(scope.of(DocumentVersion).where(DocumentVersion.document == document.id))
    for version in versions:
        scope.delete(PagePicture).where(PagePicture.version == version.id).execute()
    scope.delete(DocumentVersion).where(DocumentVersion.document == document.id).execute()
    scope.delete(Document).where(Document.id == document.id).execute()
    return [path for version in versions for path in _dropped(scope, version.file_id)]


def _dropped(scope: Scope, file_id: int) -> list[str]:
    if scope.holds(scope.of(DocumentVersion, DocumentVersion.id).where(DocumentVersion.file == file_id)):
        return []
    path = scope.by_id(StoredFile, file_id).path
    scope.delete(StoredFile).where(StoredFile.id == file_id).execute()
    return [path]


def _current(scope: Scope, document: Document) -> DocumentVersion:
    version: DocumentVersion = scope.one(
        scope.of(DocumentVersion).where(
            DocumentVersion.document == document.id, DocumentVersion.number == document.version
        )
    )
    return version


def _demand(document: Document, allowed: bool) -> None:
    if not allowed:
        raise Conflict(_present(document))


def _present(document: Document) -> str:
    """The word for what stands in the way."""
    if document.state != PUBLISHED:
        return document.state
    if _is_decided(document):
        return "decided"
    return "paid" if document.paid else "changed"


def _is_decided(document: Document) -> bool:
    return document.kind == OFFER and document.outcome is not None


def _facts(document: Document) -> dict[str, Any]:
    return {"kind": document.kind, "number": document.number, "version": document.version}
