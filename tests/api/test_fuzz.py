"""What the description allows and what it forbids, thrown at the API: no fault of ours, no answer undescribed."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from portal.web.api import calls
from tests.api import declared
from tests.api.conftest import Programme
from tests.personas import World

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "15"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
    ignored_auth,
]


@pytest.mark.parametrize("call", declared.CALLS, ids=lambda call: call.name)
def test_nothing_breaks_it(
    call: calls.Call, app: Flask, api: Programme, uid_of: Callable[[int], str], world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(calls, "MOST", 10**9)
    app.testing = False
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    chosen = schema.include(operation_id=call.name)
    (result,) = chosen.get_all_operations()
    operation = result.ok()
    known = {"number": ["K-1042", "N-1"], "uid": [uid_of(world.offer), uid_of(world.invoice), uid_of(world.draft)]}
    modes = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]
    for mode in modes:
        _throw(operation, mode, known, {"Authorization": f"Bearer {api.token}"})


def _throw(operation: Any, mode: Any, known: dict[str, list[str]], headers: dict[str, str]) -> None:
    """Some of the cases meet things that are there, so that more than 404 is tried."""
    count = 0

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @schemathesis.python.given(case=operation.as_strategy(generation_mode=mode))
    def throw(case: Any) -> None:
        nonlocal count
        count += 1
        case.call_and_validate(headers=headers, checks=CHECKS)

    throw()
