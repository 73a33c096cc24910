"""Clients and contacts from a CSV or XLSX list, as the pages do it; its columns are recognised by the header.

A list with anything wrong in it, or anything to be asked, is refused line by line and nothing is imported (exit
status 1). --dry-run looks it over only.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from portal.base import files
from portal.base.errors import Conflict, Invalid
from portal.cli import chosen, console
from portal.models.client_import import ASK, CHANGE, NEW, ClientImport, ImportRow
from portal.models.firm import Firm
from portal.operations import client_imports
from portal.operations.client_matches import Choice
from portal.operations.client_rows import KINDS, STOP
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.queries import client_imports as known
from portal.worker.runs import Runs

_PAUSE_SECONDS = 0.2
_FILE = {
    "not_allowed": "is neither CSV nor XLSX",
    "wrong_type": "is not what its name says, or in a character set that cannot be read",
    "empty": "is empty",
    "too_large": "is larger than 25 MB",
    "rows": "has more than 100,000 rows",
    "columns": "has more than 300 columns",
    "cell": "has a cell of more than 10,000 characters; a quotation mark may be missing",
    "encrypted": "is protected by a password",
    "macros": "contains macros",
    "broken": "is damaged",
    "bomb": "would need too much room when opened",
}
_PROBLEMS = {
    "email": "no e-mail address",
    "email_comma": "no e-mail address; a comma for a dot",
    "two_emails": "several e-mail addresses in one cell",
    "too_long": "too long",
    "formula": "begins like a formula",
    "damaged": "a number the spreadsheet made unreadable",
    "unreadable": "characters were lost",
    "country": "no country",
    "kind": "neither company nor person",
    "switch": "neither yes nor no",
    "name_on_file": "the address belongs to somebody of another name",
    "shifted": "more cells than the header has columns",
    "number": "no client number: 1 to 40 letters, digits, . _ - or blanks",
    "required": "the name is missing",
    "name_too_long": "the name is too long",
    "duplicate_number": "an earlier line has this number with another name",
}
_QUESTIONS = {
    "number": "the number belongs to a client of another name",
    "email": "the e-mail address belongs to a client that is here already",
    "name": "a client of this name is here already",
    "twice": "the list seems to have this client twice",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    clients = parser.add_subparsers(dest="verb", required=True).add_parser("clients", help="clients and contacts")
    clients.add_argument("file", type=Path, metavar="FILE", help="CSV or XLSX")
    chosen.firm_argument(clients)
    clients.add_argument("--dry-run", action="store_true", help="only look it over")
    clients.add_argument("--json", action="store_true", help="what was found and done, as one JSON document")


def run(args: argparse.Namespace) -> int:
    console.open_existing()
    firm = chosen.firm(args.firm)
    actor = chosen.actor(firm, "foyer import clients")
    with scopes.of_firm(firm.id):
        of = _looked_over(actor, firm, args.file)
    with scopes.of_firm(firm.id) as scope:
        wrong = list(_wrong(of, known.all_rows(scope, of, known.PROBLEMS), known.all_rows(scope, of, ASK)))
    done = not wrong and not args.dry_run and _import(actor, of)
    if args.json:
        console.document(_document(of, wrong, done=done))
    else:
        _tell(of, wrong, done=done)
    if not done:
        with scopes.of_firm(firm.id):
            client_imports.drop(actor, of)
    return 1 if wrong else 0


def _looked_over(actor: InstanceActor, firm: Firm, path: Path) -> ClientImport:
    try:
        with path.open("rb") as stream, files.received(stream) as file:
            of = client_imports.begin(actor, firm, file=file, filename=path.name)
    except files.TooLarge as error:
        raise console.GaveUp(f"{path} {_FILE['too_large']}") from error
    except Invalid as error:
        code = error.errors.get("file", ["broken"])[0]
        raise console.GaveUp(f"{path} {_FILE.get(code, code)}") from error
    try:
        of = client_imports.choose(actor, of, targets=of.targets)
    except Invalid as error:
        client_imports.drop(actor, of)
        text = f"{path}: no column says what a client is called; call one Name, or use the pages"
        raise console.GaveUp(text) from error
    of = client_imports.check(of)
    strict = Choice(problems=dict.fromkeys(KINDS, STOP))
    return client_imports.check(client_imports.decide(actor, of, choice=strict))


def _import(actor: InstanceActor, of: ClientImport) -> bool:
    """Do it here and now, also where a server runs beside: whoever claims a batch does it. False: nothing to do."""
    with scopes.of_firm(of.firm_id):
        try:
            client_imports.start(actor, of)
        except Conflict as conflict:
            if conflict.code != "nothing":
                raise
            return False
    runs = Runs()
    while _is_running(of):
        if not runs.step():
            # a server beside us has claimed the batch
            time.sleep(_PAUSE_SECONDS)
    return True


def _is_running(of: ClientImport) -> bool:
    with scopes.of_firm(of.firm_id) as scope:
        now = scope.by_id(ClientImport, of.id)
        of.counts = now.counts
        return bool(now.state == "running")


def _wrong(of: ClientImport, problems: Iterable[ImportRow], asked: Iterable[ImportRow]) -> Iterable[dict[str, Any]]:
    for row in problems:
        for each in row.problems:
            column = of.names[each["column"]] if 0 <= each.get("column", -1) < len(of.names) else ""
            words = _PROBLEMS[each["kind"]] + (f" ({each['hint']})" if each.get("hint") else "")
            yield {"line": row.line, "column": column, "problem": each["kind"], "words": words,
                   "value": each.get("value", "")}  # fmt: skip
    for row in asked:
        names = ", ".join(f"{each['number']} {each['name']}".strip() for each in row.candidates)
        yield {
            "line": row.line, "column": "", "problem": f"asked_{row.question}",
            "words": f"{_QUESTIONS[row.question]}: {names}", "value": row.entry["client"].get("name", ""),
        }  # fmt: skip


def _document(of: ClientImport, wrong: list[dict[str, Any]], *, done: bool) -> dict[str, Any]:
    counts = of.counts
    figures = {"new": counts.get(NEW, 0), "changed": counts.get(CHANGE, 0), "same": counts.get("same", 0),
               "left_out": counts.get("skip", 0), "contacts": counts.get("contacts_new", 0)}  # fmt: skip
    return {"id": of.uid, "format": of.format, "rows": of.total, "imported": done, **figures, "problems": wrong}


def _tell(of: ClientImport, wrong: list[dict[str, Any]], *, done: bool) -> None:
    for each in wrong:
        place = f"line {each['line']}" + (f", {each['column']}" if each["column"] else "")
        print(f"{place}: {each['words']}" + (f": {each['value']}" if each["value"] else ""), file=sys.stderr)
    found = _document(of, wrong, done=done)
    said = "imported" if done else "would be imported" if not wrong else "found; nothing was imported"
    console.say(
        f"{found['new']} new clients with {found['contacts']} new contacts, {found['changed']} to be changed, "
        f"{found['same']} as they are, {found['left_out']} rows left out: {said}"
    )
