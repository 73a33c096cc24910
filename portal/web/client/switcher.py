"""Going from one client to another, for people who are contacts of several (T6)."""

from __future__ import annotations

from flask import Response, request

from portal.base.errors import Conflict, NotFound
from portal.operations import sign_ins
from portal.policies.permissions import Permission
from portal.queries import own_clients
from portal.web.answers import see_other
from portal.web.client import area
from portal.web.client.documents import visitor
from portal.web.gate import client
from portal.web.session import give_cookie


@area.post("/switch", allow=Permission.PORTAL_ACCOUNT)
def go() -> Response:
    """End this visit and begin one at the client of the membership `to`: on its start page, or where `document` leads.

    Whether there is such a document is seen only at that client.
    """
    wanted = request.form.get("to", "")
    found = next((each for each in own_clients.of(visitor()) if each.membership.uid == wanted), None)
    if found is None:
        raise NotFound("Membership")
    if not found.is_present:
        try:
            token = sign_ins.switch_client(visitor(), client(), to=found.membership)
        except Conflict:
            # pressed twice, the first has gone on; signed out meanwhile, the start page leads to the door
            return see_other("client.start.index")
        give_cookie("client", token)
    document = request.form.get("document", "")
    return see_other("client.documents.show", uid=document) if document else see_other("client.start.index")
