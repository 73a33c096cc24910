"""Versions: how a published document is corrected (DETAILS 6)."""

from __future__ import annotations

from flask import Response, request

from portal.models.document import Document
from portal.operations import documents
from portal.policies.permissions import Permission
from portal.queries import documents as found
from portal.web.api import area, drafts
from portal.web.api.bodies import form
from portal.web.api.calls import Told
from portal.web.api.documents import VERSION, answered
from portal.web.api.fields import Object
from portal.web.gate import actor, scope
from portal.web.uploads import received

CORRECTION = Object(fields=VERSION, says="What is neither sent nor in an e-invoice stays as in the current version.")


@area.call(
    "POST",
    "/documents/<uid>/versions",
    allow=Permission.API_WRITE,
    files=True,
    told=Told(
        says="Correct a published document by a new version",
        answers={200: "Document", 201: "Document"},
        errors=(404, 409, 422, 507),
        form=CORRECTION,
        more="The same file with the same fields as now is 200 and changes nothing. Offers only while undecided.",
    ),
)
def create(uid: str) -> Response:
    document = scope().get(Document, uid)
    sent = form(CORRECTION)
    with received(request.files.get("file")) as file:
        name = request.files["file"].filename or ""
        read = documents.read_upload(file, name)
        draft = drafts.following(sent, read, document, found.current(scope(), document).version)
        made = documents.add_version(actor(), document, file=file, filename=name, **draft.fields)
    return answered(made.document, 201 if made.created else 200, made.recipients)
