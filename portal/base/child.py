"""Questions to a child process that may crash, hang or run out of memory without harm (DETAILS 11, Files)."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Any

from portal.base.refusal import Refused

_WAIT_SECONDS = 60
# out of processor time, memory or room for what it writes
_OUT_OF_BOUNDS = (signal.SIGXCPU, signal.SIGKILL, signal.SIGXFSZ, signal.SIGABRT)


@dataclass(frozen=True)
class Child:
    """A module that answers on standard output with JSON and limits itself (`portal.base.child_limits`).

    `seconds` by the clock for one answer of at most `answer_bytes`; `turns`: how many run at a time.
    """

    module: str
    seconds: int
    answer_bytes: int
    turns: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(1))

    def ask(self, *arguments: str) -> dict[str, Any]:
        """What the child answers, after a minute for a turn at most. Raises Refused: its own, broken, bomb, busy."""
        if not self.turns.acquire(timeout=_WAIT_SECONDS):
            raise Refused("busy")
        try:
            answer = self._run(arguments)
        finally:
            self.turns.release()
        if "refused" in answer:
            raise Refused(answer["refused"])
        return answer

    def _run(self, arguments: tuple[str, ...]) -> dict[str, Any]:
        """By way of a file: so its own limit bounds what it writes, not our memory."""
        with tempfile.TemporaryFile() as answer:
            try:
                # no environment: the child needs none, and ours may hold passwords
                done = subprocess.run(
                    [sys.executable, "-I", "-m", self.module, *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=answer,
                    stderr=subprocess.DEVNULL,
                    env={"LC_ALL": "C.UTF-8"},
                    timeout=self.seconds,
                    check=False,
                )
            except subprocess.TimeoutExpired as error:
                raise Refused("bomb") from error
            except OSError as error:  # no memory or no process left for it
                raise Refused("busy") from error
            if done.returncode != 0:
                # a library that fell over met a broken file
                raise Refused("bomb" if -done.returncode in _OUT_OF_BOUNDS else "broken")
            answer.seek(0)
            return dict(json.loads(answer.read(self.answer_bytes)))
