"""Settings: who of the team is told by mail when an offer is decided, and how mail leaves the house."""

from __future__ import annotations

from flask import Response, current_app
from flask_babel import gettext as _

from portal.base.config import Config
from portal.operations import settings
from portal.policies.permissions import Permission
from portal.queries import team
from portal.web.answers import page, see_other, toast
from portal.web.firm import area
from portal.web.forms.attempt import succeeds
from portal.web.forms.settings import MailForm
from portal.web.gate import actor, firm, scope

_PAGE = "firm/settings/mail.html"


@area.get("/settings/mail", allow=Permission.SETTINGS_MANAGE)
def index() -> Response:
    """The team, each with a tick or without."""
    members = _members()
    form = MailForm(data={"decisions": [member.uid for member in members if member.mail_decisions]})
    return _page(200, form, members)


@area.post("/settings/mail", allow=Permission.SETTINGS_MANAGE, form=True)
def save() -> Response:
    """Keep the ticks."""
    form = MailForm()
    if not succeeds(form, lambda: settings.change_mail(actor(), firm(), decisions=form.decisions.data or ())):
        return _page(422, form, _members())
    toast(_("Saved."))
    return see_other("firm.settings_mail.index")


def _members() -> list[team.Member]:
    return [member for member in team.members(scope()) if member.state != team.DEACTIVATED]


def _page(status: int, form: MailForm, members: list[team.Member]) -> Response:
    config: Config = current_app.config["PORTAL"]
    return page(_PAGE, status, form=form, members=members, firm=firm(), config=config)
