"""Documents for staff: the list, a page for each, its file and picture."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from portal.base import clock, placeholders
from portal.base.errors import Conflict, NotFound
from portal.models.client import Client
from portal.models.document import INVOICE, KINDS, OFFER, Document
from portal.operations import lines, recipients
from portal.operations.reading import ACTIVE
from portal.policies.permissions import Permission
from portal.queries import comments, decisions, documents
from portal.web.answers import page, page_or_part
from portal.web.downloads import attachment, picture
from portal.web.firm import area
from portal.web.forms.documents import ReplyForm
from portal.web.gate import firm, scope

_AT_ONCE = 50


@area.get("/documents", allow=Permission.CLIENT_WORK)
def index() -> Response:
    """All documents, by kind, state and search."""
    asked = {name: request.args.get(name, "").strip() for name in ("kind", "status", "q", "after", "before", "client")}
    kind = asked["kind"] if asked["kind"] in KINDS else ""
    status = asked["status"] if asked["status"] in documents.STATUSES else ""
    client = scope().get(Client, asked["client"]) if asked["client"] else None
    found = documents.page(
        scope(), client=client, kind=kind or None, status=status or None, search=asked["q"],
        after=asked["after"] or None, before=asked["before"] or None, limit=_AT_ONCE,
    )  # fmt: skip
    return page_or_part(
        "firm/documents/index.html",
        part="firm/documents/_list.html",
        found=found,
        seen=documents.seen(scope(), [row.document for row in found.rows]),
        asked={"kind": kind, "status": status, "q": asked["q"], "client": asked["client"]},
        client=client,
        kinds=KINDS,
        statuses=documents.STATUSES,
        today=today(),
    )


@area.get("/documents/<uid>", allow=Permission.CLIENT_WORK)
def show(uid: str) -> Response:
    """One document with all that became of it."""
    return page("firm/documents/show.html", **shown(scope().get(Document, uid)))


@area.get("/documents/<uid>/file", allow=Permission.CLIENT_WORK)
def file(uid: str) -> Response:
    """The file of the current version, or of `?version=`."""
    document = scope().get(Document, uid)
    number = request.args.get("version", document.version, type=int)
    found = documents.version(scope(), document, number)
    # scripts and actions run in viewers: such a PDF is for downloading only (TRUST, Files)
    inline = request.args.get("inline") == "1" and ACTIVE not in found.version.warnings
    return attachment(found.file, inline=inline)


@area.get("/documents/<uid>/picture", allow=Permission.CLIENT_WORK)
def page_picture(uid: str) -> Response:
    """The picture of the first page."""
    found = documents.current(scope(), scope().get(Document, uid)).picture
    if found is None or found.file_id is None:
        raise NotFound("picture")
    return picture(documents.picture_file(scope(), found))


def shown(document: Document, **more: Any) -> dict[str, Any]:
    """Everything that stands on a document's page."""
    current = documents.current(scope(), document)
    client = scope().by_id(Client, document.client_id)
    replaced, replaced_by = documents.replacing(scope(), document) if document.kind == OFFER else (None, None)
    return {
        "document": document,
        "client": client,
        "version": current.version,
        "file": current.file,
        "picture": current.picture,
        "lines": lines.of_version(current.version.lines),
        "invoice": documents.einvoice_of(current.file),
        "versions": documents.versions(scope(), document) if document.version > 1 else [],
        "payments": documents.payments(scope(), document) if document.kind == INVOICE else [],
        "decisions": decisions.history(scope(), document) if document.kind == OFFER else [],
        "comments": comments.of(scope(), document),
        "seen": documents.seen(scope(), [document]).get(document.id),
        "mails": documents.mails(scope(), document),
        "unknown": placeholders.unknown(current.version.note),
        "recipients": recipients.of_client(scope(), client),
        "replaced": replaced,
        "replaced_by": replaced_by,
        "form": ReplyForm.fresh(),
        "today": today(),
        "conflict": "",
        **more,
    }


def conflict_page(document: Document, conflict: Conflict) -> Response:
    """409 with the present state: nothing was changed."""
    return page("firm/documents/show.html", 409, **shown(scope().by_id(Document, document.id), conflict=conflict.code))


def today() -> Any:
    """The date at the firm."""
    return clock.today(firm().time_zone)
