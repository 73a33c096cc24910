"""The client: the company or person served."""

from __future__ import annotations

from datetime import datetime

from peewee import SQL, BooleanField, TextField

from portal.base.text import uid
from portal.models.firm import Firm, FirmRecord
from portal.models.record import InstantField

COMPANY, PERSON = "company", "person"
KINDS = (COMPANY, PERSON)
ACTIVE, PENDING, OFFLINE = "active", "pending", "offline"
FOREVER = datetime.fromisoformat("9999-01-01T00:00:00+00:00")


class Client(FirmRecord):
    """A client.

    `number_key`, `name_key` are the forms for comparing and sorting, `search_text` what the search index holds.
    `reachable_until` is the end of the last way in that works (null: none), kept by `operations/access.py`; with
    `login_granted` (a contact has login on, the portal is open) it makes the status (DETAILS 3). `invited_at` is when
    a contact of it was last invited (null: never, or cancelled). `login_type` null: the firm's.
    """

    uid = TextField(default=uid, unique=True)
    number = TextField()
    number_key = TextField()
    name = TextField()
    name_key = TextField()
    kind = TextField(default=COMPANY)
    vat_id = TextField(default="")
    email = TextField(default="")
    phone = TextField(default="")
    language = TextField(null=True)
    street = TextField(default="")
    extra = TextField(default="")
    postcode = TextField(default="")
    city = TextField(default="")
    country = TextField(default="")
    external_accountant = BooleanField(default=False)
    portal_access = BooleanField(default=True)
    login_type = TextField(null=True)
    is_test = BooleanField(default=False)
    created_at = InstantField()
    archived_at = InstantField(null=True)
    login_granted = BooleanField(default=False)
    reachable_until = InstantField(null=True)
    invited_at = InstantField(null=True)
    last_seen_at = InstantField(null=True)
    search_text = TextField(default="")

    class Meta:
        table_name = "client"
        indexes = (
            (("firm_id", "number_key"), True),
            (("firm_id", "archived_at", "name_key", "id"), False),
            (("firm_id", "archived_at", "number_key", "id"), False),
            (("firm_id", "archived_at", "last_seen_at", "id"), False),
            (("firm_id", "archived_at", "login_granted", "reachable_until"), False),
            (("firm_id", "archived_at", "login_granted", "invited_at"), False),
            (("firm_id", "vat_id"), False),
        )

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @property
    def address_lines(self) -> list[str]:
        return [line for line in (self.street, self.extra, f"{self.postcode} {self.city}".strip()) if line]

    @property
    def is_open(self) -> bool:
        """Whether its portal can be entered at all."""
        return self.portal_access and not self.is_archived

    def signs_in_by(self, firm: Firm) -> str:
        """The login type in force: the client's own, else the firm's (B2)."""
        return self.login_type or firm.login_type

    def status(self, now: datetime) -> str:
        """`active`, `pending` or `offline` at this instant (T12, DETAILS 3)."""
        if self.reachable_until is not None and self.reachable_until > now:
            return ACTIVE
        return PENDING if self.login_granted and self.portal_access and not self.is_archived else OFFLINE


# each firm has one: found without looking at the others
Client.add_index(Client.index(Client.firm, where=SQL("is_test = 1"), name="client_test"))
