"""Counts the figures of *Today* for large firms, once a minute."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.base import clock
from portal.operations import figures as operations
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.queries import figures

EVERY = timedelta(minutes=1)


class Counting:
    """One firm a round, counted outside of any transaction: nobody who writes waits for it."""

    def __init__(self) -> None:
        self._counted: dict[int, datetime] = {}
        self._looked_at: datetime | None = None

    def step(self) -> bool:
        """Count the firm whose figures are the oldest, when it is time. Whether there is another one."""
        now = clock.now()
        if self._looked_at is not None and abs(now - self._looked_at) < EVERY:
            return False
        due = [firm for firm in figures.large_firms() if not self._is_fresh(firm.id, now)]
        if not due:
            self._looked_at = now
            return False
        firm = due[0]
        with scopes.of_firm(firm.id) as scope:
            found = figures.count(scope, firm)
        operations.keep(
            InstanceActor(firm.id, "worker"), firm, figures=figures.kept(found), counted_at=found.counted_at
        )
        self._counted[firm.id] = now
        return len(due) > 1

    def _is_fresh(self, firm_id: int, now: datetime) -> bool:
        counted_at = self._counted.get(firm_id)
        return counted_at is not None and abs(now - counted_at) < EVERY
