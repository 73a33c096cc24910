"""The door of a client's portal: open the link again, type the code, have a new one sent, sign in with a password."""

from __future__ import annotations

from flask import Response, current_app, g, request, session

from portal.base import tokens
from portal.models.firm import Firm
from portal.policies.permissions import PUBLIC
from portal.queries import firms
from portal.queries.link_doors import LinkDoor, firm_of_ended_session, of_ended_session
from portal.web.answers import page, see_other
from portal.web.forms.sign_in import CodeForm, SignInForm
from portal.web.public import area
from portal.web.session import cookie_name, visit_of


@area.get("/portal/door", allow=PUBLIC)
def index() -> Response:
    """With the firm's name where the browser still holds an ended session of hers."""
    if visit_of("client") is not None:
        return see_other("client.start.index")
    held = request.cookies.get(cookie_name(current_app, "client"))
    fingerprint = tokens.fingerprint(held) if held else ""
    door = of_ended_session(fingerprint) if held else None
    if door is not None:
        # its public id, never its token: an ended session must not lead to the link that began it
        session["link"] = door.link.uid
        return ended(door)
    return _page(firm_of_ended_session(fingerprint) if held else None)


def ended(door: LinkDoor | None, status: int = 200) -> Response:
    """The door of a visit by link that has ended; also when its form was sent too late."""
    return _page(None, status) if door is None else _page(door.firm, status, door=door)


def _page(firm: Firm | None, status: int = 200, *, door: LinkDoor | None = None) -> Response:
    """`firm`: at which a visit ended. Where it was one with a password, the password stands first."""
    g.shown_firm = firm or firms.the_only()
    return page(
        "public/links/ended.html",
        status,
        code=CodeForm(formdata=None),
        sign_in=SignInForm(formdata=None),
        door=door,
        by_password=(firm is not None and door is None) or (door is not None and door.wants_password),
    )
