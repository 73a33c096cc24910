"""What can come of sending, other than that it was sent."""

from __future__ import annotations

from portal.base.text import one_line

LONGEST = 500


class NotDelivered(Exception):
    """Not this time; `words` are the server's, or what kept us from talking to it."""

    def __init__(self, words: str) -> None:
        self.words = one_line(words)[:LONGEST]
        super().__init__(self.words)


class NoLine(NotDelivered):
    """Nobody can be talked to at all: another mail would fare no better now."""


class RecipientRefused(NotDelivered):
    """The server says for good that it has nobody of that address."""


class Dropped(Exception):
    """The mail has lost its reason: what it speaks of was cancelled. `reason` is a stable word, shown to staff."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
