"""Contacts of a client. They are made and changed with their client."""

from __future__ import annotations

from flask import Response

from portal.operations import memberships
from portal.policies.permissions import Permission
from portal.queries import clients
from portal.queries.api.clients import membership
from portal.web.api import area
from portal.web.api.calls import Told
from portal.web.gate import actor, scope


@area.call(
    "DELETE",
    "/clients/<number>/contacts/<path:email>",
    allow=Permission.API_WRITE,
    told=Told(
        says="End what a contact is at this client",
        answers={204: ""},
        errors=(404, 409),
        more="The contact's links to this client die at once; at other clients nothing changes.",
    ),
)
def delete(number: str, email: str) -> Response:
    memberships.end(actor(), membership(scope(), clients.by_number(scope(), number), email))
    return Response(status=204)
