"""Settings: who the firm is."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _

from portal.operations import settings
from portal.policies.permissions import Permission
from portal.web.answers import page, see_other, toast
from portal.web.firm import area
from portal.web.forms.attempt import succeeds, typed
from portal.web.forms.settings import FirmForm
from portal.web.gate import actor, firm

_PAGE = "firm/settings/firm.html"


@area.get("/settings/firm", allow=Permission.SETTINGS_MANAGE)
def index() -> Response:
    """Name, address, phone, languages, as clients see them."""
    return page(_PAGE, form=FirmForm(obj=firm()))


@area.post("/settings/firm", allow=Permission.SETTINGS_MANAGE, form=True)
def save() -> Response:
    """Keep what was typed."""
    form = FirmForm()
    if not succeeds(form, lambda: settings.change_firm(actor(), firm(), **typed(form))):
        return page(_PAGE, 422, form=form)
    toast(_("Saved."))
    return see_other("firm.settings_firm.index")
