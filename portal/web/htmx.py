"""htmx-flask, wrapped once: what counts as a request for a fragment, and `Vary: HX-Request`."""

from __future__ import annotations

from flask import Flask, Request, Response, request
from htmx_flask import Htmx
from htmx_flask.requests import HtmxAwareRequest

from portal.web.uploads import CountingRequest


class PortalRequest(CountingRequest, HtmxAwareRequest):
    """htmx-flask overwrites the app's request class (tried), so ours is put in after it."""


def init_app(app: Flask) -> None:
    Htmx(app)
    app.request_class = PortalRequest
    app.after_request(_vary)


def is_htmx(of: Request | None = None) -> bool:
    """Whether a fragment is wanted: not for boosted links and not when htmx restores a page of the history."""
    headers = (of or request).headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def _vary(response: Response) -> Response:
    if not response.cache_control.public:  # the same for everybody, and kept for a year
        response.vary.add("HX-Request")
    return response
