"""The first start of an empty instance: a page behind a one-time token that is printed on the console.

The database holds the token's SHA-256 only. Each start makes a new one, so an address in an old console is dead.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from portal.base import passwords, tokens
from portal.base.database import transaction
from portal.base.errors import Invalid, NotFound
from portal.base.text import one_line, valid_email
from portal.models import notices
from portal.models.firm import Firm
from portal.models.instance import Notice
from portal.models.staff import Staff
from portal.operations import firms, settings, team
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor, Stranger
from portal.policies.permissions import Permission

NOTICE = "setup.token"


@dataclass(frozen=True)
class NewFirm:
    """What the set-up page asks for, as typed."""

    name: str
    language: str
    time_zone: str
    email: str
    admin_name: str
    admin_email: str
    password: str
    phone: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = "DE"


def needed() -> bool:
    """Whether the instance has no firm yet."""
    with scopes.instance("whether there is a firm at all") as scope:
        return not scope.holds(scope.of(Firm, Firm.id))


def token() -> str:
    """A new set-up token; the one before stops working."""
    fresh = tokens.session_token()
    with transaction():
        notices.put(NOTICE, tokens.fingerprint(fresh))
    return fresh


def is_open(typed: str) -> bool:
    """Whether this token opens the set-up page now. Uses nothing up."""
    kept = notices.find(NOTICE)
    same = hmac.compare_digest(kept.value if kept else "", tokens.fingerprint(typed))
    return same and needed()


def finish(actor: Stranger, typed: str, new: NewFirm) -> Staff:
    """Make the firm with its first admin, who may sign in at once. The token is used up.

    Raises NotFound for a wrong or used token, Invalid with the fields of `NewFirm`, TooMany.
    """
    if not is_open(typed):
        raise NotFound("set-up")
    _check(new)
    hashed = passwords.hash_password(new.password)
    return _finish(InstanceActor(None, "setup"), tokens.fingerprint(typed), new=new, hashed=hashed, origin=actor)


@operation(allow=Permission.INSTANCE)
def _finish(actor: InstanceActor, fingerprint: str, *, new: NewFirm, hashed: str, origin: Stranger) -> Staff:
    # whoever deletes the notice has won; a second tab finds none
    won = Notice.delete().where(Notice.name == NOTICE, Notice.value == fingerprint).execute()
    if not won or not needed():
        raise NotFound("set-up")
    firm, ticket = firms.create(
        actor, name=new.name, admin_email=new.admin_email, admin_name=new.admin_name, language=new.language
    )
    inside = InstanceActor(firm.id, "setup")
    with scopes.of_firm(firm.id):
        settings.change_firm(inside, firm, **_firm_fields(new))
        return team.join(Stranger(firm.id, origin.address, origin.agent), ticket, name=new.admin_name, hashed=hashed)


def _check(new: NewFirm) -> None:
    fields = {field: one_line(text) for field, text in _firm_fields(new).items()}
    errors = settings.firm_errors(fields)
    if not fields["email"]:
        errors["email"] = "missing"
    if not one_line(new.admin_name):
        errors["admin_name"] = "missing"
    if not valid_email(one_line(new.admin_email)):
        errors["admin_email"] = "email"
    weak = team.weakness(fields["name"], new.password, name=one_line(new.admin_name), email=one_line(new.admin_email))
    if weak:
        errors["password"] = weak
    if errors:
        raise Invalid(**errors)


def _firm_fields(new: NewFirm) -> dict[str, str]:
    return {
        "name": new.name, "language": new.language, "time_zone": new.time_zone, "email": new.email,
        "phone": new.phone, "street": new.street, "postcode": new.postcode, "city": new.city, "country": new.country,
    }  # fmt: skip
