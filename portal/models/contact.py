"""Contacts and their memberships: a person, and what the person is at a client."""

from __future__ import annotations

from peewee import SQL, BooleanField, TextField

from portal.base.text import uid
from portal.models.client import Client
from portal.models.firm import FirmRecord, Ref
from portal.models.identity import Identity
from portal.models.record import InstantField, IntegerField
from portal.models.staff import Staff

MS, MR = "ms", "mr"
SALUTATIONS = (MS, MR)
EACH, DAILY, NONE = "each", "daily", "none"
MAIL_CHOICES = (EACH, DAILY, NONE)
# as in the index `contact_unreachable`, which is used for this text only
UNREACHABLE = "(email_error IS NOT NULL OR email_key IS NULL OR held_until IS NOT NULL)"


class Contact(FirmRecord):
    """A person. `email` may be empty; `email_key` is null then. `email_error`: the server's words after a bounce.

    `identity` is what the person signs in with, from the first password on. `held_until`: staff changed the address of
    somebody who could get in, so until then no reset, code or invitation goes to the new one (TRUST, Sessions).
    `pending` (kept by `operations/access.py`): somewhere login is on and the person has not come in yet (T7);
    `invited_at` is when it was last asked in, null: never or cancelled; by staff or by another contact (T9).
    """

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
    identity = Ref(Identity, null=True)
    held_until = InstantField(null=True)
    pending = BooleanField(default=False)
    invited_at = InstantField(null=True)
    invited_by = Ref(Staff, null=True, index=False)
    invited_by_contact = Ref("self", null=True, index=False)

    class Meta:
        table_name = "contact"
        indexes = ((("firm_id", "email_key"), True), (("firm_id", "pending", "invited_at", "id"), False))

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.title, self.first_name, self.last_name) if part) or self.email


class Membership(FirmRecord):
    """A contact at a client with its toggles and rights. Ended ones stay, for the record.

    Rights (X19): `amounts` to see them, `decide` offers up to `decide_limit` (cents, gross; null: any), `pay`,
    `upload`, `invite` colleagues. `mail` is the person's own choice for what is not essential (X18): each, daily, none.
    `activated_at`: first came in at this client; `seen_at`: was last there.
    """

    uid = TextField(default=uid, unique=True)
    client = Ref(Client)
    contact = Ref(Contact)
    login = BooleanField(default=True)
    notify = BooleanField(default=True)
    email_sync = BooleanField(default=False)
    primary = BooleanField(default=False)
    amounts = BooleanField(default=True)
    decide = BooleanField(default=True)
    decide_limit = IntegerField(null=True)
    pay = BooleanField(default=True)
    upload = BooleanField(default=True)
    invite = BooleanField(default=False)
    mail = TextField(default=EACH)
    created_at = InstantField()
    activated_at = InstantField(null=True)
    seen_at = InstantField(null=True)
    ended_at = InstantField(null=True)

    class Meta:
        table_name = "membership"


# those waited for whom no mail reaches: few, wherever they stand in the list
Contact.add_index(
    Contact.index(
        Contact.firm,
        Contact.pending,
        Contact.invited_at,
        Contact.id,
        where=SQL(UNREACHABLE),
        name="contact_unreachable",
    )
)
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
