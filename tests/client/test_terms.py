"""The firm's terms, in the version that a form names."""

from __future__ import annotations

import pytest

from portal.operations import terms
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from tests.browser_client import Browser
from tests.personas import World


@pytest.fixture(autouse=True)
def _terms(app: object, world: World) -> None:
    for text in ("Erste <Fassung>\nzweite Zeile", "Zweite Fassung"):
        with scopes.of_firm(world.firm) as scope:
            firm = scope.firm
        terms.save(InstanceActor(world.firm, "t"), firm, text=text)


def test_every_version_can_be_read(holder: Browser) -> None:
    first, second = holder.get("/portal/terms/1"), holder.get("/portal/terms/2")
    assert "Erste &lt;Fassung&gt;<br>zweite Zeile" in first.text
    assert "Zweite Fassung" in second.text


@pytest.mark.parametrize("number", ["0", "3", "x", "-1", "99999999999999999999"])
def test_others_are_not_found(holder: Browser, number: str) -> None:
    assert holder.get(f"/portal/terms/{number}").status_code == 404


def test_of_another_firm_they_are_not_found(app: object, world: World, holder: Browser, nobody: Browser) -> None:
    assert nobody.get("/portal/terms/1").location == "/portal/door"
    with scopes.of_firm(world.other_firm) as scope:
        terms.save(InstanceActor(world.other_firm, "t"), scope.firm, text="Fremd")
    assert "Fremd" not in holder.get("/portal/terms/1").text
