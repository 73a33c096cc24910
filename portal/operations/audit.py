"""Writing the audit log, and checking that nobody altered it (X2)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from portal.base import clock
from portal.models.audit_entry import AuditEntry, AuditText
from portal.models.chain import FIRST, digest, entry_hash
from portal.models.client import Client
from portal.models.record import Record
from portal.policies import scope as scopes
from portal.policies.actors import Actor

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
    last = scope.first(scope.of(AuditEntry).order_by(AuditEntry.number.desc()))
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


def _named(subject: Any) -> str:
    if isinstance(subject, str):
        return subject
    kind = type(subject)._meta.table_name
    return f"{kind}:{getattr(subject, 'uid', None) or subject.id}"


def _client_of(subject: Any) -> int | None:
    if isinstance(subject, Client):
        return subject.id
    return getattr(subject, "client_id", None) if isinstance(subject, Record) else None
