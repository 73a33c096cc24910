"""Payments of an invoice: one that came in, or all that is still owed (B9)."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _

from portal.base.errors import Conflict, Invalid
from portal.models.document import Document
from portal.operations import payments as writing
from portal.policies.permissions import Permission
from portal.web.answers import page_or_part, see_other, toast
from portal.web.firm import area
from portal.web.firm.documents import conflict_page, today
from portal.web.forms.documents import PaymentForm, RestForm
from portal.web.gate import actor, scope


@area.get("/documents/<uid>/payments/new", allow=Permission.CLIENT_WORK)
def new(uid: str) -> Response:
    """The form for one payment."""
    return _form_page(scope().get(Document, uid), PaymentForm.fresh(today()))


@area.post("/documents/<uid>/payments", allow=Permission.CLIENT_WORK, form=True)
def create(uid: str) -> Response:
    """Record one payment; the same form sent twice counts once."""
    document, form = scope().get(Document, uid), PaymentForm()
    try:
        if not form.sent() or not _recorded(form, document):
            return _form_page(document, form, 422)
    except Conflict as conflict:
        if conflict.code != "reference":
            return conflict_page(document, conflict)
        form.refuse(Invalid(reference="taken"))
        return _form_page(document, form, 409)
    toast(_("The payment is recorded."))
    return see_other("firm.documents.show", uid=uid, fragment="payments")


@area.get("/documents/<uid>/payments/rest", allow=Permission.CLIENT_WORK)
def ask_rest(uid: str) -> Response:
    """Mark as paid: when did it come in?"""
    form = RestForm(formdata=None)
    form.paid_on.put(today())
    return _rest_page(scope().get(Document, uid), form)


@area.post("/documents/<uid>/payments/rest", allow=Permission.CLIENT_WORK, form=True)
def mark_paid(uid: str) -> Response:
    """Record that all that is still owed came in."""
    document, form = scope().get(Document, uid), RestForm()
    if form.sent():
        try:
            writing.mark_paid(actor(), document, paid_on=form.paid_on.day, reference=form.reference.data or "")
        except Invalid as error:
            form.refuse(error)
        except Conflict as conflict:
            return conflict_page(document, conflict)
        else:
            toast(_("%(number)s is paid.", number=document.number))
            return see_other("firm.documents.show", uid=uid, fragment="payments")
    return _rest_page(document, form, 422)


def _recorded(form: PaymentForm, document: Document) -> bool:
    """Without a reference the form's key is one, so that a second click finds the first."""
    if form.amount.cents is None:
        form.refuse(Invalid(amount="missing"))
        return False
    reference = form.reference.data or f"#{(form.key.data or '')[:40]}"
    try:
        writing.record(
            actor(),
            document,
            amount=form.amount.cents,
            currency=document.currency,
            paid_on=form.paid_on.day,
            reference=reference if reference != "#" else "",
        )
    except Invalid as error:
        form.refuse(error)
        return False
    return True


def _form_page(document: Document, form: PaymentForm, status: int = 200) -> Response:
    return page_or_part(
        "firm/documents/payment.html", status, part="firm/documents/_payment.html", document=document, form=form
    )


def _rest_page(document: Document, form: RestForm, status: int = 200) -> Response:
    return page_or_part(
        "firm/documents/rest.html", status, part="firm/documents/_rest.html", document=document, form=form
    )
