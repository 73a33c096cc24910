"""API tokens: shown once, kept as a fingerprint, revoked at once."""

from __future__ import annotations

import pytest

from portal.base import journal, tokens
from portal.base.config import Config
from portal.base.errors import Conflict, Invalid, NotFound, NotPermitted
from portal.models.api_token import ApiToken
from portal.models.firm import Firm
from portal.operations import api_tokens
from portal.policies import scope as scopes
from portal.policies.permissions import Permission
from tests import acting
from tests.personas import World

pytestmark = pytest.mark.usefixtures("instance")


def firm_of(world: World) -> Firm:
    with scopes.of_firm(world.firm) as scope:
        return scope.firm


def test_the_database_holds_no_token(world: World) -> None:
    actor = acting.staff(world.firm, world.anna)
    row, text = api_tokens.create(actor, firm_of(world), name=" Billing ", rights=["links", "read"])
    assert text.startswith("foyer_")
    assert row.token == tokens.fingerprint(text)
    assert (row.name, row.rights) == ("Billing", ["read", "links"])


def test_a_token_opens_what_its_rights_say_until_it_is_revoked(world: World, instance: Config) -> None:
    actor = acting.staff(world.firm, world.anna)
    row, text = api_tokens.create(actor, firm_of(world), name="Billing", rights=["read"])
    found = api_tokens.find(tokens.fingerprint(text), address="192.0.2.1")
    assert found is not None
    assert found.firm_id == world.firm
    assert found.may(Permission.API_READ)
    assert not found.may(Permission.API_WRITE)
    with scopes.of_firm(world.firm) as scope:
        assert scope.by_id(ApiToken, row.id).used_at is not None
    api_tokens.revoke(actor, row)
    assert api_tokens.find(tokens.fingerprint(text), address="192.0.2.1") is None
    assert {"act": "token.revoked", "token": row.id}.items() <= list(journal.read(instance.instance / "journal"))[
        -1
    ].items()
    with pytest.raises(Conflict):
        api_tokens.revoke(actor, row)


@pytest.mark.parametrize(
    ("name", "rights", "wrong"),
    [("", ["read"], ["name"]), ("x" * 101, ["read"], ["name"]), ("A", [], ["rights"]), ("A", ["root"], ["rights"])],
)
def test_a_token_needs_a_name_and_rights(world: World, name: str, rights: list[str], wrong: list[str]) -> None:
    with pytest.raises(Invalid) as error:
        api_tokens.create(acting.staff(world.firm, world.anna), firm_of(world), name=name, rights=rights)
    assert list(error.value.errors) == wrong


def test_others_may_not(world: World) -> None:
    row, _text = api_tokens.create(
        acting.staff(world.firm, world.anna), firm_of(world), name="Billing", rights=["read"]
    )
    with pytest.raises(NotPermitted):
        api_tokens.revoke(acting.staff(world.firm, world.ben), row)
    with pytest.raises(NotFound):
        api_tokens.revoke(acting.staff(world.other_firm, world.frida), row)
