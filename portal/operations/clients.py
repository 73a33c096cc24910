"""Creating, changing, archiving clients, and closing a client's portal."""

from __future__ import annotations

from typing import Any

from peewee import IntegrityError

from portal.base import clock, journal
from portal.base.errors import Conflict, Invalid, NotFound
from portal.base.text import one_line, searchable, valid_email
from portal.models import search
from portal.models.client import COMPANY, KINDS, Client
from portal.models.firm import LOGIN_TYPES, Firm
from portal.operations import access, audit, links
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import Actor
from portal.policies.permissions import Permission

FIRST_NUMBER = 10001
LONGEST_NUMBER, LONGEST_NAME, LONGEST_LINE, LONGEST_EMAIL = 40, 400, 200, 254
LANGUAGES = ("de", "en")
_LINES = ("phone", "vat_id", "street", "extra", "postcode", "city", "country")
_CHOICES = {"kind": KINDS, "language": (None, *LANGUAGES), "login_type": (None, *LOGIN_TYPES)}
_SWITCHES = ("external_accountant", "portal_access")
FIELDS = ("number", "name", "email", *_LINES, *_CHOICES, *_SWITCHES)


@operation(allow=Permission.CLIENT_WORK)
def create(
    actor: Actor,
    firm: Firm,
    *,
    name: str,
    number: str | None = None,
    kind: str = COMPANY,
    vat_id: str = "",
    email: str = "",
    phone: str = "",
    language: str | None = None,
    street: str = "",
    extra: str = "",
    postcode: str = "",
    city: str = "",
    country: str = "",
    external_accountant: bool = False,
    portal_access: bool = True,
    login_type: str | None = None,
    is_test: bool = False,
) -> Client:
    """Make a client with its own portal link; without a number it gets the next free one.

    Raises Invalid with codes at the fields: required, too_long, characters, email, unknown, taken.
    """
    if firm.id != scopes.current().firm_id:
        raise NotFound("Firm")
    fields = checked(
        number=number or next_number(), name=name, kind=kind, vat_id=vat_id, email=email, phone=phone,
        language=language, street=street, extra=extra, postcode=postcode, city=city, country=country,
        external_accountant=external_accountant, portal_access=portal_access, login_type=login_type,
    )  # fmt: skip
    client = _add(fields, is_test=is_test)
    links.add(client)
    access.refresh(client.id)
    audit.record(actor, "client.created", client, facts={"number": client.number}, personal={"name": client.name})
    return _fresh(client)


@operation(allow=Permission.CLIENT_WORK)
def change(actor: Actor, client: Client, /, **fields: Any) -> Client:
    """Change what is given of number, name and the other fields of DETAILS 8. Raises Invalid as `create`."""
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise TypeError(f"clients have no {unknown}")
    client = _fresh(client)
    new = {name: value for name, value in checked(**fields).items() if getattr(client, name) != value}
    if not new:
        audit.noticed()
        return client
    if new.get("portal_access") is False:
        journal.write("client.access_off", client=client.id)
    old_name = client.name
    _save(client, new)
    access.reindex(client)
    access.refresh(client.id)
    shown = sorted(name for name in new if name in FIELDS)
    audit.record(actor, "client.changed", client, facts={"fields": shown}, personal={"name": old_name})
    return _fresh(client)


@operation(allow=Permission.CLIENT_WORK)
def set_access(actor: Actor, client: Client, on: bool) -> Client:
    """Open or close the client's portal: closed, all its links answer 410 and sessions end at the next request."""
    # read anew: what another request did meanwhile must not make closing a no-op
    client = _fresh(client)
    if client.portal_access == on:
        audit.noticed()
        return client
    if not on:
        journal.write("client.access_off", client=client.id)
    scopes.current().change(client, portal_access=on)
    access.refresh(client.id)
    audit.record(actor, "client.access_on" if on else "client.access_off", client, personal={"name": client.name})
    return _fresh(client)


@operation(allow=Permission.CLIENT_ARCHIVE)
def archive(actor: Actor, client: Client) -> Client:
    """Put the client aside: links 410, sessions end, nothing is mailed, in no figure. Undone by `unarchive`."""
    client = _fresh(client)
    if client.is_archived:
        raise Conflict("archived")
    journal.write("client.archived", client=client.id)
    scopes.current().change(client, Client.archived_at.is_null(), archived_at=clock.now())
    access.refresh(client.id)
    audit.record(actor, "client.archived", client, personal={"name": client.name})
    return _fresh(client)


@operation(allow=Permission.CLIENT_ARCHIVE)
def unarchive(actor: Actor, client: Client) -> Client:
    """Fetch the client back: all that was there works again."""
    client = _fresh(client)
    if not client.is_archived:
        raise Conflict("not_archived")
    scopes.current().change(client, Client.archived_at.is_null(False), archived_at=None)
    access.refresh(client.id)
    audit.record(actor, "client.unarchived", client, personal={"name": client.name})
    return _fresh(client)


def checked(**fields: Any) -> dict[str, Any]:
    """The given fields cleaned, with their comparing forms. Raises Invalid with a code at each bad one."""
    errors: dict[str, str] = {}
    clean = {name: one_line(value) if isinstance(value, str) else value for name, value in fields.items()}
    if "number" in clean:
        _check_number(clean, errors)
    if "name" in clean:
        _check_name(clean, errors)
    if "vat_id" in clean:
        clean["vat_id"] = clean["vat_id"].replace(" ", "").upper()  # as e-invoices write it
    if clean.get("email") and (len(clean["email"]) > LONGEST_EMAIL or not valid_email(clean["email"])):
        errors["email"] = "email"
    errors |= {name: "too_long" for name in _LINES if len(clean.get(name, "")) > LONGEST_LINE}
    errors |= {name: "unknown" for name, words in _CHOICES.items() if name in clean and clean[name] not in words}
    if errors:
        raise Invalid(**errors)
    return clean


def next_number() -> str:
    """The first free number after the newest one that is a number."""
    scope = scopes.current()
    newest = scope.of(Client, Client.number_key).order_by(Client.id.desc()).limit(50).tuples()
    used = [int(key) for (key,) in newest if key.isascii() and key.isdecimal() and not key.startswith("0")]
    first = max([*used, FIRST_NUMBER - 1]) + 1
    while True:
        wanted = [str(number) for number in range(first, first + 200)]
        taken = {key for (key,) in scope.of(Client, Client.number_key).where(Client.number_key.in_(wanted)).tuples()}
        free = [number for number in wanted if number not in taken]
        if free:
            return free[0]
        first += len(wanted)


def _check_number(clean: dict[str, Any], errors: dict[str, str]) -> None:
    number = clean["number"]
    clean["number_key"] = searchable(number)
    if not number:
        errors["number"] = "required"
    elif len(number) > LONGEST_NUMBER:
        errors["number"] = "too_long"
    elif not all(letter.isalpha() or letter.isdecimal() or letter in "._- " for letter in number) or number in (
        ".",
        "..",
    ):
        errors["number"] = "characters"


def _check_name(clean: dict[str, Any], errors: dict[str, str]) -> None:
    clean["name_key"] = searchable(clean["name"])
    if not clean["name"]:
        errors["name"] = "required"
    elif len(clean["name"]) > LONGEST_NAME:
        errors["name"] = "too_long"


def _add(fields: dict[str, Any], *, is_test: bool) -> Client:
    scope = scopes.current()
    text = access.search_text(Client(**fields), [])
    try:
        client = scope.add(Client, **fields, is_test=is_test, created_at=clock.now(), search_text=text)
    except IntegrityError as error:
        raise Invalid(number="taken") from error
    search.put(client.firm_id, client.id, None, text)
    return client


def _save(client: Client, fields: dict[str, Any]) -> None:
    try:
        scopes.current().change(client, **fields)
    except IntegrityError as error:
        raise Invalid(number="taken") from error


def _fresh(client: Client) -> Client:
    return scopes.current().by_id(Client, client.id)
