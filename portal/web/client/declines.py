"""Declining an offer: a name, a reason if one likes, never a code (DETAILS 7)."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _

from portal.base.errors import Conflict, Invalid, NotPermitted
from portal.models.document import OFFER, Document
from portal.operations import decisions
from portal.policies import amounts
from portal.policies.actors import ClientActor
from portal.policies.permissions import Permission
from portal.queries import documents
from portal.web.answers import page_or_part, see_other
from portal.web.client import area
from portal.web.client.conflicts import conflict_page
from portal.web.client.documents import refusal
from portal.web.forms.client import DeclineForm
from portal.web.gate import actor, scope
from portal.web.languages import language


@area.get("/documents/<uid>/decline", allow=Permission.PORTAL_DECIDE)
def show(uid: str) -> Response:
    """The form."""
    document = _offer(uid)
    closed = refusal(document)
    if closed is not None:
        return conflict_page(document, closed)
    return _form_page(document, DeclineForm.about(documents.current(scope(), document).version, _actor()))


@area.post("/documents/<uid>/decline", allow=Permission.PORTAL_DECIDE, form=True)
def create(uid: str) -> Response:
    """Decline; final like accepting."""
    document, form = _offer(uid), DeclineForm()
    if not form.sent():
        closed = refusal(document)
        return _form_page(document, form, 422) if closed is None else conflict_page(document, closed)
    try:
        decisions.decline(
            _actor(), document, **form.shown, name=form.name.data, reason=form.reason.data or "", language=language(),
            button=_("Decline"),
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
    amounts.demand_within_limit(_actor(), document.payable)
    return document


def _actor() -> ClientActor:
    found = actor()
    assert isinstance(found, ClientActor)
    return found
