"""Tokens of links, invitations and codes: derived from a row's id and nonce, stored nowhere.

Neither the database alone nor the keys alone open anything (TRUST, Secret links).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from itsdangerous import HMACAlgorithm, Signer

from portal.base.keys import Keys

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
ID_LENGTH, MAC_LENGTH = 6, 26
LENGTH = ID_LENGTH + MAC_LENGTH
_TYPED = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": "", "\u00a0": "", "\u2013": "", "\t": ""})
_DUMMY_NONCE = b"\0" * 16

_keys: Keys | None = None


def configure(keys: Keys) -> None:
    global _keys
    _keys = keys


def new_id() -> int:
    """A random id of 30 bits; rows with such ids are never deleted, so none is used twice."""
    return secrets.randbits(30)


def new_nonce() -> bytes:
    return secrets.token_bytes(16)


def issue(purpose: str, row_id: int, nonce: bytes) -> str:
    """The token of a row: 6 letters of id and 26 of HMAC-SHA-256 cut to 130 bits."""
    return _encode(row_id, ID_LENGTH) + _mac(_signer(purpose, nonce), row_id, current=True)[0]


def read_id(token: str) -> int | None:
    """The id a token speaks of, or None for what is no token at all."""
    if len(token) != LENGTH or any(letter not in ALPHABET for letter in token):
        return None
    return _decode(token[:ID_LENGTH])


def genuine(purpose: str, token: str, row_id: int, nonce: bytes | None) -> bool:
    """Whether the token is the row's; all keys are tried, an unknown row costs the same time."""
    signer = _signer(purpose, _DUMMY_NONCE if nonce is None else nonce)
    matches = [hmac.compare_digest(mac, token[ID_LENGTH:]) for mac in _mac(signer, row_id)]
    return any(matches) and nonce is not None


def typed(text: str) -> str:
    """A code as typed from paper: case, blanks and hyphens do not matter, O is 0, I and L are 1."""
    return text.strip().upper().translate(_TYPED)


def grouped(token: str) -> str:
    """In groups of four, for paper."""
    return " ".join(token[i : i + 4] for i in range(0, len(token), 4))


def digits(purpose: str, row_id: int, nonce: bytes) -> str:
    """A 6-digit code of a row, derived like a link."""
    mac = _signer(purpose, nonce).get_signature(_encode(row_id, ID_LENGTH))
    return f"{int.from_bytes(hashlib.sha256(mac).digest()[:8], 'big') % 1_000_000:06d}"


def session_token() -> str:
    """256 random bits; the database keeps only `fingerprint` of it."""
    return secrets.token_urlsafe(32)


def fingerprint(token: str) -> str:
    """SHA-256 in hex: what is stored of tokens that are random already."""
    return hashlib.sha256(token.encode()).hexdigest()


class _NonceSigner(Signer):
    """Signer whose salt is the purpose with the row's nonce; `get_signature` speaks base64 of the full MAC."""

    def __init__(self, keys: list[bytes], purpose: str, nonce: bytes) -> None:
        super().__init__(
            keys,
            salt=f"foyer.{purpose}.".encode() + nonce,
            key_derivation="hmac",
            digest_method=hashlib.sha256,
            algorithm=HMACAlgorithm(hashlib.sha256),
        )

    def macs(self, value: bytes, *, current: bool) -> list[bytes]:
        keys = self.secret_keys[-1:] if current else self.secret_keys
        return [self.algorithm.get_signature(self.derive_key(key), value) for key in keys]


_TICKETS = ("invite", "reset", "setup", "address", "release")
_FAMILY = {"link": "link", "mail": "link", "code": "code", **dict.fromkeys(_TICKETS, "ticket")}


def _signer(purpose: str, nonce: bytes) -> _NonceSigner:
    if _keys is None:
        raise RuntimeError("the keys were not loaded")
    # itsdangerous signs with the last key of a list; ours hold the newest first
    return _NonceSigner(_keys.all_of(_FAMILY[purpose])[::-1], purpose, nonce)


def _mac(signer: _NonceSigner, row_id: int, *, current: bool = False) -> list[str]:
    bits = [
        int.from_bytes(m, "big") >> (256 - 5 * MAC_LENGTH)
        for m in signer.macs(_encode(row_id, ID_LENGTH).encode(), current=current)
    ]
    return [_encode(b, MAC_LENGTH) for b in bits]


def _encode(number: int, length: int) -> str:
    return "".join(ALPHABET[(number >> (5 * place)) & 31] for place in range(length - 1, -1, -1))


def _decode(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number << 5 | ALPHABET.index(letter)
    return number
