"""What outsiders found about deciding: many tries from one address, and where a crash may strike."""

from __future__ import annotations

from collections import Counter

import pytest
from flask import Flask

from portal.base import config, crash
from portal.base.config import ConfigError
from portal.models.document import Document
from portal.models.firm import Firm
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.policies.permissions import Permission
from tests.browser_client import Browser
from tests.personas import World

FIELDS = ("version", "sha256", "fields_sha256", "key")


def test_a_hundred_orders_from_one_address_are_all_answered(app: Flask, world: World, dora: Browser) -> None:
    with scopes.of_firm(world.firm) as scope:
        uid = scope.by_id(Document, world.small_offer).uid
    path = f"/portal/documents/{uid}/acceptance"
    form = dora.get(path).text
    hidden = {name: form.split(f'name="{name}"')[1].split('value="')[1].split('"')[0] for name in FIELDS}
    answers = Counter(
        dora.post(path, {**hidden, "key": f"{hidden['key']}{number}", "name": "Dora", "agreed": "y"}).status_code
        for number in range(100)
    )
    assert answers == {303: 1, 409: 99}


@operation(allow=Permission.INSTANCE, audited=False)
def note(actor: InstanceActor, firm: Firm) -> None:
    """What the worker does beside the act that is tried."""


def test_a_crash_point_strikes_the_act_and_not_a_note(
    instance: config.Config, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    struck: list[int] = []
    monkeypatch.setattr(crash.os, "kill", lambda pid, signal: struck.append(pid))
    with scopes.of_firm(world.firm) as scope:
        firm = scope.firm
    for point, expected in (("operation.after_commit", 0), ("operation.after_commit:test_deciding.note", 1)):
        crash.configure(point)
        note(InstanceActor(world.firm, "test"), firm)
        assert len(struck) == expected


@pytest.mark.parametrize("point", ["bogus", "operation", "operation.before_comit:offers.accept"])
def test_an_unknown_crash_point_stops_the_start(point: str) -> None:
    with pytest.raises(ConfigError, match=r"operation\.before_commit"):
        config.load({"PORTAL_CRASH_AT": point})
