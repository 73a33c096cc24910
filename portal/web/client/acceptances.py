"""Accepting an offer (DETAILS 7): the form, a code where the firm asks for one, and the answer."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.base.errors import Conflict, Invalid, NotPermitted, TooMany
from portal.base.text import masked_email
from portal.models.document import OFFER, Document
from portal.operations import codes, decisions
from portal.policies import amounts
from portal.policies.actors import ClientActor
from portal.policies.permissions import Permission
from portal.queries import documents, terms
from portal.web.answers import page_or_part, see_other
from portal.web.client import area
from portal.web.client.conflicts import conflict_page
from portal.web.client.documents import refusal
from portal.web.forms.client import AcceptForm
from portal.web.gate import actor, client, firm, scope
from portal.web.languages import language
from portal.web.routing import Limit


@area.get("/documents/<uid>/acceptance", allow=Permission.PORTAL_DECIDE)
def show(uid: str) -> Response:
    """The form: what is accepted, by whom, under which terms. Asks for nothing yet and decides nothing."""
    document = _offer(uid)
    closed = refusal(document)
    if closed is not None:
        return conflict_page(document, closed)
    form = AcceptForm.about(documents.current(scope(), document).version, _actor())
    now = terms.current(scope())
    form.terms_version.data = now.version if now is not None else None
    return _form_page(document, form)


@area.post("/documents/<uid>/acceptance", allow=Permission.PORTAL_DECIDE, form=True)
def create(uid: str) -> Response:
    """Place the binding order. What was shown is what is accepted; a second tab gets 409 and the present state."""
    document, form = _offer(uid), AcceptForm()
    if not form.sent():
        return _again(document, form)
    try:
        decisions.accept(
            _actor(), document, **form.shown, name=form.name.data, agreed=form.agreed.data, language=language(),
            button=_("Place binding order"), code=form.code.data or None, terms_version=_terms_version(form),
        )  # fmt: skip
    except Invalid as error:
        return _refused(document, form, error)
    except Conflict as error:
        return conflict_page(document, error)
    return see_other("client.documents.show", uid=document.uid, fragment="decision")


@area.post("/documents/<uid>/acceptance/code", allow=Permission.PORTAL_DECIDE, limit=Limit(30, 600), form=True)
def send_code(uid: str) -> Response:
    """Mail a code to the address on file, and show the form again with what was typed."""
    document, form = _offer(uid), AcceptForm()
    if form.stale:
        return _again(document, form)
    form.code.raw_data, form.code.data = [], ""
    return _with_code(document, form, 200)


def _again(document: Document, form: AcceptForm) -> Response:
    """The form with its errors; when the offer is closed there is nothing left to correct."""
    closed = refusal(document)
    return _form_page(document, form, 422) if closed is None else conflict_page(document, closed)


def _refused(document: Document, form: AcceptForm, error: Invalid) -> Response:
    """Who orders where a code is asked and has none yet, gets one: the order is the wish for it."""
    if list(error.errors) == ["code"] and not form.code.data and _waiting(document, form) is None:
        return _with_code(document, form, 422)
    form.refuse(error)
    return _form_page(document, form, 422)


def _with_code(document: Document, form: AcceptForm, status: int) -> Response:
    try:
        codes.send(_actor(), document, _shown_hash(form))
    except Conflict as error:
        return conflict_page(document, error)
    except TooMany as error:
        form.refuse(Invalid(code=_wait(error)))
        response = _form_page(document, form, 429)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    return _form_page(document, form, status)


def _wait(error: TooMany) -> str:
    minutes = -(-error.retry_after // 60)
    return ngettext(
        "A code was sent just now. You can have another one in %(num)s minute.",
        "Several codes were sent. You can have another one in %(num)s minutes.",
        minutes,
    )


def _form_page(document: Document, form: AcceptForm, status: int = 200) -> Response:
    wants_code = codes.needed(firm(), document, _actor())
    contact = codes.destination(scope(), _actor()) if wants_code else None
    return page_or_part(
        "client/acceptances/show.html",
        status,
        part="client/acceptances/_form.html",
        document=document,
        version=documents.current(scope(), document).version,
        form=form,
        wants_code=wants_code,
        code_to=masked_email(contact.email) if contact else "",
        code_sent=wants_code and _waiting(document, form) is not None,
        needs_agreement_to_terms=form.terms_version.data is not None,
    )


def _offer(uid: str) -> Document:
    document: Document = scope().get(Document, uid)
    if document.kind != OFFER or not decisions.may_accept(firm(), client()):
        raise NotPermitted("accept")
    amounts.demand_within_limit(_actor(), document.payable)
    return document


def _terms_version(form: AcceptForm) -> int | None:
    """The terms that the form showed; a form without any is out of date as soon as the firm has some."""
    return form.terms_version.data or (0 if terms.current(scope()) is not None else None)


def _waiting(document: Document, form: AcceptForm) -> codes.Sent | None:
    return codes.waiting(scope(), _actor(), document, _shown_hash(form))


def _shown_hash(form: AcceptForm) -> str:
    return codes.shown(form.version.data or 0, form.sha256.data or "", form.fields_sha256.data or "")


def _actor() -> ClientActor:
    found = actor()
    assert isinstance(found, ClientActor)
    return found
