"""The settings of the firm: one page a group, this one leads to them."""

from __future__ import annotations

from flask import Response

from portal.policies.permissions import Permission
from portal.queries import settings
from portal.web.answers import page
from portal.web.firm import area
from portal.web.gate import firm, scope


@area.get("/settings", allow=Permission.SETTINGS_MANAGE)
def index() -> Response:
    """All groups with how things stand."""
    return page("firm/settings/index.html", firm=firm(), now=settings.overview(scope()))
