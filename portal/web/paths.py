"""Ways back: a path of ours or the start page. A request's string never decides where a redirect leads."""

from __future__ import annotations

from flask import current_app
from werkzeug.exceptions import HTTPException


def safe_path(path: str | None) -> str:
    """The path when it leads to a page of ours by GET, else `/`. `/\\t/evil` would become `//evil` (tried)."""
    if not path or not path.startswith("/") or path[1:2] in ("/", "\\") or any(ord(c) < 33 for c in path):
        return "/"
    try:
        current_app.url_map.bind("").match(path.split("?")[0], method="GET")
    except HTTPException:
        return "/"
    return path
