"""Staff members and the clients they are assigned to."""

from __future__ import annotations

from peewee import BooleanField, TextField

from portal.base.text import uid
from portal.models.client import Client
from portal.models.firm import FirmRecord, Ref
from portal.models.identity import Identity
from portal.models.record import InstantField

ADMIN, ADVISER = "admin", "adviser"
ROLES = (ADMIN, ADVISER)


class Staff(FirmRecord):
    """A staff member. `role`: `admin` or `adviser`; `mail_decisions` and `mail_comments`: the person's own choice."""

    uid = TextField(default=uid, unique=True)
    identity = Ref(Identity)
    name = TextField(default="")
    role = TextField()
    mail_decisions = BooleanField(default=True)
    mail_comments = BooleanField(default=True)
    shortcuts = BooleanField(default=True)
    created_at = InstantField()
    deactivated_at = InstantField(null=True)

    class Meta:
        table_name = "staff"
        indexes = ((("firm_id", "identity_id"), True),)

    @property
    def is_active(self) -> bool:
        return self.deactivated_at is None


class Assignment(FirmRecord):
    """An adviser works for a client."""

    client = Ref(Client)
    staff = Ref(Staff)
    created_at = InstantField()

    class Meta:
        table_name = "assignment"
        indexes = ((("staff_id", "client_id"), True),)
