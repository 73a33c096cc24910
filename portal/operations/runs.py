"""Runs: work on many rows that is asked for in a request and done by the worker, batch by batch (T4).

An operation that wants one calls, inside its own transaction,

    run = runs.begin(actor, "switches", key=key, choice={…}, rows=[Wanted("login", client_id=…, membership_id=…), …])

and returns it; the web sends the person on to `firm.runs.show`, which shows progress and result of any kind. `key`
comes from the form: asked twice for the same, there is one run.

A kind is an entry of `run_kinds.KINDS`: `Kind(permission, work)` with `work(scope, actor, run, rows) -> None`. It does
what is to be done to each row of the batch and says how it came out by `done(row)`, `skip(row, "reason")` or
`fail(row, "reason")`. All of that, the marks too, is one commit: killed anywhere, a row either waits or is done for
good. `actor` is the staff member who began it as she may act now: rows she may not work on any more never get there.
Where a row speaks of a contact only, the kind itself asks `may_work_for`.
Reasons are put in words by `web/firm/run_words.py`.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from portal.base import clock
from portal.base.database import transaction
from portal.models import bulk
from portal.models.identity import Identity
from portal.models.record import canonical
from portal.models.run import DONE, FAILED, OPEN, RUNNING, SKIPPED, WAITING, Run, RunRow
from portal.models.search import among
from portal.models.staff import ADVISER, Assignment, Staff
from portal.operations import audit
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import Actor, InstanceActor, StaffActor
from portal.policies.permissions import Permission
from portal.policies.scope import Scope

LEASE = timedelta(seconds=60)
BATCH = 40
NOT_PERMITTED, NOT_ASSIGNED, MISTAKE = "not_permitted", "not_assigned", "mistake"
_COLUMNS = ("firm_id", "run_id", "act", "client_id", "contact_id", "membership_id", "facts", "outcome", "reason")


@dataclass(frozen=True)
class Wanted:
    """A row to be worked on: what is to be done (the kind's own word) to what."""

    act: str = ""
    client_id: int | None = None
    contact_id: int | None = None
    membership_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


Work = Callable[[Scope, Actor, Run, Sequence[RunRow]], None]


def _nothing(_scope: Scope, _actor: Actor, _run: Run) -> None:
    """Most kinds are done when their last row is."""


@dataclass(frozen=True)
class Kind:
    """What a run of this kind does. `permission` is asked for again at each batch; `batch`: rows in one commit.

    `end` runs once in the commit of the last batch.
    """

    permission: Permission
    work: Work
    batch: int = BATCH
    end: Callable[[Scope, Actor, Run], None] = _nothing


@dataclass(frozen=True)
class Claim:
    """A run that is ours until this instant."""

    run: Run
    until: datetime


def begin(actor: Actor, kind: str, *, key: str, choice: Mapping[str, Any], rows: Iterable[Wanted]) -> Run:
    """Put a run and its rows into the open transaction; the same key by the same actor with the same choice is the run
    that is there already. For the inside of operations: records `run.begun`.
    """
    scope = scopes.current()
    unique = _key(actor, kind, key, choice)
    found: Run | None = scope.first(scope.of(Run).where(Run.key == unique))
    if found is not None:
        audit.noticed()
        return found
    by = actor.staff_id if isinstance(actor, StaffActor) else None
    run = scope.add(Run, by=by, kind=kind, key=unique, choice=dict(choice), created_at=clock.now())
    bulk.insert(RunRow, _COLUMNS, [_values(run, row) for row in rows])
    scope.change(run, total=scope.of(RunRow).where(RunRow.run == run.id).count())
    audit.record(actor, "run.begun", run, facts={"kind": kind, "total": run.total, **_plain(choice)})
    return run


def done(row: RunRow, reason: str = "", **changed: Any) -> None:
    """The row is done; `changed`: ids that it has now, facts for the result."""
    _mark(row, DONE, reason)
    if changed:
        scopes.current().change(row, **changed)


def skip(row: RunRow, reason: str) -> None:
    """Nothing was done to the row, for a reason that the result says."""
    _mark(row, SKIPPED, reason)


def fail(row: RunRow, reason: str) -> None:
    """It should have been done and could not be."""
    _mark(row, FAILED, reason)


def may_work_for(actor: Actor, clients: Collection[int]) -> set[int]:
    """Those of the clients that the actor may work for."""
    if not (isinstance(actor, StaffActor) and actor.restricted):
        return set(clients)
    scope = scopes.current()
    assigned = scope.of(Assignment, Assignment.client).where(Assignment.staff == actor.staff_id)
    return {client_id for (client_id,) in assigned.where(among(Assignment.client, list(clients))).tuples()}


def claim(after: int = 0) -> Claim | None:
    """Take the next run of any firm that nobody is at, from this id on and round again; None: there is none."""
    now = clock.now()
    with scopes.instance("the worker takes the next run of any firm") as scope:
        if _next(scope, after, now) is None:
            return None
        with transaction():
            run = _next(scope, after, now)
            if run is None:
                return None
            started = run.started_at or now
            scope.change(run, state=RUNNING, started_at=started, leased_until=now + LEASE)
            return Claim(run, now + LEASE)


def release(claimed: Claim) -> None:
    """Leave the run to whoever comes next."""
    with transaction(), scopes.of_firm(claimed.run.firm_id) as scope:
        _held(scope, claimed, leased_until=None)


@operation(allow=Permission.INSTANCE, audited=False)
def advance(actor: InstanceActor, run: Run, claimed: Claim, kind: Kind, *, most: int) -> bool:
    """Work on the next rows of a claimed run, `most` at once, and let it go; whether there are more."""
    scope = scopes.current()
    if not _held(scope, claimed, leased_until=None):
        return True
    run = scope.by_id(Run, run.id)
    rows = _waiting(scope, run, most)
    who = _who(scope, run)
    mine = _permitted(scope, who, kind, rows)
    if mine:
        assert who is not None
        kind.work(scope, who, run, mine)
    _keep(scope, run, rows)
    if scope.holds(_waiting_of(scope, run)):
        return True
    _finish(scope, who or actor, run, kind)
    return False


@operation(allow=Permission.INSTANCE, audited=False)
def give_up(actor: InstanceActor, run: Run, claimed: Claim, kind: Kind) -> None:
    """Mark the next row as failed: the program made a mistake with it, twice."""
    scope = scopes.current()
    if not _held(scope, claimed, leased_until=None):
        return
    run = scope.by_id(Run, run.id)
    rows = _waiting(scope, run, 1)
    for row in rows:
        fail(row, MISTAKE)
    _keep(scope, run, rows)
    if not scope.holds(_waiting_of(scope, run)):
        _finish(scope, _who(scope, run) or actor, run, kind)


@operation(allow=Permission.INSTANCE, audited=False)
def park(actor: InstanceActor, run: Run, claimed: Claim, error: str) -> None:
    """End a run that cannot go on at all, such as one of a kind that the program does not know."""
    _held(scopes.current(), claimed, state=FAILED, error=error, finished_at=clock.now(), leased_until=None)


def _key(actor: Actor, kind: str, key: str, choice: Mapping[str, Any]) -> str:
    """Gone back to and changed, the same form asks for something else."""
    return hashlib.sha256(canonical([actor.who, kind, key, choice]).encode()).hexdigest()


def _plain(choice: Mapping[str, Any]) -> dict[str, Any]:
    """What of a choice is no text that a person wrote: the log's facts hold none."""
    return {name: value for name, value in choice.items() if isinstance(value, bool | int)}


def _values(run: Run, row: Wanted) -> tuple[Any, ...]:
    facts = canonical(dict(row.facts)) if row.facts else "{}"
    return (run.firm_id, run.id, row.act, row.client_id, row.contact_id, row.membership_id, facts, WAITING, "")


def _mark(row: RunRow, outcome: str, reason: str) -> None:
    row.outcome, row.reason = outcome, reason


def _next(scope: Scope, after: int, now: datetime) -> Run | None:
    free = Run.leased_until.is_null() | (Run.leased_until < now)
    runs = scope.of(Run).where(Run.state.in_(OPEN), free).order_by(Run.id)
    found: Run | None = scope.first(runs.where(Run.id > after)) or scope.first(runs)
    return found


def _held(scope: Scope, claimed: Claim, **fields: Any) -> bool:
    """Change the run while the claim is ours; False: somebody else took over."""
    ours = (Run.id == claimed.run.id) & (Run.state == RUNNING) & (Run.leased_until == claimed.until)
    return bool(scope.update(Run, **fields).where(ours).execute())


def _waiting_of(scope: Scope, run: Run) -> Any:
    return scope.of(RunRow).where(RunRow.run == run.id, RunRow.outcome == WAITING)


def _waiting(scope: Scope, run: Run, most: int) -> list[RunRow]:
    """The next rows that wait, all of one act: what comes later may count on what stands before."""
    rows = list(_waiting_of(scope, run).order_by(RunRow.id).limit(most))
    return [row for row in rows if row.act == rows[0].act]


def _who(scope: Scope, run: Run) -> Actor | None:
    """Who began it, as she may act now; None: deactivated."""
    if run.by_id is None:
        return InstanceActor(run.firm_id, "run")
    people = scope.join(scope.of(Staff, Staff, Identity), Identity, on=Staff.identity == Identity.id)
    staff = scope.first(people.where(Staff.id == run.by_id, Staff.deactivated_at.is_null()))
    if staff is None:
        return None
    return StaffActor(
        firm_id=run.firm_id, staff_id=staff.id, staff_uid=staff.uid, identity_id=staff.identity_id, name=staff.name,
        email=staff.identity.email, role=staff.role,
        restricted=staff.role == ADVISER and not scope.firm.advisers_see_all,
        sign_in_id=0, sign_in_uid="", proved_at=run.created_at,
    )  # fmt: skip


def _permitted(scope: Scope, who: Actor | None, kind: Kind, rows: Sequence[RunRow]) -> list[RunRow]:
    """The rows that may still be worked on; the others are skipped."""
    if who is None or not who.may(kind.permission):
        for row in rows:
            skip(row, NOT_PERMITTED)
        return []
    mine = may_work_for(who, {row.client_id for row in rows if row.client_id is not None})
    for row in rows:
        if row.client_id is not None and row.client_id not in mine:
            skip(row, NOT_ASSIGNED)
    return [row for row in rows if row.outcome == WAITING]


def _keep(scope: Scope, run: Run, rows: Sequence[RunRow]) -> None:
    marked: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows:
        if row.outcome == WAITING:
            raise RuntimeError(f"{run.kind} left row {row.id} as it was")
        marked[row.outcome, row.reason].append(row.id)
    for (outcome, reason), ids in marked.items():
        scope.update(RunRow, outcome=outcome, reason=reason).where(among(RunRow.id, ids)).execute()
    scope.change(run, done=run.done + len(rows))


def _finish(scope: Scope, who: Actor, run: Run, kind: Kind) -> None:
    kind.end(scope, who, run)
    scope.change(run, state=DONE, finished_at=clock.now(), leased_until=None)
    outcomes = [
        (outcome, scope.of(RunRow).where(RunRow.run == run.id, RunRow.outcome == outcome).count())
        for outcome in (DONE, SKIPPED, FAILED)
    ]
    audit.record(who, "run.finished", run, facts={"kind": run.kind, **dict(outcomes)})
