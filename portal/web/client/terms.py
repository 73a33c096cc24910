"""The firm's terms, in the version that a form or a decision names."""

from __future__ import annotations

from flask import Response

from portal.policies.permissions import Permission
from portal.queries import terms
from portal.web.answers import page_or_part
from portal.web.client import area
from portal.web.gate import scope


@area.get("/terms/<int:number>", allow=Permission.PORTAL_VIEW)
def show(number: int) -> Response:
    """One version, old ones too: decisions name them."""
    return page_or_part("client/terms/show.html", part="client/terms/_text.html", terms=terms.version(scope(), number))
