"""Switches and invitations for all contacts of many clients: the form, what it would do, and the start (T4)."""

from __future__ import annotations

from flask import Response, request
from flask_babel import gettext as _

from portal.base import clock, placeholders
from portal.base.errors import Invalid
from portal.models.run import Run
from portal.operations import client_runs as operations
from portal.policies.permissions import Permission
from portal.queries import client_plans
from portal.web.answers import page_or_part, see_other
from portal.web.firm import area
from portal.web.firm.run_words import reason
from portal.web.forms.attempt import succeeds
from portal.web.forms.client_runs import ClientRunForm, Selection
from portal.web.gate import actor, firm, scope


@area.get("/clients/switches", allow=Permission.CLIENT_WORK)
def edit() -> Response:
    """*Edit login, notify and e-mail sync* of the clients that the address names."""
    return _form(200, Selection.asked(request.args), ClientRunForm(invite=True))


@area.get("/clients/invitations", allow=Permission.CLIENT_WORK)
def invite() -> Response:
    """*Send invitations* to all their contacts: the same with the switches left as they are."""
    return _form(200, Selection.asked(request.args), ClientRunForm(invite=True, only="y"))


@area.post("/clients/switches", allow=Permission.CLIENT_WORK, form=True)
def review() -> Response:
    """What it would do. Nothing has happened yet."""
    selection, form = Selection.asked(request.form), ClientRunForm()
    if not succeeds(form, lambda: _check(selection, form)):
        return _form(422, selection, form)
    plan = client_plans.plan(
        scope(), firm(), clock.now(), clients=selection.ids(scope()), switches=form.switches,
        invite=bool(form.invite.data),
    )  # fmt: skip
    sample = plan.sample
    values = operations.values(firm(), sample, actor()) if sample is not None else {}
    return page_or_part(
        "firm/client_runs/review.html", part="firm/client_runs/_review.html", form=form, selection=selection, plan=plan,
        reason=reason, message=placeholders.fill(form.message.data or "", values), unknown=_unknown(form),
        letter=client_plans.preview(scope(), firm(), sample, actor().name) if sample is not None else None,
    )  # fmt: skip


@area.post("/clients/switches/edit", allow=Permission.CLIENT_WORK, form=True)
def change() -> Response:
    """Back to the form, with what was chosen."""
    return _form(200, Selection.asked(request.form), ClientRunForm())


@area.post("/clients/runs", allow=Permission.CLIENT_WORK, form=True)
def begin() -> Response:
    """Do it: the worker goes through the contacts, its page shows how far it is. Sent twice, it is the same run."""
    selection, form, begun = Selection.asked(request.form), ClientRunForm(), list[Run]()
    if not succeeds(form, lambda: begun.append(_begin(selection, form))):
        return _form(422, selection, form)
    return see_other("firm.runs.show", uid=begun[0].uid)


def _begin(selection: Selection, form: ClientRunForm) -> Run:
    _check(selection, form)
    return operations.begin(
        actor(), firm(), clients=selection.ids(scope()), selection=selection.said, key=form.key.data or "",
        **form.values(),
    )  # fmt: skip


def _check(selection: Selection, form: ClientRunForm) -> None:
    if selection.filters is None and not selection.uids:
        raise Invalid(selection="nobody")
    if not form.asks_for_something:
        raise Invalid(choice="nothing")
    operations.checked(form.message.data or "")


def _form(status: int, selection: Selection, form: ClientRunForm) -> Response:
    return page_or_part(
        "firm/client_runs/form.html", status, part="firm/client_runs/_form.html", form=form, selection=selection,
        size=client_plans.size(scope(), selection.ids(scope())),
        placeholders=" ".join(f"[{name}]" for name in operations.PLACEHOLDERS),
        title=_("Send invitations") if form.only.data else _("Edit login, notify and e-mail sync"),
    )  # fmt: skip


def _unknown(form: ClientRunForm) -> list[str]:
    return placeholders.unknown(form.message.data or "", operations.PLACEHOLDERS)
