"""Settings: where clients pay to."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _

from portal.base.iban import grouped
from portal.operations import settings
from portal.policies.permissions import Permission
from portal.web.answers import page, see_other, toast
from portal.web.firm import area
from portal.web.forms.attempt import succeeds, typed
from portal.web.forms.settings import BankForm
from portal.web.gate import actor, firm

_PAGE = "firm/settings/bank.html"


@area.get("/settings/bank", allow=Permission.SETTINGS_MANAGE)
def index() -> Response:
    """Holder, IBAN in groups of four, BIC."""
    form = BankForm(obj=firm())
    form.iban.data = grouped(firm().iban)
    return page(_PAGE, form=form)


@area.post("/settings/bank", allow=Permission.SETTINGS_MANAGE, form=True)
def save() -> Response:
    """Keep what was typed; the check digits of the IBAN are checked."""
    form = BankForm()
    if not succeeds(form, lambda: settings.change_bank(actor(), firm(), **typed(form))):
        return page(_PAGE, 422, form=form)
    toast(_("Saved."))
    return see_other("firm.settings_bank.index")
