"""Tokens of the JSON API."""

from __future__ import annotations

from peewee import TextField

from portal.base.text import uid
from portal.models.firm import FirmRecord
from portal.models.record import InstantField, JsonField

READ, WRITE, LINKS = "read", "write", "links"
RIGHTS = (READ, WRITE, LINKS)


class ApiToken(FirmRecord):
    """A token of an invoicing programme: random, shown once, kept as SHA-256. `rights`: read, write, links."""

    uid = TextField(default=uid, unique=True)
    name = TextField()
    token = TextField(unique=True)
    rights = JsonField()
    created_at = InstantField()
    used_at = InstantField(null=True)
    revoked_at = InstantField(null=True)

    class Meta:
        table_name = "api_token"
