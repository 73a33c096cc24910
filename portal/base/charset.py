"""Which characters a text file's bytes mean, where nobody wrote it down: what German offices' programs leave behind."""

from __future__ import annotations

import codecs
import re

from portal.base.refusal import Refused

# what a person may choose; Windows-1252 is what DATEV, Lexware and Excel write
CHARSETS = ("utf-8", "cp1252", "utf-16", "cp850", "mac_roman", "cp1250", "iso8859_15")
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_COMMON = "äöüÄÖÜßéèêàâáóôçñæøåÅØÉŒœ„“”‚‘’»«–—€§°²³…´·´®©"
_EASTERN = "ąćęłńśźżĄĆĘŁŃŚŹŻčďěňřšťůžýČĎĚŇŘŠŤŮŽÝőűŐŰ"
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x80-\x9f]")
_GUESSED_FROM = 200_000


def decoded(content: bytes, charset: str = "") -> tuple[str, str]:
    """The text and the character set it was read in; `charset` as chosen, else found out.

    Raises Refused wrong_type: these bytes are no text, or not in that character set.
    """
    name = charset or found(content)
    try:
        text = content.decode("utf-8-sig" if name == "utf-8" else _with_order(content, name))
    except (UnicodeError, LookupError) as error:
        raise Refused("wrong_type") from error
    if _CONTROL.search(text.replace("\x85", "")):
        raise Refused("wrong_type")
    return text, name


def found(content: bytes) -> str:
    """By a mark at the beginning, by UTF-8 being right, by zero bytes of UTF-16; else the likeliest of one byte."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            return name
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "utf-16" if _has_zeros(content) else _likeliest(content[:_GUESSED_FROM])
    return "utf-16" if _has_zeros(content) else "utf-8"


def _with_order(content: bytes, name: str) -> str:
    if name != "utf-16" or content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return name
    sample = content[:2000]
    return "utf-16-be" if sample[::2].count(0) > sample[1::2].count(0) else "utf-16-le"


def _has_zeros(content: bytes) -> bool:
    sample = content[:2000]
    return sample.count(0) * 3 > len(sample)


def _likeliest(sample: bytes) -> str:
    """The set in which most of what is no ASCII is a letter or sign that German lists hold; Windows-1252 in doubt."""
    scores = {name: _score(sample, name, _COMMON) for name in ("cp1252", "cp850", "mac_roman")}
    scores["cp1250"] = _score(sample, "cp1250", _COMMON + _EASTERN) - 0.1
    best = max(scores, key=lambda name: scores[name])
    if scores[best] > 0.5:
        return best
    # none of these: Greek, Russian, Turkish lists; what the library makes of them
    from charset_normalizer import from_bytes  # noqa: PLC0415 - 30 ms and 4 MB that only such files need

    guess = from_bytes(sample).best()
    return guess.encoding if guess is not None else "cp1252"


def _score(sample: bytes, name: str, common: str) -> float:
    text = sample.decode(name, errors="replace")
    foreign = [sign for sign in text if ord(sign) > 127]
    good = sum(1 for sign in foreign if sign in common)
    return good / len(foreign) if foreign else 1.0
