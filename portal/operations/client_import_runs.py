"""Doing an import: batch by batch, each row done or not in one commit with its mark, so that a killed one goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from portal.base import clock, journal
from portal.base.text import searchable
from portal.models import bulk
from portal.models.client_import import (
    CHANGE,
    CHANGED,
    DONE,
    FAILED,
    LEFT,
    MADE,
    NEW,
    RUNNING,
    SKIP,
    WAITING,
    ClientImport,
    ImportRow,
)
from portal.models.contact import Membership
from portal.models.firm import NOBODY
from portal.models.run import Run, RunRow
from portal.models.search import among
from portal.operations import access, audit, client_imports, client_runs, runs
from portal.operations.client_matches import Choice, Group, Register
from portal.operations.client_rows import Entry
from portal.operations.client_writing import Made, Writing
from portal.operations.runs import NOT_ASSIGNED, Kind
from portal.policies.actors import Actor, InstanceActor, StaffActor
from portal.policies.permissions import Permission
from portal.policies.scope import Scope

BATCH = 500


def work(scope: Scope, actor: Actor, run: Run, rows: Sequence[RunRow]) -> None:
    """Make or change the clients of these rows, all in this commit."""
    of = scope.one(scope.of(ClientImport).where(ClientImport.run == run.id))
    if isinstance(actor, StaffActor) and actor.restricted:
        for row in rows:
            runs.skip(row, NOT_ASSIGNED)
        return
    leaders = _leaders(scope, of, [row.facts["line"] for row in rows])
    grouped = {line: _group(found) for line, found in leaders.items()}
    register = _register(grouped, leaders)
    choice = Choice(**of.choice)
    with journal.together(), access.together():
        writing = Writing(actor, of, register, login=_login(scope, choice))
        for row in rows:
            leader = leaders[row.facts["line"]][0]
            _do(writing, register, leader, grouped[leader.line], row)
        writing.write()
    bulk.change_rows(ImportRow, [rows[0] for rows in leaders.values()], "outcome", "reason", "client_id", "made")


def end(scope: Scope, actor: Actor, run: Run) -> None:
    """Close the import with its figures; invite those who came in by it, where that was asked for."""
    of = scope.one(scope.of(ClientImport).where(ClientImport.run == run.id))
    waiting = scope.update(ImportRow, outcome=FAILED, reason=runs.MISTAKE)
    waiting.where(ImportRow.client_import == of.id, ImportRow.outcome == WAITING, _leads()).execute()
    figures = result(scope, of)
    client_imports.remove_file(of)
    counts = {**of.counts, **figures}
    scope.change(
        of, ClientImport.state == RUNNING, state=DONE, counts=counts, finished_at=clock.now(), path="", answers={}
    )
    audit.record(actor, "import.finished", of, facts=figures, personal={"file": of.filename})
    if of.choice.get("invite"):
        scope.change(of, counts={**counts, "invitations": _invite(scope, actor, of)})


KINDS = {"client_import": Kind(Permission.CLIENT_WORK, work, batch=BATCH, end=end)}


def result(scope: Scope, of: ClientImport) -> dict[str, int]:
    """How many clients were made, changed, could not be; and how many contacts came with them."""
    figures: Counter[str] = Counter()
    leaders = scope.of(ImportRow, ImportRow.outcome, ImportRow.made).where(ImportRow.client_import == of.id, _leads())
    for outcome, made in list(leaders.tuples()):
        figures[f"outcome:{outcome}"] += 1
        figures["made_contacts"] += len(made.get("contacts", ()))
    return dict(figures)


def _leads() -> Any:
    return ImportRow.leader == ImportRow.line


def _leaders(scope: Scope, of: ClientImport, lines: list[int]) -> dict[int, list[ImportRow]]:
    found: dict[int, list[ImportRow]] = {}
    rows = scope.of(ImportRow).where(ImportRow.client_import == of.id, among(ImportRow.leader, lines))
    for row in list(rows.order_by(ImportRow.line)):
        found.setdefault(row.leader, []).append(row)
    return found


def _group(rows: Sequence[ImportRow]) -> Group:
    entries = [Entry(row.line, dict(row.entry["client"]), list(row.entry["people"])) for row in rows]
    group = Group(entries[:1], decision=rows[0].decision, client_id=rows[0].client_id)
    for entry in entries:
        group.take(entry)
    return group


def _register(grouped: dict[int, Group], leaders: dict[int, list[ImportRow]]) -> Register:
    register = Register()
    # names and addresses of clients were asked about before: only numbers and the people's addresses count now
    register.look_up(({"number": group.client.get("number", "")}, group.people) for group in grouped.values())
    register.fetch({rows[0].client_id for rows in leaders.values() if rows[0].client_id is not None})
    return register


def _login(scope: Scope, choice: Choice) -> bool:
    if choice.access == "firm":
        return scope.firm.default_access != NOBODY
    return choice.access == "on"


def _do(writing: Writing, register: Register, leader: ImportRow, group: Group, row: RunRow) -> None:
    if leader.outcome != WAITING:
        runs.done(row)
        return
    number = searchable(group.client.get("number", ""))
    there = register.by_number.get(number) if number else None
    client = register.by_id.get(group.client_id) if group.client_id is not None else None
    reason = _obstacle(leader, there, client)
    if reason:
        _mark(leader, FAILED, reason)
        runs.fail(row, reason)
        return
    if client is None:
        made, outcome = writing.add(group.client, group.people), MADE
    else:
        made = writing.change(register.plan(client, group.client, group.people), group.people)
        outcome = LEFT if made.is_nothing else CHANGED
    _mark(leader, outcome, made=made)
    runs.done(row)


def _obstacle(leader: ImportRow, there: Any, client: Any) -> str:
    """What happened since the person said so."""
    if leader.decision == NEW:
        return "number_taken" if there is not None else ""
    if leader.decision != CHANGE or client is None:
        return "gone"
    if client.is_archived:
        return "archived"
    return "number_taken" if there is not None and there.id != client.id else ""


def _mark(leader: ImportRow, outcome: str, reason: str = "", made: Made | None = None) -> None:
    leader.outcome, leader.reason = outcome, reason
    if made is not None:
        said: Any = {name: each for name, each in asdict(made).items() if each}
        leader.client_id, leader.made = made.client_id, said


def _invite(scope: Scope, actor: Actor, of: ClientImport) -> str:
    """A run of its own, its public id: each contact that came in by the import gets one mail. Empty: nobody did."""
    rows = scope.of(ImportRow, ImportRow.made).where(ImportRow.client_import == of.id, ImportRow.outcome != SKIP)
    members = [each for (made,) in list(rows.tuples()) for each in made.get("memberships", ())]
    query = scope.of(Membership, Membership.contact).where(among(Membership.id, members), Membership.login)
    contacts = [contact_id for (contact_id,) in list(query.order_by(Membership.id).tuples())]
    if not contacts or isinstance(actor, InstanceActor):
        return ""
    run = client_runs.begin_invitations(
        actor, scope.firm, contacts=contacts, key=f"import:{of.uid}", message=of.choice.get("message", "")
    )
    return str(run.uid)
