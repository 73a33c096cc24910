"""What a contact is at a client: the three switches, primary, its end, and *send access*."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request
from flask_babel import gettext as _

from portal.base import clock
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.operations import access_mails as access_mail_operations
from portal.operations import invitations
from portal.operations import memberships as operations
from portal.policies.permissions import Permission
from portal.queries import access_mails, contacts
from portal.web.answers import page_or_part, part, see_other, toast
from portal.web.firm import area
from portal.web.forms.attempt import succeeds
from portal.web.forms.clients import STATUS_WORDS
from portal.web.forms.contacts import AccessMailForm
from portal.web.gate import actor, firm, scope
from portal.web.htmx import is_htmx


@area.post("/memberships/<uid>/login", allow=Permission.CLIENT_WORK)
def login(uid: str) -> Response:
    """Grant or take access."""
    return _switched(uid, operations.set_login)


@area.post("/memberships/<uid>/notify", allow=Permission.CLIENT_WORK)
def notify(uid: str) -> Response:
    """Mail about new documents and comments, or none."""
    return _switched(uid, operations.set_notify)


@area.post("/memberships/<uid>/email-sync", allow=Permission.CLIENT_WORK)
def email_sync(uid: str) -> Response:
    """Whether mail with the contact belongs to the client's conversation."""
    return _switched(uid, operations.set_email_sync)


@area.post("/memberships/<uid>/primary", allow=Permission.CLIENT_WORK)
def primary(uid: str) -> Response:
    """Make it the primary contact."""
    membership = operations.make_primary(actor(), scope().get(Membership, uid))
    toast(_("%(name)s is the primary contact now.", name=_contact(membership).name))
    return _back(membership)


@area.get("/memberships/<uid>/end", allow=Permission.CLIENT_WORK)
def ask(uid: str) -> Response:
    """What removing the contact means, before it is done."""
    membership = scope().get(Membership, uid)
    return page_or_part(
        "firm/contacts/end.html", part="firm/contacts/_end.html", membership=membership, client=_client(membership),
        contact=_contact(membership),
    )  # fmt: skip


@area.post("/memberships/<uid>/end", allow=Permission.CLIENT_WORK)
def end(uid: str) -> Response:
    """The contact is none of this client any more."""
    membership = operations.end(actor(), scope().get(Membership, uid))
    toast(_("%(name)s is no contact of this client any more.", name=_contact(membership).name))
    return see_other("firm.clients.show", uid=_client(membership).uid, fragment="contacts")


@area.get("/memberships/<uid>/access-mail", allow=Permission.CLIENT_WORK)
def compose(uid: str) -> Response:
    """The mail as it will be, what is missing, and room for a message."""
    membership = scope().get(Membership, uid)
    return _mail(200, membership, AccessMailForm(data={"email": _contact(membership).email, "login": True}))


@area.post("/memberships/<uid>/access-mail", allow=Permission.CLIENT_WORK, form=True)
def send(uid: str) -> Response:
    """Mend what was missing and mail the contact its link."""
    membership, form = scope().get(Membership, uid), AccessMailForm()
    if not succeeds(form, lambda: _send(membership, form)):
        return _mail(422, scope().get(Membership, uid), form)
    toast(_("The mail to %(name)s is on its way.", name=_contact(membership).name))
    return _back(membership)


def _send(membership: Membership, form: AccessMailForm) -> None:
    missing = _missing(membership)
    access_mail_operations.send(
        actor(),
        membership,
        message=form.message.data or "",
        email=form.email.data if "email" in missing else None,
        login=form.login.data if "login" in missing else None,
    )


def _mail(status: int, membership: Membership, form: AccessMailForm) -> Response:
    client, contact = _client(membership), _contact(membership)
    return page_or_part(
        "firm/contacts/access_mail.html", status, part="firm/contacts/_access_mail.html", membership=membership,
        client=client, contact=contact, form=form, missing=_missing(membership),
        letter=access_mails.preview(scope(), firm(), client, contact, actor().name),
    )  # fmt: skip


def _missing(membership: Membership) -> dict[str, str]:
    return invitations.missing(_client(membership), membership, _contact(membership))


def _switched(uid: str, act: Callable[..., Membership]) -> Response:
    membership = act(actor(), scope().get(Membership, uid), request.form.get("on") == "1")
    client = _client(membership)
    if not is_htmx():
        return see_other("firm.clients.show", uid=client.uid, fragment=f"m-{uid}")
    now = clock.now()
    return part(
        "firm/contacts/_row.html", client=client, status=client.status(now), statuses=STATUS_WORDS,
        row=contacts.one(scope(), membership, client, firm(), now),
    )  # fmt: skip


def _back(membership: Membership) -> Response:
    # sent to a fragment of the page it is on, a browser would not load it again
    fragment = None if is_htmx() else f"m-{membership.uid}"
    return see_other("firm.clients.show", uid=_client(membership).uid, fragment=fragment)


def _client(membership: Membership) -> Client:
    return scope().by_id(Client, membership.client_id)


def _contact(membership: Membership) -> Contact:
    return scope().by_id(Contact, membership.contact_id)
