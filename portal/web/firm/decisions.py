"""An acceptance that waits: staff confirm that it is genuine, or do not (DETAILS 7)."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _

from portal.base.errors import Conflict, Invalid, NotFound
from portal.models.decision import OfferDecision
from portal.models.document import Document
from portal.operations import decisions as writing
from portal.policies.actors import StaffActor
from portal.policies.permissions import Permission
from portal.queries import decisions
from portal.web.answers import page_or_part, see_other, toast
from portal.web.firm import area
from portal.web.firm.documents import conflict_page
from portal.web.forms.documents import ConfirmationForm, RejectionForm
from portal.web.forms.form import Form
from portal.web.gate import actor, scope


@area.get("/documents/<uid>/decision/confirmation", allow=Permission.CLIENT_WORK)
def ask_confirmation(uid: str) -> Response:
    """With whom, how, when: part of the proof."""
    document = scope().get(Document, uid)
    return _page("confirmation", document, decisions.waiting(scope(), document), ConfirmationForm(formdata=None))


@area.post("/documents/<uid>/decision/confirmation", allow=Permission.CLIENT_WORK, form=True)
def confirm(uid: str) -> Response:
    """Make the acceptance binding."""
    document, form = scope().get(Document, uid), ConfirmationForm()
    try:
        decision = _waiting(document)
        if not form.sent() or not _confirmed(form, decision):
            return _page("confirmation", document, decision, form, 422)
    except Conflict as conflict:
        return conflict_page(document, conflict)
    toast(_("%(number)s is accepted bindingly.", number=document.number))
    return see_other("firm.documents.show", uid=uid, fragment="decision")


@area.get("/documents/<uid>/decision/rejection", allow=Permission.CLIENT_WORK)
def ask_rejection(uid: str) -> Response:
    """Why it is not confirmed."""
    document = scope().get(Document, uid)
    return _page("rejection", document, decisions.waiting(scope(), document), RejectionForm(formdata=None))


@area.post("/documents/<uid>/decision/rejection", allow=Permission.CLIENT_WORK, form=True)
def reject(uid: str) -> Response:
    """Open the offer again."""
    document, form = scope().get(Document, uid), RejectionForm()
    try:
        decision = _waiting(document)
        if not form.sent() or not _rejected(form, decision):
            return _page("rejection", document, decision, form, 422)
    except Conflict as conflict:
        return conflict_page(document, conflict)
    toast(_("%(number)s is open again.", number=document.number))
    return see_other("firm.documents.show", uid=uid, fragment="decision")


def _waiting(document: Document) -> OfferDecision:
    try:
        return decisions.waiting(scope(), document)
    except NotFound:
        raise Conflict("settled") from None


def _confirmed(form: ConfirmationForm, decision: OfferDecision) -> bool:
    try:
        writing.confirm(
            _actor(),
            decision,
            with_whom=form.with_whom.data or "",
            how=form.how.data or "",
            when=form.when.data or "",
        )
    except Invalid as error:
        form.refuse(error)
        return False
    return True


def _rejected(form: RejectionForm, decision: OfferDecision) -> bool:
    try:
        writing.reject(_actor(), decision, reason=form.reason.data or "")
    except Invalid as error:
        form.refuse(error)
        return False
    return True


def _page(what: str, document: Document, decision: OfferDecision, form: Form, status: int = 200) -> Response:
    return page_or_part(
        "firm/documents/settling.html",
        status,
        part="firm/documents/_settling.html",
        what=what,
        document=document,
        decision=decision,
        form=form,
    )


def _actor() -> StaffActor:
    found = actor()
    assert isinstance(found, StaffActor)
    return found
