"""Forgotten password. The form queues the same for any address; the mail's link is moved out of the address at once."""

from __future__ import annotations

from flask import Response, g, session
from flask_babel import gettext as _

from portal.base.errors import Gone, Invalid
from portal.models.firm import Firm
from portal.operations import contact_passwords, resets, team
from portal.policies.permissions import PUBLIC
from portal.queries import firms, tickets
from portal.queries.tickets import TicketDoor
from portal.web.answers import page, see_other, toast
from portal.web.forms.sign_in import ForgottenForm, NewPasswordForm
from portal.web.gate import stranger
from portal.web.languages import language
from portal.web.public import area
from portal.web.routing import Limit

_LIMIT = Limit(10, 900)


@area.get("/password/forgot", allow=PUBLIC)
def forgot() -> Response:
    """Ask for the address."""
    return _forgot_page(firms.the_only())


@area.post("/password/forgot", allow=PUBLIC, limit=_LIMIT, form=True)
def ask() -> Response:
    """Queue a mail for whatever address; the worker decides whose it is."""
    return _ask(firms.the_only())


@area.get("/f/<slug>/password/forgot", allow=PUBLIC)
def forgot_at(slug: str) -> Response:
    """The same at one firm of several."""
    return _forgot_page(firms.by_slug(slug), slug)


@area.post("/f/<slug>/password/forgot", allow=PUBLIC, limit=_LIMIT, form=True)
def ask_at(slug: str) -> Response:
    """The same at one firm of several."""
    return _ask(firms.by_slug(slug), slug)


@area.get("/password/reset/<token>", allow=PUBLIC)
def arrive(token: str) -> Response:
    """From the mail: keep the token in the browser and go on to a clean address. Uses nothing up (X6)."""
    g.shown_firm = firms.the_only()
    found = _shown(tickets.find("reset", token))
    if not found.opens:
        return _dead(found)
    session["reset"] = token
    return see_other("public.passwords.choose")


@area.get("/password/reset", allow=PUBLIC)
def choose() -> Response:
    """The form for the new password."""
    found = _reset_ticket()
    return page("public/passwords/new.html", form=NewPasswordForm(), door=found) if found.opens else _dead(found)


@area.post("/password/reset", allow=PUBLIC, limit=_LIMIT, form=True)
def change() -> Response:
    """Set the password: the link is used up, all sessions end, nobody is signed in by it."""
    found = _reset_ticket()
    if not found.opens:
        return _dead(found)
    form = NewPasswordForm().demands(found)
    if form.sent():
        reset = team.reset_password if found.staff is not None else contact_passwords.reset
        try:
            reset(stranger(found.firm.id), found.ticket, password=form.password.data)
        except Invalid as error:
            form.refuse(error)
        except Gone:
            return _dead(found)
        else:
            session.pop("reset", None)
            toast(_("Your password was changed. Please sign in with it."))
            return see_other("public.sign_in.of_firm", slug=found.firm.slug)
    return page("public/passwords/new.html", 422, form=form, door=found)


def _forgot_page(firm: Firm | None, slug: str = "") -> Response:
    g.shown_firm = firms.the_only()
    if firm is None and not slug:
        return see_other("public.sign_in.index")
    return page("public/passwords/forgot.html", form=ForgottenForm(), slug=slug)


def _ask(firm: Firm | None, slug: str = "") -> Response:
    g.shown_firm = firms.the_only()
    form = ForgottenForm()
    if not form.sent():
        return page("public/passwords/forgot.html", 422, form=form, slug=slug)
    if firm is not None:
        resets.ask(stranger(firm.id), form.email.data, language=language())
    return page("public/passwords/asked.html", slug=slug)


def _reset_ticket() -> TicketDoor:
    g.shown_firm = firms.the_only()
    token = session.get("reset")
    if not token:
        raise Gone("reset")
    return _shown(tickets.find("reset", token))


def _dead(found: TicketDoor) -> Response:
    """Used, replaced or too old: the way to a new one stands on the page."""
    return page("public/passwords/dead.html", 410, door=found)


def _shown(found: TicketDoor) -> TicketDoor:
    """Pages speak for the ticket's firm and, where nothing was chosen in this browser, the person's language."""
    g.shown_firm, g.shown_language = found.firm, found.language
    return found
