"""Terms in versions."""

from __future__ import annotations

import hashlib

import pytest

from portal.base.errors import Invalid, NotPermitted
from portal.models.firm import Firm
from portal.operations import terms as operations
from portal.policies import scope as scopes
from portal.queries import terms
from tests import acting
from tests.personas import World

pytestmark = pytest.mark.usefixtures("instance")


def firm_of(world: World) -> Firm:
    with scopes.of_firm(world.firm) as scope:
        return scope.firm


def test_each_saved_text_is_a_version_and_the_same_text_is_none(world: World) -> None:
    actor, firm = acting.staff(world.firm, world.anna), firm_of(world)
    first = operations.save(actor, firm, text="Zahlbar in 14 Tagen.\r\n")
    assert first is not None
    assert (first.version, first.text) == (1, "Zahlbar in 14 Tagen.")
    assert first.sha256 == hashlib.sha256(b"Zahlbar in 14 Tagen.").hexdigest()
    again = operations.save(actor, firm, text="Zahlbar in 14 Tagen.")
    assert again is not None
    assert again.version == 1
    second = operations.save(actor, firm, text="Zahlbar in 30 Tagen.")
    assert second is not None
    assert second.version == 2
    with scopes.of_firm(world.firm) as scope:
        assert [row.version for row in terms.versions(scope)] == [2, 1]
        assert terms.version(scope, 1).text == "Zahlbar in 14 Tagen."


def test_an_empty_text_ends_the_terms_and_keeps_what_was_accepted(world: World) -> None:
    actor, firm = acting.staff(world.firm, world.anna), firm_of(world)
    assert operations.save(actor, firm, text=" ") is None
    operations.save(actor, firm, text="Zahlbar in 14 Tagen.")
    operations.save(actor, firm, text="")
    with scopes.of_firm(world.firm) as scope:
        assert terms.current(scope) is None
        assert len(terms.versions(scope)) == 2


def test_terms_refuse(world: World) -> None:
    with pytest.raises(Invalid):
        operations.save(acting.staff(world.firm, world.anna), firm_of(world), text="x" * 100_001)
    with pytest.raises(NotPermitted):
        operations.save(acting.staff(world.firm, world.ben), firm_of(world), text="Neu")
