"""What commands have in common: opening the instance, saying something, giving up."""

from __future__ import annotations

import json
import sys
from typing import Any

from portal.base import config as settings
from portal.base.config import Config
from portal.base.errors import Conflict, DomainError, Invalid, NotFound, TooMany, Unavailable
from portal.operations import boot, upgrades
from portal.queries import health

_FIELDS = {
    "bad": "cannot be taken",
    "email": "is no e-mail address",
    "missing": "is missing",
    "required": "is missing",
    "taken": "is taken",
    "too_long": "is too long",
}
_STATES = {
    "changed": "it was changed meanwhile, or is so already",
    "deactivated": "this person was deactivated; activate her on the page Team",
    "member": "this person is a member of the firm already",
    "revoked": "it was revoked already",
    "taken": "another one has this name in addresses already (--slug)",
    "disk_full": "the disk is full; nothing was changed",
    "locked": "the database is busy; nothing was changed, try again",
    "read_only": "the disk takes no writes; nothing was changed",
}


class GaveUp(DomainError):
    """A command could not do it: one line that says why, and the exit status 1."""


def say(line: str = "") -> None:
    """A line for people, on standard output."""
    print(line, flush=True)


def point_out(line: str) -> None:
    """A line that must not be mixed with the command's output."""
    print(f"foyer: {line}", file=sys.stderr, flush=True)


def document(content: Any) -> None:
    """The one JSON document of `--json`."""
    print(json.dumps(content, indent=2, ensure_ascii=False), flush=True)


def open_existing() -> Config:
    """Open the instance of the settings as it is. Raises GaveUp when there is none or it needs an upgrade first."""
    config = open_unchecked()
    obstacle = health.obstacle()
    if obstacle is not None:
        raise GaveUp(obstacle)
    return config


def open_unchecked() -> Config:
    """As `open_existing`, whatever state the database is in; no command makes an instance by a mistyped folder."""
    config = settings.load()
    if not config.database_path.exists():
        raise GaveUp(f"there is no instance in {config.instance}; set PORTAL_INSTANCE, or begin one with foyer serve")
    boot.open_instance(config)
    return config


def open_or_begin() -> Config:
    """Open the instance, or begin one in an empty folder."""
    config = settings.load()
    if config.database_path.exists():
        return open_existing()
    boot.open_instance(config)
    upgrades.run(config)
    return config


def in_words(error: DomainError) -> str:
    """One line for an error of the domain."""
    if isinstance(error, Invalid):
        return "; ".join(
            f"{field}: {_FIELDS.get(code, code)}" for field, codes in error.errors.items() for code in codes
        )
    if isinstance(error, Conflict | Unavailable):
        return _STATES.get(error.code, error.code)
    if isinstance(error, NotFound):
        return f"there is no such {error}".lower()
    if isinstance(error, TooMany):
        return f"too often; again in {error.retry_after} s"
    return str(error)
