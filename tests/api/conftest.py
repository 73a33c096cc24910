"""Programmes that call the API: each holds a token with other rights."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from portal.operations import api_tokens
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.web.api import description
from tests import factories
from tests.personas import World


class Programme:
    """An invoicing programme. Its answers are held against the description of the call."""

    def __init__(self, app: Flask, token: str | None) -> None:
        self.app, self.token = app, token
        self.client = app.test_client()

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **options.pop("headers", {})}
        response = self.client.open("/api/v1" + path, method=method, headers=headers, buffered=True, **options)
        check_described(self.app, method, response)
        return response

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.call("GET", path, **options)

    def put(self, path: str, body: Any, **options: Any) -> TestResponse:
        return self.call("PUT", path, data=json.dumps(body), content_type="application/json", **options)

    def post(self, path: str, **options: Any) -> TestResponse:
        return self.call("POST", path, **options)

    def delete(self, path: str) -> TestResponse:
        return self.call("DELETE", path)

    def upload(
        self, content: bytes | None = None, name: str = "Angebot.pdf", *, to: str = "/documents", **fields: str
    ) -> TestResponse:
        file = factories.pdf() if content is None else content
        return self.post(to, data={**fields, "file": (io.BytesIO(file), name)}, content_type="multipart/form-data")


def check_described(app: Flask, method: str, response: TestResponse) -> None:
    """Each answer is one that the description speaks of, and has exactly the properties that it names."""
    document = description.document("http://localhost")
    with app.test_request_context(response.request.path, method=method):
        from flask import request

        rule = request.url_rule
    if rule is None or rule.endpoint == "api.description.openapi":
        return
    path = description.address(rule.rule.removeprefix("/api/v1"))
    answers = document["paths"][path][method.lower()]["responses"]
    assert str(response.status_code) in answers, f"{method} {path} answers {response.status_code}: {response.text}"
    answer = answers[str(response.status_code)]
    if "$ref" in answer:
        answer = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    content = answer.get("content")
    if content is None:
        assert not response.data
        return
    ((media_type, described),) = content.items()
    assert media_type in ("*/*", response.mimetype)
    if "json" in media_type:
        schema = {**described["schema"], "components": {"schemas": _closed(document["components"]["schemas"])}}
        Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(response.json)


def _closed(schema: Any) -> Any:
    """The same without room for properties that nobody described."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(each) for name, each in schema.items()}
    return {**closed, "additionalProperties": False} if "properties" in closed and "required" in closed else closed


@pytest.fixture
def programme(app: Flask, world: World) -> Callable[..., Programme]:
    """Make a programme whose token has these rights."""

    def make(*rights: str, firm: int | None = None) -> Programme:
        firm_id = firm or world.firm
        with scopes.of_firm(firm_id) as scope:
            _row, token = api_tokens.create(InstanceActor(firm_id, "test"), scope.firm, name="Faktura", rights=rights)
        return Programme(app, token)

    return make


@pytest.fixture
def api(programme: Callable[..., Programme]) -> Programme:
    """A programme that may do everything."""
    return programme("read", "write", "links")


@pytest.fixture
def reader(programme: Callable[..., Programme]) -> Programme:
    return programme("read")


@pytest.fixture
def writer(programme: Callable[..., Programme]) -> Programme:
    """May read and write, and knows no links."""
    return programme("read", "write")


@pytest.fixture
def linker(programme: Callable[..., Programme]) -> Programme:
    return programme("links")


@pytest.fixture
def foreign(programme: Callable[..., Programme], world: World) -> Programme:
    """The programme of another firm."""
    return programme("read", "write", "links", firm=world.other_firm)


@pytest.fixture
def uid_of(world: World) -> Callable[..., str]:
    """The public id of a document of the cast."""

    def find(document_id: int) -> str:
        from portal.models.document import Document

        with scopes.of_firm(world.firm) as scope:
            return scope.by_id(Document, document_id).uid

    return find


def at(number: str) -> str:
    """The address of a client."""
    return f"/clients/{quote(number, safe='')}"
