"""The journal of acts that take access away: fsynced before their commit, replayed by a restore (TRUST, Keys).

One JSON object on a line of `instance/journal/YYYY-MM.jsonl`: `at`, `act`, and the ids it speaks of. Without it a
restore from an older backup would bring revoked links back to life.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from typing import Any

from portal.base import clock
from portal.base.errors import Unavailable

_folder: Path | None = None
_gathered: ContextVar[list[str] | None] = ContextVar("journal", default=None)


def configure(folder: Path) -> None:
    global _folder
    _folder = folder


def write(act: str, **ids: Any) -> None:
    """Append one act and wait until the disk has it. A commit that fails afterwards leaves a line too many: harmless,
    since replaying takes away only what somebody meant to take away."""
    now = clock.now()
    line = json.dumps({"at": now.isoformat(), "act": act, **ids}, sort_keys=True)
    gathered = _gathered.get()
    if gathered is None:
        _append(now, [line])
    else:
        gathered.append(line)


@contextmanager
def together() -> Iterator[None]:
    """Write what the block writes at its end, waiting for the disk once. The block lies within the transaction."""
    lines: list[str] = []
    token = _gathered.set(lines)
    try:
        yield
    finally:
        _gathered.reset(token)
    if lines:
        _append(clock.now(), lines)


def _append(now: datetime, lines: list[str]) -> None:
    if _folder is None:
        raise RuntimeError("the journal was not opened")
    try:
        _folder.mkdir(parents=True, exist_ok=True)
        with (_folder / f"{now:%Y-%m}.jsonl").open("a", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise Unavailable("read_only") from error


def read(folder: Path) -> Iterator[dict[str, Any]]:
    """All acts in a folder, oldest first; a line torn by a crash is passed over."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(line)
            except json.JSONDecodeError:
                continue
