"""The clock of the demo while it is built: what happened weeks ago is done weeks ago, so that every row says so."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from portal.base import clock

_STEP = timedelta(seconds=1)


class Past:
    """A clock that only goes forward: the audit log is a chain, and its times must grow."""

    def __init__(self, offset_file: Path, until: datetime) -> None:
        self._file, self._until = offset_file, until
        self._last: datetime | None = None

    def go(self, moment: datetime) -> None:
        """Let it be this moment, or a second after the one before; never later than the real now."""
        if self._last is not None:
            moment = max(moment, self._last + _STEP)
        self._last = min(moment, self._until)
        self._file.write_text(str(self._last.timestamp() - time.time()))


@contextmanager
def moved(offset_file: Path | None) -> Iterator[Past]:
    """The clock is ours for the block; afterwards it is again what the settings say (`offset_file`)."""
    now = clock.now()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "offset"
        path.write_text(str(now.timestamp() - time.time()))
        clock.configure(path)
        try:
            yield Past(path, now)
        finally:
            clock.configure(offset_file)
