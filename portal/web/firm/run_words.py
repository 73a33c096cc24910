"""Runs in words: what they do, what was done, and why a row was not (T4)."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.models.run import Run
from portal.operations.client_runs import CANCEL, INVITE, SWITCH
from portal.queries import reach
from portal.queries.runs import Figures

TITLES: dict[str, Any] = {
    "clients": _l("Edit login, notify and e-mail sync"),
    "invitations": _l("Send invitations"),
    "cancellations": _l("Cancel invitations"),
    "access": _l("Access of all contacts"),
    "client_import": _l("Import clients"),
}
_ONLY_INVITATIONS = _l("Send invitations")
REASONS: dict[str, Any] = {
    reach.TEST_CLIENT: _l("This is the test client."),
    reach.ARCHIVED: _l("The client is archived."),
    reach.CLOSED: _l("The portal of the client is closed."),
    reach.LOGIN_OFF: _l("Login is off."),
    reach.NO_EMAIL: _l("There is no e-mail address."),
    reach.INVALID_EMAIL: _l("The e-mail address is not valid."),
    reach.BOUNCED: _l("Mail to this address came back."),
    reach.HELD: _l("The address was changed a short time ago and is not written to yet."),
    reach.NOTIFY_OFF: _l("Notifications are off."),
    reach.ACTIVE: _l("Active already."),
    reach.JUST_INVITED: _l("Invited less than 10 minutes ago."),
    reach.NOT_INVITED: _l("Came in meanwhile, or was never invited."),
    reach.ENDED: _l("No contact of the client any more."),
    "no_contact": _l("The client has no contact."),
    "not_permitted": _l("Whoever began this may no longer do it."),
    "not_assigned": _l("Whoever began this does not work for the client any more."),
    "mistake": _l("The program made a mistake here. Please try again."),
}


def title(run: Run) -> str:
    """What it is, as a heading."""
    asked = [run.choice.get(name) for name in ("login", "notify", "email_sync")]
    if run.kind == "clients" and all(on is None for on in asked):
        return str(_ONLY_INVITATIONS)
    return str(TITLES.get(run.kind, run.kind))


def reason(code: str) -> str:
    """Why a row was not done. A code without words of its own shows itself."""
    return str(REASONS.get(code, code))


def done(found: Figures) -> list[str]:
    """What was done, a sentence for each act."""
    words = {
        SWITCH: lambda num: ngettext("%(num)s contact was switched.", "%(num)s contacts were switched.", num),
        INVITE: lambda num: ngettext("%(num)s invitation is on its way.", "%(num)s invitations are on their way.", num),
        CANCEL: lambda num: ngettext("%(num)s invitation was cancelled.", "%(num)s invitations were cancelled.", num),
    }
    other = _("Done: %(num)s")
    return [words[act](num) if act in words else other % {"num": num} for act, num in found.done.items()]
