"""The OpenAPI 3.1 description, put together from the declared calls: what is not declared is not there."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Any

from flask import Response

from portal.policies.permissions import PUBLIC, Permission
from portal.web.api import area
from portal.web.api.answers import answer, base_url
from portal.web.api.calls import Call
from portal.web.api.fields import Schema
from portal.web.api.shapes import acceptances, clients, documents, payments, schemas

RIGHTS = {Permission.API_READ: "read", Permission.API_WRITE: "write", Permission.API_LINKS: "links"}
_EVERY_CALL = (401, 403, 429, 503)
_WITH_BODY = (400, 413, 415, 422)
_PROBLEMS = {
    400: "The body is not JSON.",
    401: "No token, or one that is not known or was revoked.",
    403: "The token does not have the right.",
    404: "There is no such thing in this firm.",
    409: "The present state does not allow it.",
    413: "The body is too large.",
    415: "Another media type than this call takes.",
    422: "Something cannot be taken: see `errors`.",
    429: "More than 12,000 calls in a minute. `Retry-After` says how many seconds to wait.",
    503: "Just now nothing can be written.",
    507: "The disk is full.",
}
_PLACES: dict[str, Schema] = {
    "number": {"type": "string", "maxLength": 40, "minLength": 1},
    "email": {"type": "string", "maxLength": 254, "minLength": 1},
    "uid": {"type": "string", "minLength": 1},
}
_PART = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>")
_INTRODUCTION = (
    "For invoicing programmes. Send a firm's token as `Authorization: Bearer …`. Dates are ISO 8601, amounts in bodies "
    'texts like "119.00". Writing is idempotent by natural key: made 201, again 200. Unknown fields are refused. '
    "Errors are RFC 9457 problems with English texts."
)


@area.open.get("/openapi.json", allow=PUBLIC)
def openapi() -> Response:
    """For everybody: it says nothing of the firms here."""
    return answer(document(base_url()))


@functools.cache
def document(base: str) -> dict[str, Any]:
    """The description of the API at this base address."""
    paths: dict[str, dict[str, Any]] = {}
    for call in sorted(area.calls, key=lambda each: each.path):
        paths.setdefault(address(call.path), {})[call.method.lower()] = _operation(call)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Foyer", "version": "1", "description": _INTRODUCTION},
        "servers": [{"url": base + area.prefix}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(),
            "responses": {f"Problem{status}": _problem(status) for status in sorted(_PROBLEMS)},
        },
    }


def address(path: str) -> str:
    """A path of the routes as OpenAPI writes it."""
    return _PART.sub(r"{\1}", path)


def _operation(call: Call) -> dict[str, Any]:
    told = call.told
    operation: dict[str, Any] = {
        "operationId": call.name,
        "tags": [call.path.split("/")[1]],
        "summary": told.says,
        "description": f"Needs the right `{RIGHTS[call.allow]}`. {told.more}".strip(),
        "security": [{"token": [RIGHTS[call.allow]]}],
        "parameters": [*_parameters(call)],
        "responses": {str(status): _answer(what) for status, what in told.answers.items()},
    }
    for status in _statuses(call):
        operation["responses"][str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    if told.body is not None:
        operation["requestBody"] = _body("application/json", told.body.schema)
    if told.form is not None:
        operation["requestBody"] = _body("multipart/form-data", told.form.schema)
    return operation


def _parameters(call: Call) -> Iterable[dict[str, Any]]:
    for name in _PART.findall(call.path):
        yield {"name": name, "in": "path", "required": True, "schema": _PLACES[name]}
    for name, field in call.told.query.items():
        yield {"name": name, "in": "query", "required": field.required, "schema": field.schema}


def _statuses(call: Call) -> list[int]:
    takes_body = call.told.body is not None or call.told.form is not None
    return sorted({*_EVERY_CALL, *call.told.errors, *(_WITH_BODY if takes_body else ())})


def _body(media_type: str, schema: Schema) -> dict[str, Any]:
    return {"required": True, "content": {media_type: {"schema": schema}}}


def _answer(what: str) -> dict[str, Any]:
    if not what:
        return {"description": "Done; no body."}
    if "/" in what:
        return {"description": "The file.", "content": {what: {"schema": {"type": "string"}}}}
    return {"description": what, "content": {"application/json": {"schema": schemas.named(what)}}}


def _problem(status: int) -> dict[str, Any]:
    waiting = {"Retry-After": {"schema": {"type": "integer"}}} if status in (429, 503) else {}
    return {
        "description": _PROBLEMS[status],
        "content": {"application/problem+json": {"schema": schemas.named("Problem")}},
        **({"headers": waiting} if waiting else {}),
    }


def _schemas() -> dict[str, Schema]:
    modules = (schemas, clients, documents, payments, acceptances)
    found = {name: schema for module in modules for name, schema in module.SCHEMAS.items()}
    either = {"oneOf": [schemas.named("Document"), schemas.named("Reading")]}
    return {**found, "DocumentOrReading": either}
