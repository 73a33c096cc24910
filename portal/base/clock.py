"""The only place that asks what time it is."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as day_time
from pathlib import Path
from zoneinfo import ZoneInfo

_offset_file: Path | None = None


def configure(offset_file: Path | None) -> None:
    """Tests move the clock by the seconds that stand in this file."""
    global _offset_file
    _offset_file = offset_file


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.fromtimestamp(time.time() + _offset(), UTC)


def today(zone: str) -> date:
    """The date at the firm, whose IANA zone this is."""
    return now().astimezone(ZoneInfo(zone)).date()


def end_of(day: date, zone: str) -> datetime:
    """The instant at which `day` is over in the zone: dates are valid until 24:00."""
    return datetime.combine(day + timedelta(days=1), day_time(), ZoneInfo(zone)).astimezone(UTC)


def start_of(day: date, zone: str) -> datetime:
    """The instant at which `day` begins in the zone."""
    return datetime.combine(day, day_time(), ZoneInfo(zone)).astimezone(UTC)


def _offset() -> float:
    if _offset_file is None:
        return 0.0
    try:
        return float(_offset_file.read_text().strip() or 0)
    except (OSError, ValueError):
        return 0.0
