"""What a contact does with her own account: how she is called, language, notifications, devices (F10).

By secret link she chooses language and notifications; the rest is for who signed in with a password (TRUST, Secret
links: who holds a link is not known for certain).
"""

from __future__ import annotations

from typing import Any

from portal.base import clock
from portal.base.errors import Invalid, NotPermitted
from portal.base.language import LANGUAGES
from portal.models.client import Client
from portal.models.contact import MAIL_CHOICES, Contact, Membership
from portal.models.sign_in import LINK, PASSWORD, SignIn
from portal.operations import access, audit, contacts, news
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import ClientActor
from portal.policies.permissions import Permission


@operation(allow=Permission.PORTAL_VIEW)
def prefer(actor: ClientActor, client: Client, *, language: str | None, mail: str) -> None:
    """Choose the language of pages and mails (None: as the client has it) and how often this client's mails come.

    Raises Invalid, and NotPermitted where nobody is known, behind a link of nobody and for staff who look, and behind a
    link to one document, which is about that document alone.
    """
    if actor.document_id is not None:
        raise NotPermitted("a link to one document")
    contact, membership = _me(actor, client)
    errors = {} if language is None or language in LANGUAGES else {"language": "unknown"}
    if mail not in MAIL_CHOICES:
        errors["mail"] = "unknown"
    if errors:
        raise Invalid(**errors)
    changed = [
        name
        for name, row, value in (("language", contact, language), ("mail", membership, mail))
        if getattr(row, name) != value
    ]
    if not changed:
        audit.noticed()
        return
    scope = scopes.current()
    scope.change(contact, language=language)
    scope.change(membership, mail=mail)
    news.follow(membership)
    audit.record(
        actor, "contact.preferred", membership, facts={"fields": changed, "mail": mail},
        personal={"contact": contact.name},
    )  # fmt: skip


@operation(allow=Permission.PORTAL_ACCOUNT)
def change_details(actor: ClientActor, client: Client, /, **fields: Any) -> None:
    """Say how one is called and reached by phone: salutation, title, first_name, last_name, phone. Raises Invalid.

    Not the e-mail address, by which one signs in: `contact_addresses.ask`.
    """
    unknown = set(fields) - {"salutation", "title", "first_name", "last_name", "phone"}
    if unknown:
        raise TypeError(f"nobody changes her own {unknown}")
    contact, membership = _me(actor, client)
    clean = contacts.checked(known=contact, **fields)
    contacts.demand_names({name: value for name, value in clean.items() if value != getattr(contact, name, None)})
    if not clean.get("first_name") and not clean.get("last_name"):
        raise Invalid(last_name="missing")
    before = contact.name
    changed = {name: value for name, value in clean.items() if getattr(contact, name) != value}
    if not changed:
        audit.noticed()
        return
    scopes.current().change(contact, **changed)
    access.reindex_of(contact)
    audit.record(
        actor, "contact.changed_self", membership, facts={"fields": sorted(changed)},
        personal={"contact": before, "name": contact.name},
    )  # fmt: skip


@operation(allow=Permission.PORTAL_ACCOUNT)
def end_sessions(actor: ClientActor, client: Client, *, sign_in_uid: str | None = None) -> int:
    """Sign oneself out on one device, or on all but the present one, at all clients; how many sessions ended."""
    contact, membership = _me(actor, client)
    mine = (SignIn.contact == contact.id) & SignIn.kind.in_((PASSWORD, LINK))
    which = SignIn.id != actor.sign_in_id if sign_in_uid is None else SignIn.uid == sign_in_uid
    query = scopes.current().update(SignIn, ended_at=clock.now()).where(mine & which, SignIn.ended_at.is_null())
    ended: int = query.execute()
    audit.record(
        actor, "contact.sessions_ended", membership, facts={"count": ended}, personal={"contact": contact.name}
    )  # fmt: skip
    return ended


def _me(actor: ClientActor, client: Client) -> tuple[Contact, Membership]:
    """Who acts, with what she is at the client, read anew. Raises NotPermitted where nobody is known."""
    if actor.contact_id is None or actor.viewer_uid:
        raise NotPermitted("nobody")
    scope = scopes.current()
    mine = scope.of(Membership).where(Membership.contact == actor.contact_id, Membership.ended_at.is_null())
    return scope.by_id(Contact, actor.contact_id), scope.one(mine.where(Membership.client == client.id))
