"""Asking a contact in as staff do it: what is missing is mended in the same step, or nothing happens (T5, B8, F3)."""

from __future__ import annotations

from portal.models.client import Client
from portal.models.contact import Membership
from portal.operations import clients, contacts, invitations, memberships
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import Actor
from portal.policies.permissions import Permission


@operation(allow=Permission.CLIENT_WORK)
def send(
    actor: Actor,
    membership: Membership,
    *,
    message: str = "",
    key: str = "",
    email: str | None = None,
    login: bool | None = None,
    notify: bool | None = None,
    portal: bool | None = None,
) -> None:
    """Invite the contact; before that give it this e-mail address and switch on what is asked for.

    `login` and `notify` of the contact, `portal`: the client's. The same `key` invites once. Raises Invalid as
    `contacts.change` and `invitations.send` do; then nothing was changed.
    """
    if email:
        contacts.change(actor, membership, email=email)
    if login:
        memberships.set_login(actor, membership, True)
    if notify:
        memberships.set_notify(actor, membership, True)
    if portal:
        clients.set_access(actor, scopes.current().by_id(Client, membership.client_id), True)
    invitations.send(actor, membership, message=message, key=key)
