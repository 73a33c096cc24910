"""A new version of a document: the file first, then a form that it filled. The old versions stay (B4)."""

from __future__ import annotations

from flask import Response, request
from flask_babel import gettext as _

from portal.base.errors import Conflict, Invalid, NotFound
from portal.models.document import OFFER, PUBLISHED, Document
from portal.operations import documents as writing
from portal.operations.reading import Reading
from portal.operations.uploads import Held
from portal.policies.permissions import Permission
from portal.queries import documents
from portal.web import held as signed
from portal.web.answers import page, see_other, toast
from portal.web.firm import area
from portal.web.firm.documents import conflict_page
from portal.web.firm.documents_told import say_told
from portal.web.firm.documents_upload import take
from portal.web.forms.documents import UploadForm, VersionForm
from portal.web.gate import actor, scope


@area.get("/documents/<uid>/versions/new", allow=Permission.CLIENT_WORK)
def new(uid: str) -> Response:
    """The first step: the file."""
    return _file_page(_correctable(uid), UploadForm(formdata=None))


@area.post("/documents/<uid>/versions/new", allow=Permission.CLIENT_WORK, form=True, files=True)
def read(uid: str) -> Response:
    """Take the file, or say why not."""
    document, form = _correctable(uid), UploadForm()
    waiting = take(form)
    if waiting is None:
        return _file_page(document, form, 422)
    return see_other("firm.versions.review", uid=uid, file=signed.sign(waiting))


@area.get("/documents/<uid>/versions/review", allow=Permission.CLIENT_WORK)
def review(uid: str) -> Response:
    """The second step: what the file says, and what stays as it was."""
    document = _correctable(uid)
    waiting = signed.read(request.args.get("file", ""))
    reading = writing.read_upload(waiting.received, waiting.filename)
    form = VersionForm(formdata=None)
    form.fill(reading)
    form.keep(documents.current(scope(), document).version)
    form.file.data = request.args["file"]
    return _review_page(document, form, waiting, reading)


@area.post("/documents/<uid>/versions", allow=Permission.CLIENT_WORK, form=True)
def create(uid: str) -> Response:
    """Put the new version in place of the old one."""
    document, form = scope().get(Document, uid), VersionForm()
    try:
        waiting = signed.read(form.file.data or "")
        reading = writing.read_upload(waiting.received, waiting.filename)
    except NotFound:
        return _gone(document)
    if form.sent():
        try:
            made = writing.add_version(
                actor(), document, file=waiting.received, filename=waiting.filename, **form.content(reading)
            )
        except Invalid as error:
            form.refuse(error)
        except Conflict as conflict:
            return conflict_page(document, conflict)
        else:
            say_told(made) if made.created else toast(_("Nothing is different in this file. Nothing was changed."))
            return see_other("firm.documents.show", uid=uid)
    return _review_page(document, form, waiting, reading, 422)


def _correctable(uid: str) -> Document:
    """Raises Conflict for what takes no new version: said before a file is asked for."""
    document: Document = scope().get(Document, uid)
    if document.state != PUBLISHED:
        raise Conflict(document.state)
    if document.kind == OFFER and document.outcome is not None:
        raise Conflict("decided")
    return document


def _gone(document: Document) -> Response:
    form = UploadForm(formdata=None)
    form.refuse(Invalid(file="gone"))
    return _file_page(document, form, 422)


def _file_page(document: Document, form: UploadForm, status: int = 200) -> Response:
    return page("firm/documents/new.html", status, form=form, client=None, document=document)


def _review_page(document: Document, form: VersionForm, waiting: Held, reading: Reading, status: int = 200) -> Response:
    return page(
        "firm/documents/review.html",
        status,
        form=form,
        waiting=waiting,
        reading=reading,
        candidates=[],
        recipients=[],
        document=document,
        existing=None,
    )
