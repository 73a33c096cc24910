"""How the audit log is chained: what writes it and what checks it must agree to the letter (X2)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from portal.models.audit_entry import AuditEntry
from portal.models.record import InstantField, canonical

FIRST = "0" * 64


def digest(salt: str, personal: Mapping[str, Any]) -> str:
    """What of the personal text is chained: erasing the text leaves the chain valid."""
    return hashlib.sha256((salt + canonical(personal)).encode()).hexdigest()


def entry_hash(entry: AuditEntry) -> str:
    """SHA-256 over the canonical JSON of all chained columns."""
    chained = {
        "firm": entry.firm_id,
        "number": entry.number,
        "at": InstantField().db_value(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "client": entry.client_id,
        "facts": entry.facts,
        "text": entry.text_digest,
        "previous": entry.previous,
    }
    return hashlib.sha256(canonical(chained).encode()).hexdigest()
