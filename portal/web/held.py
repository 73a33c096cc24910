"""The signed name of a file between the two steps of an upload: it stands in the page, nobody can make one up."""

from __future__ import annotations

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from portal.base.errors import NotFound
from portal.operations.uploads import KEPT_SECONDS, Held
from portal.web.gate import firm


def sign(held: Held) -> str:
    """For the page of the second step; good for a day and this firm only."""
    return str(_serializer().dumps([firm().id, held.key, held.filename, held.size, held.sha256]))


def read(text: str) -> Held:
    """The file behind a signed name. Raises NotFound."""
    try:
        firm_id, key, filename, size, sha256 = _serializer().loads(text, max_age=KEPT_SECONDS)
    except BadData:
        raise NotFound("upload") from None
    if firm_id != firm().id:
        raise NotFound("upload")
    return Held(key, filename, size, sha256)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["PRE_KEYS"], salt="upload")
