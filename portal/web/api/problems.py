"""Errors of the API: RFC 9457 `application/problem+json`."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from flask import Response

from portal.base.errors import Conflict, Invalid, NotFound
from portal.operations.client_entries import NameOnFile
from portal.web.api import reasons

_DETAILS = {
    400: "The request cannot be read: a body must be JSON in UTF-8.",
    401: "Send a living token as `Authorization: Bearer …`.",
    403: "The token does not have the right for this.",
    404: "There is nothing at this address.",
    405: "This cannot be done at this address.",
    409: "The present state does not allow this.",
    413: "The body is too large.",
    415: "The body is of another media type than this call takes.",
    422: "Some of what was sent cannot be taken: see `errors`.",
    429: "Too many calls: wait as long as `Retry-After` says.",
    500: "Something went wrong here. It was noted.",
    503: "This cannot be done just now. Nothing was changed: try again.",
    507: "The disk is full. Nothing was changed: try again later.",
}


class Absent(NotFound):
    """Something is not there for a reason worth saying (404); `code` is one of `reasons.ABSENT`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def answer(status: int, error: Exception) -> Response:
    """The problem document of an error; field errors in `errors`, a 409 names the row in the way."""
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": _DETAILS.get(status, HTTPStatus(status).description or HTTPStatus(status).phrase),
        **_particulars(error),
    }
    return Response(json.dumps(problem, ensure_ascii=False), status, mimetype="application/problem+json")


def _particulars(error: Exception) -> dict[str, Any]:
    if isinstance(error, Invalid):
        return {
            "errors": {name: [reasons.of_field(name, code) for code in each] for name, each in error.errors.items()}
        }
    if isinstance(error, NameOnFile):
        return {**_conflict(error), "at": error.at, "name": error.name}
    if isinstance(error, Conflict):
        return _conflict(error)
    if isinstance(error, Absent):
        return {"detail": reasons.ABSENT[error.code], "code": error.code}
    return {}


def _conflict(error: Conflict) -> dict[str, Any]:
    existing = {"id": error.existing} if error.existing else {}
    return {"detail": reasons.of_conflict(error.code), "code": error.code, **existing}
