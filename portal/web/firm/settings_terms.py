"""Settings: the terms for offers, in versions."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _

from portal.operations import terms as operations
from portal.policies.permissions import Permission
from portal.queries import terms
from portal.web.answers import page, see_other, toast
from portal.web.firm import area
from portal.web.forms.attempt import succeeds
from portal.web.forms.settings import TermsForm
from portal.web.gate import actor, firm, scope

_PAGE = "firm/settings/terms.html"


@area.get("/settings/terms", allow=Permission.SETTINGS_MANAGE)
def index() -> Response:
    """The text in force, and all versions."""
    now = terms.current(scope())
    return _page(200, TermsForm(data={"text": now.text if now else ""}))


@area.post("/settings/terms", allow=Permission.SETTINGS_MANAGE, form=True)
def save() -> Response:
    """Put a new text in force."""
    form = TermsForm()
    if not succeeds(form, lambda: operations.save(actor(), firm(), text=form.text.data or "")):
        return _page(422, form)
    toast(_("Saved."))
    return see_other("firm.settings_terms.index")


@area.get("/settings/terms/<int:number>", allow=Permission.SETTINGS_MANAGE)
def show(number: int) -> Response:
    """One version as clients read it."""
    return page("firm/settings/terms_version.html", terms=terms.version(scope(), number))


def _page(status: int, form: TermsForm) -> Response:
    return page(_PAGE, status, form=form, now=terms.current(scope()), versions=terms.versions(scope()))
