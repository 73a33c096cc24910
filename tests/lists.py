"""Client lists for tests: made here, imported as the pages and the worker do it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from portal.base import files
from portal.models.client_import import ClientImport
from portal.operations import client_imports
from portal.operations.client_matches import Choice
from portal.policies import scope as scopes
from portal.policies.actors import Actor, InstanceActor
from portal.worker.runs import Runs


def begin(firm_id: int, content: bytes | str, filename: str = "list.csv", *, by: Actor | None = None) -> ClientImport:
    """A list that was uploaded."""
    content = content.encode() if isinstance(content, str) else content
    actor = by or InstanceActor(firm_id, "test")
    with scopes.of_firm(firm_id) as scope, files.received(io.BytesIO(content)) as file:
        return client_imports.begin(actor, scope.firm, file=file, filename=filename)


def checked(
    firm_id: int, content: bytes | str | Path, filename: str = "list.csv", *, by: Actor | None = None,
    answers: dict[str, str] | None = None, **choice: Any,
) -> ClientImport:  # fmt: skip
    """A list that was looked over with the columns that were recognised."""
    if isinstance(content, Path):
        content, filename = content.read_bytes(), content.name
    actor = by or InstanceActor(firm_id, "test")
    of = begin(firm_id, content, filename, by=by)
    with scopes.of_firm(firm_id):
        of = client_imports.check(client_imports.choose(actor, of, targets=of.targets))
        if choice or answers:
            of = client_imports.decide(actor, of, choice=Choice(**choice), answers=answers)
            of = client_imports.check(of)
    return of


def start(of: ClientImport, *, by: Actor | None = None) -> ClientImport:
    """Import it, to the end."""
    with scopes.of_firm(of.firm_id):
        client_imports.start(by or InstanceActor(of.firm_id, "test"), of)
    work()
    return fresh(of)


def imported(firm_id: int, content: bytes | str | Path, *, by: Actor | None = None, **options: Any) -> ClientImport:
    """All of it at once."""
    return start(checked(firm_id, content, by=by, **options), by=by)


def fresh(of: ClientImport) -> ClientImport:
    """As it is by now."""
    with scopes.of_firm(of.firm_id) as scope:
        return scope.by_id(ClientImport, of.id)


def work() -> int:
    """Let the worker do all runs; in how many batches."""
    runs, batches = Runs(), 0
    while runs.step():
        batches += 1
        assert batches < 1000
    return batches
