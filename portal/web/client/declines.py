"""Declining an offer: a name, a reason if one likes, never a code (DETAILS 7)."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _

from portal.base import clock
from portal.base.errors import Conflict, Invalid, NotPermitted
from portal.models.document import OFFER, Document
from portal.operations import decisions
from portal.policies.actors import ClientActor
from portal.policies.permissions import Permission
from portal.queries import documents
from portal.web.answers import page_or_part, see_other
from portal.web.client import area
from portal.web.client.acceptances import conflict_page
from portal.web.forms.client import DeclineForm
from portal.web.gate import actor, firm, scope
from portal.web.languages import language
from portal.web.routing import Limit


@area.get("/documents/<uid>/decline", allow=Permission.PORTAL_DECIDE)
def show(uid: str) -> Response:
    """The form."""
    document = _offer(uid)
    if not document.is_open or document.is_expired(clock.today(firm().time_zone)):
        raise Conflict("closed")
    return _form_page(document, DeclineForm.about(document, documents.current(scope(), document).version, _actor()))


@area.post("/documents/<uid>/decline", allow=Permission.PORTAL_DECIDE, limit=Limit(60, 600), form=True)
def create(uid: str) -> Response:
    """Decline; final like accepting."""
    document, form = _offer(uid), DeclineForm()
    if not form.sent():
        return _form_page(document, form, 422)
    try:
        decisions.decline(
            _actor(), document, version=form.version.data, sha256=form.sha256.data, fields_sha256=form.fields_sha256.data,
            name=form.name.data, reason=form.reason.data or "", key=form.key.data, language=language(), button=_("Decline"),
        )  # fmt: skip
    except Invalid as error:
        form.refuse(error)
        return _form_page(document, form, 422)
    except Conflict as error:
        return conflict_page(document, error)
    return see_other("client.documents.show", uid=document.uid, fragment="decision")


def _form_page(document: Document, form: DeclineForm, status: int = 200) -> Response:
    return page_or_part(
        "client/declines/show.html", status, part="client/declines/_form.html", document=document, form=form
    )


def _offer(uid: str) -> Document:
    document: Document = scope().get(Document, uid)
    if document.kind != OFFER:
        raise NotPermitted("decline")
    return document


def _actor() -> ClientActor:
    found = actor()
    assert isinstance(found, ClientActor)
    return found
