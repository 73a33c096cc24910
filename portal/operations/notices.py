"""Counters of the instance."""

from __future__ import annotations

from portal.base.database import transaction
from portal.models import notices


def count_wrong_link() -> None:
    """One more token that was not ours; `foyer doctor` shows the number."""
    with transaction():
        row = notices.find(notices.WRONG_LINKS)
        notices.put(notices.WRONG_LINKS, str(int(row.value) + 1 if row else 1))
