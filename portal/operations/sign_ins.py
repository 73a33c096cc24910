"""Sessions begin, are seen, remember and end. Opening a link decides nothing and uses nothing up (DETAILS 4)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

from peewee import fn

from portal.base import clock, passwords, tokens
from portal.base.errors import Conflict, NotFound
from portal.base.text import email_key
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.identity import Identity
from portal.models.link import PORTAL, Link, LinkFetch, Opening
from portal.models.sign_in import LINK, PASSWORD, STAFF, VIEW, SignIn
from portal.models.staff import Staff
from portal.operations import access, audit, identities, limits
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import Actor, ClientActor, StaffActor, Stranger
from portal.policies.permissions import Permission

# idle and absolute ends in seconds (TRUST, Sessions)
_STAFF_IDLE, _STAFF_ABSOLUTE = 30 * 60, 12 * 3600
_CLIENT_IDLE, _CLIENT_ABSOLUTE = 8 * 3600, 14 * 24 * 3600
_LINK_IDLE, _LINK_ABSOLUTE = 2 * 3600, 24 * 3600
_VIEW_IDLE, _VIEW_ABSOLUTE = 15 * 60, 60 * 60
_SEEN_EVERY = timedelta(minutes=1)
_TRIES_PER_ACCOUNT, _ACCOUNT_WINDOW = 10, 900


@dataclass(frozen=True)
class Person:
    """Who signed in: a staff member, a contact with the membership last used, or both (DETAILS 5).

    `mark` changes with the password: what was proven with an older one is worth nothing.
    """

    staff: Staff | None
    membership: Membership | None
    mark: str = ""


@dataclass(frozen=True)
class Choice:
    """Somebody who proved to be both a staff member and a contact, and may go on to either side."""

    staff: Staff
    membership: Membership
    client: Client
    mark: str


def authenticate(stranger: Stranger, email: str, password: str) -> Person | None:
    """Who may come in with this address and password; otherwise None, after the same work. Raises TooMany."""
    assert stranger.firm_id is not None
    key = f"sign-in:{stranger.firm_id}:{email_key(email)}"
    limits.spend(key, most=_TRIES_PER_ACCOUNT, seconds=_ACCOUNT_WINDOW)
    with scopes.of_firm(stranger.firm_id) as scope:
        identity: Identity | None = scope.first(scope.of(Identity).where(Identity.email_key == email_key(email)))
        person = _person(identity)
    known = person.staff is not None or person.membership is not None
    if not passwords.matches(password, identity.password if identity is not None and known else None):
        return None
    limits.forgive(key)
    return person


def recall(stranger: Stranger, staff_uid: str, mark: str) -> Choice | None:
    """What `authenticate` found a moment ago, looked up anew; None when either side or the password is another now."""
    if stranger.firm_id is None:
        return None
    with scopes.of_firm(stranger.firm_id) as scope:
        staff: Staff | None = scope.first(scope.of(Staff).where(Staff.uid == staff_uid))
        identity = scope.by_id(Identity, staff.identity_id) if staff is not None else None
        person = _person(identity)
        if person.staff is None or person.membership is None or not compare_digest(person.mark, mark):
            return None
        return Choice(person.staff, person.membership, scope.by_id(Client, person.membership.client_id), mark)


def _person(identity: Identity | None) -> Person:
    scope, identity_id = scopes.current(), identity.id if identity is not None else 0
    staff: Staff | None = scope.first(scope.of(Staff).where(Staff.identity == identity_id, identities.has_come()))
    membership = last_used(identity_id)
    mark = _mark(identity) if identity is not None else ""
    return Person(staff if staff is not None and staff.is_active else None, membership, mark)


def last_used(identity_id: int) -> Membership | None:
    """Of the clients that a person may enter now, where it was last; never anywhere yet: the first by name.

    One statement, whoever it is: nobody learns from the time it takes who is known.
    """
    scope = scopes.current()
    contacts = scope.of(Contact, Contact.id).where(Contact.identity == identity_id)
    order = (fn.COALESCE(Membership.seen_at, 0).desc(), Client.name_key, Membership.id)
    found: Membership | None = scope.first(_enterable(contacts).order_by(*order))
    return found


@operation(allow=Permission.PUBLIC)
def begin_staff(actor: Stranger, staff: Staff, *, mark: str = "") -> str:
    """Sign a staff member in; the token for the cookie. A new id each time.

    `mark`: of the password that was proven. Raises Conflict `changed`: a new one has ended all sessions meanwhile.
    """
    _demand_unchanged(staff.identity_id, mark)
    token = tokens.session_token()
    row = _begin(actor, token, kind=STAFF, staff=staff.id, idle=_STAFF_IDLE, absolute=_STAFF_ABSOLUTE)
    audit.record(actor, "staff.signed_in", staff, facts={"session": row.uid}, personal={"name": staff.name})
    return token


@operation(allow=Permission.PUBLIC)
def begin_contact(actor: Stranger, membership: Membership, *, mark: str = "") -> str:
    """Sign a contact in at one of its clients; the token for the cookie. `mark` and Conflict as in `begin_staff`."""
    scope = scopes.current()
    contact = scope.by_id(Contact, membership.contact_id)
    _demand_unchanged(contact.identity_id, mark)
    token = tokens.session_token()
    row = _begin(
        actor, token, kind=PASSWORD, client=membership.client_id, contact=contact.id,
        idle=_CLIENT_IDLE, absolute=_CLIENT_ABSOLUTE,
    )  # fmt: skip
    _was_here(membership.client_id, contact.id)
    audit.record(actor, "contact.signed_in", membership, facts={"session": row.uid}, personal={"contact": contact.name})
    return token


@operation(allow=Permission.PORTAL_ACCOUNT)
def switch_client(actor: ClientActor, client: Client, *, to: Membership) -> str:
    """Go over from this client to another of the same contact: a new session that ends when this one would have (T6).

    Raises NotFound for a membership that is not the contact's or lets nobody in now, Conflict `ended` when this
    session has ended meanwhile: whoever was signed out must not go on elsewhere.
    """
    scope = scopes.current()
    target = scope.first(_enterable([actor.contact_id]).where(Membership.id == to.id))
    if target is None:
        raise NotFound("Membership")
    before = scope.by_id(SignIn, actor.sign_in_id)
    token = tokens.session_token()
    row = _begin(
        Stranger(actor.firm_id, actor.address, actor.agent), token, kind=PASSWORD, client=target.client_id,
        contact=actor.contact_id, idle=_CLIENT_IDLE, absolute=_CLIENT_ABSOLUTE,
    )  # fmt: skip
    scope.change(row, expires_at=before.expires_at, proved_at=before.proved_at)
    if not _end(SignIn.id == before.id):
        raise Conflict("ended")
    _was_here(target.client_id, actor.contact_id)
    facts = {"session": row.uid, "from": client.uid}
    audit.record(actor, "contact.switched", target, facts=facts, personal={"contact": actor.name})
    return token


@operation(allow=Permission.PUBLIC, audited=False)
def open_link(actor: Stranger, link: Link) -> str:
    """Exchange a link for a session; the token for the cookie. Notes *fetched*, machines included."""
    token = tokens.session_token()
    _begin(
        actor, token, kind=LINK, client=link.client_id, contact=link.contact_id, link_id=link.id,
        document_id=link.document_id, idle=_LINK_IDLE, absolute=_LINK_ABSOLUTE,
    )  # fmt: skip
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    LinkFetch.insert(firm=link.firm_id, link=link.id, hour=hour).on_conflict(
        conflict_target=[LinkFetch.link, LinkFetch.hour], update={LinkFetch.count: LinkFetch.count + 1}
    ).execute()
    return token


@operation(allow=Permission.CLIENT_WORK)
def view_as_client(actor: StaffActor, client: Client) -> str:
    """Look at the portal as the client does (X15): tied to the staff session, never counted as a view.

    Raises Conflict `archived`: such a client has no portal.
    """
    if client.is_archived:
        raise Conflict("archived")
    token = tokens.session_token()
    stranger = Stranger(actor.firm_id, actor.address)
    _begin(
        stranger, token, kind=VIEW, client=client.id, staff=actor.staff_id, parent=actor.sign_in_id,
        idle=_VIEW_IDLE, absolute=_VIEW_ABSOLUTE,
    )  # fmt: skip
    audit.record(actor, "client.viewed_as", client)
    return token


@operation(allow=Permission.PUBLIC, audited=False)
def note_opening(actor: ClientActor, subject: Client, *, document_id: int | None = None) -> None:
    """Note *opened*: this session asked for a page by navigation. Once per document (or the portal) and session."""
    scope, now = scopes.current(), clock.now()
    what = "portal" if document_id is None else str(document_id)
    fresh = (
        Opening.insert(
            firm=scope.firm_id,
            client=subject.id,
            document=document_id,
            sign_in=actor.sign_in_id,
            contact=actor.contact_id,
            what=what,
            at=now,
        )
        .on_conflict_ignore()
        .as_rowcount()
        .execute()
    )
    if not fresh:
        return
    scope.update(SignIn, opened_at=now).where(SignIn.id == actor.sign_in_id, SignIn.opened_at.is_null()).execute()
    _was_here(subject.id, actor.contact_id)
    _prolong(actor, subject, now)


def _prolong(actor: ClientActor, client: Client, now: datetime) -> None:
    # an opened portal link lives on, at most one write a day (DETAILS 3 and 4)
    scope = scopes.current()
    yesterday = now - timedelta(days=1)
    row = scope.first(scope.of(Link).where(Link.id == actor.link_id))
    if row is None:
        return
    scope.update(Link, used_at=now).where(Link.id == row.id).execute()
    if row.kind == PORTAL and row.revoked_at is None and row.extended_at < yesterday:
        access.extend(client.id)


@operation(allow=Permission.PUBLIC, audited=False)
def see(actor: Actor, sign_in_id: int) -> None:
    """Write *last seen*; the caller does so once a minute at most. Who looks as a client is at work as staff, too."""
    scope = scopes.current()
    row = scope.by_id(SignIn, sign_in_id)
    scope.update(SignIn, seen_at=clock.now()).where(SignIn.id.in_([row.id, row.parent or row.id])).execute()


def is_due(seen_at: datetime) -> bool:
    """Whether *last seen* is old enough to be written again."""
    return clock.now() - seen_at >= _SEEN_EVERY


@operation(allow=Permission.PUBLIC, audited=False)
def remember(actor: Actor, sign_in_id: int, memory: dict[str, Any]) -> None:
    """Keep what the session remembers: messages for the next page."""
    scopes.current().update(SignIn, memory=memory).where(SignIn.id == sign_in_id).execute()


@operation(allow=Permission.PUBLIC, audited=False)
def end(actor: Actor, sign_in_id: int) -> None:
    """Sign out: this session and the views tied to it."""
    _end((SignIn.id == sign_in_id) | (SignIn.parent == sign_in_id))


@operation(allow=Permission.FIRM_VIEW)
def end_own(actor: StaffActor, staff: Staff, *, sign_in_uid: str | None = None) -> int:
    """End one of one's own sessions, or all but the present one; how many ended."""
    mine = (SignIn.staff == actor.staff_id) & (SignIn.kind == STAFF)
    which = SignIn.id != actor.sign_in_id if sign_in_uid is None else SignIn.uid == sign_in_uid
    ended = _end(mine & which)
    audit.record(actor, "staff.sessions_ended", staff, facts={"count": ended})
    return ended


@operation(allow=Permission.FIRM_VIEW)
def prove(actor: StaffActor, staff: Staff, *, password: str) -> bool:
    """Sign in once more for a risky act: the session counts as young again. False when the password is wrong."""
    scope = scopes.current()
    identity = scope.by_id(Identity, actor.identity_id)
    good = passwords.matches(password, identity.password)
    if good:
        scope.update(SignIn, proved_at=clock.now()).where(SignIn.id == actor.sign_in_id).execute()
    audit.record(actor, "staff.proved" if good else "staff.not_proved", staff)
    return good


def _mark(identity: Identity) -> str:
    return tokens.fingerprint(identity.password or "")


def _demand_unchanged(identity_id: int | None, mark: str) -> None:
    """Checking a password takes its time, outside of any transaction."""
    if mark and not compare_digest(_mark(scopes.current().by_id(Identity, identity_id)), mark):
        raise Conflict("changed")


def _enterable(contacts: Any) -> Any:
    """The memberships by which contacts, given by id, may enter a portal now."""
    scope = scopes.current()
    query = scope.join(scope.of(Membership), Client, on=Membership.client == Client.id)
    return query.where(
        Membership.contact.in_(contacts), Membership.login, Membership.ended_at.is_null(), Client.portal_access,
        Client.archived_at.is_null(),
    )  # fmt: skip


def _was_here(client_id: int, contact_id: int | None) -> None:
    """The contact is in the client's portal: seen there, and from the first time on not waited for any more (T7)."""
    scope, now = scopes.current(), clock.now()
    here = (Membership.client == client_id) & (Membership.contact == contact_id) & Membership.ended_at.is_null()
    scope.update(Client, last_seen_at=now).where(Client.id == client_id).execute()
    scope.update(Membership, seen_at=now).where(here).execute()
    first = scope.update(Membership, activated_at=now).where(here, Membership.activated_at.is_null()).execute()
    if first:
        access.refresh(client_id)


def _end(which: Any) -> int:
    scope = scopes.current()
    ended: int = scope.update(SignIn, ended_at=clock.now()).where(which, SignIn.ended_at.is_null()).execute()
    return ended


def _begin(actor: Stranger, token: str, *, kind: str, idle: int, absolute: int, **fields: Any) -> SignIn:
    now = clock.now()
    return scopes.current().add(
        SignIn,
        token=tokens.fingerprint(token),
        kind=kind,
        memory={"csrf_token": secrets.token_hex(20)},
        address=actor.address,
        agent=actor.agent[:200],
        created_at=now,
        seen_at=now,
        proved_at=now,
        idle_seconds=idle,
        expires_at=now + timedelta(seconds=absolute),
        **fields,
    )
