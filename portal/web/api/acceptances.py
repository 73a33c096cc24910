"""The proof of a decision about an offer (X2)."""

from __future__ import annotations

from flask import Response

from portal.base.errors import NotFound
from portal.models.document import Document
from portal.policies.permissions import Permission
from portal.queries import decisions
from portal.web.api import area
from portal.web.api.answers import answer
from portal.web.api.calls import Told
from portal.web.api.shapes.acceptances import acceptance
from portal.web.gate import scope


@area.call(
    "GET",
    "/documents/<uid>/acceptance",
    allow=Permission.API_READ,
    told=Told(
        says="How an offer was decided: the proof",
        answers={200: "Acceptance"},
        errors=(404,),
        more="404 while it is undecided. Declining is answered too.",
    ),
)
def show(uid: str) -> Response:
    document = scope().get(Document, uid)
    decision = decisions.of(scope(), document)
    if decision is None:
        raise NotFound("OfferDecision")
    return answer(acceptance(decision, document))
