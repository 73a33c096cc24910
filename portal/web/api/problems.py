"""Errors of the API: RFC 9457 `application/problem+json`."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from flask import Response

from portal.base.errors import Conflict, Invalid


def answer(status: int, error: Exception) -> Response:
    """The problem document of an error; field errors in `errors`, a 409 names the row in the way."""
    problem: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if isinstance(error, Invalid):
        problem["errors"] = error.errors
    if isinstance(error, Conflict):
        problem["code"] = error.code
        if error.existing:
            problem["id"] = error.existing
    return Response(json.dumps(problem, ensure_ascii=False), status, mimetype="application/problem+json")
