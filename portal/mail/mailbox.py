"""The sender's mailbox, read over IMAP (RFC 3501; MOVE by RFC 6851): only what is new, and nothing but what is ours
to handle is touched."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer
from types import TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit

from portal.base.config import LOOPBACK
from portal.base.text import one_line
from portal.mail.bounce import LARGEST
from portal.mail.failures import LONGEST

STEP_SECONDS = 20.0
WHOLE_SECONDS = 60.0
FOLDER = "Foyer bounces"
_PORTS = {"imaps": 993, "imap": 143}
_VALIDITY = re.compile(rb"\d+")


class Unreachable(Exception):
    """The mailbox cannot be read now; `words` are the server's, or what kept us from talking to it. No password."""

    def __init__(self, words: str) -> None:
        self.words = one_line(words)[:LONGEST]
        super().__init__(self.words)


@dataclass(frozen=True)
class Address:
    """Where a mailbox is, from `imaps://user:password@host:993/INBOX`."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    folder: str

    @classmethod
    def of(cls, bounce_url: str) -> Address:
        """`PORTAL_BOUNCE_URL`, which the settings have checked."""
        parts = urlsplit(bounce_url)
        return cls(
            scheme=parts.scheme,
            host=parts.hostname or "localhost",
            port=parts.port or _PORTS[parts.scheme],
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            folder=unquote(parts.path.strip("/")) or "INBOX",
        )


class Mailbox:
    """`with Mailbox(address) as box:` signs in; each step takes 20 seconds at most, the whole a minute.

    All raise Unreachable.
    """

    def __init__(self, address: Address) -> None:
        self._address = address
        self._deadline: Timer | None = None
        self._line: imaplib.IMAP4 | None = None

    def __enter__(self) -> Mailbox:
        try:
            self._line = self._connect()
            self._deadline = Timer(WHOLE_SECONDS, self._hang_up)
            self._deadline.daemon = True
            self._deadline.start()
            self._do(self._line.login, self._address.user, self._address.password)
            self._do(self._line.select, _quoted(self._address.folder))
        except (imaplib.IMAP4.error, OSError, UnicodeError) as error:
            self._end()
            raise Unreachable(_said(error)) from error
        except Unreachable:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    @property
    def validity(self) -> int:
        """The era of the folder's numbers: in another one they mean other messages (RFC 3501, 2.3.1.1)."""
        assert self._line is not None
        found = _VALIDITY.search((self._line.response("UIDVALIDITY")[1] or [b""])[0] or b"")
        return int(found.group()) if found else 0

    def unread(self, after: int, most: int) -> list[int]:
        """The lowest numbers above `after` of messages that nobody has read."""
        (found,) = self._ask("SEARCH", "UID", f"{after + 1}:*", "UNSEEN")[:1] or [b""]
        # `n:*` names the last message also where its number is below n
        return sorted(number for number in map(int, (found or b"").split()) if number > after)[:most]

    def content(self, number: int) -> bytes:
        """A message's first 256 kB; it stays unread."""
        for item in self._ask("FETCH", str(number), f"(BODY.PEEK[]<0.{LARGEST}>)"):
            if isinstance(item, tuple):
                return bytes(item[1])
        return b""

    def put_aside(self, number: int) -> None:
        """Into a folder of our own, made when missing; where the server cannot, the message stays and is read."""
        with suppress(Unreachable):
            self._ask("STORE", str(number), "+FLAGS.SILENT", r"(\Seen)")
            self._make_folder()
            self._ask("MOVE", str(number), _quoted(FOLDER))

    def _make_folder(self) -> None:
        assert self._line is not None
        # there already, or not allowed: moving will tell
        with suppress(imaplib.IMAP4.error):
            self._line.create(_quoted(FOLDER))

    def _ask(self, command: str, *arguments: str) -> list[Any]:
        assert self._line is not None
        return self._do(self._line.uid, command, *arguments)

    def _do(self, call: Any, *arguments: str) -> list[Any]:
        try:
            status, answer = call(*arguments)
        except (imaplib.IMAP4.error, OSError, UnicodeError, ValueError) as error:
            raise Unreachable(_said(error)) from error
        if status != "OK":
            raise Unreachable(b" ".join(part for part in answer if isinstance(part, bytes)).decode("utf-8", "replace"))
        return list(answer)

    def _connect(self) -> imaplib.IMAP4:
        where = self._address
        if where.scheme == "imap":
            return imaplib.IMAP4(where.host, where.port, timeout=STEP_SECONDS)
        context = ssl.create_default_context()
        if where.host in LOOPBACK:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return imaplib.IMAP4_SSL(where.host, where.port, ssl_context=context, timeout=STEP_SECONDS)

    def _end(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        if self._line is not None:
            with suppress(imaplib.IMAP4.error, OSError, ValueError):
                self._line.logout()

    def _hang_up(self) -> None:
        """From another thread: whoever waits for the server stops waiting."""
        if self._line is not None:
            with suppress(OSError):
                self._line.sock.shutdown(socket.SHUT_RDWR)


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _said(error: Exception) -> str:
    words = error.args[0] if error.args else ""
    if isinstance(error, imaplib.IMAP4.error) and words:
        return words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return f"{type(error).__name__}: {error}"
