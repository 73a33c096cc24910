"""Actors for tests of operations: found as the gate finds them, from a session that was really begun."""

from __future__ import annotations

import functools

from portal.base import clock, passwords, tokens
from portal.models.contact import Contact, Membership
from portal.models.identity import Identity
from portal.models.link import Link
from portal.models.outbox import OutboxMail
from portal.models.staff import Staff
from portal.operations import access, new_links, sign_ins
from portal.policies import scope as scopes
from portal.policies.actors import ClientActor, InstanceActor, StaffActor, Stranger
from portal.queries.sign_ins import find_visit
from tests.personas import PASSWORD


def staff(firm_id: int, staff_id: int) -> StaffActor:
    """A signed-in staff member."""
    with scopes.of_firm(firm_id) as scope:
        row = scope.by_id(Staff, staff_id)
    visit = find_visit(tokens.fingerprint(sign_ins.begin_staff(Stranger(firm_id), row)), "staff")
    assert visit is not None
    assert isinstance(visit.actor, StaffActor)
    return visit.actor


def by_link(firm_id: int, link_id: int) -> ClientActor:
    """Whoever opened the link, in a session of its own."""
    with scopes.of_firm(firm_id) as scope:
        link = scope.by_id(Link, link_id)
    token = sign_ins.open_link(Stranger(firm_id, "203.0.113.7", "Test browser"), link)
    return _client(token)


def by_password(firm_id: int, membership_id: int) -> ClientActor:
    """A contact with a password (see `give_password`), signed in at one of her clients."""
    with scopes.of_firm(firm_id) as scope:
        membership = scope.by_id(Membership, membership_id)
    return _client(sign_ins.begin_contact(Stranger(firm_id, "203.0.113.7", "Test browser"), membership))


def give_password(firm_id: int, contact_id: int, password: str = PASSWORD) -> Identity:
    """Let a contact sign in, as an accepted invitation would."""
    with scopes.of_firm(firm_id) as scope:
        contact = scope.by_id(Contact, contact_id)
        fields = {"password": hashed(password), "password_at": clock.now()}
        identity = scope.add(Identity, email=contact.email, email_key=contact.email_key, **fields)
        scope.change(contact, identity=identity.id)
        access.refresh_of(contact)
    return identity


@functools.cache
def hashed(password: str) -> str:
    """Hashed once for a test run: it takes its time on purpose."""
    return passwords.hash_password(password)


def viewing(actor: StaffActor, client_id: int) -> ClientActor:
    """A staff member who looks at the portal as the client does."""
    from portal.models.client import Client

    with scopes.of_firm(actor.firm_id) as scope:
        client = scope.by_id(Client, client_id)
    return _client(sign_ins.view_as_client(actor, client))


def mails(firm_id: int, kind: str) -> list[OutboxMail]:
    """What is queued of this kind, in its order."""
    with scopes.of_firm(firm_id) as scope:
        return list(scope.of(OutboxMail).where(OutboxMail.kind == kind).order_by(OutboxMail.id))


def answer_asked(firm_id: int) -> None:
    """As the worker: decide what comes of the new links that were asked for."""
    for mail in [mail for mail in mails(firm_id, "new_link") if "asked" in mail.subject]:
        with scopes.of_firm(firm_id) as scope:
            link = scope.by_id(Link, mail.subject["asked"])
            scope.delete(OutboxMail).where(OutboxMail.id == mail.id).execute()
        new_links.answer(InstanceActor(firm_id, "worker"), link)


def _client(token: str) -> ClientActor:
    visit = find_visit(tokens.fingerprint(token), "client")
    assert visit is not None
    assert isinstance(visit.actor, ClientActor)
    return visit.actor
