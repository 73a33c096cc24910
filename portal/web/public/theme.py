"""Light, dark or as the system: a cookie, so that the server sends the right page at once."""

from __future__ import annotations

from flask import Response, current_app, redirect, request

from portal.policies.permissions import PUBLIC
from portal.web.answers import toast
from portal.web.csrf import is_stale
from portal.web.forms.form import stale_text
from portal.web.paths import safe_path
from portal.web.public import area
from portal.web.shell import THEME_COOKIE, THEMES

_YEAR = 365 * 24 * 3600


@area.post("/theme", allow=PUBLIC, form=True)
def change() -> Response:
    """Remember the appearance in this browser; anything but light and dark means as the system."""
    chosen = request.form.get("theme", "")
    response = redirect(safe_path(request.form.get("back")), 303)
    if is_stale():
        toast(stale_text(), "wait")
    elif chosen in THEMES:
        response.set_cookie(
            THEME_COOKIE, chosen, max_age=_YEAR, samesite="Lax", secure=current_app.config["HTTPS"], httponly=True
        )
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax", secure=current_app.config["HTTPS"], httponly=True)
    return response  # type: ignore[return-value]
