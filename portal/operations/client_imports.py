"""Imports of clients and contacts from a list: read, looked over, then done in the background, and undone (T14).

Nothing is imported until the person says so: `begin` keeps the file, `choose` says what its columns are, `check` finds
all that is wrong and all that has to be asked, `start` begins the run that does it. Restricted advisers may not: the
matching would tell them about clients they do not work for, and they could not work for what they made (DETAILS 1).
"""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from portal.base import clock, files, filetypes, spreadsheet
from portal.base.database import transaction
from portal.base.errors import Conflict, Invalid, NotFound, NotPermitted
from portal.base.files import Received
from portal.base.refusal import Refused
from portal.base.spreadsheet import Table
from portal.base.text import many_lines
from portal.models import bulk
from portal.models.client_import import (
    CHANGE,
    CHECKED,
    CHECKING,
    COLUMNS,
    DROPPED,
    NEW,
    RUNNING,
    WAITING,
    ClientImport,
    ColumnChoice,
    ImportRow,
)
from portal.models.firm import Firm
from portal.operations import audit, client_columns, client_rows, runs
from portal.operations.client_columns import TARGETS, Header
from portal.operations.client_matches import ANSWERS, Choice, Group, Register, groups
from portal.operations.client_rows import Entry, Problem, Reader
from portal.operations.invitations import LONGEST_MESSAGE
from portal.operations.operation import operation
from portal.operations.runs import Wanted
from portal.policies import rules
from portal.policies import scope as scopes
from portal.policies.actors import Actor, InstanceActor, StaffActor
from portal.policies.permissions import Permission

# so many lines are looked over while the person waits; more by the worker
AT_ONCE = 1500
LEASE = timedelta(minutes=5)
KEPT, UNFINISHED = timedelta(days=30), timedelta(days=7)
ACCESS = ("firm", "on", "off")
SAMPLES = 3
_STEP = 2000
_AT_ONCE_SWEPT = 20
_OPEN = (COLUMNS, CHECKED)


@dataclass(frozen=True)
class Column:
    """A column of the file: what it is called, three values of it, what it is taken for."""

    place: int
    name: str
    samples: tuple[str, ...]
    target: str


@dataclass(frozen=True)
class Preview:
    """The file as it is read now: how, its columns, and how many lines stand below the header."""

    table: Table
    header: Header
    columns: list[Column]
    lines: int


def begin(actor: Actor, firm: Firm, *, file: Received, filename: str) -> ClientImport:
    """Keep a list and find out what its columns are. Raises Invalid at file with the reason of `spreadsheet.read`."""
    rules.demand(actor, Permission.CLIENT_WORK, firm)
    demand_whole(actor)
    name = filetypes.safe_name(filename)
    # read before the transaction: it may take 40 seconds, in which nobody else could write
    return _begin(actor, firm, file=file, name=name, table=_read(file.path, name))


@operation(allow=Permission.CLIENT_WORK)
def _begin(actor: Actor, firm: Firm, *, file: Received, name: str, table: Table) -> ClientImport:
    head = client_columns.header(table)
    found = client_columns.recognised(head)
    path = _keep(file)
    of = scopes.current().add(
        ClientImport, by=actor.staff_id if isinstance(actor, StaffActor) else None, filename=name, path=path,
        size=file.size, sha256=file.sha256, charset=table.charset, separator=table.separator, sheet=table.sheet,
        header_key=head.key, format=found.format, names=list(head.names), targets=list(_proposed(head)),
        choice=asdict(Choice()), total=len(client_columns.rows(table, head)), created_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "import.begun", of, facts={"lines": of.total}, personal={"file": name})
    return of


def reread(
    actor: Actor, of: ClientImport, *, charset: str = "", separator: str = "", sheet: str = "", line: int | None = None
) -> ClientImport:
    """Read the file in another way: character set, separator, sheet, where the header stands. Raises as `begin`."""
    rules.demand(actor, Permission.CLIENT_WORK, of)
    demand_whole(actor)
    _demand_open(of)
    table = _read(path_of(of), of.filename, charset=charset, separator=separator, sheet=sheet)
    return _reread(actor, of, table=table, line=line)


@operation(allow=Permission.CLIENT_WORK, audited=False)
def _reread(actor: Actor, of: ClientImport, *, table: Table, line: int | None) -> ClientImport:
    head = client_columns.header(table, line)
    return scopes.current().change(
        of, ClientImport.state.in_(_OPEN), state=COLUMNS, charset=table.charset, separator=table.separator,
        sheet=table.sheet, header_line=line, header_key=head.key, format=client_columns.recognised(head).format,
        names=list(head.names), targets=list(_proposed(head)), total=len(client_columns.rows(table, head)), answers={},
    )  # fmt: skip


@operation(allow=Permission.CLIENT_WORK, audited=False)
def choose(actor: Actor, of: ClientImport, *, targets: Sequence[str]) -> ClientImport:
    """Say what each column is, empty: left out; kept for the next file with this header. Then it is looked over.

    Raises Invalid at columns: unknown, no_name (nothing says what a client is called).
    """
    demand_whole(actor)
    _demand_open(of)
    if len(targets) != len(of.names) or not set(targets) <= {"", *TARGETS}:
        raise Invalid(columns="unknown")
    naming = {"client.name", "contact1.name", "contact1.last_name", "contact1.first_name"}
    if not naming & set(targets):
        raise Invalid(columns="no_name")
    _remember(of, targets)
    return _to_be_checked(of, targets=list(targets), answers={})


@operation(allow=Permission.CLIENT_WORK, audited=False)
def decide(actor: Actor, of: ClientImport, *, choice: Choice, answers: Mapping[str, str] | None = None) -> ClientImport:
    """Keep what was chosen and answered (by line); it is looked over again then.

    Raises Invalid with message (too_long) or choice (unknown).
    """
    demand_whole(actor)
    _demand_open(of)
    text = many_lines(choice.message)
    if len(text) > LONGEST_MESSAGE:
        raise Invalid(message="too_long")
    if choice.access not in ACCESS or not _are_known(choice):
        raise Invalid(choice="unknown")
    kept = {**asdict(choice), "message": text, "problems": dict(choice.problems), "for_all": dict(choice.for_all)}
    return _to_be_checked(of, choice=kept, answers={**of.answers, **(answers or {})})


@operation(allow=Permission.CLIENT_WORK)
def start(actor: Actor, of: ClientImport) -> ClientImport:
    """Do it, in the background. Raises Conflict: asked (questions are open), stopped (problems that stop it),
    nothing (nothing would happen), changed."""
    demand_whole(actor)
    scope = scopes.current()
    of = scope.by_id(ClientImport, of.id)
    if of.state == RUNNING:
        audit.noticed()
        return of
    if of.state != CHECKED:
        raise Conflict("changed")
    for code, found in (("asked", of.counts.get("ask")), ("stopped", of.counts.get("stopped"))):
        if found:
            raise Conflict(code)
    leaders = scope.of(ImportRow, ImportRow.line).where(
        ImportRow.client_import == of.id, ImportRow.decision.in_((NEW, CHANGE)), ImportRow.leader == ImportRow.line
    )
    lines = [line for (line,) in list(leaders.order_by(ImportRow.line).tuples())]
    if not lines:
        raise Conflict("nothing")
    run = runs.begin(
        actor, "client_import", key=of.uid, choice={"import": of.uid},
        rows=[Wanted("import", facts={"line": line}) for line in lines],
    )  # fmt: skip
    scope.change(of, ClientImport.state == CHECKED, state=RUNNING, run=run.id, started_at=clock.now())
    facts = {name: of.counts.get(name, 0) for name in (NEW, CHANGE, "contacts_new")}
    audit.record(actor, "import.started", of, facts=facts, personal={"file": of.filename})
    return of


@operation(allow=Permission.CLIENT_WORK)
def drop(actor: Actor, of: ClientImport) -> ClientImport:
    """Leave it: nothing was imported, the file and what was read of it are removed."""
    demand_whole(actor)
    scope = scopes.current()
    of = scope.by_id(ClientImport, of.id)
    if of.state not in (COLUMNS, CHECKING, CHECKED):
        raise Conflict("changed")
    forget(of, state=DROPPED)
    audit.record(actor, "import.dropped", of, personal={"file": of.filename})
    return of


def preview(of: ClientImport) -> Preview:
    """The file as it is read now. Raises NotFound when it is gone, Invalid when it cannot be read any more."""
    table = _table(of)
    head = client_columns.header(table, of.header_line)
    lines = client_columns.rows(table, head)
    columns = [
        Column(place, name, _samples(table, head, place), of.targets[place] if place < len(of.targets) else "")
        for place, name in enumerate(head.names)
    ]
    return Preview(table, head, columns, len(lines))


def check(of: ClientImport) -> ClientImport:
    """Look the whole list over: read each row, match it with what is there, count what would happen.

    Reads without a lock on the database; only what was found is written in one transaction at the end.
    """
    firm_id, began = of.firm_id, of.leased_until
    try:
        with scopes.of_firm(firm_id) as scope:
            register, choice = Register(), Choice(**of.choice)
            table = _table(of)
            head = client_columns.header(table, of.header_line)
            entries = list(_entries(of, table, head, scope.firm, choice))
            register.look_up((entry.client, entry.people) for entry in entries)
            found = groups(entries, register, choice, of.answers)
            counts = _counts(found, register, choice)
    except Invalid as error:
        return _store(InstanceActor(firm_id, "import"), of, None, {}, began, next(iter(error.errors.values()))[0])
    except NotFound:
        return _store(InstanceActor(firm_id, "import"), of, None, {}, began, "gone")
    return _store(InstanceActor(firm_id, "import"), of, found, counts, began, "")


@operation(allow=Permission.INSTANCE, audited=False)
def give_up(actor: InstanceActor, of: ClientImport) -> None:
    """The program made a mistake with this list: back to its columns, where that is said."""
    failed = scopes.current().update(ClientImport, state=COLUMNS, error="mistake", leased_until=None)
    failed.where(ClientImport.id == of.id, ClientImport.state == CHECKING).execute()


def claim() -> ClientImport | None:
    """For the worker: the next list of any firm that waits to be looked over; ours for five minutes."""
    now = clock.now()
    with scopes.instance("the worker looks over the next list of any firm") as scope:
        free = ClientImport.leased_until.is_null() | (ClientImport.leased_until < now)
        waiting = scope.of(ClientImport).where(ClientImport.state == CHECKING, free).order_by(ClientImport.id)
        if not scope.holds(waiting):
            return None
        with transaction():
            found: ClientImport | None = scope.first(waiting)
            if found is not None:
                scope.change(found, leased_until=now + LEASE)
            return found


@operation(allow=Permission.INSTANCE, audited=False)
def sweep(actor: InstanceActor) -> None:
    """Remove what has served its time, in all firms: lists nobody went on with for a week, and the rows of imports
    that ended 30 days ago (they hold names and addresses and are kept for the undo only). The actor is of no firm."""
    now, scope = clock.now(), scopes.current()
    stale = ClientImport.state.in_((COLUMNS, CHECKED, CHECKING)) & (ClientImport.created_at < now - UNFINISHED)
    for of in list(scope.of(ClientImport).where(stale).limit(_AT_ONCE_SWEPT)):
        forget(of, state=DROPPED, finished_at=now)
    past = scope.of(ClientImport, ClientImport.id).where(ClientImport.finished_at < now - KEPT)
    scope.delete(ImportRow).where(ImportRow.client_import.in_(past)).execute()
    _remove_unnamed(scope)


def _remove_unnamed(scope: scopes.Scope) -> None:
    """Files that no import names: of requests that were cut off, of transactions that were rolled back."""
    named = {
        path for (path,) in list(scope.of(ClientImport, ClientImport.path).where(ClientImport.path != "").tuples())
    }
    for file in _folder().glob("*") if _folder().exists() else ():
        if file.name not in named and time.time() - file.stat().st_mtime > UNFINISHED.total_seconds():
            file.unlink(missing_ok=True)


def demand_whole(actor: Actor) -> None:
    """Raise NotPermitted for an adviser who works for assigned clients only."""
    if isinstance(actor, StaffActor) and actor.restricted:
        raise NotPermitted("not assigned")


def path_of(of: ClientImport) -> Path:
    """Where the file lies. Raises NotFound."""
    path = _folder() / of.path
    if not of.path or not path.exists():
        raise NotFound("file")
    return path


def forget(of: ClientImport, **fields: Any) -> None:
    """Remove the file and the rows of an import; that it happened stays. For the inside of operations."""
    scope = scopes.current()
    scope.delete(ImportRow).where(ImportRow.client_import == of.id).execute()
    remove_file(of)
    scope.change(of, path="", names=[], answers={}, **fields)


def remove_file(of: ClientImport) -> None:
    """Take the file away, which a rolled back transaction would miss: the import can be begun anew."""
    if of.path:
        (_folder() / of.path).unlink(missing_ok=True)


def _demand_open(of: ClientImport) -> None:
    if of.state not in _OPEN:
        raise Conflict("changed")


def _are_known(choice: Choice) -> bool:
    about = all(
        kind in client_rows.KINDS
        and act in (client_rows.SKIP, client_rows.STOP, *((client_rows.MEND,) if kind in client_rows.MENDED else ()))
        for kind, act in choice.problems.items()
    )
    return about and all(
        question in ANSWERS and each in (*ANSWERS[question], "") for question, each in choice.for_all.items()
    )


def _read(path: Path, filename: str, **how: str) -> Table:
    try:
        return spreadsheet.read(path, filename, **how)
    except Refused as error:
        raise Invalid(file=error.reason) from error


def _table(of: ClientImport) -> Table:
    return _read(path_of(of), of.filename, charset=of.charset, separator=of.separator, sheet=of.sheet)


def _folder() -> Path:
    return files.root() / "imports"


def _keep(file: Received) -> str:
    _folder().mkdir(exist_ok=True)
    name = secrets.token_hex(20)
    file.path.rename(_folder() / name)
    return name


def _proposed(head: Header) -> tuple[str, ...]:
    """What the firm said of this header last time, else what the header says."""
    scope = scopes.current()
    kept = scope.first(scope.of(ColumnChoice).where(ColumnChoice.header_key == head.key))
    if kept is not None and len(kept.targets) == len(head.names):
        return tuple(kept.targets)
    return client_columns.recognised(head).targets


def _remember(of: ClientImport, targets: Sequence[str]) -> None:
    scope = scopes.current()
    scope.delete(ColumnChoice).where(ColumnChoice.header_key == of.header_key).execute()
    scope.add(ColumnChoice, header_key=of.header_key, targets=list(targets), chosen_at=clock.now())


def _to_be_checked(of: ClientImport, **fields: Any) -> ClientImport:
    return scopes.current().change(
        of, ClientImport.state.in_(_OPEN), state=CHECKING, checked=0, error="", leased_until=None, **fields
    )


def _samples(table: Table, head: Header, place: int) -> tuple[str, ...]:
    found: list[str] = []
    for line in client_columns.rows(table, head):
        if place < len(line.cells) and line.cells[place] and line.cells[place] not in found:
            found.append(line.cells[place][:60])
            if len(found) == SAMPLES:
                break
    return tuple(found)


def _entries(of: ClientImport, table: Table, head: Header, firm: Firm, choice: Choice) -> Iterable[Entry]:
    lines = client_columns.rows(table, head)
    usual = Counter(len(line.cells) for line in lines).most_common(1)
    named = sum(1 for name in head.names if name) if head.line else 0
    reader = Reader(
        of.targets, max(named, usual[0][0] if usual else 0), firm.country, email_contact=choice.email_contact,
        hidden=frozenset(table.hidden),
    )  # fmt: skip
    for place, line in enumerate(lines, 1):
        yield reader.read(line)
        if place % _STEP == 0:
            _progress(InstanceActor(of.firm_id, "import"), of, place)


@operation(allow=Permission.INSTANCE, audited=False)
def _progress(actor: InstanceActor, of: ClientImport, lines: int) -> None:
    scopes.current().update(ClientImport, checked=lines).where(ClientImport.id == of.id).execute()


def _counts(found: Sequence[Group], register: Register, choice: Choice) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for group in found:
        counts[group.decision] += 1
        if group.decision in (NEW, CHANGE):
            client = register.by_id.get(group.client_id or 0)
            for person in register.plan(client, group.client, group.people).people:
                counts["contacts_new" if person.contact is None else "contacts_known"] += 1
        for entry in group.entries:
            kinds = {problem.kind for problem in entry.problems}
            counts.update(f"problem:{kind}" for kind in kinds)
            counts["problem_rows"] += bool(kinds)
            counts["stopped"] += any(choice.about(kind) == client_rows.STOP for kind in kinds)
            counts.update(f"note:{kind}" for kind in {note.kind for note in entry.notes})
        if group.question:
            counts[f"question:{group.question}"] += 1
    return dict(counts)


@operation(allow=Permission.INSTANCE, audited=False)
def _store(
    actor: InstanceActor, of: ClientImport, found: Sequence[Group] | None, counts: Mapping[str, int],
    began: datetime | None, error: str,
) -> ClientImport:  # fmt: skip
    """Keep what was found, unless the list was changed or dropped meanwhile."""
    scope = scopes.current()
    state = COLUMNS if found is None else CHECKED
    unchanged = (ClientImport.state == CHECKING) & (ClientImport.id == of.id)
    held = ClientImport.leased_until.is_null() if began is None else ClientImport.leased_until == began
    fields: dict[str, Any] = {"state": state, "counts": dict(counts), "error": error, "leased_until": None}
    if scope.update(ClientImport, **fields, checked=of.total).where(unchanged, held).execute():
        scope.delete(ImportRow).where(ImportRow.client_import == of.id).execute()
        rows = [row for group in found or () for row in _rows_of(of, group)]
        bulk.insert_rows(ImportRow, _with_ids(rows))
    return scope.by_id(ClientImport, of.id)


def _with_ids(rows: Sequence[ImportRow]) -> Sequence[ImportRow]:
    for row_id, row in enumerate(rows, bulk.next_id(ImportRow)):
        row.id = row_id
    return rows


def _rows_of(of: ClientImport, group: Group) -> Iterable[ImportRow]:
    for place, entry in enumerate(group.entries):
        leads = place == 0
        problems = sorted(entry.problems, key=lambda each: each.column)
        yield ImportRow(
            firm=of.firm_id, client_import=of.id, line=entry.line, leader=group.line,
            entry={"client": entry.client, "people": entry.people},
            problems=[_problem(each) for each in problems], notes=[_problem(each) for each in entry.notes],
            decision=group.decision, question=group.question if leads else "",
            candidates=[asdict(each) for each in group.candidates] if leads else [], reason=group.reason,
            client_id=group.client_id, outcome=WAITING if group.decision in (NEW, CHANGE) else group.decision,
        )  # fmt: skip


def _problem(problem: Problem) -> dict[str, Any]:
    return {name: value for name, value in asdict(problem).items() if value not in ("", -1)}
