"""Documents: uploaded, listed, shown, fetched (B4, X1)."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from portal.base import clock
from portal.base.errors import Invalid, NotFound
from portal.models.client import Client
from portal.models.document import KINDS, Document
from portal.operations import documents
from portal.operations.clients import LONGEST_NUMBER
from portal.operations.documents import NOTE_LETTERS, NUMBER_LETTERS, TITLE_LETTERS
from portal.policies.permissions import Permission
from portal.queries import clients
from portal.queries import documents as found
from portal.queries.api import documents as cards
from portal.web.api import area, drafts
from portal.web.api.answers import PAGING, USUAL, answer, base_url, checked_cursor, listing
from portal.web.api.bodies import form, query
from portal.web.api.calls import Told
from portal.web.api.fields import Amount, Choice, Currency, Day, Field, File, Lines, Object, Text, Word
from portal.web.api.shapes.documents import document, reading, whole
from portal.web.downloads import attachment
from portal.web.gate import actor, scope
from portal.web.uploads import received

_CLIENT = Text(most=LONGEST_NUMBER, says="The client's number.")
VERSION: dict[str, Field] = {
    "file": File(says="A PDF, with or without an e-invoice inside, or an e-invoice as XML. At most 25 MB."),
    "title": Text(most=TITLE_LETTERS, says="Without one it is called by its kind."),
    "issued_on": Day(),
    "due_on": Day(),
    "valid_until": Day(says="The last day on which an offer can be accepted."),
    "currency": Currency(says="EUR if neither sent nor read."),
    "total": Amount(says="With tax."),
    "net": Amount(),
    "tax": Amount(),
    "payable": Amount(says="What is to be paid if that is not the total."),
    "note": Text(most=NOTE_LETTERS, says="Shown above the document. Placeholders such as [Client.name] are filled."),
    "lines": Lines(says='A JSON array, amounts as "119.00".'),
}
DOCUMENT = Object(
    fields={
        **VERSION,
        "client": _CLIENT,
        "kind": Choice(words=KINDS),
        "number": Text(most=NUMBER_LETTERS),
        "publish": Word(says="False keeps it as a draft. True if not sent."),
        "replaces": Text(most=40, says="The id of the document that this one replaces."),
    },
    says="What is not sent is read from an e-invoice.",
)
_DRY_RUN: dict[str, Field] = {"dry_run": Word(says="True: 200 with what was read; nothing is stored.")}
FILTERS: dict[str, Field] = {
    "client": _CLIENT,
    "kind": Choice(words=KINDS),
    "status": Choice(words=found.STATUSES, says="`overdue`: of open and part-paid invoices."),
    **PAGING,
}


@area.call(
    "GET",
    "/documents",
    allow=Permission.API_READ,
    told=Told(says="List documents, the newest first", answers={200: "Documents"}, errors=(422,), query=FILTERS),
)
def index() -> Response:
    asked = query(FILTERS)
    client = _client(asked["client"]) if "client" in asked else None
    page = cards.page(
        scope(),
        client=client,
        kind=asked.get("kind"),
        status=asked.get("status"),
        after=checked_cursor(asked.get("cursor")),
        limit=asked.get("limit", USUAL),
    )
    today = clock.today(scope().firm.time_zone)
    return listing([document(card, today, base_url()) for card in page.cards], page.next)


@area.call(
    "POST",
    "/documents",
    allow=Permission.API_WRITE,
    files=True,
    told=Told(
        says="Upload a document",
        answers={200: "DocumentOrReading", 201: "Document"},
        errors=(409, 422, 507),
        form=DOCUMENT,
        query=_DRY_RUN,
        more="`client`, `kind`, `number`, `issued_on` and, for invoices and credit notes, `total` are needed, sent or "
        "read. The same kind, number and file again is 200 and changes nothing but publishing a draft; the same kind "
        "and number with another file or client is 409 with the `id` in the way.",
    ),
)
def create() -> Response:
    sent = form(DOCUMENT)
    dry_run = query(_DRY_RUN).get("dry_run", False)
    client = _client(sent["client"]) if "client" in sent else None
    with received(request.files.get("file")) as file:
        name = request.files["file"].filename or ""
        read = documents.read_upload(file, name)
        draft = drafts.new(sent, read, scope().firm.language)
        if dry_run:
            return answer(_would_be(draft, read, client))
        chosen = _demand_complete(draft, read, client)
        made = documents.create(
            actor(), chosen, file=file, filename=name, kind=draft.kind, number=draft.number,
            publish=sent.get("publish", True), replaces=_replaced(sent), **draft.fields,
        )  # fmt: skip
    return answered(made.document, 201 if made.created else 200, made.recipients)


@area.call(
    "GET",
    "/documents/<uid>",
    allow=Permission.API_READ,
    told=Told(says="One document", answers={200: "Document"}, errors=(404,)),
)
def show(uid: str) -> Response:
    return answered(scope().get(Document, uid))


@area.call(
    "GET",
    "/documents/<uid>/file",
    allow=Permission.API_READ,
    told=Told(says="The file of the version that counts", answers={200: "*/*"}, errors=(404,)),
)
def file(uid: str) -> Response:
    return attachment(found.current(scope(), scope().get(Document, uid)).file)


def answered(row: Document, status: int = 200, recipients: Any = None) -> Response:
    """The document as it is now; `recipients` when this call told somebody of it."""
    card = cards.card(scope(), row)
    return answer(whole(card, clock.today(scope().firm.time_zone), base_url(), recipients), status)


def _client(number: str) -> Client:
    try:
        return clients.by_number(scope(), number)
    except NotFound:
        raise Invalid(client="unknown") from None


def _replaced(sent: dict[str, Any]) -> Document | None:
    try:
        return scope().get(Document, sent["replaces"]) if "replaces" in sent else None
    except NotFound:
        raise Invalid(replaces="unknown") from None


def _would_be(draft: drafts.Draft, read: documents.Reading, client: Client | None) -> dict[str, Any]:
    fitting = [client] if client is not None else documents.match_client(scope(), read)
    shown = reading(draft, read, fitting[0].number if len(fitting) == 1 else None)
    return shown if client is not None else {**shown, "missing": ["client", *shown["missing"]]}


def _demand_complete(draft: drafts.Draft, read: documents.Reading, client: Client | None) -> Client:
    missing = dict.fromkeys(draft.missing, "missing")
    if "kind" in missing and read.einvoice is not None:
        missing["kind"] = "undecided"
    if client is None:
        raise Invalid(client="missing", **missing)
    if missing:
        raise Invalid(**missing)
    return client
