"""The firm's own wording."""

from __future__ import annotations

import pytest

from portal.base.errors import Invalid
from portal.models.audit_entry import AuditEntry
from portal.models.firm import Firm
from portal.operations import texts as operations
from portal.operations.texts import Wording
from portal.policies import scope as scopes
from portal.queries import texts
from tests import acting
from tests.personas import World

pytestmark = pytest.mark.usefixtures("instance")
KEY = texts.SEND_ACCESS_SUBJECT


def firm_of(world: World) -> Firm:
    with scopes.of_firm(world.firm) as scope:
        return scope.firm


def text(world: World, language: str = "de") -> str:
    with scopes.of_firm(world.firm) as scope:
        return texts.text_of(scope, KEY, language)


def entries(world: World) -> int:
    with scopes.of_firm(world.firm) as scope:
        return len(list(scope.of(AuditEntry, AuditEntry.id).where(AuditEntry.action == "text.saved")))


def test_an_own_text_stands_until_it_is_emptied(world: World) -> None:
    actor, firm = acting.staff(world.firm, world.anna), firm_of(world)
    operations.save(actor, firm, KEY, "de", "Ihr Zugang bei uns")
    assert text(world) == "Ihr Zugang bei uns"
    assert text(world, "en") == texts.DEFAULTS[KEY]["en"]
    operations.save(actor, firm, KEY, "de", "Ihr Zugang")
    operations.save(actor, firm, KEY, "de", "")
    assert text(world) == texts.DEFAULTS[KEY]["de"]
    assert entries(world) == 3


def test_the_default_is_not_kept_as_an_own_text(world: World) -> None:
    default = texts.DEFAULTS[KEY]["de"]
    operations.save(acting.staff(world.firm, world.anna), firm_of(world), KEY, "de", default, default=default)
    assert entries(world) == 0


def test_several_texts_are_kept_all_or_none(world: World) -> None:
    actor, firm = acting.staff(world.firm, world.anna), firm_of(world)
    with pytest.raises(Invalid):
        operations.save_all(actor, firm, [Wording(KEY, "de", "Neu"), Wording(KEY, "en", "x" * 10_001)])
    assert text(world) == texts.DEFAULTS[KEY]["de"]
    operations.save_all(actor, firm, [Wording(KEY, "de", "Neu"), Wording(KEY, "en", "New")])
    assert (text(world), text(world, "en")) == ("Neu", "New")
