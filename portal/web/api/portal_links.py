"""The secret address of a client's portal: as text, as QR code, a new one (B7). Needs the right *links*."""

from __future__ import annotations

from flask import Response

from portal.base import qr
from portal.base.errors import Conflict
from portal.models.client import Client
from portal.models.firm import SECRET_LINK
from portal.models.link import Link
from portal.operations import links
from portal.policies.permissions import Permission
from portal.queries import clients
from portal.queries import links as known
from portal.web.api import area
from portal.web.api.answers import answer, base_url
from portal.web.api.calls import Told
from portal.web.api.problems import Absent
from portal.web.api.shapes.clients import portal_link
from portal.web.gate import actor, scope

_NONE = "404 with a `code` when the client is archived, its access is off or the link was revoked without a new one."
_WITHOUT_LINKS = " The firm's sign-in address where the client's login type is `password`."


@area.call(
    "GET",
    "/clients/<number>/portal-link",
    allow=Permission.API_LINKS,
    told=Told(
        says="The address of the client's portal",
        answers={200: "PortalLink"},
        errors=(404,),
        more=_NONE + _WITHOUT_LINKS,
    ),
)
def show(number: str) -> Response:
    client = clients.by_number(scope(), number)
    link = _standing(client)
    return answer(portal_link(client, link, _address(client, link)))


@area.call(
    "GET",
    "/clients/<number>/portal-link.svg",
    allow=Permission.API_LINKS,
    told=Told(says="The same as a QR code", answers={200: "image/svg+xml"}, errors=(404,), more=_NONE),
)
def picture(number: str) -> Response:
    client = clients.by_number(scope(), number)
    link = _standing(client)
    payload = known.qr_payload(base_url(), link) if _is_by_link(client) else _address(client, link)
    return Response(qr.svg_file(payload), mimetype="image/svg+xml")


@area.call(
    "POST",
    "/clients/<number>/portal-link/renew",
    allow=Permission.API_LINKS,
    told=Told(
        says="Put a new link in place of the old one",
        answers={201: "PortalLink"},
        errors=(404, 409),
        more="The old one stops working at once, also where it is printed.",
    ),
)
def renew(number: str) -> Response:
    client = clients.by_number(scope(), number)
    if client.is_archived or not client.portal_access:
        raise Conflict(_closed(client), existing=client.uid)
    old = known.portal_link(scope(), client)
    new = links.make(actor(), client) if old is None else links.renew(actor(), old)
    return answer(portal_link(client, new, _address(client, new)), 201)


def _address(client: Client, link: Link) -> str:
    return known.url_of(base_url(), client, scope().firm, link) or ""


def _is_by_link(client: Client) -> bool:
    return client.signs_in_by(scope().firm) == SECRET_LINK


def _standing(client: Client) -> Link:
    if client.is_archived or not client.portal_access:
        raise Absent(_closed(client))
    link = known.portal_link(scope(), client)
    if link is None:
        raise Absent("revoked")
    return link


def _closed(client: Client) -> str:
    return "archived" if client.is_archived else "access_off"
