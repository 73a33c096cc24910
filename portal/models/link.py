"""Secret links, and the notes that they were fetched and used."""

from __future__ import annotations

from datetime import datetime

from peewee import SQL, BlobField, IntegerField, TextField

from portal.base.text import uid
from portal.base.tokens import new_id, new_nonce
from portal.models.client import Client
from portal.models.contact import Contact
from portal.models.document import Document
from portal.models.firm import FirmRecord, Ref
from portal.models.record import InstantField
from portal.models.sign_in import SignIn
from portal.models.staff import Staff

PORTAL, DOCUMENT = "portal", "document"


class Link(FirmRecord):
    """A secret link (B2, DETAILS 3). `id` is random and stands in the token; the token itself is stored nowhere.

    `contact` null: the client's own portal link. The expiry counts from `extended_at`; `expires_at` null: never.
    """

    id = IntegerField(primary_key=True, default=new_id)
    uid = TextField(default=uid, unique=True)
    nonce = BlobField(default=new_nonce)
    client = Ref(Client)
    contact = Ref(Contact, null=True)
    document = Ref(Document, null=True)
    kind = TextField(default=PORTAL)
    created_at = InstantField()
    extended_at = InstantField()
    expires_at = InstantField(null=True)
    used_at = InstantField(null=True)
    revoked_at = InstantField(null=True)
    revoked_by = Ref(Staff, null=True, index=False)
    successor = IntegerField(null=True)

    class Meta:
        table_name = "link"

    def is_live(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


# one living portal link of its own for each client, whoever makes it
Link.add_index(
    Link.index(
        Link.client,
        unique=True,
        where=SQL("contact_id IS NULL AND kind = 'portal' AND revoked_at IS NULL"),
        name="link_own",
    )
)


class LinkFetch(FirmRecord):
    """*Fetched*: a token was exchanged, by machines too. One row for a link and hour."""

    link = Ref(Link, index=False)
    hour = InstantField()
    count = IntegerField(default=1)

    class Meta:
        table_name = "link_fetch"
        indexes = ((("link_id", "hour"), True),)


class Opening(FirmRecord):
    """*Opened*: a session asked for a page by navigation. One row for a document (or the portal) and session."""

    client = Ref(Client)
    document = Ref(Document, null=True)
    sign_in = Ref(SignIn, null=True, index=False)
    contact = Ref(Contact, null=True, index=False)
    what = TextField()
    at = InstantField()

    class Meta:
        table_name = "opening"
        indexes = ((("sign_in_id", "what"), True),)
