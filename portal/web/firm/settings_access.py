"""Settings: how clients sign in, and whose access comes by itself (B2, B5)."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _

from portal.base import clock
from portal.models.run import Run
from portal.operations import settings_access as operations
from portal.policies.permissions import Permission
from portal.queries import access_changes
from portal.web.answers import page, see_other, toast
from portal.web.firm import area
from portal.web.firm.run_words import reason
from portal.web.forms.access import AccessForm
from portal.web.forms.attempt import succeeds
from portal.web.gate import actor, firm, scope

_PAGE = "firm/settings/access.html"


@area.get("/settings/access", allow=Permission.SETTINGS_MANAGE)
def index() -> Response:
    """As it is now."""
    return page(_PAGE, form=AccessForm.of(firm()))


@area.post("/settings/access", allow=Permission.SETTINGS_MANAGE, form=True)
def review() -> Response:
    """What the change means for the contacts there are; kept at once when it means nothing to them."""
    form = AccessForm()
    if not form.sent():
        return page(_PAGE, 422, form=form)
    effect = access_changes.effect(scope(), firm(), clock.now(), **form.settings())
    if not effect.concerns_somebody:
        return save()
    return page("firm/settings/access_review.html", form=form, effect=effect, reason=reason)


@area.post("/settings/access/changes", allow=Permission.SETTINGS_MANAGE, form=True)
def save() -> Response:
    """Keep it, and do what it brings with it: on to the run that does, if there is one."""
    form, begun = AccessForm(), list[Run | None]()
    if not succeeds(form, lambda: begun.append(_change(form))):
        return page(_PAGE, 422, form=form)
    toast(_("Saved."))
    run = begun[0]
    return see_other("firm.settings_access.index") if run is None else see_other("firm.runs.show", uid=run.uid)


def _change(form: AccessForm) -> Run | None:
    return operations.change(
        actor(), firm(), **form.settings(), invite=bool(form.invite.data), message=form.message.data or "",
        key=form.key.data or "",
    )  # fmt: skip
