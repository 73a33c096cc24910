"""Switching the language on any page; a POST, since GET decides nothing."""

from __future__ import annotations

from flask import Response, current_app, redirect, request

from portal.base.language import LANGUAGES
from portal.operations import languages as choice
from portal.policies.actors import StaffActor
from portal.policies.permissions import PUBLIC
from portal.web.answers import toast
from portal.web.csrf import is_stale
from portal.web.forms.form import stale_text
from portal.web.languages import COOKIE
from portal.web.paths import safe_path
from portal.web.public import area
from portal.web.session import visit_of

_YEAR = 365 * 24 * 3600


@area.post("/language", allow=PUBLIC, form=True)
def change() -> Response:
    """Remember the language in this browser, and for a staff member for good."""
    chosen = request.form.get("language", "")
    response = redirect(safe_path(request.form.get("back")), 303)
    if is_stale():
        toast(stale_text(), "wait")
    elif chosen in LANGUAGES:
        staff = visit_of("staff")
        if staff is not None and isinstance(staff.actor, StaffActor):
            choice.choose(staff.actor, staff.actor.identity_id, chosen)
        response.set_cookie(
            COOKIE, chosen, max_age=_YEAR, samesite="Lax", secure=current_app.config["HTTPS"], httponly=True
        )
    return response  # type: ignore[return-value]
