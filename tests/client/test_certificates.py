"""The certificate of a decision, for the client who made it (X2)."""

from __future__ import annotations

import pytest

from tests.browser_client import Browser
from tests.client.deciding import address, form
from tests.personas import World


@pytest.mark.parametrize("what", ["acceptance", "decline"])
def test_there_is_one_for_every_decision(dora: Browser, holder: Browser, world: World, what: str) -> None:
    assert dora.get(address(world, world.small_offer, "certificate")).status_code == 404
    dora.post(address(world, world.small_offer, what), form(dora, world, world.small_offer, what))
    answer = dora.get(address(world, world.small_offer, "certificate"))
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "AN-2026-0150" in answer.headers["Content-Disposition"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    inline = dora.get(address(world, world.small_offer, "certificate?inline=1"))
    assert inline.headers["Content-Disposition"].startswith("inline")
    assert holder.get(address(world, world.small_offer, "certificate")).status_code == 200


def test_nobody_elses(emil: Browser, dora: Browser, world: World, nobody: Browser) -> None:
    dora.post(address(world, world.small_offer, "decline"), form(dora, world, world.small_offer, "decline"))
    assert emil.get(address(world, world.small_offer, "certificate")).status_code == 404
    assert nobody.get(address(world, world.small_offer, "certificate")).location == "/portal/door"
