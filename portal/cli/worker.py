"""Run the worker alone, beside a server that was started with --no-worker."""

from __future__ import annotations

import argparse
import signal
import threading

from portal.cli import console
from portal.worker.loop import Worker

_FINISH = 20.0


def arguments(_parser: argparse.ArgumentParser) -> None:
    """None."""


def run(_args: argparse.Namespace) -> int:
    config = console.open_existing()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker = Worker(config)
    worker.start()
    console.say(f"The worker works on {config.instance} (Ctrl-C ends it)")
    stop.wait()
    worker.stop(_FINISH)
    return 0
