"""Secret links: made, renewed, revoked, given away (B2, B7, B8; DETAILS 3, 9)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from peewee import IntegrityError

from portal.base import clock, journal
from portal.base.database import database
from portal.base.errors import Conflict, NotFound, StepUpNeeded
from portal.base.text import uid
from portal.models import outbox
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.document import Document
from portal.models.firm import SECRET_LINK, Firm
from portal.models.identity import Identity
from portal.models.link import DOCUMENT, PORTAL, Link
from portal.models.staff import ADMIN, Staff
from portal.operations import access, audit
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import Actor, StaffActor
from portal.policies.permissions import Permission
from portal.policies.prepared import prepared
from portal.policies.scope import Scope

EXPORT_PROOF = timedelta(minutes=15)
_TRIES = 5


@operation(allow=Permission.CLIENT_WORK)
def make(actor: Actor, client: Client, *, contact: Contact | None = None, document: Document | None = None) -> Link:
    """Make a link to the client's portal, or to one of its documents; for a contact of the client, or for nobody.

    Raises Conflict `exists` when the client has its own portal link already: it has one.
    """
    if document is not None and document.client_id != client.id:
        raise NotFound("Document")
    if contact is not None and living_membership(client.id, contact.id) is None:
        raise NotFound("Contact")
    if contact is None and document is None:
        own = _newest(client.id, None)
        if own is not None:
            raise Conflict("exists", existing=own.uid)
    link = add(client, contact=contact, document=document)
    access.refresh(client.id)
    audit.record(actor, "link.made", link, facts={"kind": link.kind}, personal={"contact": _holder(link)})
    return link


@operation(allow=Permission.CLIENT_WORK)
def renew(actor: Actor, link: Link) -> Link:
    """Put a new link in place of this one, which stops working at once. Raises Conflict `revoked`."""
    _demand_standing(link)
    scope = scopes.current()
    client = scope.by_id(Client, link.client_id)
    contact = scope.by_id(Contact, link.contact_id) if link.contact_id is not None else None
    document = scope.by_id(Document, link.document_id) if link.document_id is not None else None
    # the old one ends first: a client has one living link of its own at any moment
    _end(actor, link)
    new = add(client, contact=contact, document=document)
    scope.change(link, successor=new.id)
    access.refresh(client.id)
    audit.record(
        actor,
        "link.renewed",
        link,
        facts={"kind": link.kind, "successor": new.uid},
        personal={"contact": _holder(link)},
    )
    return new


@operation(allow=Permission.CLIENT_WORK)
def revoke(actor: Actor, link: Link) -> Link:
    """End a link at once and for good, without a new one. Raises Conflict `revoked`."""
    _demand_standing(link)
    _end(actor, link)
    audit.record(actor, "link.revoked", link, facts={"kind": link.kind}, personal={"contact": _holder(link)})
    return link


@operation(allow=Permission.CLIENT_WORK)
def copied(actor: Actor, link: Link) -> Link:
    """Note that staff took the link out of the house; what is given away lives on. Raises Conflict `revoked`."""
    _demand_standing(link)
    access.extend(link.client_id, daily=True)
    audit.record(actor, "link.copied", link, facts={"kind": link.kind}, personal={"contact": _holder(link)})
    return link


@operation(allow=Permission.CLIENT_WORK)
def take(actor: Actor, membership: Membership) -> Link:
    """The contact's link for staff to give away by hand; made if there is no live one. Noted as `copied`.

    Raises Conflict: `ended`, or `password` at a client that is not entered by link.
    """
    if membership.ended_at is not None:
        raise Conflict("ended")
    scope = scopes.current()
    contact, client = scope.by_id(Contact, membership.contact_id), scope.by_id(Client, membership.client_id)
    if client.signs_in_by(scope.firm) != SECRET_LINK:
        raise Conflict("password")
    link = newest_or_make(client, contact)
    access.extend(link.client_id, daily=True)
    audit.record(actor, "link.copied", link, facts={"kind": link.kind}, personal={"contact": contact.name})
    return link


@operation(allow=Permission.LINKS_EXPORT)
def exported(actor: Actor, firm: Firm, *, count: int) -> None:
    """Note that all portal addresses leave the house, and tell all admins (DETAILS 9). Raises StepUpNeeded."""
    if isinstance(actor, StaffActor) and clock.now() - actor.proved_at > EXPORT_PROOF:
        raise StepUpNeeded("links.export")
    access.extend_all(firm)
    scope = scopes.current()
    by = actor.staff_id if isinstance(actor, StaffActor) else None
    admins = scope.join(scope.of(Staff, Staff, Identity), Identity, on=Staff.identity == Identity.id)
    act = uid()
    for admin in list(admins.where(Staff.role == ADMIN, Staff.deactivated_at.is_null())):
        subject = {"staff": admin.id, "by": by, "count": count}
        language = admin.identity.language or firm.language
        outbox.enqueue("links_exported", subject, admin.identity.email, key=act, language=language)
    audit.record(actor, "links.exported", firm, facts={"count": count})


def newest_or_make(client: Client, contact: Contact | None) -> Link:
    """The newest live portal link of a contact (or the client's own), made if there is none: for mails and copies.

    For the inside of operations.
    """
    now = clock.now()
    link = _newest(client.id, contact.id if contact else None)
    if link is not None and (contact is None or link.is_live(now)):
        return link
    made = add(client, contact=contact)
    access.refresh(client.id)
    return made


def add(client: Client, *, contact: Contact | None = None, document: Document | None = None) -> Link:
    """Put in the row of a link. For the inside of operations."""
    scope, now = scopes.current(), clock.now()
    expires = access.expiry(scope.firm, now) if document is None else access.document_expiry(scope.firm, document)
    for attempt in range(_TRIES):
        try:
            # ids are random and short enough to be typed: with many links one in some thousands is taken already
            with database.atomic():
                return scope.add(
                    Link, client=client.id, contact=contact.id if contact else None,
                    document=document.id if document else None, kind=DOCUMENT if document else PORTAL,
                    created_at=now, extended_at=now, expires_at=expires,
                )  # fmt: skip
        except IntegrityError:
            if attempt == _TRIES - 1:
                raise
    raise AssertionError


def living_membership(client_id: int, contact_id: int) -> Membership | None:
    """The membership of a contact at a client that has not ended."""
    scope = scopes.current()
    found: Membership | None = scope.first(
        scope.of(Membership).where(
            Membership.client == client_id, Membership.contact == contact_id, Membership.ended_at.is_null()
        )
    )
    return found


def _newest(client_id: int, contact_id: int | None) -> Link | None:
    # asked for each recipient of a mail, so both shapes are rendered once
    scope = scopes.current()
    if contact_id is None:
        own: Link | None = _newest_own.first(scope, client_id=client_id)
        return own
    found: Link | None = _newest_of_contact.first(scope, client_id=client_id, contact_id=contact_id)
    return found


@prepared
def _newest_own(scope: Scope, client_id: Any) -> Any:
    return _living(scope, client_id).where(Link.contact.is_null())


@prepared
def _newest_of_contact(scope: Scope, client_id: Any, contact_id: Any) -> Any:
    return _living(scope, client_id).where(Link.contact == contact_id)


def _living(scope: Scope, client_id: Any) -> Any:
    links = scope.of(Link).where(Link.client == client_id, Link.kind == PORTAL, Link.revoked_at.is_null())
    return links.order_by(Link.created_at.desc()).limit(1)


def _demand_standing(link: Link) -> None:
    if link.revoked_at is not None:
        raise Conflict("revoked")


def _end(actor: Actor, link: Link) -> None:
    journal.write("link.revoked", link=link.id)
    by = actor.staff_id if isinstance(actor, StaffActor) else None
    scopes.current().change(link, Link.revoked_at.is_null(), revoked_at=clock.now(), revoked_by=by)
    access.refresh(link.client_id)


def _holder(link: Link) -> str:
    return scopes.current().by_id(Contact, link.contact_id).name if link.contact_id is not None else ""
