"""Opening secret links. GET decides nothing, uses nothing up; what the browser holds decides the answer (DETAILS 4)."""

from __future__ import annotations

from typing import Literal

from flask import Response, g, redirect, request, session, url_for

from portal.base.errors import NotFound
from portal.base.tokens import typed
from portal.models.link import DOCUMENT
from portal.operations import new_links, notices, sign_ins
from portal.policies import scope as scopes
from portal.policies.actors import ClientActor, StaffActor
from portal.policies.permissions import PUBLIC
from portal.queries import firms, link_doors
from portal.queries.link_doors import LinkDoor, document_named
from portal.queries.sign_ins import Visit
from portal.web.agents import is_preview
from portal.web.answers import page, see_other
from portal.web.csrf import is_stale
from portal.web.doors import asked_for
from portal.web.forms.sign_in import CodeForm
from portal.web.gate import stranger
from portal.web.public import area, visit_door
from portal.web.routing import Limit
from portal.web.session import give_cookie, visit_of

Standing = Literal["dead", "preview", "staff", "switch", "stays", "enters"]
_STATUS: dict[Standing, int] = {"dead": 410, "preview": 200, "staff": 200, "switch": 200, "stays": 303, "enters": 303}


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
    # people paste the whole address as often as they type the code
    code = form.code.data.rstrip("/").rpartition("/")[2]
    if link_doors.find(code) is None:
        notices.count_wrong_link()
        form.refuse_code()
        return page("public/links/code.html", 422, form=form)
    return see_other("public.links.open_link", token=typed(code))


@area.get("/l/<token>", allow=PUBLIC, options=True)
def open_link(token: str) -> Response:
    """Exchange a token for a session and go on to a clean address; ask first where the browser is somebody else's."""
    door = _door(token)
    standing = _standing(door)
    if request.method != "GET":
        # whoever only asks gets GET's status: no session, no cookie, no note
        return Response(status=_STATUS[standing])
    if standing == "dead":
        return _dead(door)
    if standing == "enters":
        return _enter(door)
    if standing == "stays":
        return _go_on(door)
    return _ask(door, token, standing)


@area.get("/L/<token>", allow=PUBLIC, options=True)
def open_link_in_capitals(token: str) -> Response:
    """The address in QR codes."""
    return open_link(token)


@area.post("/l/<token>", allow=PUBLIC, form=True)
def switch(token: str) -> Response:
    """Open the link after having been asked. Staff of the firm are no clients: they may only look."""
    door = _door(token)
    standing = _standing(door)
    if standing == "dead":
        return _dead(door)
    if is_stale() or standing == "staff":
        return _ask(door, token, standing, 422 if is_stale() else 200)
    return _enter(door)


@area.post("/l/<token>/view", allow=PUBLIC, form=True)
def view(token: str) -> Response:
    """A staff member looks at the portal as this client does."""
    door, staff = _door(token), visit_of("staff")
    if staff is None or staff.firm.id != door.firm.id or not isinstance(staff.actor, StaffActor):
        raise NotFound("link")
    if is_stale():
        return _ask(door, token, "staff", 422)
    give_cookie("client", sign_ins.view_as_client(staff.actor, door.client))
    return see_other("client.start.index")


@area.post("/l/new", allow=PUBLIC, limit=Limit(6, 900), form=True)
def ask_new() -> Response:
    """*Send me a new link*: always the same answer; mail goes to the stored address only."""
    door = link_doors.by_uid(session.get("link", ""))
    g.shown_firm = door.firm if door is not None else firms.the_only()
    if is_stale():
        return _dead_page(door, 422) if door is not None and not door.opens else visit_door.ended(door, 422)
    if door is not None:
        new_links.ask(stranger(door.firm.id), door.link)
    return page("public/links/asked.html")


def _door(token: str) -> LinkDoor:
    door = link_doors.find(token)
    if door is None:
        notices.count_wrong_link()
        g.shown_firm = firms.the_only()
        raise NotFound("link")
    g.shown_firm = door.firm
    return door


def _standing(door: LinkDoor) -> Standing:
    """What a link means to this browser: the rows of the table in DETAILS 4, from the top."""
    if not door.opens:
        return "dead"
    if is_preview():
        return "preview"
    staff, client = visit_of("staff"), visit_of("client")
    if staff is not None and staff.firm.id == door.firm.id:
        return "staff"
    if client is None:
        return "enters"
    if not _same_person(client, door):
        return "switch"
    return "stays" if _keeps(client, door) else "enters"


def _same_person(visit: Visit, door: LinkDoor) -> bool:
    """The same client, and the same contact or either of nobody: a new link of hers replaces the session unasked."""
    actor = visit.actor
    if not isinstance(actor, ClientActor) or actor.viewer_uid or actor.client_id != door.client.id:
        return False
    return door.contact is None or actor.contact_id is None or actor.contact_id == door.contact.id


def _keeps(visit: Visit, door: LinkDoor) -> bool:
    """The session goes on: the same link, a document link beside a live portal session, or one with a password."""
    actor = visit.actor
    assert isinstance(actor, ClientActor)
    return (
        actor.by_password or actor.link_id == door.link.id or (door.link.kind == DOCUMENT and actor.document_id is None)
    )


def _besides(visit: Visit, door: LinkDoor) -> str:
    """Where the same person is now, when the link is hers for another client; her name would tell her nothing."""
    actor = visit.actor
    hers = isinstance(actor, ClientActor) and door.contact is not None and actor.contact_id == door.contact.id
    return actor.client_name if isinstance(actor, ClientActor) and hers else ""


def _ask(door: LinkDoor, token: str, standing: Standing, status: int = 200) -> Response:
    """Who is at the door, and one button. The token stands in the form's address only."""
    if standing == "staff":
        return page("public/links/staff.html", status, door=door, token=token)
    client = visit_of("client")
    if standing == "switch" and client is not None:
        return page(
            "public/links/switch.html",
            status,
            door=door,
            token=token,
            now=_name(client),
            besides=_besides(client, door),
        )
    return page("public/links/preview.html", status, token=token)


def _dead(door: LinkDoor) -> Response:
    session["link"] = door.link.uid
    return _dead_page(door, 410)


def _dead_page(door: LinkDoor, status: int) -> Response:
    if not door.wants_password:
        return page("public/links/dead.html", status)
    visit = visit_of("client")
    here = visit is not None and _same_person(visit, door) and _keeps(visit, door)
    return page("public/links/by_password.html", status, firm=door.firm, is_here=here)


def _enter(door: LinkDoor) -> Response:
    """A new session in place of whatever the client cookie held."""
    before = visit_of("client")
    give_cookie("client", sign_ins.open_link(stranger(door.firm.id), door.link))
    if before is not None:
        sign_ins.end(before.actor, before.sign_in_id)
    return _target(door, scopes.ClientScope(door.firm.id, door.client.id, document_id=door.link.document_id))


def _go_on(door: LinkDoor) -> Response:
    visit = visit_of("client")
    assert visit is not None
    scope = scopes.of(visit.actor)
    assert isinstance(scope, scopes.ClientScope)
    return _target(door, scope)


def _target(door: LinkDoor, scope: scopes.ClientScope) -> Response:
    if door.document is not None:
        return see_other("client.documents.show", uid=door.document.uid)
    named = request.args.get("d", "").strip()
    if not named:
        return redirect(_left_at(door) or url_for("client.start.index"), 303)  # type: ignore[return-value]
    with scopes.opened_scope(scope):
        document, several = document_named(scope, named)
    if document is not None:
        return see_other("client.documents.show", uid=document.uid)
    return see_other("client.documents.index", q=named) if several else see_other("client.start.index")


def _left_at(door: LinkDoor) -> str | None:
    """The page asked for when a visit to this client's portal had ended."""
    if "asked_for" not in session:
        return None
    before = link_doors.by_uid(session.pop("link", ""))
    address = asked_for("/portal")
    return address if before is not None and before.client.id == door.client.id else None


def _name(visit: Visit) -> str:
    actor = visit.actor
    assert isinstance(actor, ClientActor)
    return actor.viewer or actor.contact_name or actor.client_name
