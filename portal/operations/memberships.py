"""What a contact is at a client: the three switches, primary, and the end of it."""

from __future__ import annotations

from typing import Any

from portal.base import clock, journal
from portal.base.errors import Conflict, Invalid
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.operations import access, audit
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import Actor
from portal.policies.permissions import Permission, Rights


@operation(allow=Permission.CLIENT_WORK)
def set_login(actor: Actor, membership: Membership, on: bool) -> Membership:
    """Grant or take access. Taken, the contact's links at this client answer 410 and its sessions end."""
    return _set(actor, membership, "login", on)


@operation(allow=Permission.CLIENT_WORK)
def set_notify(actor: Actor, membership: Membership, on: bool) -> Membership:
    """Whether the contact gets mail about new documents and comments of this client."""
    return _set(actor, membership, "notify", on)


@operation(allow=Permission.CLIENT_WORK)
def set_email_sync(actor: Actor, membership: Membership, on: bool) -> Membership:
    """Whether mail from and to the contact belongs to the client's conversation (T15)."""
    return _set(actor, membership, "email_sync", on)


@operation(allow=Permission.CLIENT_WORK)
def make_primary(actor: Actor, membership: Membership) -> Membership:
    """Make this the client's primary contact in place of the one before."""
    membership = scopes.current().by_id(Membership, membership.id)
    _demand_living(membership)
    if membership.primary:
        audit.noticed()
        return membership
    put_first(membership)
    audit.record(actor, "membership.made_primary", membership, personal={"contact": _name(membership)})
    return membership


@operation(allow=Permission.CLIENT_WORK)
def end(actor: Actor, membership: Membership) -> Membership:
    """The contact is none of this client any more: its links die, the next oldest becomes primary if it was that."""
    _demand_living(membership)
    journal.write("membership.ended", membership=membership.id)
    scope = scopes.current()
    scope.change(membership, Membership.ended_at.is_null(), ended_at=clock.now(), primary=False)
    heir = scope.first(_living(membership.client_id).order_by(Membership.primary.desc(), Membership.id))
    if heir is not None and not heir.primary:
        scope.change(heir, primary=True)
    access.refresh(membership.client_id)
    access.reindex(scope.by_id(Client, membership.client_id))
    audit.record(actor, "membership.ended", membership, personal={"contact": _name(membership)})
    return membership


@operation(allow=Permission.CLIENT_WORK)
def set_rights(actor: Actor, membership: Membership, rights: Rights) -> Membership:
    """What the contact may do in this client's portal (X19); works from the next request on.

    Raises Invalid with decide_limit (`amount`: below zero), Conflict `ended`.
    """
    membership = scopes.current().by_id(Membership, membership.id)
    _demand_living(membership)
    if rights.decide_limit is not None and rights.decide_limit < 0:
        raise Invalid(decide_limit="amount")
    before = Rights.of(membership)
    changed = {name: value for name, value in vars(rights).items() if getattr(before, name) != value}
    if not changed:
        audit.noticed()
        return membership
    scopes.current().change(membership, Membership.ended_at.is_null(), **changed)
    facts = {"changed": {name: [getattr(before, name), value] for name, value in changed.items()}}
    audit.record(
        actor, "membership.rights_changed", membership, facts=facts, personal={"contact": _name(membership)}
    )  # fmt: skip
    return membership


def begin(
    client: Client, contact: Contact, *, login: bool, notify: bool, email_sync: bool, primary: bool | None
) -> Membership:
    """Make a membership; the first one of a client is primary. For the inside of operations."""
    scope = scopes.current()
    first = not scope.holds(_living(client.id))
    membership = scope.add(
        Membership, client=client.id, contact=contact.id, login=login, notify=notify, email_sync=email_sync,
        primary=first, created_at=clock.now(),
    )  # fmt: skip
    if primary and not first:
        put_first(membership)
    return membership


def put_first(membership: Membership) -> None:
    """Make it the primary one, of which a client has exactly one. For the inside of operations."""
    scope = scopes.current()
    others = scope.update(Membership, primary=False).where(
        Membership.client == membership.client_id, Membership.primary, Membership.ended_at.is_null()
    )
    others.execute()
    scope.change(membership, primary=True)


def switch(membership: Membership, name: str, on: bool) -> None:
    """Turn one of the three switches. For the inside of operations."""
    if name == "login" and not on:
        journal.write("membership.login_off", membership=membership.id)
    scopes.current().change(membership, Membership.ended_at.is_null(), **{name: on})
    if name == "login":
        access.refresh(membership.client_id)


def _set(actor: Actor, membership: Membership, name: str, on: bool) -> Membership:
    # read anew: what another request did meanwhile must not make taking access away a no-op
    membership = scopes.current().by_id(Membership, membership.id)
    _demand_living(membership)
    if getattr(membership, name) == on:
        audit.noticed()
        return membership
    switch(membership, name, on)
    action = f"membership.{name}_{'on' if on else 'off'}"
    audit.record(actor, action, membership, personal={"contact": _name(membership)})
    return membership


def _demand_living(membership: Membership) -> None:
    if membership.ended_at is not None:
        raise Conflict("ended")


def _living(client_id: int) -> Any:
    scope = scopes.current()
    return scope.of(Membership).where(Membership.client == client_id, Membership.ended_at.is_null())


def _name(membership: Membership) -> str:
    return scopes.current().by_id(Contact, membership.contact_id).name
