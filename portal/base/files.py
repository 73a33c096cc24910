"""The file store on the disk: write, fsync, rename, fsync the folder; only then may a row name the file.

Streams are counted and hashed while they are received (TRUST, Files). Names in the store are random.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from portal.base import crash
from portal.base.durable import sync
from portal.base.errors import Unavailable

LARGEST = 25 * 1024 * 1024
_CHUNK = 256 * 1024
_FREE_NEEDED = 64 * 1024 * 1024

_root: Path | None = None


class TooLarge(Exception):
    """More bytes than allowed; nothing is kept."""


@dataclass(frozen=True)
class Received:
    """A file that is not in the store yet. `size` in bytes."""

    path: Path
    size: int
    sha256: str


def configure(root: Path) -> None:
    global _root
    _root = root
    (root / "tmp").mkdir(parents=True, exist_ok=True)


def root() -> Path:
    """The folder of the store."""
    if _root is None:
        raise RuntimeError("the file store was not opened")
    return _root


@contextmanager
def received(stream: BinaryIO, *, at_most: int = LARGEST) -> Iterator[Received]:
    """Take a stream into a temporary file that is gone after the block unless `keep` took it.

    Raises TooLarge, and Unavailable when the disk is nearly full.
    """
    _demand_space()
    path = root() / "tmp" / secrets.token_hex(16)
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("xb") as file:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > at_most:
                    raise TooLarge
                digest.update(chunk)
                file.write(chunk)
        yield Received(path, size, digest.hexdigest())
    except OSError as error:
        raise _unavailable(error) from error
    finally:
        path.unlink(missing_ok=True)


def keep(file: Received) -> str:
    """Move a received file into the store for good; its name there. The row comes afterwards."""
    name = _new_name()
    target = path_of(name)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        sync(file.path)
        crash.point("file.before_rename")
        file.path.rename(target)
        sync(target.parent)
        crash.point("file.after_rename")
    except OSError as error:
        raise _unavailable(error) from error
    return name


def keep_bytes(content: bytes) -> tuple[str, str]:
    """Store bytes that the program made itself; name and SHA-256."""
    path = root() / "tmp" / secrets.token_hex(16)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise _unavailable(error) from error
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        return keep(Received(path, len(content), sha256)), sha256
    finally:
        path.unlink(missing_ok=True)


def path_of(name: str) -> Path:
    """Where a stored file lies."""
    return root() / name[:2] / name


def remove(name: str) -> None:
    """Take a file away that no row names (a draft that was deleted)."""
    path_of(name).unlink(missing_ok=True)


def _new_name() -> str:
    return secrets.token_hex(20)


def _demand_space() -> None:
    stat = os.statvfs(root())
    if stat.f_bavail * stat.f_frsize < _FREE_NEEDED:
        raise Unavailable("disk_full")


def _unavailable(error: OSError) -> Exception:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Unavailable("disk_full")
    if error.errno in (errno.EROFS, errno.EACCES, errno.EIO):
        return Unavailable("read_only")
    return error
