"""What a client sees when somebody was quicker: the present state; nothing was changed (409)."""

from __future__ import annotations

from flask import Response

from portal.base import clock
from portal.base.errors import Conflict
from portal.models.document import WITHDRAWN, Document
from portal.web.answers import is_htmx, page
from portal.web.client.documents import shown
from portal.web.gate import firm, scope


def conflict_page(document: Document, error: Conflict) -> Response:
    """The document's page as it is now; in a dialog the reason with the way there."""
    current = scope().get(Document, document.uid)
    today = clock.today(firm().time_zone)
    if is_htmx():
        return page("client/documents/_conflict.html", 409, conflict=error.code, document=current, partial=True)
    if current.state == WITHDRAWN:
        return page("client/documents/withdrawn.html", 409, conflict=error.code, document=current, today=today)
    return page("client/documents/show.html", 409, conflict=error.code, **shown(current))
