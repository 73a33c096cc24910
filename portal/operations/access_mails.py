"""*Send access* as staff do it: what is missing is mended in the same step, or nothing happens (B8, F3)."""

from __future__ import annotations

from portal.models.contact import Membership
from portal.operations import contacts, invitations, memberships
from portal.operations.operation import operation
from portal.policies.actors import Actor
from portal.policies.permissions import Permission


@operation(allow=Permission.CLIENT_WORK)
def send(
    actor: Actor, membership: Membership, *, message: str = "", email: str | None = None, login: bool | None = None
) -> None:
    """Mail the contact its link; before that give it this e-mail address and switch its login on, where asked to.

    Raises Invalid as `contacts.change` and `invitations.send` do; then nothing was changed.
    """
    if email:
        contacts.change(actor, membership, email=email)
    if login:
        memberships.set_login(actor, membership, True)
    invitations.send(actor, membership, message=message)
