"""Work on many rows at once, as the worker does it: prints what each took as one JSON object.

`python -m bench.many FOLDER`: a copy of an instance that was seeded by `foyer seed`; it is changed.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from portal.base import files
from portal.base.config import load
from portal.factory import create_app
from portal.models.client import Client
from portal.models.client_import import ClientImport
from portal.operations import client_import_undo, client_imports, client_runs
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.queries import firms
from portal.worker.runs import Runs

ROWS = 20_000
_HEAD = "Kundennummer;Firma;Vorname;Nachname;E-Mail;PLZ;Ort;Telefon"


def main(folder: str) -> None:
    """Let everybody in and invite them; import a list and undo it."""
    create_app(load({"PORTAL_INSTANCE": folder, "PORTAL_BASE_URL": "http://localhost"}))
    firm = firms.the_only()
    assert firm is not None
    actor = InstanceActor(firm.id, "bench")
    took: dict[str, Any] = {}

    def timed(name: str, rows: int, act: Callable[[], Any]) -> Any:
        began, cpu = time.perf_counter(), time.process_time()
        result = act()
        took[name] = {"rows": rows, "wall": time.perf_counter() - began, "cpu": time.process_time() - cpu}
        return result

    with scopes.of_firm(firm.id) as scope:
        everybody = [row_id for (row_id,) in scope.of(Client, Client.id).tuples()]
        asked = {"clients": everybody, "selection": {}, "key": "bench", "notify": True, "invite": True}
        run = timed("begin inviting", len(everybody), lambda: client_runs.begin(actor, firm, **asked))
        timed("switch and invite", run.total, work)
        of = timed("look a list over", ROWS, lambda: looked_over(actor, firm))
        client_imports.start(actor, of)
        timed("import it", ROWS, work)
        of = scope.by_id(ClientImport, of.id)
        timed("undo it", ROWS, lambda: client_import_undo.undo(actor, of))
    print(json.dumps(took))


def work() -> None:
    """What waits, to its end."""
    runs = Runs()
    while runs.step():
        pass


def looked_over(actor: InstanceActor, firm: Any) -> ClientImport:
    """A list of new clients, with a contact each."""
    rows = (f"B{n};Firma {n} GmbH;Hans;Meier {n};h{n}@firma{n}.example.com;20095;Hamburg;040 {n}" for n in range(ROWS))
    content = "\n".join([_HEAD, *rows]).encode()
    with files.received(io.BytesIO(content)) as file:
        of = client_imports.begin(actor, firm, file=file, filename="list.csv")
    return client_imports.check(client_imports.choose(actor, of, targets=of.targets))


if __name__ == "__main__":
    main(sys.argv[1])
