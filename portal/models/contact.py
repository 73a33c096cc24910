"""Contacts and their memberships: a person, and what the person is at a client."""

from __future__ import annotations

from peewee import SQL, BooleanField, TextField

from portal.base.text import uid
from portal.models.client import Client
from portal.models.firm import FirmRecord, Ref
from portal.models.record import InstantField

MS, MR = "ms", "mr"
SALUTATIONS = (MS, MR)


class Contact(FirmRecord):
    """A person. `email` may be empty; `email_key` is null then. `email_error`: the server's words after a bounce."""

    uid = TextField(default=uid, unique=True)
    salutation = TextField(null=True)
    title = TextField(default="")
    first_name = TextField(default="")
    last_name = TextField(default="")
    role = TextField(default="")
    email = TextField(default="")
    email_key = TextField(null=True)
    email_error = TextField(null=True)
    phone = TextField(default="")
    language = TextField(null=True)
    created_at = InstantField()

    class Meta:
        table_name = "contact"
        indexes = ((("firm_id", "email_key"), True),)

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.title, self.first_name, self.last_name) if part) or self.email


class Membership(FirmRecord):
    """A contact at a client with its toggles. Ended ones stay, for the record."""

    uid = TextField(default=uid, unique=True)
    client = Ref(Client)
    contact = Ref(Contact)
    login = BooleanField(default=True)
    notify = BooleanField(default=True)
    email_sync = BooleanField(default=False)
    primary = BooleanField(default=False)
    created_at = InstantField()
    ended_at = InstantField(null=True)

    class Meta:
        table_name = "membership"


# at most one living membership of a contact at a client, at most one primary of a client
Membership.add_index(
    Membership.index(Membership.client, Membership.contact, unique=True, where=SQL("ended_at IS NULL"))
)
Membership.add_index(
    Membership.index(
        Membership.client,
        unique=True,
        where=SQL('"primary" = 1 AND ended_at IS NULL'),
        name="membership_primary",
    )
)
