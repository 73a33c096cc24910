"""Archives of an instance: one tar file with a manifest of hashes at its end.

Plain tar: what fills it are PDFs and pictures, which do not shrink; packing them would take the processor from the
pages served meanwhile. Anything can open it, and whoever wants it smaller compresses it outside.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import re
import shutil
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from portal.base.durable import sync

FORMAT = 1
DATABASE, KEYS, SETTINGS, FILES = "portal.sqlite3", "keys.json", "portal.env", "files"
_MANIFEST = "manifest.json"
_MANIFEST_AT_MOST = 256 * 1024 * 1024
_CHUNK = 1024 * 1024
# nothing else is ever taken out of an archive, so that none can write beside its folder
_NAME = re.compile(r"portal\.sqlite3|keys\.json|portal\.env|files/[0-9a-z]{2}/[0-9a-z]{8,64}")


class Damaged(Exception):
    """The archive is not whole, was altered, or is none. One line that says what is wrong."""


class Exists(Exception):
    """The file is there already."""


@dataclass(frozen=True)
class Part:
    """A file in the archive; `size` in bytes."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What an archive holds. `made_at`: the instant before its snapshot; `schema`: the migrations it has seen."""

    made_at: datetime
    program: str
    schema: tuple[str, ...]
    parts: tuple[Part, ...]
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(part.size for part in self.parts)


class Writer:
    """An archive being written; nobody sees it under its name before it is whole."""

    def __init__(self, tar: tarfile.TarFile, scratch: Path) -> None:
        self._tar = tar
        self.parts: list[Part] = []
        self.scratch = scratch

    def add(self, name: str, path: Path) -> Part:
        """Copy a file in and hash what was copied. Raises FileNotFoundError, then nothing was added."""
        with path.open("rb") as source:
            header = _header(name, os.fstat(source.fileno()).st_size)
            hashed = _Hashed(source)
            self._tar.addfile(header, hashed)
        part = Part(name, header.size, hashed.digest.hexdigest())
        self.parts.append(part)
        return part

    def finish(self, made_at: datetime, program: str, schema: Iterable[str], notes: Mapping[str, Any]) -> Manifest:
        """Write the manifest."""
        manifest = Manifest(made_at, program, tuple(schema), tuple(self.parts), dict(notes))
        text = json.dumps(_as_json(manifest), indent=1).encode()
        self._tar.addfile(_header(_MANIFEST, len(text)), io.BytesIO(text))
        return manifest


@contextmanager
def written(target: Path, *, replace: bool = False) -> Iterator[Writer]:
    """Write an archive of mode 0600: to a name of its own first, then fsync and rename.

    `writer.scratch` is a free path beside it that is removed afterwards. A killed one leaves hidden files that the
    next archive of this name uses again. Raises Exists, OSError.
    """
    _refuse_existing(target, replace)
    part, scratch = target.with_name(f".{target.name}.part"), target.with_name(f".{target.name}.scratch")
    handle = os.open(part, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "wb") as file:
        _claim(file, target)
        try:
            os.fchmod(handle, 0o600)
            file.truncate(0)
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                yield Writer(tar, scratch)
            file.flush()
            os.fsync(handle)
            _refuse_existing(target, replace)
            part.rename(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        finally:
            scratch.unlink(missing_ok=True)
    sync(target.parent)


def unpack(source: Path, folder: Path) -> Manifest:
    """Take everything out into an empty folder and check it against the manifest. Raises Damaged, OSError."""
    found: dict[str, Part] = {}
    manifest: Manifest | None = None
    try:
        with tarfile.open(source, mode="r:") as tar:
            for member in tar:
                if manifest is not None:
                    raise Damaged(f"{source.name} goes on behind its manifest")
                content = _content(tar, member, source)
                if member.name == _MANIFEST:
                    manifest = _parsed(content.read(_MANIFEST_AT_MOST), source)
                else:
                    found[member.name] = _taken_out(content, member.name, folder, found, source)
    except (tarfile.TarError, EOFError) as error:
        raise Damaged(f"{source.name} is no archive of Foyer, or it is cut off") from error
    if manifest is None:
        raise Damaged(f"{source.name} has no manifest: it is cut off, or no archive of Foyer")
    _compare(manifest, found, source)
    return manifest


class _Hashed:
    """A file that is hashed while tarfile reads it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(size)
        self.digest.update(chunk)
        return chunk


def _refuse_existing(target: Path, replace: bool) -> None:
    if target.exists() and not (replace and target.is_file()):
        raise Exists(f"{target} exists already")


def _claim(file: IO[bytes], target: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Exists(f"{target} is being written by another process") from None


def _header(name: str, size: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mode = size, 0o600
    return header


def _as_json(manifest: Manifest) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "made_at": manifest.made_at.isoformat(),
        "program": manifest.program,
        "schema": list(manifest.schema),
        "notes": dict(manifest.notes),
        "parts": [{"name": p.name, "size": p.size, "sha256": p.sha256} for p in manifest.parts],
    }


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo, source: Path) -> IO[bytes]:
    known = member.name == _MANIFEST or _NAME.fullmatch(member.name)
    content = tar.extractfile(member) if known and member.isreg() else None
    if content is None:
        raise Damaged(f"{source.name} holds {member.name!r}, which no archive of Foyer does")
    return content


def _parsed(text: bytes, source: Path) -> Manifest:
    try:
        raw = json.loads(text)
        if raw["format"] > FORMAT:
            raise Damaged(f"{source.name} was made by a newer Foyer ({raw['program']}); install that version")
        parts = tuple(Part(str(p["name"]), int(p["size"]), str(p["sha256"])) for p in raw["parts"])
        made_at = datetime.fromisoformat(raw["made_at"])
        return Manifest(made_at, str(raw["program"]), tuple(raw["schema"]), parts, dict(raw["notes"]))
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged(f"the manifest of {source.name} cannot be read") from error


def _taken_out(content: IO[bytes], name: str, folder: Path, found: Mapping[str, Part], source: Path) -> Part:
    if name in found:
        raise Damaged(f"{source.name} holds {name} twice")
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    hashed = _Hashed(content)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        shutil.copyfileobj(hashed, file, _CHUNK)
        size = file.tell()
    return Part(name, size, hashed.digest.hexdigest())


def _compare(manifest: Manifest, found: Mapping[str, Part], source: Path) -> None:
    promised = {part.name: part for part in manifest.parts}
    for name in sorted(promised.keys() | found.keys()):
        if name not in found:
            raise Damaged(f"{name} is missing in {source.name}")
        if name not in promised:
            raise Damaged(f"{source.name} holds {name}, which its manifest does not know")
        if found[name] != promised[name]:
            raise Damaged(f"{name} in {source.name} was altered: its hash is not the manifest's")
    for name in (DATABASE, KEYS):
        if name not in found:
            raise Damaged(f"{name} is missing in {source.name}")
