"""Reading back the mails that `eml.py` wrote: the demo shows them in place of a mail server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from portal.base.errors import NotFound

_NAME = re.compile(r"[0-9]{8}T[0-9]{6}-[0-9a-z]+")
_MOST = 100


@dataclass(frozen=True)
class Written:
    """A mail as it would have gone out. `name` is its file's; `html` the source of its HTML part."""

    name: str
    subject: str
    sender: str
    to: str
    message_id: str
    sent_at: datetime | None
    text: str
    html: str


def newest(folder: Path) -> list[Written]:
    """The latest hundred, the newest first; what cannot be read is left out."""
    return list(_read(sorted(_files(folder), reverse=True)[:_MOST]))


def one(folder: Path, name: str) -> Written:
    """The mail of this file name without its ending. Raises NotFound."""
    if not _NAME.fullmatch(name):
        raise NotFound("mail")
    for found in _read([folder / f"{name}.eml"]):
        return found
    raise NotFound("mail")


def _files(folder: Path) -> Iterator[Path]:
    # a file that is being written has another ending
    return (path for path in folder.glob("*.eml") if _NAME.fullmatch(path.stem))


def _read(paths: list[Path]) -> Iterator[Written]:
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError:
            continue
        message = message_from_bytes(content, EmailMessage, policy=policy.default)
        yield Written(
            name=path.stem,
            subject=str(message["Subject"] or ""),
            sender=str(message["From"] or ""),
            to=str(message["To"] or ""),
            message_id=str(message["Message-ID"] or ""),
            sent_at=getattr(message["Date"], "datetime", None),
            text=_part(message, "plain"),
            html=_part(message, "html"),
        )


def _part(message: EmailMessage, subtype: str) -> str:
    found = message.get_body((subtype,))
    return str(found.get_content()).replace("\r\n", "\n").strip() if isinstance(found, EmailMessage) else ""
