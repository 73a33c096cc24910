"""The certificate of a decision: a PDF drawn from the row (X2)."""

from __future__ import annotations

import io

from flask import Response, request, send_file

from portal.base.errors import NotFound
from portal.models.decision import REJECTED
from portal.models.document import Document
from portal.policies.permissions import Permission
from portal.queries import certificates, decisions
from portal.web.client import area
from portal.web.gate import scope
from portal.web.headers import FILE_CSP, PDF_CSP
from portal.web.languages import language


@area.get("/documents/<uid>/certificate", allow=Permission.PORTAL_AMOUNTS)
def show(uid: str) -> Response:
    """The PDF, drawn anew from the row each time: nothing in it can differ from what was recorded. It names the
    amount, so it is not for people who may not see it."""
    document = scope().get(Document, uid)
    decision = decisions.of(scope(), document)
    if decision is None or decision.state == REJECTED:
        raise NotFound("decision")
    return send(document, certificates.draw(scope(), document, decision, language()))


def send(document: Document, paper: bytes) -> Response:
    """The paper as an answer."""
    inline = request.args.get("inline") == "1"
    response = send_file(
        io.BytesIO(paper),
        "application/pdf",
        as_attachment=not inline,
        download_name=f"{document.number}-certificate.pdf",
    )
    response.headers["Content-Security-Policy"] = PDF_CSP if inline else FILE_CSP
    response.headers["Cache-Control"] = "private, no-cache"
    return response
