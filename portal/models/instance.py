"""What belongs to the instance and to no firm: counters, limits, the worker's heartbeat."""

from __future__ import annotations

from peewee import IntegerField, TextField

from portal.models.record import InstantField, Record


class RateCount(Record):
    """How often something was tried in a window that began at `since`. Shared by all processes, survives restart."""

    key = TextField(unique=True)
    since = InstantField()
    count = IntegerField()

    class Meta:
        table_name = "rate_count"


class Notice(Record):
    """One named value of the instance: heartbeat, wrong links counted, mail on hold, set-up token."""

    name = TextField(unique=True)
    value = TextField()
    at = InstantField()

    class Meta:
        table_name = "notice"
