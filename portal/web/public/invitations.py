"""Invitations of staff and contacts: mail, page with a form, password, signed in (T2). GET uses nothing up."""

from __future__ import annotations

from flask import Response, g, session
from flask_babel import gettext as _

from portal.base.errors import Gone, Invalid, NotFound
from portal.operations import contact_passwords, new_invitations, sign_ins, team
from portal.policies.actors import ClientActor
from portal.policies.permissions import PUBLIC
from portal.queries import firms, tickets
from portal.queries.tickets import TicketDoor
from portal.web.answers import page, see_other, toast
from portal.web.csrf import is_stale
from portal.web.entering import enter_firm, enter_portal
from portal.web.forms.form import Form
from portal.web.forms.sign_in import FirstPasswordForm, InvitationForm
from portal.web.gate import stranger
from portal.web.public import area
from portal.web.routing import Limit
from portal.web.session import visit_of

_LIMIT = Limit(20, 900)


@area.get("/invite/<token>", allow=PUBLIC)
def arrive(token: str) -> Response:
    """From the mail: keep the token in the browser and go on to a clean address."""
    g.shown_firm = firms.the_only()
    door = _shown(tickets.find("invite", token))
    session["invite"] = token
    if not door.opens and _is_inside(door):
        return see_other("client.start.index")
    return see_other("public.invitations.show") if door.opens else _dead(door)


@area.get("/invite", allow=PUBLIC)
def show() -> Response:
    """Who invites, and the form for the password; for staff also the name."""
    door = _door()
    if not door.opens:
        return _dead(door)
    if door.staff is not None:
        form = InvitationForm()
        form.name.data = door.staff.name
        return page("public/invitations/show.html", form=form, door=door)
    return _contact_page(door, FirstPasswordForm())


@area.post("/invite", allow=PUBLIC, limit=_LIMIT, form=True)
def accept() -> Response:
    """Set the password; the invitation is used up and the person is signed in."""
    door = _door()
    if door.staff is not None:
        return _accept_staff(door) if door.opens else _dead(door)
    if not door.opens:
        return _again(door)
    return _join(door) if door.has_password else _accept_contact(door)


@area.post("/invite/new", allow=PUBLIC, limit=Limit(6, 900), form=True)
def ask_new() -> Response:
    """*Send me a new invitation*: always the same answer; mail goes to the stored address only."""
    door = _door()
    if is_stale():
        return page("public/invitations/dead.html", 422, door=door)
    if door.contact is not None:
        new_invitations.ask(stranger(door.firm.id), door.contact)
    return page("public/invitations/asked.html", door=door)


def _accept_staff(door: TicketDoor) -> Response:
    form, actor = InvitationForm().demands(door), stranger(door.firm.id)
    if form.sent():
        try:
            staff = team.accept_invitation(actor, door.ticket, name=form.name.data, password=form.password.data)
        except Invalid as error:
            form.refuse(error)
        else:
            session.pop("invite", None)
            return enter_firm(actor, staff)
    return page("public/invitations/show.html", 422, form=form, door=door)


def _accept_contact(door: TicketDoor) -> Response:
    form, actor = FirstPasswordForm().demands(door), stranger(door.firm.id)
    if not form.sent():
        return _contact_page(door, form, 422)
    try:
        membership = contact_passwords.accept(actor, door.ticket, password=form.password.data)
    except Invalid as error:
        form.refuse(error)
        return _contact_page(door, form, 422)
    except Gone:
        return _again(_door())
    return _to_sign_in(door) if membership is None else enter_portal(actor, membership)


def _join(door: TicketDoor) -> Response:
    """A password is there already: no invitation changes it, the person only belongs to the contact from now on."""
    if not Form().sent():
        return _contact_page(door, FirstPasswordForm(formdata=None), 422)
    try:
        contact_passwords.accept(stranger(door.firm.id), door.ticket, password="")
    except Gone:
        return _dead(_door())
    return _to_sign_in(door)


def _to_sign_in(door: TicketDoor) -> Response:
    session.pop("invite", None)
    toast(_("You have a password already. Please sign in with it."))
    return see_other("public.sign_in.of_firm", slug=door.firm.slug)


def _again(door: TicketDoor) -> Response:
    """Used up a moment ago by the same form, sent twice: whoever typed the same password is let in."""
    form = FirstPasswordForm()
    if door.ticket.used_at is not None and form.sent():
        actor = stranger(door.firm.id)
        person = sign_ins.authenticate(actor, door.email, form.password.data)
        if person is not None and person.membership is not None:
            return enter_portal(actor, person.membership, mark=person.mark)
    return _dead(door)


def _contact_page(door: TicketDoor, form: FirstPasswordForm, status: int = 200) -> Response:
    return page("public/invitations/contact.html", status, form=form, door=door)


def _dead(door: TicketDoor) -> Response:
    """Of staff: who invited them is asked. A contact may ask here for a new one."""
    if door.staff is not None:
        raise Gone("invite")
    return page("public/invitations/dead.html", 410, door=door)


def _is_inside(door: TicketDoor) -> bool:
    """Who came by this invitation is signed in here still: the old mail is just her way back."""
    visit = visit_of("client")
    return (
        visit is not None
        and isinstance(visit.actor, ClientActor)
        and visit.actor.by_password
        and door.contact is not None
        and visit.actor.contact_id == door.contact.id
    )


def _door() -> TicketDoor:
    g.shown_firm = firms.the_only()
    token = session.get("invite")
    if not token:
        raise Gone("invite")
    try:
        return _shown(tickets.find("invite", token))
    except NotFound:
        raise Gone("invite") from None


def _shown(door: TicketDoor) -> TicketDoor:
    """Pages speak for the ticket's firm and, where nothing was chosen in this browser, the person's language."""
    g.shown_firm, g.shown_language = door.firm, door.language
    return door
