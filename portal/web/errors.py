"""What domain errors become: mapped here once, for pages; `web/api/problems.py` speaks for the API."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, current_app, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from portal.base.errors import (
    Conflict,
    DomainError,
    Gone,
    Invalid,
    NotFound,
    NotPermitted,
    StepUpNeeded,
    TooMany,
    Unavailable,
)
from portal.web.api import problems


class Unauthorised(Exception):
    """The API was called without a token that is known and alive (401)."""


_STATUS: dict[type[Exception], int] = {
    NotFound: 404,
    Gone: 410,
    NotPermitted: 403,
    StepUpNeeded: 403,
    Conflict: 409,
    Invalid: 422,
    TooMany: 429,
    Unavailable: 503,
    Unauthorised: 401,
}
_OWN_PAGES = {400, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503, 507}


def init_app(app: Flask) -> None:
    for error in (DomainError, Unauthorised):
        app.register_error_handler(error, _domain)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected) if not app.testing else None


def _domain(error: Exception) -> Response:
    status = next(code for kind, code in _STATUS.items() if isinstance(error, kind))
    if status == 503 and request.files:
        status = 507 if getattr(error, "code", "") == "disk_full" else 503
    response = _answer(status, error)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unavailable):
        response.headers["Retry-After"] = "5"
    if isinstance(error, Unauthorised):
        response.headers["WWW-Authenticate"] = 'Bearer realm="Foyer"'
    return response


def _http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    response = _answer(error.code, error)
    if error.code == 405:
        response.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or ())
    return response


def _unexpected(error: Exception) -> Response:
    current_app.logger.exception("unexpected", exc_info=error)
    return _answer(500, error)


def _answer(status: int, error: Exception) -> Response:
    if request.path.startswith("/api/"):
        return problems.answer(status, error)
    page = status if status in _OWN_PAGES else 500 if status >= 500 else 400
    context: dict[str, Any] = {"status": status, "error": error, "code": getattr(error, "code", "")}
    return make_response(render_template(f"errors/{page}.html", **context), status)
