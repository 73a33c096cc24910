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
        if found is not None:
            client_imports.check(found)
        return found is not None

    def _sweep(self) -> None:
        now = clock.now()
        if self._swept_at is None or abs(now - self._swept_at) >= EVERY:
            client_imports.sweep(InstanceActor(None, "worker"))
            self._swept_at = now
