"""Uploading a document: the file first, then a form that it filled (X1)."""

from __future__ import annotations

from flask import Response, request
from flask_babel import force_locale
from flask_babel import gettext as _

from portal.base.errors import Conflict, Invalid, NotFound
from portal.base.text import searchable
from portal.models.client import Client
from portal.operations import documents as writing
from portal.operations import recipients, uploads
from portal.operations.reading import Reading
from portal.operations.uploads import Held
from portal.policies.permissions import Permission
from portal.queries import clients, documents
from portal.web import held as signed
from portal.web.answers import page, part, see_other, toast
from portal.web.firm import area
from portal.web.firm.documents_told import say_told
from portal.web.forms.documents import KIND_WORDS, ContentForm, DocumentForm, UploadForm
from portal.web.gate import actor, firm, scope
from portal.web.uploads import received

_CANDIDATES = 8


@area.get("/documents/new", allow=Permission.CLIENT_WORK)
def new() -> Response:
    """The first step: the file."""
    return _file_page(UploadForm(formdata=None), _client(request.args.get("client", "")))


@area.post("/documents/new", allow=Permission.CLIENT_WORK, form=True, files=True)
def read() -> Response:
    """Take the file, or say why not."""
    form, client = UploadForm(), _client(request.form.get("client", ""))
    waiting = take(form)
    if waiting is None:
        return _file_page(form, client, 422)
    return see_other("firm.documents_upload.review", file=signed.sign(waiting), client=client.uid if client else None)


@area.get("/documents/new/review", allow=Permission.CLIENT_WORK)
def review() -> Response:
    """The second step: what the file says, to be looked over."""
    waiting = signed.read(request.args.get("file", ""))
    reading, client = _read(waiting), _client(request.args.get("client", ""))
    form = DocumentForm(formdata=None)
    form.fill(reading, title=_title(reading, waiting))
    form.file.data, form.kind.data, form.number.data = request.args["file"], reading.kind or "", reading.number
    form.publish.data = True
    candidates = [client] if client is not None else writing.match_client(scope(), reading)
    if len(candidates) == 1:
        form.client.data, form.client_uid.data = candidates[0].number, candidates[0].uid
    return _review_page(form, waiting, reading, candidates)


@area.post("/documents", allow=Permission.CLIENT_WORK, form=True)
def create() -> Response:
    """Make the document, and publish it when asked to."""
    form = DocumentForm()
    try:
        waiting = signed.read(form.file.data or "")
        reading = _read(waiting)
    except NotFound:
        return _gone(form)
    found = _found_clients(form)
    if form.sent() and len(found) == 1:
        try:
            return _made(form, waiting, reading, found[0])
        except Invalid as error:
            form.refuse(error)
        except Conflict as conflict:
            _explain(form, conflict)
            return _review_page(form, waiting, reading, found, 409, existing=conflict.existing)
    if len(found) != 1:
        form.client.errors = [*form.client.errors, _which(form, found)]
    return _review_page(form, waiting, reading, found, 422)


@area.get("/documents/clients", allow=Permission.CLIENT_WORK)
def suggest() -> Response:
    """Clients for the field of the second step while somebody types."""
    found = _search(request.args.get("client", ""))
    return part("firm/documents/_clients.html", clients=found)


def take(form: UploadForm) -> Held | None:
    """Receive, look into and keep the file of a form; None: the form says why not."""
    if not form.sent():
        return None
    try:
        upload = request.files.get("file")
        with received(upload) as file:
            filename = (upload.filename if upload else "") or ""
            writing.read_upload(file, filename)
            return uploads.hold(file, filename)
    except Invalid as error:
        form.refuse(error)
        return None


def _read(waiting: Held) -> Reading:
    return writing.read_upload(waiting.received, waiting.filename)


def _made(form: DocumentForm, waiting: Held, reading: Reading, client: Client) -> Response:
    made = writing.create(
        actor(),
        client,
        file=waiting.received,
        filename=waiting.filename,
        kind=form.kind.data or "",
        number=form.number.data or "",
        publish=bool(form.publish.data),
        **form.content(reading),
    )
    if not made.created:
        toast(_("This document was here already."))
    elif form.publish.data:
        say_told(made)
    else:
        toast(_("Saved as a draft. The client does not see it yet."))
    return see_other("firm.documents.show", uid=made.document.uid)


def _gone(form: DocumentForm) -> Response:
    """A second click after the first was done finds the document; otherwise the file is asked for again."""
    existing = documents.by_number(scope(), form.kind.data or "", form.number.data or "")
    if existing is not None:
        return see_other("firm.documents.show", uid=existing.uid)
    upload = UploadForm(formdata=None)
    upload.refuse(Invalid(file="gone"))
    return _file_page(upload, _client(form.client_uid.data or ""), 422)


def _explain(form: DocumentForm, conflict: Conflict) -> None:
    if conflict.code == "archived":
        form.client.errors = [_("This client is archived.")]
        return
    form.number.errors = [_("Another file was published under this number already.")]


def _found_clients(form: DocumentForm) -> list[Client]:
    """Who is meant: the one that was shown, unless something else was typed since."""
    typed = form.client.data or ""
    shown = _client(form.client_uid.data or "")
    if shown is not None and typed in ("", shown.number):
        return [shown]
    return _search(typed)


def _search(typed: str) -> list[Client]:
    """By number, exact name, or whatever the search finds; only those whose work is this person's."""
    if not typed.strip():
        return []
    try:
        return [clients.by_number(scope(), typed)]
    except NotFound:
        rows = clients.page(scope(), search=typed, limit=_CANDIDATES).rows
    found = [scope().get(Client, row.uid) for row in rows if row.may_open]
    return [client for client in found if client.name_key == searchable(typed)] or found


def _which(form: DocumentForm, found: list[Client]) -> str:
    if found:
        return _("Several clients fit. Please choose one.")
    return _("No client was found.") if form.client.data else _("Please say whose document this is.")


def _client(uid: str) -> Client | None:
    return scope().get(Client, uid) if uid else None


def _title(reading: Reading, waiting: Held) -> str:
    """A beginning, in the firm's language: the only item of an invoice, else its kind, else the name of the file."""
    if len(reading.lines) == 1 and reading.lines[0].title:
        return reading.lines[0].title[: writing.TITLE_LETTERS]
    if reading.kind:
        with force_locale(firm().language):
            return str(KIND_WORDS[reading.kind])
    return waiting.filename.rpartition(".")[0].replace("_", " ")[: writing.TITLE_LETTERS]


def _file_page(form: UploadForm, client: Client | None, status: int = 200) -> Response:
    return page("firm/documents/new.html", status, form=form, client=client, document=None)


def _review_page(
    form: ContentForm,
    waiting: Held,
    reading: Reading,
    candidates: list[Client],
    status: int = 200,
    *,
    existing: str | None = None,
) -> Response:
    told = recipients.of_client(scope(), candidates[0]) if len(candidates) == 1 else []
    return page(
        "firm/documents/review.html",
        status,
        form=form,
        waiting=waiting,
        reading=reading,
        candidates=candidates,
        recipients=told,
        document=None,
        existing=existing,
    )
