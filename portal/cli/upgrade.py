"""Back up into instance/backups, then bring the database up to date. `foyer serve` does it by itself."""

from __future__ import annotations

import argparse
from contextlib import ExitStack

from portal.base import lock
from portal.cli import console
from portal.models import schema
from portal.operations import upgrades


def arguments(_parser: argparse.ArgumentParser) -> None:
    """None."""


def run(_args: argparse.Namespace) -> int:
    config = console.open_unchecked()
    try:
        schema.refuse_newer()
        if not schema.pending():
            console.say("The database fits this program; nothing to do.")
            return 0
        with ExitStack() as stack:
            stack.enter_context(lock.held(config.instance))
            done = upgrades.run(config)
    except schema.TooNew as error:
        raise console.GaveUp(str(error)) from error
    except lock.Held as server:
        raise console.GaveUp(f"a server ({server}) runs on {config.instance}; stop it first") from server
    except OSError as error:
        raise console.GaveUp(f"no backup, so nothing was changed: {error}") from error
    if done.backup is not None:
        console.say(f"The state before is in {done.backup.path}")
    console.say(f"Upgraded: {', '.join(done.migrations)}")
    return 0
