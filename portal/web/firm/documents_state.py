"""What becomes of a document by staff: published, withdrawn, cancelled, a draft deleted. Each asks first."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _

from portal.base.errors import Conflict
from portal.models.client import Client
from portal.models.document import Document
from portal.operations import documents as writing
from portal.operations import recipients
from portal.policies.permissions import Permission
from portal.web.answers import page_or_part, see_other, toast
from portal.web.firm import area
from portal.web.firm.documents import conflict_page
from portal.web.firm.documents_told import say_told
from portal.web.gate import actor, scope


@area.get("/documents/<uid>/publication", allow=Permission.CLIENT_WORK)
def ask_publication(uid: str) -> Response:
    """What publishing means, and who will be told."""
    document = scope().get(Document, uid)
    client = scope().by_id(Client, document.client_id)
    return _question("publication", document, client=client, recipients=recipients.of_client(scope(), client))


@area.post("/documents/<uid>/publication", allow=Permission.CLIENT_WORK)
def publish(uid: str) -> Response:
    """Give a draft to its client."""
    document = scope().get(Document, uid)
    try:
        say_told(writing.publish(actor(), document))
    except Conflict as conflict:
        return conflict_page(document, conflict)
    return see_other("firm.documents.show", uid=uid)


@area.get("/documents/<uid>/withdrawal", allow=Permission.CLIENT_WORK)
def ask_withdrawal(uid: str) -> Response:
    """What withdrawing means."""
    return _question("withdrawal", scope().get(Document, uid))


@area.post("/documents/<uid>/withdrawal", allow=Permission.CLIENT_WORK)
def withdraw(uid: str) -> Response:
    """Take it back."""
    document = scope().get(Document, uid)
    try:
        writing.withdraw(actor(), document)
    except Conflict as conflict:
        return conflict_page(document, conflict)
    toast(_("%(number)s is withdrawn.", number=document.number))
    return see_other("firm.documents.show", uid=uid)


@area.get("/documents/<uid>/cancellation", allow=Permission.CLIENT_WORK)
def ask_cancellation(uid: str) -> Response:
    """What cancelling means."""
    return _question("cancellation", scope().get(Document, uid))


@area.post("/documents/<uid>/cancellation", allow=Permission.CLIENT_WORK)
def cancel(uid: str) -> Response:
    """Mark it as cancelled."""
    document = scope().get(Document, uid)
    try:
        writing.cancel(actor(), document)
    except Conflict as conflict:
        return conflict_page(document, conflict)
    toast(_("%(number)s is cancelled.", number=document.number))
    return see_other("firm.documents.show", uid=uid)


@area.get("/documents/<uid>/deletion", allow=Permission.CLIENT_WORK)
def ask_deletion(uid: str) -> Response:
    """What deleting a draft means."""
    return _question("deletion", scope().get(Document, uid))


@area.post("/documents/<uid>/deletion", allow=Permission.CLIENT_WORK)
def delete(uid: str) -> Response:
    """Delete a draft."""
    document = scope().get(Document, uid)
    try:
        writing.delete_draft(actor(), document)
    except Conflict as conflict:
        return conflict_page(document, conflict)
    toast(_("The draft %(number)s is deleted.", number=document.number))
    return see_other("firm.documents.index")


def _question(what: str, document: Document, **context: object) -> Response:
    return page_or_part(
        "firm/documents/question.html",
        part="firm/documents/_question.html",
        what=what,
        document=document,
        **{"client": None, "recipients": [], **context},
    )
