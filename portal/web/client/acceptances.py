"""Accepting an offer (DETAILS 7): the form, a code where the firm asks for one, and the answer."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _

from portal.base import clock
from portal.base.errors import Conflict, Invalid, NotPermitted
from portal.base.text import masked_email
from portal.models.document import OFFER, Document
from portal.operations import codes, decisions
from portal.policies.actors import ClientActor
from portal.policies.permissions import Permission
from portal.queries import documents, terms
from portal.web.answers import page, page_or_part, see_other, toast
from portal.web.client import area
from portal.web.client.documents import shown
from portal.web.forms.client import AcceptForm
from portal.web.gate import actor, client, firm, scope
from portal.web.languages import language
from portal.web.routing import Limit


@area.get("/documents/<uid>/acceptance", allow=Permission.PORTAL_DECIDE)
def show(uid: str) -> Response:
    """The form: what is accepted, by whom, under which terms. Asks for nothing yet and decides nothing."""
    document = _offer(uid)
    return _form_page(document, AcceptForm.about(document, documents.current(scope(), document).version, _actor()))


@area.post("/documents/<uid>/acceptance", allow=Permission.PORTAL_DECIDE, limit=Limit(60, 600), form=True)
def create(uid: str) -> Response:
    """Place the binding order. What was shown is what is accepted; a second tab gets 409 and the present state."""
    document = _offer(uid, decided=True)
    form = AcceptForm()
    form.wants_code = _wants_code(document)
    if not form.sent():
        return _form_page(document, form, 422)
    try:
        decisions.accept(
            _actor(), document, version=form.version.data, sha256=form.sha256.data, fields_sha256=form.fields_sha256.data,
            name=form.name.data, agreed=form.agreed.data, key=form.key.data, language=language(),
            button=_("Place binding order"), code=form.code.data or None, terms_version=form.terms_version.data,
        )  # fmt: skip
    except Invalid as error:
        form.refuse(error)
        return _form_page(document, form, 422)
    except Conflict as error:
        return conflict_page(document, error)
    return see_other("client.documents.show", uid=document.uid, fragment="decision")


@area.post("/documents/<uid>/acceptance/code", allow=Permission.PORTAL_DECIDE, limit=Limit(30, 600))
def send_code(uid: str) -> Response:
    """Mail a code to the address on file, and show the form again with what was typed."""
    document = _offer(uid)
    form = AcceptForm()
    try:
        codes.send(_actor(), document, _shown_hash(form))
    except Conflict as error:
        return conflict_page(document, error)
    toast(_("A code is on its way."))
    return _form_page(document, form)


def conflict_page(document: Document, error: Conflict) -> Response:
    """409 with the present state: nothing was changed."""
    current = scope().get(Document, document.uid)
    return page("client/documents/show.html", 409, conflict=error.code, **shown(current))


def _form_page(document: Document, form: AcceptForm, status: int = 200) -> Response:
    version = documents.current(scope(), document).version
    wants_code = _wants_code(document)
    contact = codes.destination(scope(), _actor()) if wants_code else None
    waiting = codes.waiting(
        scope(), _actor(), document, codes.shown(version.number, version.sha256, version.fields_sha256)
    )
    return page_or_part(
        "client/acceptances/show.html",
        status,
        part="client/acceptances/_form.html",
        document=document,
        version=version,
        form=form,
        wants_code=wants_code,
        code_to=masked_email(contact.email) if contact else "",
        code_sent=waiting is not None,
        terms=terms.current(scope()),
        client=client(),
    )


def _offer(uid: str, *, decided: bool = False) -> Document:
    document: Document = scope().get(Document, uid)
    if document.kind != OFFER or not decisions.may_accept(firm(), client()):
        raise NotPermitted("accept")
    if not decided and (not document.is_open or document.is_expired(clock.today(firm().time_zone))):
        raise Conflict("closed")
    return document


def _wants_code(document: Document) -> bool:
    return codes.needed(firm(), document)


def _shown_hash(form: AcceptForm) -> str:
    return codes.shown(form.version.data or 0, form.sha256.data or "", form.fields_sha256.data or "")


def _actor() -> ClientActor:
    found = actor()
    assert isinstance(found, ClientActor)
    return found
