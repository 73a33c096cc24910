"""Sends the weekly head of the audit chain, firm by firm."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.base import clock
from portal.operations import audit_heads
from portal.policies.actors import InstanceActor

EVERY = timedelta(minutes=15)


class AuditHeads:
    """Looks every quarter of an hour; each firm is asked once a week by this process, and told once a week by all."""

    def __init__(self) -> None:
        self._looked_at: datetime | None = None
        self._told: dict[int, datetime] = {}

    def step(self) -> bool:
        """Queue the mails that are due. Never more at once: it all happens here."""
        now = clock.now()
        if self._looked_at is not None and abs(now - self._looked_at) < EVERY:
            return False
        for firm in audit_heads.due():
            week = audit_heads.week_of(firm, now)
            if self._told.get(firm.id) != week:
                audit_heads.mail(InstanceActor(firm.id, "worker"), firm)
                self._told[firm.id] = week
        self._looked_at = now
        return False
