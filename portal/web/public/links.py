"""Opening secret links. GET decides nothing and uses nothing up; what the browser already holds decides the answer (DETAILS 4)."""

from __future__ import annotations

from flask import Response, g, request, session, url_for
from flask import redirect as flask_redirect

from portal.base.errors import NotFound
from portal.base.tokens import typed
from portal.models.link import DOCUMENT
from portal.operations import new_links, notices, sign_ins
from portal.policies import scope as scopes
from portal.policies.actors import ClientActor, StaffActor
from portal.policies.permissions import PUBLIC
from portal.queries import firms
from portal.queries.link_doors import LinkDoor, document_named, find
from portal.queries.sign_ins import Visit
from portal.web.agents import is_preview
from portal.web.answers import page, see_other
from portal.web.forms.sign_in import CodeForm
from portal.web.gate import stranger
from portal.web.public import area
from portal.web.routing import Limit
from portal.web.session import give_cookie, visit_of


@area.get("/l", allow=PUBLIC)
def typed_code() -> Response:
    """The form for a code from paper."""
    g.shown_firm = firms.the_only()
    return page("public/links/code.html", form=CodeForm())


@area.get("/L", allow=PUBLIC)
def typed_code_in_capitals() -> Response:
    """`/L` is `/l`, for QR codes in capitals."""
    return see_other("public.links.typed_code")


@area.post("/l", allow=PUBLIC, limit=Limit(20, 600), form=True)
def open_typed() -> Response:
    """Open what was typed: case, blanks and hyphens do not matter."""
    form = CodeForm()
    g.shown_firm = firms.the_only()
    if not form.sent():
        return page("public/links/code.html", 422, form=form)
    door = find(form.code.data)
    if door is None:
        notices.count_wrong_link()
        form.refuse_code()
        return page("public/links/code.html", 422, form=form)
    return flask_redirect(url_for("public.links.open_link", token=typed(form.code.data)), 303)  # type: ignore[return-value]


@area.get("/l/<token>", allow=PUBLIC)
def open_link(token: str) -> Response:
    """Exchange a token for a session and go on to a clean address, or ask first where the browser is somebody else's."""
    door = _door(token)
    if not door.opens:
        return _dead(door, token)
    if request.method == "HEAD":
        return Response(status=200 if is_preview() else 303)
    if is_preview():
        return page("public/links/preview.html", token=token)
    staff, client = visit_of("staff"), visit_of("client")
    if staff is not None and staff.firm.id == door.firm.id:
        return page("public/links/staff.html", door=door, token=token)
    if client is not None and not _same_person(client, door):
        return page("public/links/switch.html", door=door, token=token, now=_name(client))
    if client is not None and _keeps(client, door):
        return _go_on(client.actor, door)
    return _enter(door)


@area.get("/L/<token>", allow=PUBLIC)
def open_link_in_capitals(token: str) -> Response:
    """The address in QR codes."""
    return open_link(token)


@area.post("/l/<token>", allow=PUBLIC)
def switch(token: str) -> Response:
    """Open the link after having been asked, whatever the browser held."""
    door = _door(token)
    if not door.opens:
        return _dead(door, token)
    return _enter(door)


@area.post("/l/<token>/view", allow=PUBLIC)
def view(token: str) -> Response:
    """A staff member looks at the portal as this client does."""
    door, staff = _door(token), visit_of("staff")
    if staff is None or staff.firm.id != door.firm.id or not isinstance(staff.actor, StaffActor):
        raise NotFound("link")
    give_cookie("client", sign_ins.view_as_client(staff.actor, door.client))
    return see_other("client.start.index")


@area.post("/l/new", allow=PUBLIC, limit=Limit(6, 900))
def ask_new() -> Response:
    """*Send me a new link*: always the same answer; mail goes to the stored address only."""
    door = find(session.get("link") or "")
    if door is not None:
        g.shown_firm = door.firm
        new_links.ask(stranger(door.firm.id), door.link)
    return page("public/links/asked.html")


def _door(token: str) -> LinkDoor:
    door = find(token)
    if door is None:
        notices.count_wrong_link()
        raise NotFound("link")
    g.shown_firm = door.firm
    return door


def _dead(door: LinkDoor, token: str) -> Response:
    if request.method == "HEAD":
        return Response(status=410)
    session["link"] = typed(token)
    return page("public/links/dead.html", 410, door=door)


def _same_person(visit: Visit, door: LinkDoor) -> bool:
    """The same client, and the same contact or either of nobody: a new link of hers replaces the session unasked."""
    actor = visit.actor
    if not isinstance(actor, ClientActor) or actor.viewer_uid or actor.client_id != door.client.id:
        return False
    return door.contact is None or actor.contact_id is None or actor.contact_id == door.contact.id


def _keeps(visit: Visit, door: LinkDoor) -> bool:
    """The session goes on: the same link again, or a document link beside a live portal session."""
    actor = visit.actor
    if not isinstance(actor, ClientActor) or visit.firm.id != door.firm.id:
        return False
    return actor.link_id == door.link.id or (door.link.kind == DOCUMENT and actor.document_id is None)


def _enter(door: LinkDoor) -> Response:
    give_cookie("client", sign_ins.open_link(stranger(door.firm.id), door.link))
    return _target(door, scopes.ClientScope(door.firm.id, door.client.id, document_id=door.link.document_id))


def _go_on(actor: object, door: LinkDoor) -> Response:
    assert isinstance(actor, ClientActor)
    scope = scopes.of(actor)
    assert isinstance(scope, scopes.ClientScope)
    return _target(door, scope)


def _target(door: LinkDoor, scope: scopes.ClientScope) -> Response:
    if door.document is not None:
        return see_other("client.documents.show", uid=door.document.uid)
    named = request.args.get("d", "").strip()
    if not named:
        return see_other("client.start.index")
    with scopes.opened_scope(scope):
        document, several = document_named(scope, named)
    if document is not None:
        return see_other("client.documents.show", uid=document.uid)
    return see_other("client.documents.index", q=named) if several else see_other("client.start.index")


def _name(visit: Visit) -> str:
    actor = visit.actor
    assert isinstance(actor, ClientActor)
    return actor.contact_name or actor.client_name
