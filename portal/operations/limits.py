"""Rate limits: counted in the database, so they survive a restart and hold for all processes (TRUST, Sessions)."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from portal.base import clock
from portal.base.database import transaction
from portal.base.errors import TooMany
from portal.models.instance import RateCount


def spend(key: str, *, most: int, seconds: int) -> None:
    """Count one try under `key`. Raises TooMany beyond `most` in a window of `seconds`."""
    now = clock.now()
    with transaction():
        row = next(iter(list(RateCount.select().where(RateCount.key == key))), None)
        if row is None or row.since + timedelta(seconds=seconds) <= now:
            RateCount.insert(key=key, since=now, count=1).on_conflict(
                conflict_target=[RateCount.key], update={RateCount.since: now, RateCount.count: 1}
            ).execute()
            return
        RateCount.update(count=RateCount.count + 1).where(RateCount.id == row.id).execute()
        if row.count < most:
            return
    raise TooMany(max(1, int((row.since + timedelta(seconds=seconds) - now).total_seconds())))


def forgive(key: str) -> None:
    """Forget what was counted under a key: the person has shown who she is."""
    with transaction():
        RateCount.delete().where(RateCount.key == key).execute()


def network(address: str) -> str:
    """What counts as one address: IPv6 by its /64, since a household has 2^64 of them."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network(f"{parsed}/64", strict=False)) if isinstance(parsed, IPv6Address) else str(parsed)
