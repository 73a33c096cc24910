"""The certificate of a decision, for staff: the same paper as the client gets (X2)."""

from __future__ import annotations

import io

from flask import Response, send_file

from portal.base.errors import NotFound
from portal.models.document import Document
from portal.policies.permissions import Permission
from portal.queries import certificates, decisions
from portal.web.firm import area
from portal.web.gate import scope
from portal.web.headers import FILE_CSP
from portal.web.languages import language


@area.get("/documents/<uid>/certificate", allow=Permission.CLIENT_WORK)
def show(uid: str) -> Response:
    """The PDF, drawn anew from the row each time."""
    document = scope().get(Document, uid)
    decision = decisions.of(scope(), document)
    if decision is None:
        raise NotFound("decision")
    paper = io.BytesIO(certificates.draw(scope(), document, decision, language()))
    response = send_file(
        paper, "application/pdf", as_attachment=True, download_name=f"{document.number}-certificate.pdf"
    )
    response.headers["Content-Security-Policy"] = FILE_CSP
    return response
