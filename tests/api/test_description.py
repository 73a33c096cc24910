"""The OpenAPI document: valid, and exactly what the routes are."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from portal.web.api import reasons
from portal.web.api.description import RIGHTS, address
from portal.web.routing import Rule
from tests.api import declared

CLIENT, LINK, DOCUMENT = "/clients/{number}", "/clients/{number}/portal-link", "/documents/{uid}"
# the contract: which right opens which call
OPENS = {
    "read": {("GET", "/clients"), ("GET", CLIENT), ("GET", "/documents"), ("GET", DOCUMENT),
             ("GET", DOCUMENT + "/file"), ("GET", DOCUMENT + "/acceptance")},
    "write": {("PUT", CLIENT), ("DELETE", CLIENT + "/contacts/{email}"), ("POST", "/documents"),
              *(("POST", f"{DOCUMENT}/{act}") for act in ("versions", "publish", "withdraw", "cancel", "payments"))},
    "links": {("GET", LINK), ("GET", LINK + ".svg"), ("POST", LINK + "/renew")},
}  # fmt: skip


@pytest.fixture
def described(app: Flask) -> dict[str, Any]:
    found = app.test_client().get("/api/v1/openapi.json")
    assert found.status_code == 200
    document: dict[str, Any] = found.json
    return document


def test_it_is_valid(described: dict[str, Any]) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(described).iter_errors()] == []


def test_it_is_what_the_routes_are(app: Flask, described: dict[str, Any]) -> None:
    """Every route of the API stands in it with its right, and the reverse."""
    rules: list[Rule] = [rule for rule in app.extensions["routes"].values() if rule.door == "api"]
    routes = {
        (method, address(rule.path.removeprefix("/api/v1")), RIGHTS[rule.allow])
        for rule in rules
        for method in rule.methods
    }
    told = {
        (method.upper(), path, operation["security"][0]["token"][0])
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    }
    assert routes == told
    assert told == {(*call, right) for right, calls in OPENS.items() for call in calls}
    assert len(rules) == len(declared.CALLS)


def test_every_schema_is_used_and_there(described: dict[str, Any]) -> None:
    used: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if "$ref" in node:
                used.add(node["$ref"])
            for each in node.values():
                walk(each)
        if isinstance(node, list):
            for each in node:
                walk(each)

    walk(described)
    components = described["components"]
    known = {f"#/components/{kind}/{name}" for kind in ("schemas", "responses") for name in components[kind]}
    assert used == known


def test_each_call_says_what_it_does(described: dict[str, Any]) -> None:
    operations = [operation for methods in described["paths"].values() for operation in methods.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation["summary"] and operation["description"] for operation in operations)


def test_it_speaks_of_our_address_only(described: dict[str, Any]) -> None:
    assert described["servers"] == [{"url": "http://localhost/api/v1"}]


def test_reasons_are_sentences() -> None:
    for text in {**reasons.FIELDS, **reasons.CONFLICTS, **reasons.ABSENT}.values():
        assert text.endswith(".")
        assert text[0].isupper()
