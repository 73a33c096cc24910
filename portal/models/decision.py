"""Decisions about offers: the proof of who accepted what, and the codes that confirmed it."""

from __future__ import annotations

from peewee import SQL, BlobField, BooleanField, IntegerField, TextField

from portal.base.text import uid
from portal.base.tokens import new_id, new_nonce
from portal.models.client import Client
from portal.models.contact import Contact
from portal.models.document import Document
from portal.models.firm import FirmRecord, Ref
from portal.models.record import InstantField
from portal.models.sign_in import SignIn
from portal.models.staff import Staff

ACCEPT, DECLINE = "accept", "decline"
BINDING, AWAITING, CONFIRMED, REJECTED = "binding", "awaiting", "confirmed", "rejected"


class OfferDecision(FirmRecord):
    """What was decided, by whom, how identified, when, from where (X2, DETAILS 7). One per offer unless rejected.

    `state`: `binding` at once, or `awaiting` until staff make it `confirmed` or `rejected`. `step_up` is `code`, or
    empty when none was asked. Amounts in cents. `key` is the form's idempotency key.
    """

    uid = TextField(default=uid, unique=True)
    client = Ref(Client, index=False)
    document = Ref(Document)
    verdict = TextField()
    state = TextField()
    version = IntegerField()
    sha256 = TextField()
    fields_sha256 = TextField()
    amount = IntegerField(null=True)
    currency = TextField()
    terms_version = IntegerField(null=True)
    terms_sha256 = TextField(null=True)
    button = TextField()
    language = TextField()
    name = TextField()
    reason = TextField(default="")
    contact = Ref(Contact, null=True, index=False)
    contact_name = TextField(default="")
    identified_by = TextField()
    step_up = TextField(default="")
    step_up_to = TextField(default="")
    address = TextField()
    agent = TextField()
    key = TextField(unique=True)
    at = InstantField()
    settled_at = InstantField(null=True)
    settled_by = Ref(Staff, null=True, index=False)
    settled_with = TextField(default="")
    settled_how = TextField(default="")
    settled_when = TextField(default="")

    class Meta:
        table_name = "offer_decision"


OfferDecision.add_index(
    OfferDecision.index(
        OfferDecision.document, unique=True, where=SQL("state <> 'rejected'"), name="offer_decision_one"
    )
)
OfferDecision.add_index(OfferDecision.index(OfferDecision.firm, OfferDecision.at, name="offer_decision_recent"))


class StepUpCode(FirmRecord):
    """A 6-digit code for one act of one session on one content (TRUST, Secret links). Derived, not stored."""

    id = IntegerField(primary_key=True, default=new_id)
    nonce = BlobField(default=new_nonce)
    sign_in = Ref(SignIn)
    client = Ref(Client, index=False)
    document = Ref(Document, index=False)
    shown = TextField()
    sent_to = TextField()
    created_at = InstantField()
    expires_at = InstantField()
    tries = IntegerField(default=0)
    used = BooleanField(default=False)
    voided = BooleanField(default=False)

    class Meta:
        table_name = "step_up_code"
