"""Files of a firm: bytes in the store, described by a row."""

from __future__ import annotations

from peewee import IntegerField, TextField

from portal.models.firm import FirmRecord
from portal.models.record import InstantField


class StoredFile(FirmRecord):
    """`path` is the random name in the store, `name` the one a person gave it; `size` in bytes."""

    path = TextField(unique=True)
    name = TextField()
    media_type = TextField()
    size = IntegerField()
    sha256 = TextField(index=True)
    created_at = InstantField()

    class Meta:
        table_name = "stored_file"
