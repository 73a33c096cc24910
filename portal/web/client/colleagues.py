"""Inviting a colleague (F10): for contacts to whom the firm gave the right."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _

from portal.operations import colleagues
from portal.policies.permissions import Permission
from portal.web.answers import page, see_other, toast
from portal.web.client import area
from portal.web.client.documents import visitor
from portal.web.forms.attempt import succeeds, typed
from portal.web.forms.own_account import ColleagueForm
from portal.web.gate import client
from portal.web.routing import Limit


@area.get("/settings/colleague", allow=Permission.PORTAL_INVITE)
def show() -> Response:
    """Whom to invite."""
    return page("client/settings/colleague.html", form=ColleagueForm())


@area.post("/settings/colleague", allow=Permission.PORTAL_INVITE, form=True, limit=Limit(40, 3600))
def invite() -> Response:
    """Invite; the same answer whether the firm knows the address or not."""
    form = ColleagueForm()
    if not succeeds(form, lambda: colleagues.invite(visitor(), client(), **typed(form))):
        return page("client/settings/colleague.html", 422, form=form)
    toast(_("Thank you. If we can invite this person, an e-mail is on its way."))
    return see_other("client.settings.index")
