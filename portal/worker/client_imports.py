"""Looks over long client lists that wait for it, one a round, and removes what has served its time."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.base import clock
from portal.operations import client_imports
from portal.policies.actors import InstanceActor

EVERY = timedelta(hours=1)


class ClientImports:
    """The imports themselves are runs; see `worker/runs.py`."""

    def __init__(self) -> None:
        self._swept_at: datetime | None = None

    def step(self) -> bool:
        """Look over one list; whether there may be another at once."""
        self._sweep()
        found = client_imports.claim()
        if found is None:
            return False
        went_well = False
        try:
            client_imports.check(found)
            went_well = True
        finally:
            if not went_well:
                # the person is told, and not left waiting for what fails each time
                client_imports.give_up(InstanceActor(found.firm_id, "worker"), found)
        return True

    def _sweep(self) -> None:
        now = clock.now()
        if self._swept_at is None or abs(now - self._swept_at) >= EVERY:
            client_imports.sweep(InstanceActor(None, "worker"))
            self._swept_at = now
