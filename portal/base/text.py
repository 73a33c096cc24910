"""Normal forms of texts: for search, for comparing e-mail addresses, for public ids."""

from __future__ import annotations

import functools
import re
import secrets
import unicodedata

from email_validator import EmailNotValidError, validate_email

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "ł": "l", "ı": "i"})
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_UID_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"


def uid() -> str:
    """A random public id: 16 letters, 80 bits."""
    bits = secrets.randbits(80)
    return "".join(_UID_LETTERS[(bits >> (5 * i)) & 31] for i in range(16))


def searchable(text: str) -> str:
    """Lower case, umlauts written out, accents dropped, blanks single: what the search index holds."""
    if text.isascii():
        return " ".join(text.lower().split())
    lowered = text.casefold().translate(_UMLAUTS)
    plain = "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))
    return " ".join(plain.split())


def one_line(text: str) -> str:
    """Trimmed, without control and direction-changing characters, blanks single."""
    return " ".join(_CONTROL.sub("", unicodedata.normalize("NFC", text)).split())


def many_lines(text: str) -> str:
    """As typed, but without control characters and with plain line ends."""
    return _CONTROL.sub("", unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")).strip()


def email_key(address: str) -> str:
    """The form in which two addresses are compared: one person writes Anna@Example.com and anna@example.com."""
    return unicodedata.normalize("NFC", address.strip()).casefold()


@functools.lru_cache(maxsize=4096)
def valid_email(address: str) -> bool:
    """Whether mail could be sent there, by form alone (RFC 5322, no look-up)."""
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def masked_email(address: str) -> str:
    """`s•••@example.com`: enough to recognise one's own address."""
    name, _, domain = address.partition("@")
    return f"{name[:1]}•••@{domain}"


def initials(name: str) -> str:
    """Two letters for a round picture."""
    words = [w for w in re.split(r"[\s\-]+", name) if w and w[0].isalpha()]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else "–"
