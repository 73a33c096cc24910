"""Imports for the screen: the list of them, and the rows of one by what is to be said about them (T14)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import Value

from portal.models.client import Client
from portal.models.client_import import (
    ASK,
    CHANGE,
    CHANGED,
    FAILED,
    LEAVE,
    MADE,
    NEW,
    SAME,
    SKIP,
    ClientImport,
    ImportRow,
)
from portal.models.run import Run
from portal.models.search import among
from portal.models.staff import Staff
from portal.policies.scope import Scope
from portal.queries.page import Page, cursor, read_cursor

LISTED = 30
ROWS = 50
PROBLEMS, NOTES = "problems", "notes"
_NONE = Value("[]", converter=False)
SHOWN = (PROBLEMS, ASK, NEW, CHANGE, SAME, LEAVE, SKIP, NOTES, MADE, CHANGED, FAILED)


@dataclass(frozen=True)
class ImportItem:
    """A past or present import in the list."""

    uid: str
    filename: str
    state: str
    by: str
    at: datetime
    counts: dict[str, int]


@dataclass(frozen=True)
class Progress:
    """How far what goes on in the background has come: `done` of `total` rows."""

    done: int
    total: int


def listed(scope: Scope) -> list[ImportItem]:
    """The newest imports; those that were left without a trace are not shown."""
    query = scope.join(scope.of(ClientImport, ClientImport, Staff), Staff, on=ClientImport.by == Staff.id, outer=True)
    rows = query.where(ClientImport.state != "dropped").order_by(ClientImport.created_at.desc()).limit(LISTED)
    return [ImportItem(row.uid, row.filename, row.state, _name(row), row.created_at, row.counts) for row in list(rows)]


def progress(scope: Scope, of: ClientImport) -> Progress:
    """Of the check while the list is looked over, else of the run."""
    if of.run_id is None:
        return Progress(of.checked, of.total)
    run = scope.by_id(Run, of.run_id)
    return Progress(run.done, run.total)


def rows(scope: Scope, of: ClientImport, shown: str, *, after: str | None = None, limit: int = ROWS) -> Page[ImportRow]:
    """Rows of one kind in the order of the file."""
    key = read_cursor(after, int)
    found = list(_of_kind(scope, of, shown).where(ImportRow.line > (key[0] if key else 0)).limit(limit + 1))
    following = cursor(found[limit - 1].line) if len(found) > limit else None
    return Page(found[:limit], following)


def all_rows(scope: Scope, of: ClientImport, shown: str) -> Iterator[ImportRow]:
    """The same without pages, for the command line and for saving."""
    last = 0
    while found := list(_of_kind(scope, of, shown).where(ImportRow.line > last).limit(500)):
        yield from found
        last = found[-1].line


def every_row(scope: Scope, of: ClientImport) -> Iterator[ImportRow]:
    """All rows of an import in the order of the file."""
    last = 0
    query = scope.of(ImportRow).where(ImportRow.client_import == of.id).order_by(ImportRow.line)
    while found := list(query.where(ImportRow.line > last).limit(500)):
        yield from found
        last = found[-1].line


def figure(of: ClientImport, shown: str) -> int:
    """How many rows of a kind there are, as counted when the list was looked over or done."""
    counts: dict[str, int] = of.counts
    if shown == PROBLEMS:
        return counts.get("problem_rows", 0)
    if shown == NOTES:
        return sum(count for name, count in counts.items() if name.startswith("note:"))
    if shown in (MADE, CHANGED, FAILED):
        return counts.get(f"outcome:{shown}", 0)
    return counts.get(shown, 0)


def clients_of(scope: Scope, found: list[ImportRow]) -> dict[int, Client]:
    """The clients that rows speak of, as far as they are there."""
    ids = [row.client_id for row in found if row.client_id is not None]
    return {client.id: client for client in list(scope.of(Client).where(among(Client.id, ids)))}


def _of_kind(scope: Scope, of: ClientImport, shown: str) -> Any:
    query = scope.of(ImportRow).where(ImportRow.client_import == of.id).order_by(ImportRow.line)
    if shown == PROBLEMS:
        return query.where(ImportRow.problems != _NONE)
    if shown == NOTES:
        return query.where(ImportRow.notes != _NONE)
    if shown in (MADE, CHANGED, FAILED):
        return query.where(ImportRow.outcome == shown, ImportRow.leader == ImportRow.line)
    return query.where(ImportRow.decision == shown, ImportRow.leader == ImportRow.line)


def _name(row: Any) -> str:
    return row.by.name if row.by_id is not None and row.by is not None else ""
