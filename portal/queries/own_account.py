"""What a contact's own settings page shows beside the client: the person, the membership, what it signs in with."""

from __future__ import annotations

from dataclasses import dataclass

from portal.models.contact import Contact, Membership
from portal.models.identity import Identity
from portal.models.staff import Staff
from portal.policies import scope as scopes
from portal.policies.actors import ClientActor


@dataclass(frozen=True)
class OwnAccount:
    """`has_password`: one was set. `is_staff`: the same password also signs in to the office."""

    contact: Contact
    membership: Membership
    has_password: bool
    is_staff: bool


def of(actor: ClientActor) -> OwnAccount | None:
    """None behind a link of nobody, and for staff who look.

    In the scope of the firm: visitors have no way to memberships and identities, and are given only their own.
    """
    if actor.contact_id is None or actor.viewer_uid:
        return None
    with scopes.of_firm(actor.firm_id) as whole:
        contact = whole.by_id(Contact, actor.contact_id)
        mine = whole.of(Membership).where(Membership.contact == contact.id, Membership.ended_at.is_null())
        membership: Membership = whole.one(mine.where(Membership.client == actor.client_id))
        identities = whole.of(Identity, Identity.id).where(Identity.id == contact.identity_id)
        staff = whole.of(Staff, Staff.id).where(Staff.identity == contact.identity_id)
        return OwnAccount(
            contact,
            membership,
            has_password=whole.holds(identities.where(Identity.password.is_null(False))),
            is_staff=contact.identity_id is not None and whole.holds(staff.where(Staff.deactivated_at.is_null())),
        )
