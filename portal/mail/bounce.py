"""Reading what mail servers send back (RFC 3464, and the older free forms): which mail failed for whom, and why.

What comes in is written by strangers: sizes, parts and lines are bounded, and in doubt a message is no bounce.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from email.utils import parseaddr
from typing import Any

from portal.base.text import email_key, one_line
from portal.mail.failures import LONGEST

LARGEST = 256 * 1024
_MOST_PARTS = 30
_MOST_IDS = 10
_TEXT = 64 * 1024
_LINES_TO_REASON = 4

_DAEMON = re.compile(r"(mailer-daemon|postmaster|mail-daemon|mdaemon|mail\.daemon|mailerdaemon)", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>\"',;:()\[\]]{1,64}@[^\s<>\"',;:()\[\]]{1,255}")
_REASON = re.compile(r"(?<![\d.])(?:5\d\d[ -]|5\.\d{1,3}\.\d{1,3}(?![\d.]))")
_NOT_YET = re.compile(r"delay|warning|not yet|verzögert|retry|(?<![\d.])4\.\d{1,3}\.\d{1,3}(?![\d.])", re.IGNORECASE)
_PERMANENT = re.compile(r"5\.\d{1,3}\.\d{1,3}")
# where the returned message begins in free forms; two hyphens and no more: any number of them, followed by anything,
# would be tried in all lengths against a line of nothing else
_COPY = re.compile(r"^--.*(copy|original message|returned message|below this line).*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Bounce:
    """A mail that failed for good. `message_ids`: those of ours that it names, without their domain.

    `failed`: for each address, in its comparable form, the server's words.
    """

    message_ids: tuple[str, ...]
    failed: dict[str, str]


def read(content: bytes, domain: str) -> Bounce | None:
    """The bounce in a message; None for all other mail: delays, answers of people and their machines.

    `domain` is that of our Message-IDs: what names none of ours is no bounce of ours.
    """
    content = content[:LARGEST]
    try:
        message = message_from_bytes(content, policy=policy.compat32)
        parts = list(_parts(message))
        failed = _of_report(parts) if _has_report(parts) else _of_free_form(message, parts)
        ids = _our_ids(content, parts, domain) if failed else ()
    except (RecursionError, ValueError, LookupError, AttributeError, TypeError):
        # the parser's own mistakes with what was made to confuse it
        return None
    return Bounce(ids, failed) if failed and ids else None


def _parts(message: Message) -> Iterator[Message]:
    """All parts in their order, so many at most; a report's inner blocks are none."""
    waiting, count = deque([message]), 0
    while waiting and count < _MOST_PARTS:
        part = waiting.popleft()
        count += 1
        yield part
        if part.is_multipart() and part.get_content_type() != "message/delivery-status":
            inner: Any = part.get_payload()
            waiting.extendleft(reversed(inner[:_MOST_PARTS]))


def _has_report(parts: list[Message]) -> bool:
    return any(part.get_content_type() == "message/delivery-status" for part in parts)


def _of_report(parts: list[Message]) -> dict[str, str]:
    failed: dict[str, str] = {}
    report = next(part for part in parts if part.get_content_type() == "message/delivery-status")
    blocks: Any = report.get_payload()
    for block in blocks[:_MOST_PARTS] if isinstance(blocks, list) else []:
        status = str(block.get("Status", "")).strip()
        if str(block.get("Action", "")).strip().lower() != "failed" or not _PERMANENT.match(status):
            continue
        words = _words(_value(block, "Diagnostic-Code") or status)
        for name in ("Original-Recipient", "Final-Recipient"):
            address = _value(block, name).strip("<> ")
            if "@" in address:
                failed[email_key(address)] = words
    return failed


def _of_free_form(message: Message, parts: list[Message]) -> dict[str, str]:
    """Exim, qmail and their like: from a mail system, with an address and beside it the reason, which is permanent."""
    if not _DAEMON.match(parseaddr(str(message.get("From", "")))[1].partition("@")[0]):
        return {}
    if _NOT_YET.search(str(message.get("Subject", ""))):
        return {}
    text = next((_text(part) for part in parts if part.get_content_type() == "text/plain"), "")
    lines = _COPY.split(text)[0].splitlines()
    failed: dict[str, str] = {}
    for place, line in enumerate(lines):
        for address in _ADDRESS.findall(line)[:3]:
            near = lines[place : place + 1 + _LINES_TO_REASON]
            reason = next((each for each in near if _REASON.search(each)), None)
            if reason is not None and not any(_NOT_YET.search(each) for each in near):
                failed.setdefault(email_key(address.strip(".")), _words(reason))
    return failed


def _our_ids(content: bytes, parts: list[Message], domain: str) -> tuple[str, ...]:
    """In the headers that came back, in References, or wherever else: ours are random, nobody writes one by chance."""
    ours = re.compile(rf"<([0-9a-z]{{16}})@{re.escape(domain)}>", re.IGNORECASE)
    texts = [content.decode("latin-1"), *(_text(part) for part in parts if not part.is_multipart())]
    found = dict.fromkeys(each.lower() for text in texts for each in ours.findall(text))
    return tuple(found)[:_MOST_IDS]


def _value(block: Message, name: str) -> str:
    """What stands behind the type, as in `rfc822; nobody@example.com` and `smtp; 550 no such user`."""
    value = str(block.get(name, ""))
    return (value.partition(";")[2] if ";" in value else value).strip()


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload[:_TEXT].decode(_charset(part), "replace") if isinstance(payload, bytes) else ""


def _charset(part: Message) -> str:
    named = str(part.get_content_charset() or "utf-8")
    try:
        "".encode(named)
    except (LookupError, UnicodeError):
        return "latin-1"
    return named


def _words(text: str) -> str:
    return one_line(text)[:LONGEST]
