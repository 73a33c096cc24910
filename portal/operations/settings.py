"""The firm's settings, one act per page. The audit log keeps what each field was and became (X13: bank data)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from zoneinfo import available_timezones

from portal.base import clock, files, iban, images
from portal.base.colour import parse as parse_colour
from portal.base.errors import Invalid
from portal.base.language import LANGUAGES
from portal.base.refusal import Refused
from portal.base.text import many_lines, one_line, valid_email
from portal.models.firm import Firm
from portal.models.link import PORTAL, Link
from portal.models.staff import Staff
from portal.models.stored_file import StoredFile
from portal.operations import access, audit
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import Actor
from portal.policies.permissions import Permission

BACKGROUNDS = ("plain", "fade", "tint")
FEWEST_DAYS, MOST_DAYS = 7, 3650
_LONGEST_LINE, _LONGEST_HOURS, _LARGEST_LIMIT = 200, 500, 10**12


@operation(allow=Permission.SETTINGS_MANAGE)
def change_firm(
    actor: Actor,
    firm: Firm,
    *,
    name: str,
    language: str,
    time_zone: str,
    street: str = "",
    postcode: str = "",
    city: str = "",
    country: str = "DE",
    phone: str = "",
    hours: str = "",
    email: str = "",
    vat_id: str = "",
    imprint_url: str = "",
    privacy_url: str = "",
) -> None:
    """Who the firm is, as clients read it. Raises Invalid."""
    lines = {
        "name": name, "language": language, "time_zone": time_zone, "street": street, "postcode": postcode,
        "city": city, "country": country.upper(), "phone": phone, "email": email, "vat_id": vat_id,
        "imprint_url": imprint_url, "privacy_url": privacy_url,
    }  # fmt: skip
    fields = {field: one_line(text) for field, text in lines.items()} | {"hours": many_lines(hours)}
    errors = firm_errors(fields)
    if errors:
        raise Invalid(**errors)
    _save(actor, firm, "settings.firm_changed", fields)


@operation(allow=Permission.SETTINGS_MANAGE)
def change_bank(actor: Actor, firm: Firm, *, account_holder: str, iban: str, bic: str) -> None:
    """Where clients pay to; without an IBAN no payment is offered. Raises Invalid with iban, bic or account_holder."""
    holder, errors = one_line(account_holder), {}
    number, error = _checked_iban(iban)
    if error:
        errors["iban"] = error
    code, error = _checked_bic(bic)
    if error:
        errors["bic"] = error
    if number and not holder:
        errors["account_holder"] = "missing"
    if len(holder) > _LONGEST_LINE:
        errors["account_holder"] = "too_long"
    if errors:
        raise Invalid(**errors)
    _save(actor, firm, "settings.bank_changed", {"account_holder": holder, "iban": number, "bic": code})


@operation(allow=Permission.SETTINGS_MANAGE)
def change_look(actor: Actor, firm: Firm, *, colour: str, background: str) -> None:
    """The firm's one colour, from which all others are computed, and the background. Raises Invalid."""
    if background not in BACKGROUNDS:
        raise Invalid(background="bad")
    try:
        plain = parse_colour(colour)
    except ValueError:
        raise Invalid(colour="colour") from None
    _save(actor, firm, "settings.look_changed", {"colour": plain, "background": background})


def change_logo(actor: Actor, firm: Firm, *, content: bytes, name: str) -> None:
    """Put a new logo in place of the old one; it is drawn anew as PNG. Raises Invalid with the reason at `logo`.

    `firm.logo` is the random name in the file store: it stands in the logo's address, which may be kept for a year.
    """
    try:
        png = images.logo(content)
    except Refused as refused:
        raise Invalid(logo=refused.reason) from None
    _forget(_put_logo(actor, firm, png=png, name=name))


def remove_logo(actor: Actor, firm: Firm) -> None:
    """Show the firm's initial again."""
    _forget(_drop_logo(actor, firm))


@operation(allow=Permission.SETTINGS_MANAGE)
def change_links(
    actor: Actor,
    firm: Firm,
    *,
    link_comment: bool,
    link_decide: bool,
    link_days: int | None,
    code_limit: int | None,
    persons_accept: bool,
) -> None:
    """What a secret link may do (B3), how long it lives and from which amount it takes a code.

    `link_days` None: never expires; otherwise at least 7 (TRUST, Secret links). `code_limit` in cents; 0 asks always,
    None never. `persons_accept`: consumers may accept offers here (DETAILS 7). A new number of days holds for the
    links that are out already, counted from their last prolongation. Raises Invalid.
    """
    errors = {}
    if link_days is not None and not FEWEST_DAYS <= link_days <= MOST_DAYS:
        errors["link_days"] = "days"
    if code_limit is not None and not 0 <= code_limit <= _LARGEST_LIMIT:
        errors["code_limit"] = "amount"
    if errors:
        raise Invalid(**errors)
    before = firm.link_days
    fields = {
        "link_comment": link_comment, "link_decide": link_decide, "link_days": link_days, "code_limit": code_limit,
        "persons_accept": persons_accept,
    }  # fmt: skip
    _save(actor, firm, "settings.links_changed", fields)
    if link_days != before:
        _count_expiry_anew(firm)


@operation(allow=Permission.SETTINGS_MANAGE)
def change_advisers(actor: Actor, firm: Firm, *, advisers_see_all: bool) -> None:
    """Whether advisers work for all clients or only for those they are assigned to (DETAILS 1)."""
    _save(actor, firm, "settings.advisers_changed", {"advisers_see_all": advisers_see_all})


@operation(allow=Permission.SETTINGS_MANAGE)
def change_mail(actor: Actor, firm: Firm, *, decisions: Collection[str]) -> None:
    """Who of the team gets mail when an offer is decided: the public ids of these staff members, nobody else."""
    scope = scopes.current()
    chosen = set(decisions)
    members = list(scope.of(Staff).where(Staff.deactivated_at.is_null()))
    switched = [member for member in members if member.mail_decisions != (member.uid in chosen)]
    if not switched:
        audit.noticed()
        return
    for member in switched:
        scope.change(member, mail_decisions=member.uid in chosen)
    facts = {
        "on": sorted(member.uid for member in switched if member.mail_decisions),
        "off": sorted(member.uid for member in switched if not member.mail_decisions),
    }
    names = {member.uid: member.name for member in switched}
    audit.record(actor, "settings.mail_changed", firm, facts=facts, personal={"names": names})


@operation(allow=Permission.SETTINGS_MANAGE)
def _put_logo(actor: Actor, firm: Firm, *, png: bytes, name: str) -> str | None:
    path, sha256 = files.keep_bytes(png)
    scope, before = scopes.current(), _present_logo()
    scope.add(
        StoredFile, path=path, name=one_line(name)[:_LONGEST_LINE], media_type="image/png", size=len(png),
        sha256=sha256, created_at=clock.now(),
    )  # fmt: skip
    scope.change(firm, logo=path)
    audit.record(actor, "settings.logo_changed", firm, facts={"sha256": sha256, "size": len(png)})
    return before


@operation(allow=Permission.SETTINGS_MANAGE)
def _drop_logo(actor: Actor, firm: Firm) -> str | None:
    before = _present_logo()
    if before is None:
        audit.noticed()
        return None
    scopes.current().change(firm, logo=None)
    audit.record(actor, "settings.logo_removed", firm)
    return before


def firm_errors(fields: dict[str, str]) -> dict[str, str]:
    """What is wrong with the firm's own fields, by field name: reason codes for `Invalid`."""
    errors = {field: "too_long" for field, text in fields.items() if len(text) > _longest(field)}
    for field in ("name", "time_zone", "language"):
        if not fields.get(field):
            errors[field] = "missing"
    if fields.get("language") and fields["language"] not in LANGUAGES:
        errors["language"] = "bad"
    if fields.get("time_zone") and fields["time_zone"] not in available_timezones():
        errors["time_zone"] = "time_zone"
    if fields.get("email") and not valid_email(fields["email"]):
        errors["email"] = "email"
    country = fields.get("country", "")
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        errors["country"] = "country"
    # anything else than http would run in the client's page when clicked
    for field in ("imprint_url", "privacy_url"):
        if fields.get(field) and not _is_web_address(fields[field]):
            errors[field] = "url"
    return errors


def _present_logo() -> str | None:
    scope = scopes.current()
    name: str | None = scope.firm.logo
    if name is not None:
        scope.delete(StoredFile).where(StoredFile.path == name).execute()
    return name


def _forget(name: str | None) -> None:
    # after the commit: a rolled-back change must still find its file
    if name is not None:
        files.remove(name)


def _longest(field: str) -> int:
    return _LONGEST_HOURS if field == "hours" else _LONGEST_LINE


def _is_web_address(text: str) -> bool:
    scheme, found, rest = text.partition("://")
    return bool(found) and scheme.lower() in ("https", "http") and "." in rest and " " not in rest


def _checked_iban(text: str) -> tuple[str, str]:
    if not text.strip():
        return "", ""
    try:
        return iban.parse(text), ""
    except ValueError:
        return "", "iban"


def _checked_bic(text: str) -> tuple[str, str]:
    if not text.strip():
        return "", ""
    try:
        return iban.bic(text), ""
    except ValueError:
        return "", "bic"


def _count_expiry_anew(firm: Firm) -> None:
    # one statement for all links that are out; a document link follows its document's dates, not this setting
    scope = scopes.current()
    if firm.link_days is None:
        expires: Any = None
    else:
        expires = Link.extended_at + timedelta(days=firm.link_days) // timedelta(microseconds=1)
    scope.update(Link, expires_at=expires).where(Link.kind == PORTAL).execute()
    access.refresh_all(firm)


def _save(actor: Actor, firm: Firm, action: str, fields: dict[str, Any]) -> None:
    changed = {field: [getattr(firm, field), value] for field, value in fields.items() if getattr(firm, field) != value}
    if not changed:
        audit.noticed()
        return
    scopes.current().change(firm, **{field: new for field, (_old, new) in changed.items()})
    audit.record(actor, action, firm, facts={"changed": changed})
