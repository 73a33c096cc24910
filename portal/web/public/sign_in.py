"""Sign-in and sign-out. Same text, status and work for every failed try (TRUST, Sessions)."""

from __future__ import annotations

from flask import Response, abort, g, redirect, request, url_for
from flask_babel import gettext as _

from portal.models.firm import Firm
from portal.operations import sign_ins
from portal.policies.actors import ClientActor
from portal.policies.permissions import PUBLIC
from portal.queries import firms
from portal.web.answers import page, see_other, toast
from portal.web.csrf import is_stale
from portal.web.doors import asked_for
from portal.web.forms.sign_in import FirmAddressForm, SignInForm
from portal.web.gate import stranger
from portal.web.public import area
from portal.web.routing import Limit
from portal.web.session import Side, give_cookie, visit_of

_LIMIT = Limit(30, 600)
_SIDES: dict[str, Side] = {"firm": "staff", "portal": "client"}


@area.get("/", allow=PUBLIC)
def root() -> Response:
    """Whoever is signed in goes to her side; everybody else to the door."""
    if visit_of("staff"):
        return see_other("firm.today.index")
    if visit_of("client"):
        return see_other("client.start.index")
    return see_other("public.sign_in.index")


@area.get("/login", allow=PUBLIC)
def index() -> Response:
    """The sign-in page; on an instance of several firms the question for the firm's address."""
    firm = firms.the_only()
    if firm is None:
        return page("public/sign_in/firm.html", form=FirmAddressForm())
    return _door(firm)


@area.post("/login", allow=PUBLIC, limit=_LIMIT, form=True)
def enter() -> Response:
    """Sign in on an instance of one firm; on one of several go on to the firm's own page."""
    firm = firms.the_only()
    if firm is not None:
        return _try(firm)
    form = FirmAddressForm()
    if not form.sent():
        return page("public/sign_in/firm.html", 422, form=form)
    return see_other("public.sign_in.of_firm", slug=form.slug.data.lower())


@area.get("/f/<slug>/login", allow=PUBLIC)
def of_firm(slug: str) -> Response:
    """The sign-in page of a firm. On an instance of several it never says whether the firm exists (DETAILS 5)."""
    return _door(firms.by_slug(slug), slug)


@area.post("/f/<slug>/login", allow=PUBLIC, limit=_LIMIT, form=True)
def enter_firm(slug: str) -> Response:
    """Sign in at a firm."""
    return _try(firms.by_slug(slug), slug)


@area.post("/logout", allow=PUBLIC, form=True)
def leave() -> Response:
    """End the session of the area named in the form, and only that one."""
    side = _SIDES.get(request.form.get("area", ""))
    if side is None:
        abort(400)
    visit = visit_of(side)
    if visit is not None and is_stale():
        g.shown_firm = visit.firm
        return page("public/sign_in/leave.html", 422, area=request.form["area"])
    if visit is not None:
        sign_ins.end(visit.actor, visit.sign_in_id)
    give_cookie(side, "")
    if visit is not None and isinstance(visit.actor, ClientActor) and visit.actor.viewer_uid:
        return see_other("firm.clients.show", uid=visit.actor.client_uid)
    toast(_("You are signed out."))
    return see_other("public.sign_in.index" if side == "staff" else "public.visit_door.index")


def _door(firm: Firm | None, slug: str = "") -> Response:
    visit = visit_of("staff")
    if visit is not None and firm is not None and visit.firm.id == firm.id:
        return see_other("firm.today.index")
    return _page(SignInForm(), slug)


def _try(firm: Firm | None, slug: str = "") -> Response:
    form = SignInForm()
    if not form.sent():
        return _page(form, slug, 422)
    actor = stranger(firm.id if firm else 0)
    person = sign_ins.authenticate(actor, form.email.data, form.password.data)
    staff = person.staff if person is not None else None
    if staff is None:
        form.password.errors = [_("E-mail address and password do not match.")]
        return _page(form, slug, 422)
    before = visit_of("staff")
    give_cookie("staff", sign_ins.begin_staff(actor, staff))
    if before is not None:
        sign_ins.end(before.actor, before.sign_in_id)
    return redirect(asked_for("/firm") or url_for("firm.today.index"), 303)  # type: ignore[return-value]


def _page(form: SignInForm, slug: str, status: int = 200) -> Response:
    """The firm shows itself only where there is one: on an instance of several, its page must look like nobody's."""
    g.shown_firm = firms.the_only()
    return page("public/sign_in/index.html", status, form=form, slug=slug)
