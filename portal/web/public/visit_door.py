"""The door of a client's portal: "Your visit has ended". Open the link again, type the code, have a new one sent."""

from __future__ import annotations

from flask import Response, current_app, g, request, session

from portal.base import tokens
from portal.policies.permissions import PUBLIC
from portal.queries import firms
from portal.queries.link_doors import of_ended_session
from portal.web.answers import page, see_other
from portal.web.forms.sign_in import CodeForm
from portal.web.public import area
from portal.web.session import cookie_name, visit_of


@area.get("/portal/door", allow=PUBLIC)
def index() -> Response:
    """With the firm's name where the browser still holds an ended session of hers."""
    if visit_of("client") is not None:
        return see_other("client.start.index")
    held = request.cookies.get(cookie_name(current_app, "client"))
    door = of_ended_session(tokens.fingerprint(held)) if held else None
    g.shown_firm = door.firm if door else firms.the_only()
    if door is not None:
        # its public id, never its token: an ended session must not lead to the link that began it
        session["link"] = door.link.uid
    return page("public/links/ended.html", form=CodeForm(), known=door is not None)
