"""Draws the first pages of published documents, one a round."""

from __future__ import annotations

import secrets
from collections import deque

from portal.base import files, pdf
from portal.base.refusal import Refused
from portal.operations import page_pictures
from portal.operations.page_pictures import Picture, Wanted
from portal.policies.actors import InstanceActor

_BUSY = "busy"


class PagePictures:
    """Reads the audit log from where it stopped and draws what is missing; what fails is tried 8 times at most."""

    def __init__(self) -> None:
        self._seen: int | None = None
        self._kept = 0
        self._waiting: deque[Wanted] = deque()

    def step(self) -> bool:
        """Draw at most one picture; whether there may be more at once."""
        more = self._look() if not self._waiting else True
        if not self._waiting:
            return more
        wanted = self._waiting[0]
        if not page_pictures.may_try(wanted):
            return False
        self._make(wanted)
        self._waiting.popleft()
        return True

    def _look(self) -> bool:
        """Read on in the log; whether there is more of it."""
        if self._seen is None:
            self._seen = self._kept = page_pictures.seen()
        found, last = page_pictures.wanted_after(self._seen)
        if found or last - self._kept >= page_pictures.ENTRIES_AT_ONCE:
            # only up to here: what waits now is found again after a restart
            self._remember()
        more = last != self._seen
        self._seen = last
        self._waiting.extend(found)
        return more

    def _remember(self) -> None:
        if self._seen is not None and self._seen != self._kept:
            page_pictures.remember(InstanceActor(None, "worker"), self._seen)
            self._kept = self._seen

    def _make(self, wanted: Wanted) -> None:
        """Raises when the moment is bad (no room, no process free); then it stays the first that waits."""
        actor = InstanceActor(wanted.firm_id, "worker")
        picture = _drawn(wanted) if page_pictures.attempt(actor, wanted) else None
        page_pictures.keep(actor, wanted, picture)


def _drawn(wanted: Wanted) -> Picture | None:
    """The first page; None for a file that cannot be drawn."""
    target = files.root() / "tmp" / f"{secrets.token_hex(16)}.webp"
    try:
        pdf.picture(wanted.path, target)
        content = target.read_bytes()
    except Refused as refused:
        if refused.reason == _BUSY:
            raise
        return None
    finally:
        target.unlink(missing_ok=True)
    return Picture(content, *_size(content))


def _size(webp: bytes) -> tuple[int, int]:
    """Width and height of a lossy WebP, 14 bits each (RFC 9649, 2.5: the key frame's header of RFC 6386, 9.1)."""
    start = webp.index(b"\x9d\x01\x2a", 20) + 3
    return tuple(int.from_bytes(webp[at : at + 2], "little") & 0x3FFF for at in (start, start + 2))  # type: ignore[return-value]
