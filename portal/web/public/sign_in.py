"""Sign-in and sign-out. Same text, status and work for every failed try (TRUST, Sessions)."""

from __future__ import annotations

from flask import Response, abort, g, request, session
from flask_babel import gettext as _

from portal.base import clock
from portal.models.firm import Firm
from portal.operations import sign_ins
from portal.operations.sign_ins import Choice, Person
from portal.policies.actors import ClientActor, Stranger
from portal.policies.permissions import PUBLIC
from portal.queries import firms
from portal.queries.sign_ins import Visit
from portal.web.answers import page, see_other, toast
from portal.web.csrf import is_stale
from portal.web.entering import enter_firm, enter_portal
from portal.web.forms.sign_in import FirmAddressForm, SignInForm
from portal.web.gate import stranger
from portal.web.public import area
from portal.web.routing import Limit
from portal.web.session import Side, give_cookie, visit_of

_LIMIT = Limit(30, 600)
_PROVEN_SECONDS = 5 * 60
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
def enter_at(slug: str) -> Response:
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


@area.get("/login/side", allow=PUBLIC)
def sides() -> Response:
    """Who is both staff and contact chooses; nothing has begun yet."""
    found = _proven()
    return _sign_in_once_more() if found is None else _sides_page(*found)


@area.post("/login/side", allow=PUBLIC, limit=_LIMIT, form=True)
def choose() -> Response:
    """Go on to the side named in the form. The proof is good for one."""
    found, side = _proven(), _SIDES.get(request.form.get("area", ""))
    if found is None:
        return _sign_in_once_more()
    if side is None:
        abort(400)
    if is_stale():
        return _sides_page(*found, 422)
    session.pop("proven", None)
    firm, choice = found
    actor = stranger(firm.id)
    if side == "staff":
        return enter_firm(actor, choice.staff, mark=choice.mark)
    return enter_portal(actor, choice.membership, mark=choice.mark)


def _door(firm: Firm | None, slug: str = "") -> Response:
    """Who is signed in goes on; a contact who asked for a page of the staff's side may want to come in there, too."""
    staff, client = visit_of("staff"), visit_of("client")
    if staff is not None and firm is not None and staff.firm.id == firm.id:
        return see_other("firm.today.index")
    is_here = client is not None and firm is not None and client.firm.id == firm.id and _by_password(client)
    if is_here and not str(session.get("asked_for", "")).startswith("/firm"):
        return see_other("client.start.index")
    return _page(SignInForm(), slug)


def _try(firm: Firm | None, slug: str = "") -> Response:
    form = SignInForm()
    if not form.sent():
        return _page(form, slug, 422)
    actor = stranger(firm.id if firm else 0)
    person = sign_ins.authenticate(actor, form.email.data, form.password.data)
    if person is None:
        form.password.errors = [_("E-mail address and password do not match.")]
        return _page(form, slug, 422)
    if person.staff is not None and person.membership is not None:
        _remember(actor, person)
        return see_other("public.sign_in.sides")
    if person.staff is not None:
        return enter_firm(actor, person.staff, mark=person.mark)
    assert person.membership is not None
    return enter_portal(actor, person.membership, mark=person.mark)


def _remember(actor: Stranger, person: Person) -> None:
    """What was proven, for a few minutes: signed, for this browser, worth nothing once the password is another."""
    assert person.staff is not None
    until = clock.now().timestamp() + _PROVEN_SECONDS
    session["proven"] = {"firm": actor.firm_id, "staff": person.staff.uid, "mark": person.mark, "until": until}


def _proven() -> tuple[Firm, Choice] | None:
    proof = session.get("proven")
    if not isinstance(proof, dict) or proof["until"] <= clock.now().timestamp():
        return None
    choice = sign_ins.recall(stranger(proof["firm"]), proof["staff"], proof["mark"])
    firm = firms.by_id(proof["firm"])
    return None if choice is None or firm is None else (firm, choice)


def _sides_page(firm: Firm, choice: Choice, status: int = 200) -> Response:
    g.shown_firm = firm
    wants_portal = str(session.get("asked_for", "")).startswith("/portal")
    return page("public/sign_in/sides.html", status, firm=firm, choice=choice, wants_portal=wants_portal)


def _sign_in_once_more() -> Response:
    session.pop("proven", None)
    toast(_("Please sign in once more."), "wait")
    return see_other("public.sign_in.index")


def _by_password(visit: Visit) -> bool:
    return isinstance(visit.actor, ClientActor) and visit.actor.by_password


def _page(form: SignInForm, slug: str, status: int = 200) -> Response:
    """The firm shows itself only where there is one: on an instance of several, its page must look like nobody's."""
    g.shown_firm = firms.the_only()
    return page("public/sign_in/index.html", status, form=form, slug=slug)
