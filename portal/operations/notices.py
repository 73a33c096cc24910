"""Counters of the instance. What cannot be counted with a full disk is not counted: the answer stays the same."""

from __future__ import annotations

from contextlib import suppress

from portal.base.database import transaction
from portal.base.errors import Unavailable
from portal.models import notices


def count_wrong_link() -> None:
    """One more token that was not ours; `foyer doctor` shows the number."""
    with suppress(Unavailable), transaction():
        row = notices.find(notices.WRONG_LINKS)
        notices.put(notices.WRONG_LINKS, str(int(row.value) + 1 if row else 1))
