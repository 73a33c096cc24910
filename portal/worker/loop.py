"""The worker's thread: woken after commits, else every 2 seconds, a bounded piece of each task in a round."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from portal.base import clock
from portal.base.config import Config
from portal.base.database import database, roll_back_open, transaction
from portal.base.wake import work_waiting
from portal.mail.outgoing import Outgoing
from portal.models import notices
from portal.worker.audit_heads import AuditHeads
from portal.worker.bounces import Bounces
from portal.worker.client_imports import ClientImports
from portal.worker.figures import Counting
from portal.worker.page_pictures import PagePictures
from portal.worker.runs import Runs
from portal.worker.sweeping import Sweeping

EVERY_SECONDS = 2.0
HEARTBEAT = timedelta(seconds=10)
log = logging.getLogger("portal.worker")


class Worker:
    """Background work of one process. Several may run at once, also on several machines: rows are claimed by lease."""

    def __init__(self, config: Config) -> None:
        self._stopping = threading.Event()
        self._tasks: dict[str, Callable[[], bool]] = {
            "mail": Outgoing(config, is_stopping=self._stopping.is_set).step,
            "bounces": Bounces(config).step,
            "runs": Runs().step,
            "client lists": ClientImports().step,
            "page pictures": PagePictures().step,
            "sweeping": Sweeping().step,
            "audit heads": AuditHeads().step,
            "figures": Counting().step,
        }
        self._thread: threading.Thread | None = None
        self._beat_at: datetime | None = None

    def start(self) -> None:
        """Begin to work in a thread of its own."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self.run, name="worker", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 20.0) -> bool:
        """Take nothing new and finish what was begun, `timeout` seconds at most. Whether it came to its end."""
        self._stopping.set()
        work_waiting.set()
        if self._thread is None:
            return True
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def run(self) -> None:
        """Work in this thread until `stop` is called from another."""
        try:
            while not self._stopping.is_set():
                work_waiting.clear()
                if not self.round() and not self._stopping.is_set():
                    work_waiting.wait(EVERY_SECONDS)
        finally:
            database.close()

    def round(self) -> bool:
        """One piece of each task; whether there may be more to do at once."""
        more = False
        for name, task in self._tasks.items():
            if self._stopping.is_set():
                break
            self._attempt("heartbeat", self._beat)
            more = self._attempt(name, task) or more
        return more

    def _attempt(self, name: str, task: Callable[[], bool]) -> bool:
        """The one place that survives every mistake: what failed is tried again, the other tasks go on."""
        try:
            return task()
        except Exception:
            log.exception("the worker's task %r failed", name)
            roll_back_open()
            return False

    def _beat(self) -> bool:
        now = clock.now()
        if self._beat_at is None or abs(now - self._beat_at) >= HEARTBEAT:
            with transaction():
                notices.put(notices.HEARTBEAT, str(os.getpid()))
            self._beat_at = now
        return False
