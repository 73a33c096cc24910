"""The firm's own texts: terms in versions, and the wording of its mails and next steps."""

from __future__ import annotations

from peewee import IntegerField, TextField

from portal.models.firm import FirmRecord
from portal.models.record import InstantField


class Terms(FirmRecord):
    """Terms for offers: each saved text is a new version, old ones stay for the decisions that name them."""

    version = IntegerField()
    text = TextField()
    sha256 = TextField()
    created_at = InstantField()

    class Meta:
        table_name = "terms"
        indexes = ((("firm_id", "version"), True),)


class FirmText(FirmRecord):
    """One text of the firm's own in one language: `key` names it, `queries/texts.py` has the defaults."""

    key = TextField()
    language = TextField()
    text = TextField()

    class Meta:
        table_name = "firm_text"
        indexes = ((("firm_id", "key", "language"), True),)
