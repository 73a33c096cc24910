"""One server per instance: a lock on `instance/lock` that the system lets go when its holder dies.

Commands run beside a server; only a restore and a migration demand that there is none (DETAILS 11, Worker).
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PATIENCE = 0.5  # `holder` takes the lock for an instant; who starts meanwhile tries again


class Held(Exception):
    """Somebody else holds the lock; `pid` is the process, 0 when it did not say."""

    def __init__(self, pid: int) -> None:
        super().__init__(f"process {pid}" if pid else "another process")
        self.pid = pid


@contextmanager
def held(instance: Path) -> Iterator[None]:
    """Hold the instance's lock for the block. Raises Held."""
    instance.mkdir(parents=True, exist_ok=True)
    handle = os.open(_path(instance), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(handle)
        os.truncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)


def holder(instance: Path) -> int | None:
    """The process id of the server that runs on the instance (0: unknown), None when there is none."""
    try:
        handle = os.open(_path(instance), os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        return None if _taken(handle) else _pid(handle)
    finally:
        os.close(handle)


def _take(handle: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not _taken(handle):
        if time.monotonic() > deadline:
            raise Held(_pid(handle))
        time.sleep(0.02)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _pid(handle: int) -> int:
    text = os.pread(handle, 20, 0).strip()
    return int(text) if text.isdigit() else 0


def _path(instance: Path) -> Path:
    return instance / "lock"
