"""*Today*: what needs attention (P2)."""

from __future__ import annotations

from flask import Response

from portal.base import clock
from portal.policies.permissions import Permission
from portal.queries import figures
from portal.queries import today as queries
from portal.web.answers import page
from portal.web.firm import area
from portal.web.firm import figure_words as words
from portal.web.gate import firm, scope


@area.get("/", allow=Permission.FIRM_VIEW)
def index() -> Response:
    """The dashboard."""
    return page(
        "firm/today/index.html",
        found=queries.of(scope(), firm()),
        today=clock.today(firm().time_zone),
        days_late=queries.days_late,
        figures=figures.of(scope(), firm()),
        words=words,
    )
