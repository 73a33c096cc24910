"""The audit log of a firm, the newest first, walked by the number of the entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.models.audit_entry import AuditEntry, AuditText
from portal.models.client import Client
from portal.models.document import Document
from portal.policies.scope import Scope
from portal.queries.activity import ActivityRow
from portal.queries.page import Page, cursor, read_cursor

SIZE = 50


@dataclass(frozen=True)
class Entry:
    """One act with its number in the chain. `client_uid` and `client_name` are empty when no client is concerned."""

    number: int
    row: ActivityRow
    client_uid: str
    client_name: str


def page(scope: Scope, *, after: str | None = None, before: str | None = None) -> Page[Entry]:
    """Fifty entries: those older than the cursor `after`, newer than `before`, or the newest."""
    below, above = _number(after), _number(before)
    query = _joined(scope)
    if above is not None and below is None:
        found = list(query.where(AuditEntry.number > above).order_by(AuditEntry.number).limit(SIZE + 1))
        rows, newer, older = found[:SIZE][::-1], len(found) > SIZE, True
    else:
        query = query if below is None else query.where(AuditEntry.number < below)
        found = list(query.order_by(AuditEntry.number.desc()).limit(SIZE + 1))
        rows, newer, older = found[:SIZE], below is not None, len(found) > SIZE
    numbers = _documents(scope, rows)
    return Page(
        [_entry(row, numbers) for row in rows],
        next=cursor(rows[-1].number) if rows and older else None,
        previous=cursor(rows[0].number) if rows and newer else None,
    )


def newest(scope: Scope) -> int:
    """The number of the newest entry: how many there are, since none is ever removed."""
    last: AuditEntry | None = scope.first(scope.of(AuditEntry, AuditEntry.number).order_by(AuditEntry.number.desc()))
    return last.number if last is not None else 0


def _number(text: str | None) -> int | None:
    key = read_cursor(text, int)
    return key[0] if key is not None and isinstance(key[0], int) else None


def _joined(scope: Scope) -> Any:
    columns = (AuditEntry, AuditText.personal, Client.uid, Client.name)
    query = scope.join(scope.of(AuditEntry, *columns), AuditText, AuditText.entry == AuditEntry.id, outer=True)
    return scope.join(query, Client, Client.id == AuditEntry.client_id, src=AuditEntry, outer=True).objects()


def _documents(scope: Scope, rows: list[Any]) -> dict[str, str]:
    uids = [row.subject.partition(":")[2] for row in rows if row.subject.startswith("document:")]
    return dict(scope.of(Document, Document.uid, Document.number).where(Document.uid.in_(uids)).tuples())


def _entry(found: Any, numbers: dict[str, str]) -> Entry:
    personal = dict(found.personal or {})
    uid = found.subject.partition(":")[2]
    row = ActivityRow(
        at=found.at,
        action=found.action,
        subject=found.subject,
        by=found.actor.partition(":")[0],
        who=str(personal.pop("actor", "")),
        facts=found.facts,
        personal=personal,
        document_uid=uid if uid in numbers else "",
        document_number=numbers.get(uid, ""),
    )
    return Entry(found.number, row, client_uid=found.uid or "", client_name=found.name or "")
