"""Passwords: argon2id, at most two hashes at a time (each takes 19 MiB and 50 ms)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.base.errors import TooMany
from portal.base.text import searchable

SHORTEST_STAFF, SHORTEST_CLIENT, LONGEST = 12, 10, 128
_WAIT_SECONDS = 1.0
_NO_WORD, _NO_LETTER = re.compile(r"[^a-z0-9]+"), re.compile(r"[0-9!?.\-_ ]")

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_two_at_a_time = BoundedSemaphore(2)
_dummy: list[str] = []

# Beginnings of what people choose first; longer passwords made only of these are as guessable.
_COMMON = (
    "password", "passwort", "kennwort", "willkommen", "welcome", "hallo", "letmein", "qwertz", "qwerty", "asdfgh",
    "yxcvbn", "geheim", "iloveyou", "sommer", "winter", "herbst", "fruehling", "schatz", "fussball", "admin",
    "administrator", "portal", "foyer", "monkey", "dragon", "sunshine", "princess", "master", "test", "changeme",
)  # fmt: skip


def hash_password(password: str) -> str:
    """PHC string. Raises TooMany when the server is busy hashing."""
    with _turn():
        return _hasher.hash(password)


def matches(password: str, hashed: str | None) -> bool:
    """Whether the password fits; without a hash the same work is done and the answer is no. Raises TooMany."""
    with _turn():
        if hashed is None:
            if not _dummy:
                _dummy.append(_hasher.hash("nobody has this password"))
            hashed, nobody = _dummy[0], True
        else:
            nobody = False
        try:
            return _hasher.verify(hashed, password[: LONGEST + 1]) and not nobody
        except (VerificationError, InvalidHashError):
            return False


def weakness(password: str, *, shortest: int, names: tuple[str, ...] = ()) -> str | None:
    """Why a password is refused: `short`, `long`, `common` or `name`; None when it is good (TRUST, Sessions)."""
    if len(password) < shortest:
        return "short"
    if len(password) > LONGEST:
        return "long"
    plain = searchable(password)
    known = [part for name in names for part in _parts(searchable(name)) if len(part) >= 4]
    if _mostly(plain, known):
        return "name"
    if len(set(plain)) < 5 or _mostly(plain, [*_COMMON, *known]) or _is_run(plain):
        return "common"
    return None


def _parts(name: str) -> set[str]:
    """The name, and its words: whoever writes them together or leaves one out has chosen the same."""
    return {name, *_NO_WORD.split(name)}


def _mostly(password: str, words: Iterable[str]) -> bool:
    rest = password
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    return len(rest) < len(password) and len(_NO_LETTER.sub("", rest)) < 4


def _is_run(password: str) -> bool:
    steps = {ord(b) - ord(a) for a, b in pairwise(password)}
    return len(steps) == 1


class _turn:
    def __enter__(self) -> None:
        if not _two_at_a_time.acquire(timeout=_WAIT_SECONDS):
            raise TooMany(2)

    def __exit__(self, *exc: object) -> None:
        _two_at_a_time.release()
