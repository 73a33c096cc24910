"""`instance/keys.json`: one list of keys per purpose, the newest first. Older ones keep printed links valid."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from portal.base import durable
from portal.base.config import ConfigError

PURPOSES = ("link", "ticket", "code", "session", "form", "audit")


class Keys:
    """The instance's secrets. `current` makes new signatures, `all_of` checks old ones."""

    def __init__(self, keys: dict[str, list[str]]) -> None:
        self._keys = {purpose: [bytes.fromhex(key) for key in hexes] for purpose, hexes in keys.items()}

    def current(self, purpose: str) -> bytes:
        return self._keys[purpose][0]

    def all_of(self, purpose: str) -> list[bytes]:
        return self._keys[purpose]


def load(path: Path, *, data_exists: bool) -> Keys:
    """Read the keys; make them at the very first start. Raises ConfigError when they are gone but data is there."""
    if path.exists():
        return _read(path)
    if data_exists:
        raise ConfigError(f"{path.name} is missing but there is data: put the file back from the backup")
    fresh = {purpose: [secrets.token_hex(32)] for purpose in PURPOSES}
    path.parent.mkdir(parents=True, exist_ok=True)
    durable.write(path, json.dumps(fresh, indent=1).encode())
    return Keys(fresh)


def _read(path: Path) -> Keys:
    try:
        return Keys(json.loads(path.read_text()))
    except (ValueError, AttributeError, TypeError):
        raise ConfigError(f"{path.name} cannot be read: put the file back from the backup") from None
