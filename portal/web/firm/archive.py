"""Archiving a client, and fetching it back."""

from __future__ import annotations

from flask import Response, url_for
from flask_babel import gettext as _

from portal.models.client import Client
from portal.operations import clients as operations
from portal.policies.permissions import Permission
from portal.web.answers import page_or_part, see_other, toast
from portal.web.firm import area
from portal.web.gate import actor, scope


@area.get("/clients/<uid>/archive", allow=Permission.CLIENT_ARCHIVE)
def ask(uid: str) -> Response:
    """What archiving means, before it is done."""
    return page_or_part("firm/clients/archive.html", part="firm/clients/_archive.html", client=scope().get(Client, uid))


@area.post("/clients/<uid>/archive", allow=Permission.CLIENT_ARCHIVE)
def archive(uid: str) -> Response:
    """Put the client aside."""
    client = operations.archive(actor(), scope().get(Client, uid))
    toast(_("%(name)s is archived.", name=client.name), undo=url_for("firm.archive.unarchive", uid=uid))
    return see_other("firm.clients.index")


@area.post("/clients/<uid>/unarchive", allow=Permission.CLIENT_ARCHIVE)
def unarchive(uid: str) -> Response:
    """Fetch the client back."""
    client = operations.unarchive(actor(), scope().get(Client, uid))
    toast(_("%(name)s is back.", name=client.name))
    return see_other("firm.clients.show", uid=uid)
