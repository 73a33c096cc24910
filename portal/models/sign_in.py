"""Sessions as rows: one can be ended, all can be ended."""

from __future__ import annotations

from datetime import datetime

from peewee import IntegerField, TextField

from portal.base.text import uid
from portal.models.client import Client
from portal.models.contact import Contact
from portal.models.firm import FirmRecord, Ref
from portal.models.record import InstantField, JsonField
from portal.models.staff import Staff

STAFF, LINK, VIEW, PASSWORD = "staff", "link", "view", "password"


class SignIn(FirmRecord):
    """A session. The cookie's token is random; `token` is its SHA-256. `link_id` has no foreign key: links come later.

    `kind`: `staff`, `link` (a client by secret link), `password` (a contact with a password, at one of its clients) or
    `view` (staff viewing as the client, tied to `parent`).
    """

    uid = TextField(default=uid, unique=True)
    token = TextField(unique=True)
    kind = TextField()
    staff = Ref(Staff, null=True)
    client = Ref(Client, null=True)
    contact = Ref(Contact, null=True)
    link_id = IntegerField(null=True, index=True)
    document_id = IntegerField(null=True)
    parent = IntegerField(null=True, index=True)
    memory = JsonField(default=dict)
    address = TextField(default="")
    agent = TextField(default="")
    created_at = InstantField()
    seen_at = InstantField()
    proved_at = InstantField()
    idle_seconds = IntegerField()
    expires_at = InstantField()
    opened_at = InstantField(null=True)
    ended_at = InstantField(null=True)

    class Meta:
        table_name = "sign_in"

    def is_live(self, now: datetime) -> bool:
        return (
            self.ended_at is None
            and self.expires_at > now
            and (now - self.seen_at).total_seconds() <= self.idle_seconds
        )
