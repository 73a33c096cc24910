"""Answers of the API: JSON objects, and lists that say where they go on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, request

from portal.base.config import Config
from portal.base.errors import Invalid
from portal.queries.page import read_cursor
from portal.web.api.fields import Field, Text, Whole

MOST, USUAL = 200, 50
PAGING: dict[str, Field] = {
    "cursor": Text(most=1000, says="Where the page before ended; it stands in `next`."),
    "limit": Whole(least=1, most=MOST, says=f"How many objects a page has; {USUAL} if not given."),
}
_LARGEST_ID = 2**63 - 1


def answer(value: Mapping[str, Any], status: int = 200) -> Response:
    """A JSON object."""
    return Response(json.dumps(value, ensure_ascii=False), status, mimetype="application/json")


def listing(items: Iterable[Mapping[str, Any]], following: str | None) -> Response:
    """A page of a list, with the address of the next one or null."""
    address = None
    if following is not None:
        asked = {**request.args.to_dict(), "cursor": following}
        address = f"{base_url()}{request.path}?{urlencode(asked)}"
    return answer({"items": list(items), "next": address})


def checked_cursor(text: str | None) -> str | None:
    """The cursor when one of our lists wrote it: a loop with a broken one would begin anew for ever. Raises Invalid."""
    if text is None:
        return None
    try:
        key = read_cursor(text, str, int)
        if key is None or not isinstance(key[0], str) or not isinstance(key[1], int):
            raise Invalid(cursor="cursor")
        key[0].encode()
    except (UnicodeError, RecursionError):
        raise Invalid(cursor="cursor") from None
    if not 0 <= key[1] <= _LARGEST_ID:
        raise Invalid(cursor="cursor")
    return text


def base_url() -> str:
    """What all absolute addresses begin with."""
    config: Config = current_app.config["PORTAL"]
    return config.base_url
