"""A contact's own change of e-mail address: asked for here, confirmed from the new address (F10)."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _

from portal.operations import contact_addresses
from portal.policies.permissions import Permission
from portal.web.answers import see_other, toast
from portal.web.client import area
from portal.web.client.documents import visitor
from portal.web.client.settings import settings_page
from portal.web.forms.attempt import succeeds
from portal.web.forms.own_account import OwnAddressForm
from portal.web.gate import client
from portal.web.routing import Limit


@area.post("/settings/email", allow=Permission.PORTAL_ACCOUNT, form=True, limit=Limit(10, 900))
def ask() -> Response:
    """Send a confirmation to the new address. The same answer when somebody else has it already."""
    form = OwnAddressForm()
    email, password = form.email.data or "", form.password.data or ""
    if not succeeds(form, lambda: contact_addresses.ask(visitor(), client(), email=email, password=password)):
        return settings_page(422, address=form)
    toast(_("We sent a mail to %(email)s. The address changes as soon as you confirm it there.", email=email))
    return see_other("client.settings.index")
