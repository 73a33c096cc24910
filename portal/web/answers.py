"""Answers of views: a page, a part of it for htmx, or 303 to the next page."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, g, make_response, redirect, request, session, url_for

from portal.web.htmx import is_htmx
from portal.web.templates import render

__all__ = ["closing_dialog", "is_htmx", "page", "page_or_part", "part", "see_other", "toast"]


def page(template: str, status: int = 200, /, **context: Any) -> Response:
    """A whole page."""
    return _with_toast(make_response(render(template, **context), status))


def part(template: str, status: int = 200, /, **context: Any) -> Response:
    """A fragment, for htmx."""
    return page(template, status, partial=True, **context)


def page_or_part(template: str, status: int = 200, /, *, part: str, **context: Any) -> Response:
    """The page, or only its part when htmx asked. Both come from the same file: the page includes the part."""
    return page(part if is_htmx() else template, status, partial=is_htmx(), **context)


def see_other(endpoint: str, *, fragment: str | None = None, **values: Any) -> Response:
    """303 to the page of an endpoint; htmx is sent there as a whole page."""
    address = url_for(endpoint, _anchor=fragment, **values)
    if is_htmx():
        return _with_toast(Response(status=204, headers={"HX-Redirect": address}), keep=True)
    return make_response(redirect(address, 303))


def toast(text: str, tone: str = "ok", *, undo: str | None = None) -> None:
    """Say something in passing: by HX-Trigger with htmx, on the next page without."""
    message = {"text": str(text), "tone": tone, "undo": undo}
    if is_htmx():
        g.toast = message
    else:
        session["toasts"] = [*session.get("toasts", []), message][-3:]


def closing_dialog(response: Response) -> Response:
    """For a form in a dialog that was done: the dialog closes, and the page changes by what is out of band."""
    response.headers["HX-Reswap"] = "none"
    events = json.loads(response.headers.get("HX-Trigger", "{}"))
    response.headers["HX-Trigger"] = json.dumps({**events, "close-dialog": True})
    return response


def waiting_toasts() -> list[dict[str, str]]:
    """Messages left by the page before; shown once."""
    return session.pop("toasts", []) if request.method == "GET" and "toasts" in session else []


def _with_toast(response: Response, *, keep: bool = False) -> Response:
    message = g.pop("toast", None)
    if message is None:
        return response
    if keep:
        session["toasts"] = [*session.get("toasts", []), message][-3:]
    else:
        # json.dumps escapes umlauts: headers are ASCII
        response.headers["HX-Trigger"] = json.dumps({"toast": message})
    return response
