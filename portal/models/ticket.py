"""Single-use tokens for staff: invitations and resets. Derived like links, so a mail sent twice carries the same."""

from __future__ import annotations

from datetime import datetime

from peewee import BlobField, IntegerField, TextField

from portal.base.tokens import new_id, new_nonce
from portal.models.firm import FirmRecord, Ref
from portal.models.record import InstantField
from portal.models.staff import Staff

INVITE, RESET = "invite", "reset"


class Ticket(FirmRecord):
    """An invitation (7 days) or a reset (30 minutes). `used_at`, `cancelled_at`, `expires_at` decide (DETAILS 5)."""

    id = IntegerField(primary_key=True, default=new_id)
    nonce = BlobField(default=new_nonce)
    purpose = TextField()
    staff = Ref(Staff)
    email_key = TextField()
    created_at = InstantField()
    expires_at = InstantField()
    used_at = InstantField(null=True)
    cancelled_at = InstantField(null=True)

    class Meta:
        table_name = "ticket"

    def is_live(self, now: datetime) -> bool:
        return self.used_at is None and self.cancelled_at is None and self.expires_at > now
