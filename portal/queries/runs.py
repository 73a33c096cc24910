"""A run while it goes on and when it is over: figures, and each row that was not done with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import fn

from portal.models.client import Client
from portal.models.contact import Contact
from portal.models.run import DONE, FAILED, SKIPPED, Run, RunRow
from portal.models.staff import Staff
from portal.policies.scope import Scope
from portal.queries.page import Page, cursor, read_cursor

PAGE, PIECE = 50, 1000


@dataclass(frozen=True)
class Figures:
    """How many rows of an act came out how. `reasons`: why rows were not done, the most frequent first."""

    done: Mapping[str, int]
    skipped: int
    failed: int
    reasons: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Line:
    """A row that was not done. Names are empty where it speaks of nothing, or of what is gone."""

    act: str
    outcome: str
    reason: str
    client_uid: str
    client: str
    number: str
    contact: str
    email: str
    facts: Mapping[str, Any]


def figures(scope: Scope, run: Run) -> Figures:
    """What has been done so far."""
    query = scope.of(RunRow, RunRow.act, RunRow.outcome, RunRow.reason, fn.COUNT(RunRow.id)).where(RunRow.run == run.id)
    rows = list(query.group_by(RunRow.act, RunRow.outcome, RunRow.reason).tuples())
    done: dict[str, int] = {}
    reasons: dict[str, int] = {}
    counted = {SKIPPED: 0, FAILED: 0}
    for act, outcome, reason, count in rows:
        if outcome == DONE and not reason:
            done[act] = done.get(act, 0) + count
        elif outcome in counted:
            counted[outcome] += count
            reasons[reason] = reasons.get(reason, 0) + count
    ordered = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    return Figures(done, counted[SKIPPED], counted[FAILED], ordered)


def not_done(scope: Scope, run: Run, *, after: str | None = None, before: str | None = None) -> Page[Line]:
    """A page of the rows that were skipped or failed, in their order."""
    back = read_cursor(before, int)
    start = back or read_cursor(after, int)
    query = _not_done(scope, run)
    if start is not None:
        query = query.where(RunRow.id < start[0] if back else RunRow.id > start[0])
    found = list(query.order_by(RunRow.id.desc() if back else RunRow.id).limit(PAGE + 1).tuples())
    further = len(found) > PAGE
    found = found[:PAGE][::-1] if back else found[:PAGE]
    if not found:
        return Page([])
    following = cursor(found[-1][0]) if further or back else None
    preceding = cursor(found[0][0]) if (further if back else start) else None
    return Page([_line(row) for row in found], following, preceding)


def all_not_done(scope: Scope, run: Run) -> Iterator[Line]:
    """All of them, for a file; read in pieces."""
    last = 0
    while found := list(_not_done(scope, run).where(RunRow.id > last).order_by(RunRow.id).limit(PIECE).tuples()):
        yield from (_line(row) for row in found)
        last = found[-1][0]


def started_by(scope: Scope, run: Run) -> str:
    """The name of who began it; empty: no staff member."""
    return scope.by_id(Staff, run.by_id).name if run.by_id is not None else ""


def latest(scope: Scope, most: int = 20) -> list[Run]:
    """The last runs, the newest first."""
    return list(scope.of(Run).order_by(Run.created_at.desc(), Run.id.desc()).limit(most))


def _not_done(scope: Scope, run: Run) -> Any:
    query = scope.join(scope.of(RunRow, *_COLUMNS), Client, on=Client.id == RunRow.client_id, outer=True)
    query = scope.join(query, Contact, on=Contact.id == RunRow.contact_id, src=RunRow, outer=True)
    return query.where(RunRow.run == run.id, RunRow.outcome.in_((SKIPPED, FAILED)))


_COLUMNS = (
    RunRow.id, RunRow.act, RunRow.outcome, RunRow.reason, RunRow.facts, Client.uid, Client.name, Client.number,
    Contact.title, Contact.first_name, Contact.last_name, Contact.email,
)  # fmt: skip


def _line(row: tuple) -> Line:  # type: ignore[type-arg]
    _row_id, act, outcome, reason, facts, client_uid, client, number, title, first_name, last_name, email = row
    return Line(
        act=act,
        outcome=outcome,
        reason=reason,
        client_uid=client_uid or "",
        client=client or "",
        number=number or "",
        contact=" ".join(part for part in (title, first_name, last_name) if part) or email or "",
        email=email or "",
        facts=facts,
    )
