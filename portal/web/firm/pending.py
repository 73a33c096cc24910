"""*Pending activation*: who may come in and did not yet; asking again, taking invitations back (T9 to T11)."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from portal.base.errors import Conflict
from portal.base.text import uid as new_key
from portal.models.contact import Contact
from portal.models.run import Run
from portal.operations import client_runs
from portal.operations import pending as operations
from portal.operations.pending import AT_ONCE, Outcome
from portal.policies.permissions import Permission
from portal.queries import pending
from portal.web.answers import page_or_part, part, see_other, toast
from portal.web.firm import area
from portal.web.firm import pending_words as words
from portal.web.forms.pending import SHOW_WORDS, PendingFilters, Selection
from portal.web.gate import actor, firm, scope
from portal.web.htmx import is_htmx

_MOST_IN_A_RUN = 100_000


@area.get("/clients/pending", allow=Permission.FIRM_VIEW)
def index() -> Response:
    """The list, as the address asks for it."""
    filters = PendingFilters.asked()
    answer = _list(200, filters)
    if is_htmx():
        answer.headers["HX-Push-Url"] = filters.address
    return answer


@area.post("/clients/pending/deliveries", allow=Permission.CLIENT_WORK)
def deliver() -> Response:
    """*Resend* to all that were selected: at once, or by the worker when they are many."""
    filters, key = PendingFilters.asked(), request.form.get("key") or new_key()
    chosen = Selection.asked(scope(), filters, AT_ONCE)
    if chosen.more:
        return _run(client_runs.begin_invitations(actor(), firm(), contacts=_all_ids(filters), key=key))
    outcome = operations.resend_all(actor(), chosen.contacts, key=key)
    return _told(filters, outcome, words.sent(outcome))


@area.post("/clients/pending/selection", allow=Permission.CLIENT_WORK)
def select() -> Response:
    """On to the page that asks, without script: the selection goes along in its address, the token does not."""
    chosen: dict[str, Any] = {
        name: request.form.getlist(name) for name in ("which", "contact") if request.form.get(name)
    }
    return see_other("firm.pending.ask", **PendingFilters.asked().values, **chosen)


@area.get("/clients/pending/cancellation", allow=Permission.CLIENT_WORK)
def ask() -> Response:
    """What cancelling means, before it is done."""
    filters = PendingFilters.asked()
    chosen = Selection.asked(scope(), filters, AT_ONCE)
    invited = [contact for contact in chosen.contacts if contact.invited_at is not None]
    return page_or_part(
        "firm/pending/cancellation.html", part="firm/pending/_cancellation.html", filters=filters, chosen=chosen,
        invited=invited, back=filters.address, key=new_key(),
    )  # fmt: skip


@area.post("/clients/pending/cancellations", allow=Permission.CLIENT_WORK)
def cancel() -> Response:
    """*Cancel invitations* of all that were selected."""
    filters, key = PendingFilters.asked(), request.form.get("key") or new_key()
    chosen = Selection.asked(scope(), filters, AT_ONCE)
    if chosen.more:
        return _run(client_runs.begin_cancellations(actor(), firm(), contacts=_all_ids(filters), key=key))
    outcome = operations.cancel_all(actor(), chosen.contacts)
    return _told(filters, outcome, words.cancelled(outcome))


@area.post("/clients/pending/<uid>/delivery", allow=Permission.CLIENT_WORK)
def resend(uid: str) -> Response:
    """*Resend* to one."""
    contact = scope().get(Contact, uid)
    try:
        operations.resend(actor(), contact, key=request.form.get("key") or new_key())
    except Conflict as conflict:
        return _refused(contact, conflict)
    toast(_("The invitation to %(name)s is on its way.", name=contact.name))
    return _row(contact, 200)


@area.get("/clients/pending/<uid>/cancellation", allow=Permission.CLIENT_WORK)
def ask_one(uid: str) -> Response:
    """The same for one."""
    contact = scope().get(Contact, uid)
    return page_or_part(
        "firm/pending/cancellation.html", part="firm/pending/_cancellation.html", filters=PendingFilters.asked(),
        one=contact, back=PendingFilters.asked().address,
    )  # fmt: skip


@area.post("/clients/pending/<uid>/cancellation", allow=Permission.CLIENT_WORK)
def cancel_one(uid: str) -> Response:
    """*Cancel invitations* of one."""
    contact = scope().get(Contact, uid)
    try:
        operations.cancel(actor(), contact)
    except Conflict as conflict:
        return _refused(contact, conflict)
    toast(_("The invitation of %(name)s was cancelled: the mailed link stops working.", name=contact.name))
    return _row(contact, 200)


def _list(status: int, filters: PendingFilters, *, note: str = "", told: bool = False) -> Response:
    return page_or_part(
        "firm/pending/index.html", status, part="firm/pending/_list.html", filters=filters, shows=SHOW_WORDS,
        found=pending.page(scope(), **filters.query()), waiting=pending.count(scope()), key=new_key(), note=note,
        told=told,
    )  # fmt: skip


def _all_ids(filters: PendingFilters) -> list[int]:
    return [contact.id for contact in Selection.asked(scope(), filters, _MOST_IN_A_RUN).contacts]


def _run(run: Run) -> Response:
    return see_other("firm.runs.show", uid=run.uid)


def _told(filters: PendingFilters, outcome: Outcome, text: str) -> Response:
    toast(text, "ok" if outcome.done else "bad")
    if not is_htmx():
        return see_other("firm.pending.index", **filters.values)
    answer = _list(200, filters, told=True)
    answer.headers["HX-Trigger-After-Swap"] = "close-dialog"
    return answer


def _refused(contact: Contact, conflict: Conflict) -> Response:
    """409 with the present state of the row."""
    text = words.refused(contact.name, conflict.code)
    if not is_htmx():
        return _list(409, PendingFilters.asked(), note=text)
    toast(text, "bad")
    return _row(contact, 409)


def _row(contact: Contact, status: int) -> Response:
    if not is_htmx():
        return see_other("firm.pending.index", fragment=f"p-{contact.uid}", **PendingFilters.asked().values)
    (row,) = pending.rows(scope(), [scope().by_id(Contact, contact.id)])
    answer = part("firm/pending/_row.html", status, row=row, filters=PendingFilters.asked(), key=new_key(), new=True)
    answer.headers["HX-Trigger-After-Swap"] = "close-dialog"
    return answer
