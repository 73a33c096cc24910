"""Ways back: a page of ours or the start page. A request's string never decides where a redirect leads."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import current_app, url_for
from werkzeug.exceptions import HTTPException

from portal.base.config import Config


def safe_path(path: str | None) -> str:
    """The address of the page that the path leads to by GET, else `/`.

    It is built anew from our own routes: `/\\t/evil` would become `//evil` (tried; TRUST, Pages).
    """
    try:
        parts = urlsplit(path or "")
        if parts.scheme or parts.netloc or not parts.path.startswith("/"):
            return "/"
        endpoint, values = current_app.url_map.bind("").match(parts.path, method="GET")
    except (HTTPException, ValueError):
        return "/"
    query = urlencode(parse_qsl(parts.query, keep_blank_values=True))
    return url_for(endpoint, **values) + (f"?{query}" if query else "")


def base_url() -> str:
    """What every absolute link is built from: the setting, never a request."""
    config: Config = current_app.config["PORTAL"]
    return config.base_url
