"""Files between the two steps of an upload: on the disk, but no row names them. A day later they are gone."""

from __future__ import annotations

import re
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from portal.base import files, filetypes
from portal.base.errors import NotFound
from portal.base.files import Received

KEPT_SECONDS = 24 * 3600
_NAME = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Held:
    """A file that waits for its form: the page keeps this, signed. `key` is its random name, `size` in bytes."""

    key: str
    filename: str
    size: int
    sha256: str

    @property
    def received(self) -> Received:
        """For reading it again and for `documents.create`. Raises NotFound when it is gone."""
        path = _path(self.key)
        if not path.exists():
            raise NotFound("upload")
        return Received(path, self.size, self.sha256)


def hold(file: Received, filename: str) -> Held:
    """Keep a received file until its form is sent."""
    _drop_old()
    key = secrets.token_hex(20)
    _folder().mkdir(exist_ok=True)
    file.path.rename(_path(key))
    return Held(key, filetypes.safe_name(filename), file.size, file.sha256)


def _path(key: str) -> Path:
    if not _NAME.fullmatch(key):
        raise NotFound("upload")
    return _folder() / key


def _folder() -> Path:
    return files.root() / "held"


def _drop_old() -> None:
    if not _folder().exists():
        return
    for path in _folder().iterdir():
        with suppress(OSError):  # another request was quicker
            if path.stat().st_mtime < time.time() - KEPT_SECONDS:
                path.unlink()
