"""A new address that waits: a portal admin may let mail go there at once, and says why (TRUST, Sessions)."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _

from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.operations import address_changes as operations
from portal.policies.permissions import Permission
from portal.web.answers import page_or_part, toast
from portal.web.firm import area, contact_rows
from portal.web.forms.attempt import succeeds
from portal.web.forms.contacts import ReleaseForm
from portal.web.gate import actor, scope


@area.get("/memberships/<uid>/hold", allow=Permission.TEAM_MANAGE)
def ask(uid: str) -> Response:
    """What waits, until when, and the question for the reason."""
    return _shown(200, scope().get(Membership, uid), ReleaseForm())


@area.post("/memberships/<uid>/hold", allow=Permission.TEAM_MANAGE, form=True)
def release(uid: str) -> Response:
    """Let mail go to the new address."""
    membership, form = scope().get(Membership, uid), ReleaseForm()
    if not succeeds(form, lambda: operations.release(actor(), membership, reason=form.reason.data or "")):
        return _shown(422, membership, form)
    toast(_("Mail may go to the new address now."))
    return contact_rows.done(membership)


def _shown(status: int, membership: Membership, form: ReleaseForm) -> Response:
    contact = scope().by_id(Contact, membership.contact_id)
    return page_or_part(
        "firm/contacts/hold.html", status, part="firm/contacts/_hold.html", membership=membership, contact=contact,
        client=scope().by_id(Client, membership.client_id), form=form, is_held=operations.is_held(contact),
    )  # fmt: skip
