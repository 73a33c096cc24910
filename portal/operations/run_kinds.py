"""All kinds of runs by name; how a kind works stands in `runs.py`."""

from __future__ import annotations

from collections.abc import Mapping

from portal.operations import client_import_runs, client_runs
from portal.operations.runs import Kind

KINDS: Mapping[str, Kind] = {
    **client_runs.KINDS,
    **client_import_runs.KINDS,
}
