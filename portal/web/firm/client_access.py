"""The access overview of a client: every way in that is out there, who is inside, and *revoke all* (X15)."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _

from portal.base import clock
from portal.models.client import Client
from portal.models.sign_in import SignIn
from portal.operations import revocations, sign_outs
from portal.policies.permissions import Permission
from portal.queries import client_access, contacts, links
from portal.web.answers import page, page_or_part, see_other, toast
from portal.web.devices import device
from portal.web.firm import area, contact_rows
from portal.web.firm.clients import heading, portal_address
from portal.web.gate import actor, firm, scope


@area.get("/clients/<uid>/access", allow=Permission.CLIENT_WORK)
def show(uid: str) -> Response:
    """Contacts, links and sessions of a client on one page."""
    client, now = scope().get(Client, uid), clock.now()
    return page(
        "firm/client_access/show.html",
        **{**heading(client, "access"), **contact_rows.context(client)},
        rows=contacts.of_client(scope(), client, firm(), now),
        links=links.of_client(scope(), client, firm(), now),
        sessions=client_access.sessions(scope(), client, now),
        device_name=device,
        portal_address=portal_address(client),
    )


@area.get("/clients/<uid>/revocation", allow=Permission.CLIENT_WORK)
def ask(uid: str) -> Response:
    """What revoking all means, before it is done."""
    client, now = scope().get(Client, uid), clock.now()
    rows = contacts.of_client(scope(), client, firm(), now)
    return page_or_part(
        "firm/client_access/revocation.html",
        part="firm/client_access/_revocation.html",
        client=client,
        with_password=[row.contact.name for row in rows if row.has_password and row.membership.login],
    )


@area.post("/clients/<uid>/revocation", allow=Permission.CLIENT_WORK)
def revoke(uid: str) -> Response:
    """End all links, sessions and invitations of the client."""
    done = revocations.everything(actor(), scope().get(Client, uid))
    toast(
        _(
            "Revoked: %(links)s links, %(sessions)s sessions, %(invitations)s invitations.",
            links=done.links, sessions=done.sessions, invitations=done.invitations,
        )
    )  # fmt: skip
    return see_other("firm.client_access.show", uid=uid)


@area.post("/sessions/<uid>/end", allow=Permission.CLIENT_WORK)
def end(uid: str) -> Response:
    """End one session in a client's portal."""
    session = scope().get(SignIn, uid)
    sign_outs.one(actor(), session)
    toast(_("The session was ended."))
    return see_other("firm.client_access.show", uid=scope().by_id(Client, session.client_id).uid, fragment="sessions")
