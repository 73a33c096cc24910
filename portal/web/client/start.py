"""The start page of a client's portal: one clear next step (F4)."""

from __future__ import annotations

from flask import Response

from portal.base import clock
from portal.policies import amounts
from portal.policies.permissions import Permission
from portal.queries import next_steps
from portal.web import openings
from portal.web.answers import page
from portal.web.client import area
from portal.web.client.documents import visitor
from portal.web.gate import actor, firm, scope, visit


@area.get("/", allow=Permission.PORTAL_VIEW)
def index() -> Response:
    """What needs attention first, then the newest documents."""
    openings.note()
    today = clock.today(firm().time_zone)
    steps = next_steps.of_client(scope(), today, pays=actor().may(Permission.PORTAL_PAY))
    return page(
        "client/start/index.html",
        steps=steps,
        recent=next_steps.recent(scope()),
        contact=visit().contact,
        today=today,
        deadline=next_steps.deadline,
        decides=lambda document: amounts.may_decide(visitor(), document) or visitor().viewer_uid,
    )
