"""Single-use tokens: invitations, resets, changes of address.

Derived like links, so a mail sent twice carries the same.
"""

from __future__ import annotations

from datetime import datetime

from peewee import BlobField, IntegerField, TextField

from portal.base.tokens import new_id, new_nonce
from portal.models.contact import Contact
from portal.models.firm import FirmRecord, Ref
from portal.models.record import InstantField
from portal.models.staff import Staff

INVITE, RESET, ADDRESS, RELEASE = "invite", "reset", "address", "release"


class Ticket(FirmRecord):
    """An invitation (7 days), a reset (30 minutes), or about a changed address; of a staff member or of a contact.

    `address`: confirms `new_email`, to which it was mailed (24 hours); `release`: by it the old address says that a
    change by staff was right. `used_at`, `cancelled_at`, `expires_at` decide (DETAILS 5). `email_key` is the address it
    was made for: another one since then voids it.
    """

    id = IntegerField(primary_key=True, default=new_id)
    nonce = BlobField(default=new_nonce)
    purpose = TextField()
    staff = Ref(Staff, null=True)
    contact = Ref(Contact, null=True)
    email_key = TextField()
    new_email = TextField(default="")
    created_at = InstantField()
    expires_at = InstantField()
    used_at = InstantField(null=True)
    cancelled_at = InstantField(null=True)

    class Meta:
        table_name = "ticket"

    def is_live(self, now: datetime) -> bool:
        return self.used_at is None and self.cancelled_at is None and self.expires_at > now
