"""Rows that mails speak of, made without the operations that lead to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal.base import clock
from portal.base.text import uid
from portal.models.decision import OfferDecision, StepUpCode
from portal.models.document import Comment, Document
from portal.models.identity import Identity
from portal.models.sign_in import LINK, SignIn
from portal.models.staff import Staff
from portal.models.ticket import ADDRESS, INVITE, Ticket
from portal.policies.scope import Scope
from tests.mail.desk import Desk


def ticket(desk: Desk, scope: Scope, purpose: str = INVITE, **fields: Any) -> Ticket:
    """A living ticket of Ben's, or of the person named."""
    staff = scope.by_id(Staff, desk.world.ben)
    identity = scope.by_id(Identity, staff.identity_id)
    now = clock.now()
    values = {
        "staff": staff.id, "email_key": identity.email_key, "created_at": now, "expires_at": now + timedelta(days=7),
    }  # fmt: skip
    return scope.add(Ticket, purpose=purpose, **{**values, **fields})


def new_address(desk: Desk, scope: Scope) -> Ticket:
    """Dora wants to be reached at another address."""
    now = clock.now()
    return scope.add(
        Ticket, purpose=ADDRESS, contact=desk.world.dora, email_key="dora@lindner.example.org",
        new_email="dora@neu.example.org", created_at=now, expires_at=now + timedelta(days=1),
    )  # fmt: skip


def decision(desk: Desk, scope: Scope, **fields: Any) -> OfferDecision:
    """Dora's acceptance of Lindner's offer."""
    offer = scope.by_id(Document, desk.world.offer)
    values = {
        "client": offer.client_id, "document": offer.id, "verdict": "accept", "state": "binding", "version": 1,
        "sha256": "5e" * 32, "fields_sha256": "f1" * 32, "amount": 4386_34, "currency": "EUR", "terms_version": 3,
        "terms_sha256": "7e" * 32, "button": "Zahlungspflichtig beauftragen", "language": "de", "name": "Dora Lindner",
        "contact": desk.world.dora, "contact_name": "Dora Lindner", "identified_by": "link", "address": "192.0.2.7",
        "agent": "test", "key": uid(), "at": clock.now(),
    }  # fmt: skip
    return scope.add(OfferDecision, **{**values, **fields})


def code(desk: Desk, scope: Scope, **fields: Any) -> StepUpCode:
    """A code for Dora, good for 10 minutes."""
    now = clock.now()
    session = sign_in(desk, scope)
    values = {
        "sign_in": session.id, "client": desk.world.lindner, "document": desk.world.offer, "shown": "5e" * 32,
        "sent_to": "dora@lindner.example.org", "created_at": now, "expires_at": now + timedelta(minutes=10),
    }  # fmt: skip
    return scope.add(StepUpCode, **{**values, **fields})


def sign_in(desk: Desk, scope: Scope, **fields: Any) -> SignIn:
    """A session of Dora's link."""
    now = clock.now()
    values = {
        "token": uid(), "kind": LINK, "client": desk.world.lindner, "link_id": desk.world.dora_link, "created_at": now,
        "seen_at": now, "proved_at": now, "idle_seconds": 7200, "expires_at": now + timedelta(days=1),
    }  # fmt: skip
    return scope.add(SignIn, **{**values, **fields})


def comment(desk: Desk, scope: Scope, text: str = "Wann kommen Sie?", **fields: Any) -> Comment:
    """A remark on Lindner's offer."""
    values = {
        "client": desk.world.lindner, "document": desk.world.offer, "by_staff": False, "author": "Dora Lindner",
        "text": text, "at": clock.now(),
    }  # fmt: skip
    return scope.add(Comment, **{**values, **fields})
