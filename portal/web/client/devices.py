"""Where a contact is signed in; one device or all others are signed out."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _

from portal.base.errors import NotFound
from portal.operations import contact_accounts
from portal.policies.permissions import Permission
from portal.queries import own_devices
from portal.web.answers import see_other, toast
from portal.web.client import area
from portal.web.client.documents import visitor
from portal.web.gate import client


@area.post("/settings/devices/<uid>/end", allow=Permission.PORTAL_ACCOUNT)
def end(uid: str) -> Response:
    """Sign out on one device, at whichever of the person's clients."""
    if all(each.uid != uid for each in own_devices.of(visitor())):
        raise NotFound("SignIn")
    contact_accounts.end_sessions(visitor(), client(), sign_in_uid=uid)
    toast(_("The device was signed out."))
    return see_other("client.settings.index", fragment="devices")


@area.post("/settings/devices/end", allow=Permission.PORTAL_ACCOUNT)
def end_others() -> Response:
    """Sign out everywhere but here."""
    contact_accounts.end_sessions(visitor(), client())
    toast(_("All other devices were signed out."))
    return see_other("client.settings.index", fragment="devices")
