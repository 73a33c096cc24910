"""What a contact is at a client: the three switches, its rights, primary, and its end."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.operations import memberships as operations
from portal.operations import sign_outs
from portal.policies.permissions import Permission
from portal.web.answers import page_or_part, see_other, toast
from portal.web.firm import area, contact_rows, invitations
from portal.web.forms.attempt import succeeds
from portal.web.forms.contacts import RightsForm
from portal.web.gate import actor, scope

# what is said after a switch was turned on or off
_SAID = {
    "login": (
        _l("%(name)s may come in now. Nothing was sent."),
        _l("Login is off for %(name)s: links and sessions here have ended."),
    ),
    "notify": (
        _l("%(name)s is told about what is new."),
        _l("%(name)s is not told about what is new any more."),
    ),
    "email_sync": (
        _l("Mail with %(name)s belongs to the client's conversation."),
        _l("Mail with %(name)s stays out of the client's conversation."),
    ),
}


@area.get("/memberships/<uid>/login", allow=Permission.CLIENT_WORK)
def ask_login(uid: str) -> Response:
    """Letting somebody in: with an invitation or without, which are two things (T1, T5)."""
    return invitations.compose(uid)


@area.post("/memberships/<uid>/login", allow=Permission.CLIENT_WORK)
def login(uid: str) -> Response:
    """Grant or take access. Nothing is sent by it."""
    return _switched(uid, "login", operations.set_login)


@area.post("/memberships/<uid>/notify", allow=Permission.CLIENT_WORK)
def notify(uid: str) -> Response:
    """Mail about new documents and comments, or none."""
    return _switched(uid, "notify", operations.set_notify)


@area.post("/memberships/<uid>/email-sync", allow=Permission.CLIENT_WORK)
def email_sync(uid: str) -> Response:
    """Whether mail with the contact belongs to the client's conversation."""
    return _switched(uid, "email_sync", operations.set_email_sync)


@area.get("/memberships/<uid>/rights", allow=Permission.CLIENT_WORK)
def show_rights(uid: str) -> Response:
    """What the contact may do in the portal."""
    membership = scope().get(Membership, uid)
    return _rights(200, membership, RightsForm.of(membership))


@area.post("/memberships/<uid>/rights", allow=Permission.CLIENT_WORK, form=True)
def set_rights(uid: str) -> Response:
    """Change it."""
    membership, form = scope().get(Membership, uid), RightsForm()
    if not succeeds(form, lambda: operations.set_rights(actor(), membership, form.rights())):
        return _rights(422, membership, form)
    toast(_("The rights of %(name)s were changed.", name=_contact(membership).name))
    return contact_rows.done(scope().get(Membership, uid))


@area.post("/memberships/<uid>/primary", allow=Permission.CLIENT_WORK)
def primary(uid: str) -> Response:
    """Make it the primary contact."""
    membership = operations.make_primary(actor(), scope().get(Membership, uid))
    toast(_("%(name)s is the primary contact now.", name=_contact(membership).name))
    return see_other("firm.clients.show", uid=_client(membership).uid, fragment=f"m-{uid}")


@area.get("/memberships/<uid>/sign-outs", allow=Permission.CLIENT_WORK)
def ask_sign_out(uid: str) -> Response:
    """What signing out everywhere means, before it is done."""
    membership = scope().get(Membership, uid)
    name = _contact(membership).name
    return contact_rows.question(
        membership,
        heading=_("Sign %(name)s out everywhere?", name=name),
        text=_(
            "All sessions of this person end at once, on all devices and at all clients. Links and the password stay "
            "good, so the person can come in again."
        ),
        endpoint="firm.memberships.sign_out",
        button=_("Sign out everywhere"),
    )


@area.post("/memberships/<uid>/sign-outs", allow=Permission.CLIENT_WORK)
def sign_out(uid: str) -> Response:
    """End all sessions of the contact, at all its clients."""
    membership = scope().get(Membership, uid)
    count = sign_outs.everywhere(actor(), membership)
    name = _contact(membership).name
    toast(
        _("%(name)s is signed out everywhere: %(count)s sessions ended.", name=name, count=count)
        if count
        else _("%(name)s was signed in nowhere.", name=name)
    )
    return contact_rows.done(membership)


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


def _switched(uid: str, name: str, act: Callable[..., Membership]) -> Response:
    """Turn a switch: by its form, or by *Undo*, whose address says which way."""
    on = request.values.get("on") == "1"
    membership = act(actor(), scope().get(Membership, uid), on)
    words = str(_SAID[name][0 if on else 1]) % {"name": _contact(membership).name}
    toast(words, undo=url_for(f"firm.memberships.{name}", uid=uid, on=0 if on else 1))
    return contact_rows.done(membership)


def _rights(status: int, membership: Membership, form: RightsForm) -> Response:
    return page_or_part(
        "firm/contacts/rights.html", status, part="firm/contacts/_rights.html", membership=membership,
        client=_client(membership), contact=_contact(membership), form=form,
    )  # fmt: skip


def _client(membership: Membership) -> Client:
    return scope().by_id(Client, membership.client_id)


def _contact(membership: Membership) -> Contact:
    return scope().by_id(Contact, membership.contact_id)
