"""Contacts: people, each known to the firm once by e-mail, and added to one or more clients (DETAILS 8)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from peewee import IntegrityError

from portal.base import clock
from portal.base.errors import Conflict, Invalid
from portal.base.text import email_key, one_line, searchable, valid_email
from portal.models.client import Client
from portal.models.contact import SALUTATIONS, Contact, Membership
from portal.operations import access, address_changes, audit, memberships
from portal.operations.clients import LANGUAGES, LONGEST_EMAIL, LONGEST_LINE
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import Actor
from portal.policies.permissions import Permission

_LINES = ("title", "first_name", "last_name", "role", "phone")
_CHOICES = {"salutation": (None, *SALUTATIONS), "language": (None, *LANGUAGES)}
# what a name never has and an address on the web or of a mailbox does
_NO_TITLE = re.compile(r"[:/@<>]|\bwww\.", re.IGNORECASE)
_NO_NAME = re.compile(rf"{_NO_TITLE.pattern}|\w\.\w{{2,}}", re.IGNORECASE)
_LONGEST_NAME = 80
FIELDS = ("email", *_LINES, *_CHOICES)
SWITCHES = ("login", "notify", "email_sync")


@operation(allow=Permission.CLIENT_WORK)
def add(
    actor: Actor,
    client: Client,
    *,
    email: str = "",
    salutation: str | None = None,
    title: str = "",
    first_name: str = "",
    last_name: str = "",
    role: str = "",
    phone: str = "",
    language: str | None = None,
    primary: bool | None = None,
    login: bool | None = None,
    notify: bool = True,
    email_sync: bool = False,
) -> Membership:
    """Add a contact to a client; somebody whose e-mail is known already gets a further membership.

    The first contact of a client is primary. `login` None: as the firm's default access has it (B5).
    Raises Invalid; Conflict `member` (is a contact of this client) and `name` (the address belongs to somebody of
    another name at another client), both with the contact's public id.
    """
    fields = checked(
        email=email, salutation=salutation, title=title, first_name=first_name, last_name=last_name, role=role,
        phone=phone, language=language,
    )  # fmt: skip
    if login is None:
        login = scopes.current().firm.grants_login
    known = _by_email(fields["email_key"])
    if known is None:
        contact = _add(fields)
    else:
        if _membership(client, known) is not None:
            raise Conflict("member", existing=known.uid)
        contact = _merge(actor, known, client, {name: value for name, value in fields.items() if value})
    membership = memberships.begin(client, contact, login=login, notify=notify, email_sync=email_sync, primary=primary)
    _settle(client, contact)
    audit.record(actor, "contact.added", membership, facts={"login": login}, personal={"contact": contact.name})
    return membership


@operation(allow=Permission.CLIENT_WORK)
def put(actor: Actor, client: Client, /, **fields: Any) -> tuple[Membership, bool]:
    """Add or change a contact as the API does: matched by e-mail, else by first and last name within the client.

    Changes what is given, switches and `primary` too, removes nothing; True: it was added. Raises as `add`.
    """
    membership = _matching(client, fields)
    if membership is None:
        return add(actor, client, **fields), True
    contact = scopes.current().by_id(Contact, membership.contact_id)
    sent = {name: fields[name] for name in FIELDS if name in fields and (name != "email" or fields[name])}
    given = checked(**sent, known=contact)
    changed = _changes(contact, given)
    _merge(actor, contact, client, changed)
    switched = [name for name in SWITCHES if name in fields and fields[name] != getattr(membership, name)]
    for name in switched:
        memberships.switch(membership, name, fields[name])
    if fields.get("primary") and not membership.primary:
        memberships.put_first(membership)
        switched.append("primary")
    if not changed and not switched:
        audit.noticed()
        return membership, False
    _settle(client, contact)
    names = sorted({*changed, *switched} & {*FIELDS, *SWITCHES, "primary"})
    audit.record(actor, "contact.changed", membership, facts={"fields": names}, personal={"contact": contact.name})
    return membership, False


@operation(allow=Permission.CLIENT_WORK)
def change(actor: Actor, membership: Membership, /, **fields: Any) -> Contact:
    """Change the person behind a membership, for all clients. A new e-mail clears the mark of a bounce.

    What it means for whoever could get in before: `operations/address_changes.py`. Raises Invalid; `email: taken` when
    the address is another contact's.
    """
    contact = scopes.current().by_id(Contact, membership.contact_id)
    old_name, old_email = contact.name, contact.email
    changed = _changes(contact, checked(**fields, known=contact))
    if not changed:
        audit.noticed()
        return contact
    _save(actor, contact, changed)
    access.reindex_of(contact)
    facts: dict[str, Any] = {"fields": sorted(set(changed) & set(FIELDS))}
    personal = {"contact": old_name}
    if "email_key" in changed:
        facts["held"] = contact.held_until is not None
        personal |= {"from": old_email, "to": contact.email}
    audit.record(actor, "contact.changed", membership, facts=facts, personal=personal)
    return contact


def checked(*, known: Contact | None = None, **fields: Any) -> dict[str, Any]:
    """The given fields cleaned, with the comparing form of the e-mail. `known`: whom they change. Raises Invalid."""
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise TypeError(f"contacts have no {unknown}")
    errors: dict[str, str] = {}
    clean = {name: one_line(value) if isinstance(value, str) else value for name, value in fields.items()}
    if "email" in clean:
        clean["email_key"] = email_key(clean["email"]) or None
        if clean["email"] and (len(clean["email"]) > LONGEST_EMAIL or not valid_email(clean["email"])):
            errors["email"] = "email"
    errors |= {name: "too_long" for name in _LINES if len(clean.get(name, "")) > LONGEST_LINE}
    errors |= {name: "unknown" for name, words in _CHOICES.items() if name in clean and clean[name] not in words}
    if not any(clean.get(name, getattr(known, name, "")) for name in ("email", "first_name", "last_name")):
        errors["last_name"] = "name_or_email"
    if errors:
        raise Invalid(**errors)
    return clean


def demand_names(fields: Mapping[str, Any]) -> None:
    """Of what contacts write themselves: it stands in our mails to others and must carry no message or address.

    Raises Invalid with not_a_name at each of title, first_name and last_name that is none.
    """
    tests = {"title": _NO_TITLE, "first_name": _NO_NAME, "last_name": _NO_NAME}
    written = {name: fields.get(name) or "" for name in tests}
    wrong = {
        name: "not_a_name" for name, text in written.items() if len(text) > _LONGEST_NAME or tests[name].search(text)
    }
    if wrong:
        raise Invalid(**wrong)


def _by_email(key: str | None) -> Contact | None:
    scope = scopes.current()
    found: Contact | None = scope.first(scope.of(Contact).where(Contact.email_key == key)) if key else None
    return found


def _membership(client: Client, contact: Contact) -> Membership | None:
    scope = scopes.current()
    found: Membership | None = scope.first(
        scope.of(Membership).where(
            Membership.client == client.id, Membership.contact == contact.id, Membership.ended_at.is_null()
        )
    )
    return found


def _matching(client: Client, fields: dict[str, Any]) -> Membership | None:
    key = email_key(one_line(fields.get("email") or ""))
    if key:
        known = _by_email(key)
        return _membership(client, known) if known is not None else None
    names = [searchable(fields.get(name) or "") for name in ("first_name", "last_name")]
    scope = scopes.current()
    people = scope.join(scope.of(Membership, Membership, Contact), Contact, on=Membership.contact == Contact.id)
    of_client = people.where(Membership.client == client.id, Membership.ended_at.is_null()).order_by(Membership.id)
    for row in list(of_client):
        if any(names) and [searchable(row.contact.first_name), searchable(row.contact.last_name)] == names:
            found: Membership = row
            return found
    return None


def _merge(actor: Actor, contact: Contact, client: Client, fields: dict[str, Any]) -> Contact:
    """Take over what is said of somebody already known; a different name only while this client is the only one."""
    if _has_other_client(contact, client):
        for name in ("first_name", "last_name"):
            known = getattr(contact, name)
            if known and searchable(fields.get(name, known)) != searchable(known):
                raise Conflict("name", existing=contact.uid)
            # the same name in other letters is no reason to change it for the other client too
            fields = {field: value for field, value in fields.items() if field != name or not known}
    _save(actor, contact, _changes(contact, fields))
    return contact


def _has_other_client(contact: Contact, client: Client) -> bool:
    scope = scopes.current()
    living = scope.of(Membership).where(Membership.contact == contact.id, Membership.ended_at.is_null())
    return scope.holds(living.where(Membership.client != client.id))


def _changes(contact: Contact, fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if getattr(contact, name) != value}


def _add(fields: dict[str, Any]) -> Contact:
    return scopes.current().add(Contact, **fields, created_at=clock.now())


def _save(actor: Actor, contact: Contact, fields: dict[str, Any]) -> None:
    if not fields:
        return
    if "email_key" not in fields:
        scopes.current().change(contact, **fields)
        return
    if _by_email(fields["email_key"]) is not None:
        raise Invalid(email="taken")
    held_until = address_changes.take(actor, contact, fields["email"])
    # the mark of a bounce belongs to the address, not to the person
    try:
        scopes.current().change(contact, **fields, email_error=None, held_until=held_until)
    except IntegrityError as error:
        raise Invalid(email="taken") from error
    access.refresh_of(contact)


def _settle(client: Client, contact: Contact) -> None:
    access.refresh(client.id)
    access.reindex_of(contact)
