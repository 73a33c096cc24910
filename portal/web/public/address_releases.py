"""The old address says that a change by staff was right. GET moves the token out of the address, POST confirms (X6)."""

from __future__ import annotations

from flask import Response, g, session

from portal.base.errors import Gone
from portal.base.text import masked_email
from portal.models.ticket import RELEASE
from portal.operations import address_changes
from portal.policies.permissions import PUBLIC
from portal.queries import firms, tickets
from portal.web.answers import page, see_other
from portal.web.csrf import is_stale
from portal.web.gate import stranger
from portal.web.public import area
from portal.web.routing import Limit


@area.get("/address/<token>", allow=PUBLIC)
def arrive(token: str) -> Response:
    """From the mail: keep the token in the browser and go on to a clean address."""
    g.shown_firm = firms.the_only()
    _living(token)
    session["release"] = token
    return see_other("public.address_releases.show")


@area.get("/address", allow=PUBLIC)
def show() -> Response:
    """What was changed, and one button."""
    return _question(_kept())


@area.post("/address", allow=PUBLIC, limit=Limit(20, 900), form=True)
def confirm() -> Response:
    """Mail may go to the new address from now on."""
    door = _kept()
    if is_stale():
        return _question(door, 422)
    address_changes.confirm(stranger(door.firm.id), door.ticket)
    session.pop("release", None)
    return page("public/address_releases/done.html", door=door)


def _question(door: tickets.TicketDoor, status: int = 200) -> Response:
    address = door.ticket.new_email
    return page("public/address_releases/show.html", status, door=door, new=masked_email(address) if address else "")


def _kept() -> tickets.TicketDoor:
    g.shown_firm = firms.the_only()
    token = session.get("release")
    if not token:
        raise Gone(RELEASE)
    return _living(token)


def _living(token: str) -> tickets.TicketDoor:
    """The door of a ticket that does something still. Raises NotFound, Gone."""
    door = tickets.find(RELEASE, token)
    g.shown_firm, g.shown_language = door.firm, door.language
    if door.contact is None or not address_changes.may_confirm(door.ticket, door.contact):
        raise Gone(RELEASE)
    return door
