"""The probes for machines: booleans only, by whatever name they ask."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from portal.base.database import transaction
from portal.models import notices
from tests.browser_client import Browser


def test_the_process_lives(nobody: Browser) -> None:
    answer = nobody.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"alive": True})
    assert "Set-Cookie" not in answer.headers


def test_without_a_worker_it_is_not_ready(nobody: Browser) -> None:
    answer = nobody.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["worker"] is False
    assert {type(value) for value in answer.json.values()} == {bool}


def test_with_a_heartbeat_it_is_ready_for_a_minute(nobody: Browser, move_clock: Callable[..., None]) -> None:
    with transaction():
        notices.put(notices.HEARTBEAT, "x")
    answer = nobody.get("/readyz")
    assert answer.status_code == 200, answer.text
    assert set(answer.json) == {"database", "disk", "worker", "outbox", "migration"}
    move_clock(seconds=61)
    assert nobody.get("/readyz").status_code == 503


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_machine_may_ask_by_any_name(nobody: Browser, path: str) -> None:
    answer = nobody.get(path, headers={"Host": "10.0.0.7:8000"})
    assert answer.status_code in (200, 503)
    assert json.loads(answer.data)
