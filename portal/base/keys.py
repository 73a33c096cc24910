"""`instance/keys.json`: one list of keys per purpose, the newest first. Older ones keep printed links valid."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

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
    _write(path, json.dumps(fresh, indent=1))
    return Keys(fresh)


def _read(path: Path) -> Keys:
    try:
        return Keys(json.loads(path.read_text()))
    except (ValueError, AttributeError, TypeError):
        raise ConfigError(f"{path.name} cannot be read: put the file back from the backup") from None


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
