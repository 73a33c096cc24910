"""Contacts of a client: adding and changing people."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _

from portal.base.errors import Conflict
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.operations import address_changes
from portal.operations import contacts as operations
from portal.policies.permissions import Permission
from portal.queries import contacts
from portal.web.answers import page, see_other, toast
from portal.web.firm import area
from portal.web.formats import short_instant
from portal.web.forms.attempt import succeeds
from portal.web.forms.contacts import ContactForm, NewContactForm
from portal.web.gate import actor, firm, scope

_FORM = "firm/contacts/form.html"


@area.get("/clients/<uid>/contacts/new", allow=Permission.CLIENT_WORK)
def new(uid: str) -> Response:
    """The empty form."""
    return _page(200, scope().get(Client, uid), NewContactForm(login=firm().grants_login))


@area.post("/clients/<uid>/contacts", allow=Permission.CLIENT_WORK, form=True)
def create(uid: str) -> Response:
    """Add a contact; a person the firm knows by this e-mail becomes contact of this client too."""
    client, form = scope().get(Client, uid), NewContactForm()
    try:
        if not succeeds(form, lambda: operations.add(actor(), client, **form.values())):
            return _page(422, client, form)
    except Conflict as conflict:
        form.email.errors = [_in_the_way(conflict)]
        return _page(409, client, form)
    toast(_("The contact was added."))
    return see_other("firm.clients.show", uid=uid, fragment="contacts")


@area.get("/memberships/<uid>/contact", allow=Permission.CLIENT_WORK)
def edit(uid: str) -> Response:
    """The form with the person's data."""
    membership = scope().get(Membership, uid)
    return _page(200, _client(membership), ContactForm.of(_contact(membership)), membership)


@area.post("/memberships/<uid>/contact", allow=Permission.CLIENT_WORK, form=True)
def save(uid: str) -> Response:
    """Change the person, for all clients it belongs to."""
    membership, form = scope().get(Membership, uid), ContactForm()
    if not succeeds(form, lambda: operations.change(actor(), membership, **form.values())):
        return _page(422, _client(membership), form, membership)
    contact = _contact(membership)
    toast(
        _("Saved. Nothing goes to the new address until %(day)s.", day=short_instant(contact.held_until))
        if address_changes.is_held(contact)
        else _("Saved.")
    )
    return see_other("firm.clients.show", uid=_client(membership).uid, fragment=f"m-{uid}")


def _page(status: int, client: Client, form: ContactForm, membership: Membership | None = None) -> Response:
    others = contacts.other_clients(scope(), membership) if membership else []
    contact = _contact(membership) if membership else None
    return page(
        _FORM, status, client=client, form=form, membership=membership, others=others, known=contact,
        held_until=contact.held_until if contact is not None and address_changes.is_held(contact) else None,
        protected=contact is not None and contact.email != "" and address_changes.could_get_in(contact),
    )  # fmt: skip


def _client(membership: Membership) -> Client:
    return scope().by_id(Client, membership.client_id)


def _contact(membership: Membership) -> Contact:
    return scope().by_id(Contact, membership.contact_id)


def _in_the_way(conflict: Conflict) -> str:
    if conflict.code == "member":
        return _("This person is a contact of this client already.")
    known = contacts.named(scope(), conflict.existing or "")
    return _(
        "This address belongs to %(name)s, a contact of another client too. Use that name, or another address.",
        name=known or _("somebody else"),
    )
