"""The bell of the worker: rung after a commit that may have left it something to do."""

from __future__ import annotations

from threading import Event

work_waiting = Event()
