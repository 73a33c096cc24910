"""*Send me a new link*: the answer on the page is always the same; who gets what is decided here (DETAILS 3)."""

from __future__ import annotations

from datetime import timedelta

from portal.base import clock
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.firm import PASSWORD
from portal.models.link import DOCUMENT, Link
from portal.models.outbox import enqueue
from portal.operations import access, audit, invitations, new_invitations
from portal.operations.links import newest_or_make
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor, Stranger
from portal.policies.permissions import Permission

_LASTS = timedelta(days=1)


@operation(allow=Permission.PUBLIC, audited=False)
def ask(actor: Stranger, link: Link) -> None:
    """Queue the same for any link; the worker decides what comes of it, so that the answer takes the same time."""
    scope, now = scopes.current(), clock.now()
    language, key = scope.firm.language, f"asked:{link.id}:{now:%Y%m%d%H%M}"
    enqueue("new_link", {"asked": link.id}, "", key=key, language=language, not_after=now + _LASTS)


@operation(allow=Permission.INSTANCE)
def answer(actor: InstanceActor, link: Link) -> bool:
    """Mail a way in to the stored address of the link's contact, else of the primary contact; whether it was queued.

    The live link is mailed as it is; an expired one gets a successor; nothing is sent where it was revoked without a
    successor, where login or access is off, or where the client is archived. Where the client is entered by password,
    who is waited for is invited once more, and who has a password is told where to use it.
    """
    scope, now = scopes.current(), clock.now()
    client = scope.by_id(Client, link.client_id)
    contact = _contact(link, client)
    if contact is None or not client.is_open or _last_of_line(link).revoked_at is not None:
        audit.noticed()
        return False
    if client.signs_in_by(scope.firm) == PASSWORD:
        return new_invitations.again(actor, contact) or new_invitations.point_to_door(actor, contact)
    if link.contact_id is not None and link.kind != DOCUMENT and link.is_live(now):
        fresh = link
    else:
        fresh = newest_or_make(client, contact)
    hour = now.replace(minute=0, second=0, microsecond=0)
    enqueue(
        "new_link",
        {"client": client.id, "contact": contact.id, "link": fresh.id},
        contact.email,
        key=f"{fresh.id}:{hour.isoformat()}",
        language=contact.language or client.language or scope.firm.language,
        client_id=client.id,
        not_after=now + _LASTS,
    )
    access.extend(client.id)
    audit.record(actor, "link.asked", link)
    return True


def _contact(link: Link, client: Client) -> Contact | None:
    scope = scopes.current()
    living = scope.of(Membership).where(Membership.client == client.id, Membership.ended_at.is_null())
    wanted = Membership.contact == link.contact_id if link.contact_id else Membership.primary == True  # noqa: E712
    membership = scope.first(living.where(wanted))
    if membership is None or not membership.login:
        return None
    contact: Contact = scope.by_id(Contact, membership.contact_id)
    return None if invitations.missing_address(contact) else contact


def _last_of_line(link: Link) -> Link:
    """What stands at the end of a link's renewals: revoking that one ended them all."""
    scope, seen = scopes.current(), {link.id}
    while link.successor is not None and link.successor not in seen:
        seen.add(link.successor)
        link = scope.by_id(Link, link.successor)
    return link
