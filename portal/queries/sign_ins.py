"""Whom a session cookie stands for: one look-up that checks session, person, link and grant anew at each request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import JOIN, fn

from portal.base import clock
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.firm import SECRET_LINK, Firm
from portal.models.identity import Identity
from portal.models.link import Link
from portal.models.sign_in import PASSWORD, STAFF, VIEW, SignIn
from portal.models.staff import ADVISER, Staff
from portal.policies import scope as scopes
from portal.policies.actors import ClientActor, StaffActor
from portal.policies.permissions import Rights, of_link, of_password
from portal.policies.prepared import prepared
from portal.policies.scope import Scope


@dataclass(frozen=True)
class Visit:
    """A live session. `language` is the person's own choice, if any; `client` is set in a client's portal.

    `has_others`: the contact may enter further clients, so that only their people pay for looking which (T6).
    """

    actor: StaffActor | ClientActor
    firm: Firm
    sign_in_id: int
    seen_at: datetime
    memory: dict[str, Any]
    language: str | None
    client: Client | None = None
    contact: Contact | None = None
    has_others: bool = False


def find_visit(fingerprint: str, side: str) -> Visit | None:
    """The visit of a session token's fingerprint on the staff or the client side, or None."""
    with scopes.instance("the gate's look-up of a session") as scope:
        return _staff_visit(scope, fingerprint) if side == "staff" else _client_visit(scope, fingerprint)


def list_of(scope: Scope, staff_id: int) -> list[SignIn]:
    """The live sessions of a staff member, newest use first."""
    now = clock.now()
    rows = scope.of(SignIn).where(SignIn.staff == staff_id, SignIn.kind == STAFF, SignIn.ended_at.is_null())
    return [row for row in rows.order_by(SignIn.seen_at.desc()) if row.is_live(now)]


def link_opens(client: Client, firm: Firm, link: Link | None, membership: Membership | None, now: datetime) -> bool:
    """Whether a link opens the portal now (DETAILS 3): by client, access, login type and its contact's membership."""
    return (
        link is not None
        and link.is_live(now)
        and client.is_open
        and client.signs_in_by(firm) == SECRET_LINK
        and (link.contact_id is None or (membership is not None and membership.login))
    )


def password_opens(client: Client, membership: Membership | None, identity: Identity | None) -> bool:
    """Whether a contact's password opens the portal of a client: whatever its login type, one that was set is good."""
    has_password = identity is not None and identity.password is not None
    return has_password and client.is_open and membership is not None and membership.login


def _staff_visit(scope: Scope, fingerprint: str) -> Visit | None:
    row = _staff_row.first(scope, fingerprint=fingerprint)
    if row is None or not row.is_live(clock.now()) or not row.staff.is_active:
        return None
    return Visit(staff_actor(row), row.firm, row.id, row.seen_at, row.memory, row.staff.identity.language)


@prepared
def _staff_row(_scope: Scope, fingerprint: Any) -> Any:
    return _with_staff().where(SignIn.token == fingerprint, SignIn.kind == STAFF)


def _with_staff() -> Any:
    query = SignIn.select(SignIn, Staff, Identity, Firm).join_from(SignIn, Staff).join_from(Staff, Identity)
    return query.join_from(SignIn, Firm)


def staff_actor(row: SignIn) -> StaffActor:
    """The actor of a session row that was read with its staff member, identity and firm."""
    staff: Staff = row.staff
    return StaffActor(
        firm_id=row.firm_id,
        staff_id=staff.id,
        staff_uid=staff.uid,
        identity_id=staff.identity_id,
        name=staff.name or staff.identity.email,
        email=staff.identity.email,
        role=staff.role,
        restricted=staff.role == ADVISER and not row.firm.advisers_see_all,
        sign_in_id=row.id,
        sign_in_uid=row.uid,
        proved_at=row.proved_at,
        shortcuts=staff.shortcuts,
        address=row.address,
    )


def _client_visit(scope: Scope, fingerprint: str) -> Visit | None:
    row = _client_row.first(scope, fingerprint=fingerprint)
    now = clock.now()
    if row is None or not row.is_live(now):
        return None
    link = getattr(row, "found_link", None)
    contact = getattr(row, "found_contact", None)
    if row.kind == VIEW:
        viewer = _viewer(scope, row.parent, now)
        return _visit(row, link, contact, viewer) if viewer is not None and _may_view(scope, viewer, row) else None
    membership = getattr(row, "found_membership", None)
    if row.kind == PASSWORD:
        opens = password_opens(row.client, membership, getattr(row, "found_identity", None))
    else:
        opens = link_opens(row.client, row.firm, link, membership, now)
    return _visit(row, link, contact, None) if opens else None


@prepared
def _client_row(scope: Scope, fingerprint: Any) -> Any:
    live = (Membership.client == SignIn.client) & (Membership.contact == SignIn.contact) & Membership.ended_at.is_null()
    return (
        SignIn.select(SignIn, Client, Firm, Link, Contact, Membership, Identity, _elsewhere(scope).alias("has_others"))
        .join_from(SignIn, Client)
        .join_from(SignIn, Firm)
        .join_from(SignIn, Link, JOIN.LEFT_OUTER, on=(Link.id == SignIn.link_id), attr="found_link")
        .join_from(SignIn, Contact, JOIN.LEFT_OUTER, on=(Contact.id == SignIn.contact), attr="found_contact")
        .join_from(SignIn, Membership, JOIN.LEFT_OUTER, on=live, attr="found_membership")
        .join_from(SignIn, Identity, JOIN.LEFT_OUTER, on=(Identity.id == Contact.identity), attr="found_identity")
        .where(SignIn.token == fingerprint, SignIn.kind != STAFF)
    )


def _elsewhere(scope: Scope) -> Any:
    """Whether the contact of a password session may enter another client as well."""
    other, place = scope.alias(Membership, "other"), scope.alias(Client, "place")
    query = other.select(other.id).join(place, on=(place.id == other.client)).where(
        other.contact == SignIn.contact, SignIn.kind == PASSWORD, other.client != SignIn.client, other.login,
        other.ended_at.is_null(), place.portal_access, place.archived_at.is_null(),
    )  # fmt: skip
    return fn.EXISTS(query)


def _viewer(scope: Scope, parent: int, now: datetime) -> StaffActor | None:
    row = scope.first(_with_staff().where(SignIn.id == parent))
    return staff_actor(row) if row is not None and row.is_live(now) and row.staff.is_active else None


def _may_view(scope: Scope, viewer: StaffActor, row: SignIn) -> bool:
    return not row.client.is_archived and (
        not viewer.restricted or scopes.is_assigned(viewer.firm_id, viewer.staff_id, row.client_id)
    )


def _visit(row: SignIn, link: Link | None, contact: Contact | None, viewer: StaffActor | None) -> Visit:
    rights = Rights.of(getattr(row, "found_membership", None))
    by_password = row.kind == PASSWORD
    actor = ClientActor(
        firm_id=row.firm_id,
        client_id=row.client_id,
        client_uid=row.client.uid,
        client_name=row.client.name,
        client_kind=row.client.kind,
        sign_in_id=row.id,
        link_id=row.link_id,
        link_uid=link.uid if link else "",
        allowed=of_password(rights)
        if by_password
        else of_link(rights, comment=row.firm.link_comment, decide=row.firm.link_decide),
        contact_id=contact.id if contact else None,
        contact_uid=contact.uid if contact else "",
        contact_name=contact.name if contact else "",
        document_id=row.document_id,
        by_password=by_password,
        decide_limit=rights.decide_limit,
        viewer=viewer.name if viewer else "",
        viewer_uid=viewer.staff_uid if viewer else "",
        is_test=row.client.is_test,
        address=row.address,
        agent=row.agent,
    )
    language = (contact.language if contact else None) or row.client.language
    return Visit(actor, row.firm, row.id, row.seen_at, row.memory, language, row.client, contact, bool(row.has_others))
