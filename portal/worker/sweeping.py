"""Removes leftovers every few minutes."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.base import clock
from portal.operations import leftovers
from portal.policies.actors import InstanceActor

EVERY = timedelta(minutes=5)


class Sweeping:
    """One batch a round until nothing is left, then a pause."""

    def __init__(self) -> None:
        self._done_at: datetime | None = None

    def step(self) -> bool:
        """Remove a batch; whether there is more at once."""
        now = clock.now()
        if self._done_at is not None and abs(now - self._done_at) < EVERY:
            return False
        more = leftovers.sweep(InstanceActor(None, "worker"))
        if not more:
            self._done_at = now
        return more
