"""Clients: the list, and the pages of one client."""

from __future__ import annotations

from flask import Response, request
from flask_babel import gettext as _

from portal.base import clock
from portal.models.client import Client
from portal.models.firm import PASSWORD, SECRET_LINK
from portal.operations import clients as operations
from portal.operations import sign_ins
from portal.policies.actors import StaffActor
from portal.policies.permissions import Permission
from portal.queries import activity, clients, contacts, firms, links, login_types, pending
from portal.queries import documents as document_queries
from portal.web.answers import page, page_or_part, part, see_other, toast
from portal.web.firm import area, contact_rows, login_type_words
from portal.web.firm.activity_words import sentence
from portal.web.forms.attempt import succeeds
from portal.web.forms.clients import (
    KIND_WORDS,
    LAST_LOGIN_WORDS,
    LOGIN_WORDS,
    SEEN_WORDS,
    STATUS_WORDS,
    ClientFilters,
    ClientForm,
)
from portal.web.gate import actor, firm, scope
from portal.web.htmx import is_htmx
from portal.web.paths import base_url
from portal.web.session import give_cookie

_FORM = "firm/clients/form.html"


@area.get("/clients", allow=Permission.FIRM_VIEW)
def index() -> Response:
    """The list, as the address asks for it."""
    filters = ClientFilters.asked()
    found = clients.page(scope(), today=clock.today(firm().time_zone), **filters.query())
    answer = page_or_part(
        "firm/clients/index.html",
        part="firm/clients/_list.html",
        filters=filters,
        found=found,
        statuses=STATUS_WORDS,
        logins=LAST_LOGIN_WORDS,
        seens=SEEN_WORDS,
        kinds=KIND_WORDS,
        waiting=pending.count(scope()),
    )
    if is_htmx():
        # the address without the empty fields of the form
        answer.headers["HX-Push-Url"] = filters.address
    return answer


@area.get("/clients/new", allow=Permission.CLIENT_WORK)
def new() -> Response:
    """The empty form."""
    return page(_FORM, form=ClientForm(country=firm().country), client=None, meaning=[])


@area.post("/clients", allow=Permission.CLIENT_WORK, form=True)
def create() -> Response:
    """Make a client; on to its page, where contacts are added."""
    form, made = ClientForm(), []
    if not succeeds(form, lambda: made.append(operations.create(actor(), firm(), **form.values()))):
        return page(_FORM, 422, form=form, client=None, meaning=[])
    toast(_("%(name)s was created.", name=made[0].name))
    return see_other("firm.clients.show", uid=made[0].uid)


@area.get("/clients/<uid>", allow=Permission.CLIENT_WORK)
def show(uid: str) -> Response:
    """*Info*: data, contacts with their switches, links."""
    client, now = scope().get(Client, uid), clock.now()
    return page(
        "firm/clients/show.html",
        **{**contact_rows.context(client), **heading(client, "info")},
        rows=contacts.of_client(scope(), client, firm(), now),
        links=links.of_client(scope(), client, firm(), now),
        portal_address=portal_address(client),
    )


@area.get("/clients/<uid>/documents", allow=Permission.CLIENT_WORK)
def documents(uid: str) -> Response:
    """The client's documents; filtering and paging go on in the list of all documents."""
    client = scope().get(Client, uid)
    found = document_queries.page(scope(), client=client)
    return page(
        "firm/clients/documents.html",
        **heading(client, "documents"),
        found=found,
        seen=document_queries.seen(scope(), [row.document for row in found.rows]),
        today=clock.today(firm().time_zone),
    )


@area.get("/clients/<uid>/activity", allow=Permission.CLIENT_WORK)
def history(uid: str) -> Response:
    """What happened, from the audit log."""
    client = scope().get(Client, uid)
    found = activity.page(scope(), client, after=request.args.get("after"), before=request.args.get("before"))
    return page("firm/clients/activity.html", **heading(client, "activity"), found=found, sentence=sentence)


@area.get("/clients/<uid>/edit", allow=Permission.CLIENT_WORK)
def edit(uid: str) -> Response:
    """The form with the client's data."""
    client = scope().get(Client, uid)
    return _form(200, client, ClientForm.of(client))


@area.post("/clients/<uid>/edit", allow=Permission.CLIENT_WORK, form=True)
def save(uid: str) -> Response:
    """Change the client's data."""
    client = scope().get(Client, uid)
    form = ClientForm()
    before = client.signs_in_by(firm())
    if not succeeds(form, lambda: operations.change(actor(), client, **form.values())):
        return _form(422, client, form)
    client = scope().get(Client, uid)
    said = [] if client.signs_in_by(firm()) == before else _meaning(client)
    toast(" ".join([_("Saved."), *said]))
    return see_other("firm.clients.show", uid=uid)


@area.post("/clients/<uid>/access", allow=Permission.CLIENT_WORK)
def set_access(uid: str) -> Response:
    """Open or close the client's portal."""
    on = request.form.get("on") == "1"
    client = operations.set_access(actor(), scope().get(Client, uid), on)
    toast(_("The portal is open.") if on else _("The portal is closed: no link opens it, sessions have ended."))
    if not is_htmx():
        return see_other("firm.clients.show", uid=uid, fragment="access")
    return part(
        "firm/clients/_access.html", client=client, status=client.status(clock.now()), statuses=STATUS_WORDS,
        portal_address=portal_address(client), login_words=login_type_words.in_force(client, firm()),
    )  # fmt: skip


@area.post("/clients/<uid>/view", allow=Permission.CLIENT_WORK)
def view(uid: str) -> Response:
    """Look at the portal as the client does (X15): nothing can be done there and nothing is counted."""
    client, viewer = scope().get(Client, uid), actor()
    assert isinstance(viewer, StaffActor)
    give_cookie("client", sign_ins.view_as_client(viewer, client))
    return see_other("client.start.index")


def portal_address(client: Client) -> str:
    """Where a client with passwords signs in; empty under *secret link*: that address stands on no page (DETAILS 9)."""
    by_link = client.signs_in_by(firm()) == SECRET_LINK
    return "" if by_link else base_url() + firms.sign_in_path(firm())


def _form(status: int, client: Client, form: ClientForm) -> Response:
    found = login_types.meaning(scope(), client, clock.now())
    by_link = client.signs_in_by(firm()) == SECRET_LINK
    said = login_type_words.to_password(found) if by_link else login_type_words.to_link(found)
    return page(_FORM, status, form=form, client=client, other_type=LOGIN_WORDS[PASSWORD if by_link else SECRET_LINK],
        meaning=said)  # fmt: skip


def _meaning(client: Client) -> list[str]:
    """What the login type that is in force now means for those who are there."""
    found = login_types.meaning(scope(), client, clock.now())
    by_link = client.signs_in_by(firm()) == SECRET_LINK
    return login_type_words.to_link(found) if by_link else login_type_words.to_password(found)


def heading(client: Client, tab: str) -> dict[str, object]:
    """What the head of a client's pages shows."""
    count, many = clients.documents_count(scope(), client)
    return {
        "client": client,
        "tab": tab,
        "status": client.status(clock.now()),
        "statuses": STATUS_WORDS,
        "kinds": KIND_WORDS,
        "login_words": login_type_words.in_force(client, firm()),
        "documents_count": "1000+" if many else count,
    }
