"""Publishing, withdrawing, cancelling. Again is 200: a programme whose answer was lost asks once more."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from portal.base.errors import Conflict
from portal.models.document import CANCELLED, PUBLISHED, WITHDRAWN, Document
from portal.operations import documents
from portal.operations.recipients import Recipient
from portal.policies.permissions import Permission
from portal.web.api import area
from portal.web.api.calls import Told
from portal.web.api.documents import answered
from portal.web.gate import actor, scope


@area.call(
    "POST",
    "/documents/<uid>/publish",
    allow=Permission.API_WRITE,
    told=Told(says="Give a draft to its client", answers={200: "Document"}, errors=(404, 409)),
)
def publish(uid: str) -> Response:
    return _moved(uid, PUBLISHED, lambda document: documents.publish(actor(), document).recipients)


@area.call(
    "POST",
    "/documents/<uid>/withdraw",
    allow=Permission.API_WRITE,
    told=Told(
        says="Take a published document back",
        answers={200: "Document"},
        errors=(404, 409),
        more="Offers while undecided, other kinds while unpaid. The client sees that it was withdrawn, and no file.",
    ),
)
def withdraw(uid: str) -> Response:
    return _moved(uid, WITHDRAWN, lambda document: _nobody(documents.withdraw(actor(), document)))


@area.call(
    "POST",
    "/documents/<uid>/cancel",
    allow=Permission.API_WRITE,
    told=Told(
        says="Mark a published document as cancelled",
        answers={200: "Document"},
        errors=(404, 409),
        more="It stays readable with the mark; payments and decisions stay.",
    ),
)
def cancel(uid: str) -> Response:
    return _moved(uid, CANCELLED, lambda document: _nobody(documents.cancel(actor(), document)))


def _moved(uid: str, state: str, act: Callable[[Document], tuple[Recipient, ...] | None]) -> Response:
    document = scope().get(Document, uid)
    if document.state == state:
        return answered(document)
    try:
        told = act(document)
    except Conflict as error:
        now = scope().get(Document, uid)
        if now.state == state:
            return answered(now)
        raise Conflict(now.state if error.code == "changed" else error.code, existing=error.existing or uid) from error
    return answered(document, recipients=told)


def _nobody(_document: Document) -> None:
    """Withdrawing and cancelling tell nobody."""
