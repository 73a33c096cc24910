"""A client's documents: the list, a page for each, its file and picture (F7)."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from portal.base import clock, placeholders
from portal.base.errors import Conflict, NotFound, NotPermitted
from portal.base.language import LANGUAGES, money
from portal.models.document import CANCELLED, INVOICE, KINDS, OFFER, WITHDRAWN, Document, DocumentVersion
from portal.operations import decisions as deciding
from portal.operations import lines
from portal.operations.reading import ACTIVE
from portal.policies import amounts
from portal.policies.actors import ClientActor
from portal.policies.permissions import Permission
from portal.queries import comments, decisions, documents, primary_contacts, texts
from portal.web import openings
from portal.web.answers import page, page_or_part
from portal.web.client import area
from portal.web.client.payment_slips import slip_of
from portal.web.downloads import attachment, picture
from portal.web.forms.client import comment_form
from portal.web.gate import actor, client, firm, scope
from portal.web.languages import language
from portal.web.paths import base_url

TOTAL = "[Document.total]"
_STATUSES = (
    "open", "overdue", "part_paid", "paid", "awaiting_confirmation", "accepted", "declined", "expired", "withdrawn",
    "cancelled",
)  # fmt: skip


@area.get("/documents", allow=Permission.PORTAL_VIEW)
def index() -> Response:
    """All documents, by kind, state and search."""
    openings.note()
    asked = {name: request.args.get(name, "").strip() for name in ("kind", "status", "q", "after", "before")}
    kind = asked["kind"] if asked["kind"] in KINDS else None
    status = asked["status"] if asked["status"] in _STATUSES else None
    found = documents.page(
        scope(),
        kind=kind,
        status=status,
        search=asked["q"],
        after=asked["after"] or None,
        before=asked["before"] or None,
        limit=30,
    )
    return page_or_part(
        "client/documents/index.html",
        part="client/documents/_list.html",
        found=found,
        kind=kind or "",
        state=status or "",
        q=asked["q"],
        kinds=KINDS,
        statuses=_STATUSES,
        today=clock.today(firm().time_zone),
    )


@area.get("/documents/<uid>", allow=Permission.PORTAL_VIEW)
def show(uid: str) -> Response:
    """One document: words first, the original below."""
    document = scope().get(Document, uid)
    openings.note(document)
    if document.state == WITHDRAWN:
        return page("client/documents/withdrawn.html", document=document)
    return page("client/documents/show.html", **shown(document))


@area.get("/documents/<uid>/file", allow=Permission.PORTAL_VIEW)
def file(uid: str) -> Response:
    """The file of the current version, or of `?version=`."""
    document = _readable(uid)
    number = request.args.get("version", document.version, type=int)
    found = documents.version(scope(), document, number)
    _demand_amounts(document, found.version)
    # scripts and actions run in viewers: such a PDF is for downloading only (TRUST, Files)
    inline = request.args.get("inline") == "1" and ACTIVE not in found.version.warnings
    return attachment(found.file, inline=inline)


@area.get("/documents/<uid>/picture", allow=Permission.PORTAL_VIEW)
def page_picture(uid: str) -> Response:
    """The picture of the first page."""
    document = _readable(uid)
    current = documents.current(scope(), document)
    _demand_amounts(document, current.version)
    found = current.picture
    if found is None or found.file_id is None:
        raise NotFound("picture")
    return picture(documents.picture_file(scope(), found))


def shown(document: Document) -> dict[str, Any]:
    """Everything that stands on a document's page."""
    current = documents.current(scope(), document)
    today = clock.today(firm().time_zone)
    decision = decisions.of(scope(), document) if document.kind == OFFER else None
    hidden = amounts.are_hidden(visitor(), document, current.version)
    pays = actor().may(Permission.PORTAL_PAY)
    may_decide = document.kind == OFFER and document.is_open and not document.is_expired(today)
    decides = may_decide and amounts.may_decide(visitor(), document)
    return {
        "document": document,
        "version": current.version,
        "file": current.file,
        "picture": current.picture,
        "note": _note(document, current.version, hidden=hidden),
        "lines": lines.of_version(current.version.lines),
        "invoice": None if hidden else documents.einvoice_of(current.file),
        "hidden": hidden,
        "pays": pays,
        "decision": decision,
        "comments": comments.of(scope(), document),
        "form": comment_form(actor()),
        "steps": texts.steps_of(scope(), language()) if document.kind == OFFER else [],
        "slip": slip_of(document, firm()) if document.kind == INVOICE and pays else None,
        "payments": documents.payments(scope(), document)
        if document.kind == INVOICE and document.paid and not hidden
        else [],
        "older": [v for v in documents.versions(scope(), document) if v.number < document.version]
        if document.version > 1
        else [],
        "today": today,
        "status": document.status(today),
        "may_decide": may_decide,
        "decides": decides,
        "may_accept": deciding.may_accept(firm(), client()),
        "other_person": _other_person(ask=hidden or (may_decide and not decides)),
    }


def visitor() -> ClientActor:
    """Who looks: below `/portal` always somebody in a client's portal."""
    found = actor()
    assert isinstance(found, ClientActor)
    return found


def _other_person(*, ask: bool) -> str:
    """Whom of her own house to ask; nobody where the firm lets no link decide, since that is no lack of hers."""
    personal = visitor().by_password or firm().link_decide
    return primary_contacts.name_for(visitor()) if ask and personal else ""


def _note(document: Document, version: DocumentVersion, *, hidden: bool) -> str:
    """On a portal page the addresses carry no token (DETAILS 8): who reads this is in already."""
    note = version.note_filled
    if hidden and TOTAL in version.note:
        note = _without_amount(version)
    addresses = {
        "Client.customerportal_url": url_for("client.start.index"),
        "Document.url": url_for("client.documents.show", uid=document.uid),
    }
    return placeholders.fill(note, {name: base_url() + path for name, path in addresses.items()})


def _without_amount(version: DocumentVersion) -> str:
    """The note was filled in the client's language when it was published; where its amount is not found again, the
    note stays away as a whole."""
    amount = version.payable if version.total is None else version.total
    if amount is None:
        return str(version.note_filled)
    spoken = {money(amount, version.currency, each) for each in LANGUAGES}
    blanked = str(version.note_filled)
    for words in spoken:
        blanked = blanked.replace(words, "–")
    return "" if blanked == version.note_filled else blanked


def refusal(document: Document) -> Conflict | None:
    """Why the offer cannot be decided any more; None: it can."""
    if document.state in (WITHDRAWN, CANCELLED):
        return Conflict(document.state)
    if not document.is_open:
        return Conflict("decided")
    return Conflict("expired") if document.is_expired(clock.today(firm().time_zone)) else None


def _demand_amounts(document: Document, version: DocumentVersion) -> None:
    """The paper itself is another door to its amounts."""
    if amounts.are_hidden(visitor(), document, version):
        raise NotPermitted("amounts")


def _readable(uid: str) -> Document:
    document: Document = scope().get(Document, uid)
    if document.state == WITHDRAWN:
        raise NotFound("document")
    return document
