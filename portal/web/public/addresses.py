"""Confirming a new e-mail address. The mail's token is moved out of the address at once; GET uses nothing up (X6)."""

from __future__ import annotations

from flask import Response, g, session
from flask_babel import gettext as _

from portal.base.errors import Conflict, Gone
from portal.models.ticket import ADDRESS
from portal.operations import contact_addresses
from portal.policies.actors import ClientActor
from portal.policies.permissions import PUBLIC
from portal.queries import firms, tickets
from portal.queries.sign_ins import Visit
from portal.web.answers import page, see_other, toast
from portal.web.csrf import is_stale
from portal.web.gate import stranger
from portal.web.public import area
from portal.web.routing import Limit
from portal.web.session import visit_of


@area.get("/email/<token>", allow=PUBLIC)
def arrive(token: str) -> Response:
    """From the mail: keep the token in the browser and go on to a clean address."""
    g.shown_firm = firms.the_only()
    _living(token)
    session["address"] = token
    return see_other("public.addresses.show")


@area.get("/email", allow=PUBLIC)
def show() -> Response:
    """The new address and one button."""
    return page("public/addresses/show.html", door=_kept())


@area.post("/email", allow=PUBLIC, limit=Limit(20, 900), form=True)
def confirm() -> Response:
    """Change the address. Who is signed in here as this person stays so; every other device is signed out."""
    door = _kept()
    if is_stale():
        return page("public/addresses/show.html", 422, door=door)
    own = _own_visit(door)
    try:
        contact_addresses.confirm(stranger(door.firm.id), door.ticket, keep=own.sign_in_id if own else None)
    except Conflict:
        session.pop("address", None)
        return page("public/addresses/taken.html", 409, door=door)
    session.pop("address", None)
    toast(_("Your e-mail address was changed. Please sign in with it from now on."))
    return see_other("public.sign_in.of_firm", slug=door.firm.slug) if own is None else see_other("client.start.index")


def _kept() -> tickets.TicketDoor:
    g.shown_firm = firms.the_only()
    token = session.get("address")
    if not token:
        raise Gone(ADDRESS)
    return _living(token)


def _living(token: str) -> tickets.TicketDoor:
    door = tickets.find(ADDRESS, token)
    g.shown_firm = door.firm
    if not door.opens:
        raise Gone(ADDRESS)
    return door


def _own_visit(door: tickets.TicketDoor) -> Visit | None:
    """The visit in this browser, if it is that of the person whose address changes."""
    visit = visit_of("client")
    is_own = (
        visit is not None
        and isinstance(visit.actor, ClientActor)
        and visit.actor.by_password
        and door.contact is not None
        and visit.actor.contact_id == door.contact.id
    )
    return visit if is_own else None
