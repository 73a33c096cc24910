"""A contact invites a colleague (F10, X19): staff are told, see it and can stop it.

Whoever invites learns nothing about whom the firm knows: the answer is the same for a new address, one that is a
contact already, and one that belongs to somebody else.
"""

from __future__ import annotations

from portal.base import clock, text
from portal.base.errors import Invalid
from portal.base.text import searchable, uid
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.outbox import enqueue
from portal.models.staff import Staff
from portal.operations import access, audit, contacts, invitations, limits, memberships, recipients
from portal.operations.operation import operation
from portal.policies import rules
from portal.policies import scope as scopes
from portal.policies.actors import ClientActor
from portal.policies.permissions import Permission, Rights
from portal.policies.scope import Scope

_A_DAY, _MOST, _MOST_OF_CLIENT = 86_400, 20, 60
# never handed on: whoever may invite is chosen by the firm
_HANDED_ON = ("amounts", "decide", "decide_limit", "pay", "upload")
INVITED, ADDED, KNOWN, UNSURE = "invited", "added", "known", "unsure"


def invite(actor: ClientActor, client: Client, *, first_name: str, last_name: str, email: str) -> None:
    """Add a colleague with no more rights than one's own and ask her in.

    Somebody known at other clients becomes a contact here too when the name fits; else, and for whoever was a contact
    here before, staff decide. Raises Invalid (first_name, last_name, email) and TooMany: 20 a day, 60 of one client.
    """
    rules.demand(actor, Permission.PORTAL_INVITE, client)
    fields = contacts.checked(first_name=first_name, last_name=last_name, email=email)
    contacts.demand_names(fields)
    missing = {name: "missing" for name in ("first_name", "last_name", "email") if not fields[name]}
    if missing:
        raise Invalid(**missing)
    limits.spend(f"colleague:{actor.firm_id}:{actor.contact_id}", most=_MOST, seconds=_A_DAY)
    limits.spend(f"colleagues:{actor.firm_id}:{client.id}", most=_MOST_OF_CLIENT, seconds=_A_DAY)
    _invite(actor, client, fields=fields)


@operation(allow=Permission.PORTAL_INVITE)
def _invite(actor: ClientActor, client: Client, *, fields: dict[str, str]) -> None:
    scope = scopes.current()
    contact: Contact | None = scope.first(scope.of(Contact).where(Contact.email_key == fields["email_key"]))
    membership, outcome = _place(scope, actor, client, contact, fields)
    is_asked = membership is not None and outcome in (INVITED, ADDED) and _ask_in(scope, actor, client, membership)
    if outcome != KNOWN:
        _tell_staff(scope, actor, client, membership, outcome, fields)
    facts = {"outcome": outcome, "asked": is_asked, "login": membership.login if membership is not None else False}
    name = text.one_line(f"{fields['first_name']} {fields['last_name']}")
    personal = {"contact": name, "email": fields["email"]}
    action = "colleague.unsure" if outcome == UNSURE else "colleague.invited"
    audit.record(actor, action, membership or client, facts=facts, personal=personal)


def _place(
    scope: Scope, actor: ClientActor, client: Client, contact: Contact | None, fields: dict[str, str]
) -> tuple[Membership | None, str]:
    """The colleague's membership with what became of it; none where staff have to decide."""
    if contact is None:
        made = scope.add(Contact, **fields, created_at=clock.now())
        return _begin(scope, actor, client, made), INVITED
    here = scope.of(Membership).where(Membership.client == client.id, Membership.contact == contact.id)
    living: Membership | None = scope.first(here.where(Membership.ended_at.is_null()))
    if living is not None:
        return living, KNOWN
    if scope.holds(here) or not _is_called(contact, fields):
        # staff ended it, or the address is somebody else's: not for a colleague to undo
        return None, UNSURE
    return _begin(scope, actor, client, contact), ADDED


def _is_called(contact: Contact, fields: dict[str, str]) -> bool:
    return all(searchable(getattr(contact, name)) == searchable(fields[name]) for name in ("first_name", "last_name"))


def _begin(scope: Scope, actor: ClientActor, client: Client, contact: Contact) -> Membership:
    login = scope.firm.grants_login
    membership = memberships.begin(client, contact, login=login, notify=True, email_sync=False, primary=None)
    own = scope.of(Membership).where(Membership.contact == actor.contact_id, Membership.ended_at.is_null())
    rights = Rights.of(scope.one(own.where(Membership.client == client.id)))
    scope.change(membership, **{name: getattr(rights, name) for name in _HANDED_ON})
    access.refresh(client.id)
    access.reindex_of(contact)
    return membership


def _ask_in(scope: Scope, actor: ClientActor, client: Client, membership: Membership) -> bool:
    contact = scope.by_id(Contact, membership.contact_id)
    if invitations.missing(client, membership, contact):
        return False
    invitations.put(actor, contact, message="", key=uid())
    return True


def _tell_staff(
    scope: Scope, actor: ClientActor, client: Client, membership: Membership | None, outcome: str, typed: dict[str, str]
) -> None:
    subject = {
        "client": client.id, "by": actor.contact_id, "membership": membership.id if membership is not None else None,
        "outcome": outcome, "name": f"{typed['first_name']} {typed['last_name']}", "email": typed["email"],
    }  # fmt: skip
    key = uid()
    for recipient in recipients.staff_of(scope, client, Staff.mail_comments):
        enqueue(
            "colleague_invited", subject | {"staff": recipient.staff.id}, recipient.email,
            key=f"{key}:{recipient.staff.id}", language=recipient.language, client_id=client.id,
        )  # fmt: skip
