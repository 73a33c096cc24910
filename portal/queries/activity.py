"""What happened at a client, from the audit log: acts with who and when, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.models.audit_entry import AuditEntry, AuditText
from portal.models.client import Client
from portal.models.document import Document
from portal.policies.scope import Scope
from portal.queries.page import Page, cursor, read_cursor


@dataclass(frozen=True)
class ActivityRow:
    """An act. `by` is the kind of actor (staff, contact, link, token, instance, stranger), `who` the name as of then.

    `facts` and `personal` are what the entry says; `personal` is empty once it was erased. `document_uid` and
    `document_number` are set where the act was done to a document that still exists.
    """

    at: datetime
    action: str
    subject: str
    by: str
    who: str
    facts: dict[str, Any]
    personal: dict[str, Any]
    document_uid: str = ""
    document_number: str = ""


def page(
    scope: Scope, client: Client, *, after: str | None = None, before: str | None = None, limit: int = 50
) -> Page[ActivityRow]:
    """A page of a client's activity."""
    newer, older = read_cursor(before, int), read_cursor(after, int)
    query = scope.of(AuditEntry, AuditEntry, AuditText.personal)
    query = scope.join(query, AuditText, AuditText.entry == AuditEntry.id, outer=True)
    query = query.where(AuditEntry.client_id == client.id)
    if newer:
        rows = list(query.where(AuditEntry.id > newer[0]).order_by(AuditEntry.id).limit(limit + 1))
    else:
        chosen = query.where(AuditEntry.id < older[0]) if older else query
        rows = list(chosen.order_by(AuditEntry.id.desc()).limit(limit + 1))
    further = len(rows) > limit
    rows = rows[:limit][::-1] if newer else rows[:limit]
    if not rows:
        return Page([])
    following = cursor(rows[-1].id) if further or newer else None
    preceding = cursor(rows[0].id) if (further if newer else older) else None
    numbers = _documents(scope, rows)
    return Page([_row(row, numbers) for row in rows], next=following, previous=preceding)


def _documents(scope: Scope, entries: list[AuditEntry]) -> dict[str, str]:
    uids = [entry.subject.partition(":")[2] for entry in entries if entry.subject.startswith("document:")]
    query = scope.of(Document, Document.uid, Document.number).where(Document.uid.in_(uids))
    return dict(query.tuples())


def _row(entry: AuditEntry, numbers: dict[str, str]) -> ActivityRow:
    kind, _colon, uid = entry.subject.partition(":")
    number = numbers.get(uid, "") if kind == "document" else ""
    text: AuditText | None = getattr(entry, "audittext", None)
    personal = dict(text.personal) if text is not None else {}
    return ActivityRow(
        at=entry.at,
        action=entry.action,
        subject=entry.subject,
        by=entry.actor.partition(":")[0],
        who=personal.pop("actor", ""),
        facts=entry.facts,
        personal=personal,
        document_uid=uid if number else "",
        document_number=number,
    )
