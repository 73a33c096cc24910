"""The audit log: a hash chain per firm (X2). Triggers refuse UPDATE and DELETE."""

from __future__ import annotations

from peewee import IntegerField, TextField

from portal.models.firm import FirmRecord, Ref
from portal.models.record import InstantField, JsonField


class AuditEntry(FirmRecord):
    """One act. `hash` is over all other columns and `previous`; personal text stands in AuditText, its digest here."""

    number = IntegerField()
    at = InstantField()
    actor = TextField()
    action = TextField()
    subject = TextField()
    client_id = IntegerField(null=True, index=True)
    facts = JsonField(default=dict)
    text_digest = TextField(null=True)
    previous = TextField()
    hash = TextField()

    class Meta:
        table_name = "audit_entry"
        indexes = ((("firm_id", "number"), True),)


class AuditText(FirmRecord):
    """The personal part of an entry: names, addresses. Salted, so that its digest tells nothing once it is erased."""

    entry = Ref(AuditEntry, index=False)
    salt = TextField()
    personal = JsonField()

    class Meta:
        table_name = "audit_text"
        indexes = ((("entry_id",), True),)
