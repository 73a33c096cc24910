"""A person who can sign in: one e-mail address, one identity in a firm."""

from __future__ import annotations

from peewee import TextField

from portal.models.firm import FirmRecord
from portal.models.record import InstantField


class Identity(FirmRecord):
    """`email_key` is the address in its comparing form; without `password` nobody signs in by it."""

    email = TextField()
    email_key = TextField()
    password = TextField(null=True)
    password_at = InstantField(null=True)
    language = TextField(null=True)

    class Meta:
        table_name = "identity"
        indexes = ((("firm_id", "email_key"), True),)
