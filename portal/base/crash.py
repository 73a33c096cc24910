"""Named points at which a test makes the process kill itself, to prove that nothing half-done remains."""

from __future__ import annotations

import os
import signal

POINTS = frozenset({
    "operation.before_commit", "operation.after_commit", "file.before_rename", "file.after_rename", "mail.before_data",
    "mail.after_data", "migration.before_commit", "restore.before_database", "restore.before_keys",
    "restore.after_keys",
})  # fmt: skip
_at: str | None = None


def configure(at: str | None) -> None:
    global _at
    _at = at


def point(name: str, detail: str = "", *, bare: bool = True) -> None:
    """Die here when the setting names this point, or this point of one operation (`name:detail`).

    `bare=False` is for what goes on beside the act that is tried, such as the worker's notes: only its full name kills.
    """
    if _at is not None and _at in ((name, f"{name}:{detail}") if bare else (f"{name}:{detail}",)):
        os.kill(os.getpid(), signal.SIGKILL)
