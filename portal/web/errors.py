"""What domain errors become: mapped here once, for pages; `web/api/problems.py` speaks for the API."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, make_response, request
from flask_babel import lazy_gettext as _l
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
from portal.web.htmx import is_htmx
from portal.web.templates import render

Answer = Callable[[int, Exception], Response]


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
# htmx swaps these for forms that are shown again; a whole page must not land in the middle of another
_SWAPPED = {
    409: _l("The state changed meanwhile and nothing was done. Please reload the page."),
    422: _l("Something in the form cannot be taken. Please check it."),
    429: _l("Too many tries. Please wait a few minutes and try again."),
}
_OWN_PAGES = {400, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503, 507}


def init_app(app: Flask, problem: Answer) -> None:
    """`problem` answers under `/api/`: the rooms of the web floor know nothing of each other."""
    app.extensions["problem"] = problem
    for error in (DomainError, Unauthorised):
        app.register_error_handler(error, _domain)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OverflowError, _out_of_range)
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


def _out_of_range(error: OverflowError) -> Response:
    # a number in an address that no row can have: SQLite takes 64 bits
    return _answer(404, error)


def _unexpected(error: Exception) -> Response:
    current_app.logger.exception("unexpected", exc_info=error)
    return _answer(500, error)


def _answer(status: int, error: Exception) -> Response:
    if request.path.startswith("/api/"):
        answer: Answer = current_app.extensions["problem"]
        return answer(status, error)
    if is_htmx() and status in _SWAPPED:
        return _said(status)
    page = status if status in _OWN_PAGES else 500 if status >= 500 else 400
    context: dict[str, Any] = {"status": status, "error": error, "code": getattr(error, "code", "")}
    return make_response(render(f"errors/{page}.html", **context), status)


def _said(status: int) -> Response:
    """In passing, with what was typed left in place."""
    message = json.dumps({"toast": {"text": str(_SWAPPED[status]), "tone": "bad", "undo": None}})
    return Response(status=status, headers={"HX-Reswap": "none", "HX-Trigger": message})
