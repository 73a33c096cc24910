"""Invitations of staff: mail, page with a form, password, signed in (T2). GET uses nothing up."""

from __future__ import annotations

from flask import Response, g, session

from portal.base.errors import Gone, Invalid
from portal.operations import sign_ins, team
from portal.policies.permissions import PUBLIC
from portal.queries import tickets
from portal.web.answers import page, see_other
from portal.web.forms.sign_in import InvitationForm
from portal.web.gate import stranger
from portal.web.public import area
from portal.web.routing import Limit
from portal.web.session import give_cookie


@area.get("/invite/<token>", allow=PUBLIC)
def arrive(token: str) -> Response:
    """From the mail: keep the token in the browser and go on to a clean address."""
    tickets.find("invite", token)
    session["invite"] = token
    return see_other("public.invitations.show")


@area.get("/invite", allow=PUBLIC)
def show() -> Response:
    """Who invites, and the form for name and password."""
    found = _ticket()
    form = InvitationForm()
    form.name.data = found.staff.name
    return page("public/invitations/show.html", form=form, door=found)


@area.post("/invite", allow=PUBLIC, limit=Limit(20, 900), form=True)
def accept() -> Response:
    """Set the password; the invitation is used up and the person is signed in."""
    found, form = _ticket(), InvitationForm()
    if form.sent():
        actor = stranger(found.firm.id)
        try:
            staff = team.accept_invitation(actor, found.ticket, name=form.name.data, password=form.password.data)
        except Invalid as error:
            form.refuse(error)
        else:
            session.pop("invite", None)
            give_cookie("staff", sign_ins.begin_staff(actor, staff))
            return see_other("firm.today.index")
    return page("public/invitations/show.html", 422, form=form, door=found)


def _ticket() -> tickets.TicketDoor:
    token = session.get("invite")
    if not token:
        raise Gone("invite")
    found = tickets.find("invite", token)
    g.shown_firm = found.firm
    return found
