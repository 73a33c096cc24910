"""Whether the instance can do its work now: the answer of /readyz, in booleans only."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from peewee import PeeweeException

from portal.base import clock, files
from portal.base.errors import Unavailable
from portal.models import notices, schema
from portal.models.outbox import QUEUED, SENDING, OutboxMail
from portal.policies import scope as scopes

HEARTBEAT_AT_MOST = timedelta(seconds=60)
OVERDUE_AFTER = timedelta(minutes=15)
SPACE_NEEDED = 64 * 1024 * 1024


def ready() -> dict[str, bool]:
    """`database`, `disk`, `worker`, `outbox`, `migration`: each True when it is fit."""
    fit = {"database": False, "disk": free_space() >= SPACE_NEEDED and writable(), "worker": False, "outbox": False}
    fit["migration"] = False
    try:
        fit["migration"] = not schema.pending()
        fit["database"] = True
        fit["worker"] = heartbeat_age() <= HEARTBEAT_AT_MOST
        fit["outbox"] = overdue_mails() == 0
    except (PeeweeException, Unavailable):
        return fit
    return fit


def obstacle() -> str | None:
    """Why commands cannot work with the database of the opened instance, and what to do; None when they can."""
    try:
        schema.refuse_newer()
        pending = schema.pending()
    except schema.TooNew as error:
        return str(error)
    except PeeweeException as error:
        return f"the database cannot be read ({error}); see what foyer doctor says"
    return f"the database is not migrated yet ({', '.join(pending)}); run foyer upgrade" if pending else None


def free_space() -> int:
    """Bytes left for stored files and database."""
    disk = os.statvfs(files.root())
    return disk.f_bavail * disk.f_frsize


def writable() -> bool:
    """Whether the store's disk takes writes at all."""
    return os.access(files.root(), os.W_OK)


def heartbeat_age() -> timedelta:
    """How long ago the worker last said that it lives; without end when it never did."""
    notice = notices.find(notices.HEARTBEAT)
    return timedelta.max if notice is None else clock.now() - notice.at


def overdue_mails() -> int:
    """Mails that should have been taken up by the worker a quarter of an hour ago."""
    limit = clock.now() - OVERDUE_AFTER
    with scopes.instance("the queue of all firms") as scope:
        return int(scope.of(OutboxMail).where(_waiting(limit)).count())


def _waiting(limit: datetime) -> object:
    queued = (OutboxMail.state == QUEUED) & (OutboxMail.not_before < limit)
    abandoned = (OutboxMail.state == SENDING) & (OutboxMail.leased_until < limit)
    return (queued | abandoned) & ~OutboxMail.held
