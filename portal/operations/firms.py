"""A firm begins: its row, its first portal admin and a marked test client (T3)."""

from __future__ import annotations

import re

from peewee import fn

from portal.base import clock
from portal.base.errors import Conflict, Invalid
from portal.base.language import LANGUAGES
from portal.base.text import one_line, searchable
from portal.models.client import COMPANY, Client
from portal.models.firm import Firm
from portal.models.staff import ADMIN
from portal.models.ticket import Ticket
from portal.operations import audit, clients, team
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.policies.permissions import Permission

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_TEST_NUMBER = "TEST"
_TEST_CLIENT = {"de": "Testkunde", "en": "Test client"}
_LONGEST_NAME = 200


@operation(allow=Permission.INSTANCE)
def create(
    actor: InstanceActor,
    *,
    name: str,
    admin_email: str,
    slug: str | None = None,
    language: str = "de",
    admin_name: str = "",
) -> tuple[Firm, Ticket]:
    """A new firm and the invitation of its first portal admin, which is not mailed: who creates it hands it over.

    `slug` is what stands in addresses, by default made from the name. Raises Invalid with name, slug, language, email;
    Conflict `taken` for a slug that another firm has.
    """
    plain, wanted = one_line(name), slug or _slug_of(name)
    errors = {}
    if not plain or len(plain) > _LONGEST_NAME:
        errors["name"] = "too_long" if plain else "missing"
    if not _SLUG.fullmatch(wanted):
        errors["slug"] = "bad"
    if language not in LANGUAGES:
        errors["language"] = "bad"
    if errors:
        raise Invalid(**errors)
    free = _free_slug(wanted, exact=slug is not None)
    firm = scopes.current().add(Firm, slug=free, name=plain, language=language, created_at=clock.now())
    inside = InstanceActor(firm.id, actor.what)
    with scopes.of_firm(firm.id):
        audit.record(inside, "firm.created", firm, facts={"slug": free})
        ticket = team.enrol(inside, firm, email=admin_email, role=ADMIN, name=admin_name)
        add_test_client(inside, firm)
    return firm, ticket


def add_missing_test_clients() -> int:
    """Give each firm that was made without one its test client (T3); how many had none. Once more changes nothing."""
    with scopes.instance("firms made before there were test clients") as scope:
        marked = scope.of(Client, Client.id).where(Client.firm == Firm.id, Client.is_test)
        without = [firm.id for firm in list(scope.of(Firm).where(~fn.EXISTS(marked)))]
    for firm_id in without:
        with scopes.of_firm(firm_id) as own:
            add_test_client(InstanceActor(firm_id, "upgrade"), own.firm)
    return len(without)


@operation(allow=Permission.INSTANCE)
def add_test_client(actor: InstanceActor, firm: Firm) -> Client:
    """The client to try everything with: marked, in no figure (T3)."""
    scope = scopes.current()
    numbers = (_TEST_NUMBER, *(f"{_TEST_NUMBER}-{number}" for number in range(2, 1000)))
    taken = {key for (key,) in scope.of(Client, Client.number_key).where(Client.number_key.startswith("test")).tuples()}
    number = next(each for each in numbers if searchable(each) not in taken)
    return clients.create(actor, firm, number=number, name=_TEST_CLIENT[firm.language], kind=COMPANY, is_test=True)


def _slug_of(name: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", searchable(name)).strip("-")
    return words[:32].strip("-") or "firm"


def _free_slug(wanted: str, *, exact: bool) -> str:
    scope = scopes.current()
    rows = scope.of(Firm, Firm.slug).where((Firm.slug == wanted) | Firm.slug.startswith(f"{wanted}-"))
    taken = {row.slug for row in rows}
    if wanted not in taken:
        return wanted
    if exact:
        raise Conflict("taken")
    return next(each for number in range(2, 1000) if (each := f"{wanted}-{number}") not in taken)
