"""Asking a contact in, and taking it back: one by one (T2, T5, T8, T11)."""

from __future__ import annotations

from flask import Response, request
from flask_babel import gettext as _

from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.operations import access_mails as operations
from portal.operations import address_changes, invitations
from portal.policies.permissions import Permission
from portal.queries import access_mails
from portal.web.answers import page_or_part, toast
from portal.web.firm import area, contact_rows
from portal.web.forms.attempt import succeeds
from portal.web.forms.contacts import InvitationForm
from portal.web.gate import actor, firm, scope


@area.get("/memberships/<uid>/invitation", allow=Permission.CLIENT_WORK)
def compose(uid: str) -> Response:
    """What is missing, what the mail says, and room for a message."""
    membership = scope().get(Membership, uid)
    form = InvitationForm(data={"email": _contact(membership).email, "login": True, "notify": True, "portal": True})
    return _shown(200, membership, form)


@area.post("/memberships/<uid>/invitation", allow=Permission.CLIENT_WORK, form=True)
def send(uid: str) -> Response:
    """Mend what was missing and send the invitation; an older one stops working."""
    membership, form = scope().get(Membership, uid), InvitationForm()
    if not succeeds(form, lambda: _send(membership, form)):
        return _shown(422, scope().get(Membership, uid), form)
    toast(_("The invitation to %(name)s is on its way.", name=_contact(membership).name))
    return contact_rows.done(scope().get(Membership, uid))


@area.get("/memberships/<uid>/invitation/cancellation", allow=Permission.CLIENT_WORK)
def ask_cancel(uid: str) -> Response:
    """What cancelling means, before it is done."""
    membership = scope().get(Membership, uid)
    return contact_rows.question(
        membership,
        heading=_("Cancel the invitation of %(name)s?", name=_contact(membership).name),
        text=_(
            "The mailed link stops working at once, and a mail that still waits is not sent. Login stays on, so you "
            "can send a new invitation at any time."
        ),
        endpoint="firm.invitations.cancel",
        button=_("Cancel invitation"),
    )


@area.post("/memberships/<uid>/invitation/cancellation", allow=Permission.CLIENT_WORK)
def cancel(uid: str) -> Response:
    """Take the invitation back."""
    membership = scope().get(Membership, uid)
    invitations.cancel(actor(), membership)
    toast(_("The invitation of %(name)s was cancelled.", name=_contact(membership).name))
    return contact_rows.done(membership)


def _send(membership: Membership, form: InvitationForm) -> None:
    missing = _missing(membership)
    operations.send(
        actor(),
        membership,
        message=form.message.data or "",
        key=form.key.data or "",
        email=form.email.data if _mends_address(missing) else None,
        login=form.login.data if "login" in missing else None,
        notify=form.notify.data if "notify" in missing else None,
        portal=form.portal.data if missing.get("client") == "access_off" else None,
    )


def _shown(status: int, membership: Membership, form: InvitationForm) -> Response:
    client, contact, missing = _client(membership), _contact(membership), _missing(membership)
    places = access_mails.places(scope(), contact, client)
    by_link = access_mails.is_plain(places, firm())
    return page_or_part(
        "firm/contacts/invitation.html", status, part="firm/contacts/_invitation.html", membership=membership,
        client=client, contact=contact, form=form, missing=missing, mends_address=_mends_address(missing),
        grants=request.path.endswith("/login"), places=places,
        letter=access_mails.preview(scope(), firm(), client, contact, actor().name) if by_link else None,
        holds="email" in missing and missing["email"] == "bounced" and address_changes.could_get_in(contact),
    )  # fmt: skip


def _missing(membership: Membership) -> dict[str, str]:
    return invitations.missing(_client(membership), membership, _contact(membership))


def _mends_address(missing: dict[str, str]) -> bool:
    """A held address is right or wrong whatever is typed here: it waits, or is released."""
    return "email" in missing and missing["email"] != "held"


def _client(membership: Membership) -> Client:
    return scope().by_id(Client, membership.client_id)


def _contact(membership: Membership) -> Contact:
    return scope().by_id(Contact, membership.contact_id)
