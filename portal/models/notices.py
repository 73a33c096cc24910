"""Reading and writing the named values of the instance, and their names."""

from __future__ import annotations

from portal.base import clock
from portal.models.instance import Notice

HEARTBEAT = "worker.heartbeat"
MAIL_HOLD = "mail.hold"
BACKUP = "backup.taken"
BOUNCES_SEEN = "bounces.seen"
WRONG_LINKS = "links.wrong"


def put(name: str, value: str) -> None:
    """Set a value, with this instant."""
    now = clock.now()
    Notice.insert(name=name, value=value, at=now).on_conflict(
        conflict_target=[Notice.name], update={Notice.value: value, Notice.at: now}
    ).execute()


def find(name: str) -> Notice | None:
    """The value with its instant, or None."""
    return next(iter(list(Notice.select().where(Notice.name == name).limit(1))), None)


def drop(name: str) -> None:
    """Forget a value."""
    Notice.delete().where(Notice.name == name).execute()
