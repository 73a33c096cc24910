"""Documents: their head, their versions, what stands in them and what became of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from peewee import BooleanField, IntegerField, TextField

from portal.base.text import uid
from portal.models.client import Client
from portal.models.firm import FirmRecord, Ref
from portal.models.record import DayField, InstantField, JsonField
from portal.models.stored_file import StoredFile

OFFER, INVOICE, CREDIT_NOTE, SERVICE_REPORT = "offer", "invoice", "credit_note", "service_report"
DELIVERY_NOTE, ORDER_CONFIRMATION, REMINDER, OTHER = (
    "delivery_note",
    "order_confirmation",
    "reminder",
    "other",
)
KINDS = (OFFER, INVOICE, CREDIT_NOTE, SERVICE_REPORT, DELIVERY_NOTE, ORDER_CONFIRMATION, REMINDER, OTHER)
DRAFT, PUBLISHED, WITHDRAWN, CANCELLED = "draft", "published", "withdrawn", "cancelled"
STATES = (DRAFT, PUBLISHED, WITHDRAWN, CANCELLED)
# what became of a published one; an offer or invoice without one is open
AWAITING, ACCEPTED, DECLINED, PART_PAID, PAID = (
    "awaiting_confirmation",
    "accepted",
    "declined",
    "part_paid",
    "paid",
)


class Document(FirmRecord):
    """A document. `version` is the number of its current version, whose list columns are repeated here.

    (firm, kind, number) is its natural key. `paid` is the sum of its payments in cents.
    """

    uid = TextField(default=uid, unique=True)
    client = Ref(Client)
    kind = TextField()
    number = TextField()
    number_key = TextField()
    state = TextField(default=DRAFT)
    outcome = TextField(null=True)
    version = IntegerField(default=1)
    title = TextField()
    issued_on = DayField()
    due_on = DayField(null=True)
    valid_until = DayField(null=True)
    currency = TextField(default="EUR")
    payable = IntegerField(null=True)
    paid = IntegerField(default=0)
    replaces = IntegerField(null=True)
    created_at = InstantField()
    published_at = InstantField(null=True)
    closed_at = InstantField(null=True)

    class Meta:
        table_name = "document"
        indexes = (
            (("firm_id", "kind", "number"), True),
            (("client_id", "issued_on", "id"), False),
            (("firm_id", "issued_on", "id"), False),
            (("firm_id", "kind", "issued_on", "id"), False),
            (("firm_id", "number_key"), False),
            (("firm_id", "kind", "state", "outcome", "due_on", "id"), False),
            (("firm_id", "kind", "state", "outcome", "valid_until", "id"), False),
        )

    def is_expired(self, today: date) -> bool:
        """Offers run out at the end of `valid_until` in the firm's zone; never stored (DETAILS 6)."""
        return self.kind == OFFER and self.is_open and self.valid_until is not None and self.valid_until < today

    def is_overdue(self, today: date) -> bool:
        """Also in SQL: `late`."""
        owed = self.owed is None or self.owed > 0
        return self.kind == INVOICE and self.is_open and owed and self.due_on is not None and self.due_on < today

    @property
    def is_open(self) -> bool:
        """Published and neither decided nor paid: an offer that waits, an invoice that is owed."""
        return self.state == PUBLISHED and self.outcome in (None, PART_PAID)

    @property
    def is_readable(self) -> bool:
        """Clients may read what is published or cancelled; of a withdrawn one they see number and title."""
        return self.state in (PUBLISHED, CANCELLED)

    @property
    def owed(self) -> int | None:
        """Cents still to be paid of an invoice; None when the amount is not known."""
        return None if self.payable is None else self.payable - self.paid

    def status(self, today: date) -> str:
        """The status word of the API (CONTRACT, JSON API)."""
        if self.state != PUBLISHED:
            return self.state
        if self.outcome is not None:
            return self.outcome
        if self.is_expired(today):
            return "expired"
        return "open" if self.kind in (OFFER, INVOICE) else PUBLISHED


def late(today: Any) -> Any:
    """Of open invoices: due before `today`, and the client owes something. Money to the client is never overdue."""
    return (Document.due_on < today) & (Document.payable.is_null() | (Document.payable > Document.paid))


class DocumentVersion(FirmRecord):
    """One version: never changes. Amounts in signed cents; `fields_sha256` is over its fields as canonical JSON."""

    document = Ref(Document, index=False)
    client = Ref(Client, index=False)
    number = IntegerField()
    file = Ref(StoredFile, index=False)
    title = TextField()
    note = TextField(default="")
    note_filled = TextField(default="")
    lines = JsonField(default=list)
    issued_on = DayField()
    due_on = DayField(null=True)
    valid_until = DayField(null=True)
    currency = TextField(default="EUR")
    net = IntegerField(null=True)
    tax = IntegerField(null=True)
    total = IntegerField(null=True)
    payable = IntegerField(null=True)
    pages = IntegerField(null=True)
    syntax = TextField(default="")
    warnings = JsonField(default=list)
    sha256 = TextField()
    fields_sha256 = TextField()
    created_at = InstantField()

    class Meta:
        table_name = "document_version"
        indexes = ((("document_id", "number"), True),)


class PagePicture(FirmRecord):
    """The picture of a version's first page, made by the worker after publishing. `file` null: it cannot be drawn."""

    version = Ref(DocumentVersion, index=False)
    client = Ref(Client, index=False)
    file = Ref(StoredFile, null=True, index=False)
    width = IntegerField(default=0)
    height = IntegerField(default=0)

    class Meta:
        table_name = "page_picture"
        indexes = ((("version_id",), True),)


class Payment(FirmRecord):
    """Money received for an invoice, in cents. `reference` is the natural key within the document."""

    uid = TextField(default=uid, unique=True)
    client = Ref(Client, index=False)
    document = Ref(Document, index=False)
    amount = IntegerField()
    currency = TextField()
    paid_on = DayField()
    reference = TextField()
    recorded_at = InstantField()

    class Meta:
        table_name = "payment"
        indexes = ((("document_id", "reference"), True),)


class Comment(FirmRecord):
    """A remark on a document, both ways. `by_staff` tells whose; `author` is the name as shown then."""

    uid = TextField(default=uid, unique=True)
    client = Ref(Client, index=False)
    document = Ref(Document)
    by_staff = BooleanField()
    author = TextField()
    text = TextField()
    idempotency_key = TextField(null=True, unique=True)
    at = InstantField()

    class Meta:
        table_name = "comment"
        indexes = ((("firm_id", "at"), False),)
