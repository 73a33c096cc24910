"""Writing the audit log, and checking that nobody altered it (X2)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from portal.base import clock
from portal.models import bulk
from portal.models.audit_entry import AuditEntry, AuditText
from portal.models.chain import FIRST, digest, entry_hash
from portal.models.client import Client
from portal.models.record import Record
from portal.policies import scope as scopes
from portal.policies.actors import Actor
from portal.policies.prepared import prepared
from portal.policies.scope import Scope

_written: ContextVar[list[str] | None] = ContextVar("audit", default=None)


def record(
    actor: Actor,
    action: str,
    subject: Any,
    *,
    facts: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
    client_id: int | None = None,
) -> AuditEntry:
    """Append one entry in the open transaction. `facts` hold no personal text; names and addresses go to `personal`."""
    scope = scopes.current()
    personal = {"actor": actor.name, **(personal or {})}
    salt = secrets.token_hex(16)
    last = _last.first(scope)
    entry = AuditEntry(
        firm=scope.firm_id,
        number=last.number + 1 if last else 1,
        at=clock.now(),
        actor=actor.who,
        action=action,
        subject=_named(subject),
        client_id=client_id if client_id is not None else _client_of(subject),
        facts=dict(facts or {}),
        text_digest=digest(salt, personal),
        previous=last.hash if last else FIRST,
    )
    entry.hash = entry_hash(entry)
    entry.id = AuditEntry.insert(
        {f: entry.__data__.get(n) for n, f in AuditEntry._meta.fields.items() if n != "id"}
    ).execute()
    scope.add(AuditText, entry=entry.id, salt=salt, personal=personal)
    noticed()
    return entry


@dataclass(frozen=True)
class Noted:
    """An entry that is written together with others; the parts are those of `record`."""

    action: str
    subject: Any
    facts: Mapping[str, Any]
    personal: Mapping[str, Any]
    client_id: int | None = None


def record_all(actor: Actor, entries: Sequence[Noted]) -> None:
    """Append many entries in the open transaction, chained one to the other as `record` would."""
    scope, now = scopes.current(), clock.now()
    last = _last.first(scope)
    number, previous = (last.number, last.hash) if last else (0, FIRST)
    entry_id, text_id = bulk.next_id(AuditEntry), bulk.next_id(AuditText)
    rows: list[Any] = []
    texts: list[Any] = []
    for place, noted in enumerate(entries):
        personal = {"actor": actor.name, **noted.personal}
        salt = secrets.token_hex(16)
        number += 1
        entry = AuditEntry(
            id=entry_id + place,
            firm=scope.firm_id,
            number=number,
            at=now,
            actor=actor.who,
            action=noted.action,
            subject=_named(noted.subject),
            client_id=noted.client_id if noted.client_id is not None else _client_of(noted.subject),
            facts=dict(noted.facts),
            text_digest=digest(salt, personal),
            previous=previous,
        )
        previous = entry.hash = entry_hash(entry)
        rows.append(entry)
        texts.append(AuditText(id=text_id + place, firm=scope.firm_id, entry=entry.id, salt=salt, personal=personal))
    bulk.insert_rows(AuditEntry, rows)
    bulk.insert_rows(AuditText, texts)
    if entries:
        noticed()


def noticed() -> None:
    """Tell `@operation` that the log is complete as it is: an entry was written, or nothing happened."""
    written = _written.get()
    if written is not None:
        written.append("entry")


@contextmanager
def demanded(operation: str | None) -> Iterator[None]:
    """An operation that ends without an entry is a mistake of the programmer. None: no entry is demanded."""
    token = _written.set([])
    try:
        yield
        if operation is not None and not _written.get():
            raise RuntimeError(f"{operation} left no audit entry")
    finally:
        outer = token.old_value
        _written.reset(token)
        if isinstance(outer, list):
            outer.append("inner")


@prepared
def _last(scope: Scope) -> Any:
    return scope.of(AuditEntry).order_by(AuditEntry.number.desc()).limit(1)


def _named(subject: Any) -> str:
    if isinstance(subject, str):
        return subject
    kind = type(subject)._meta.table_name
    return f"{kind}:{getattr(subject, 'uid', None) or subject.id}"


def _client_of(subject: Any) -> int | None:
    if isinstance(subject, Client):
        return subject.id
    return getattr(subject, "client_id", None) if isinstance(subject, Record) else None
