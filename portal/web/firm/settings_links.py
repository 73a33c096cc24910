"""Settings: what a secret link may do (B3), how long it lives, when it takes a code."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _

from portal.operations import settings
from portal.policies.permissions import Permission
from portal.web.answers import page, see_other, toast
from portal.web.firm import area
from portal.web.forms.attempt import succeeds
from portal.web.forms.settings import LinksForm
from portal.web.gate import actor, firm

_PAGE = "firm/settings/links.html"


@area.get("/settings/links", allow=Permission.SETTINGS_MANAGE)
def index() -> Response:
    """As it is now."""
    return page(_PAGE, form=LinksForm.of(firm()))


@area.post("/settings/links", allow=Permission.SETTINGS_MANAGE, form=True)
def save() -> Response:
    """Keep it; a new life of links holds for those that are out already."""
    form = LinksForm()
    if not succeeds(form, lambda: settings.change_links(actor(), firm(), **form.settings())):
        return page(_PAGE, 422, form=form)
    toast(_("Saved."))
    return see_other("firm.settings_links.index")
