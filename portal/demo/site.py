"""The folder of the demo: which one, whether it stands, making it once and renewing it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from portal.base import clock, demo_mark, keys
from portal.base import config as settings
from portal.base.config import Config, ConfigError
from portal.base.database import database
from portal.base.errors import DomainError
from portal.demo import building
from portal.operations import boot, upgrades

FOLDER = "instance/demo"
# what `clear` takes away; settings and whatever else somebody put there stay
_OURS = ("portal.sqlite3", "portal.sqlite3-wal", "portal.sqlite3-shm", "files", "outbox", "journal", "keys.json")


class NoDemo(DomainError):
    """The folder holds an instance that is no demo: nothing is touched."""


@dataclass(frozen=True)
class Mark:
    """What is kept beside the demo: the numbers of the offers that the printed links lead to, the API token."""

    below: str
    above: str
    token: str
    made_at: str


def configure(environ: Mapping[str, str]) -> Config:
    """The settings of the demo: a folder of its own, and no mail server whatever is set. Raises ConfigError."""
    config = settings.load({**environ, "PORTAL_INSTANCE": environ.get("PORTAL_INSTANCE") or FOLDER})
    if not config.loopback:
        raise ConfigError(
            "the demo has passwords that everybody knows: it is for this machine only, so PORTAL_BASE_URL must be on "
            "127.0.0.1 or localhost"
        )
    # its people have invented addresses; mail to them is shown and never sent
    return replace(config, mail_url=None)


def read(config: Config) -> Mark | None:
    """The mark of a demo that stands; None when there is none yet. Raises NoDemo."""
    found = demo_mark.read(config.instance)
    if found is None:
        if config.database_path.exists() or config.keys_path.exists():
            raise NoDemo(f"{config.instance} is no demo; set PORTAL_INSTANCE to another folder, or leave it out")
        return None
    return Mark(**found) if "token" in found else None


def make(config: Config) -> Mark:
    """Make the demo in its folder, in place of one that is there. The caller holds the lock of the instance."""
    read(config)
    clear(config.instance)
    # first the mark: what breaks off halfway is known as a demo, and made again the next time
    demo_mark.write(config.instance, {})
    open_it(config)
    built = building.build(config)
    mark = Mark(built.below, built.above, built.token, clock.now().isoformat(timespec="seconds"))
    demo_mark.write(config.instance, vars(mark))
    return mark


def open_it(config: Config) -> keys.Keys:
    """Open the instance, brought up to date."""
    opened = boot.open_instance(config)
    upgrades.run(config)
    return opened


def clear(instance: Path) -> None:
    """Take away what a demo left."""
    if not database.is_closed():
        database.close()
    for name in _OURS:
        path = instance / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
