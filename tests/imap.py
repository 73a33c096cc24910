"""A real IMAP server in a process of its own, with one mailbox in memory."""

from __future__ import annotations

import imaplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

USER, PASSWORD = "portal@petry.example.com", "geheim:@/"
_SECONDS = 20.0


class ImapServer:
    """`with ImapServer() as server:` runs until the block ends; `url` is for PORTAL_BOUNCE_URL."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])

    @property
    def url(self) -> str:
        return f"imap://portal%40petry.example.com:geheim%3A%40%2F@127.0.0.1:{self.port}/INBOX"

    def __enter__(self) -> ImapServer:
        program = Path(sys.executable).parent / "pymap"
        options = ["--host", "127.0.0.1", "--port", str(self.port), "--no-tls", "--no-service", "admin"]
        backend = ["dict", "--demo-data", "--demo-user", USER, "--demo-password", PASSWORD]
        self.process = subprocess.Popen(
            [program, *options, *backend], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._wait()
        with self.signed_in() as line:
            # a mailbox of one's own begins empty
            line.store("1:*", "+FLAGS", r"(\Deleted)")
            line.expunge()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()

    def put(self, message: bytes, *, seen: bool = False) -> None:
        """A message arrives."""
        with self.signed_in() as line:
            status, answer = line.append("INBOX", r"(\Seen)" if seen else "", None, message)  # type: ignore[arg-type]
            assert status == "OK", answer

    def subjects(self, folder: str = "INBOX", criterion: str = "ALL") -> list[str]:
        """The subjects of what lies in a folder; none where there is no such folder."""
        with self.signed_in() as line:
            if line.select(f'"{folder}"', readonly=True)[0] != "OK":
                return []
            (found,) = line.search(None, criterion)[1]
            return [_subject(line, number) for number in found.split()]

    @contextmanager
    def signed_in(self) -> Iterator[imaplib.IMAP4]:
        line = imaplib.IMAP4("127.0.0.1", self.port, timeout=_SECONDS)
        try:
            line.login(USER, PASSWORD)
            line.select("INBOX")
            yield line
        finally:
            line.logout()

    def _wait(self) -> None:
        end = time.monotonic() + _SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                assert self.process.poll() is None, "the IMAP server ended"
                assert time.monotonic() < end, "the IMAP server did not start"
                time.sleep(0.1)
            else:
                return


def _subject(line: imaplib.IMAP4, number: bytes) -> str:
    answer = line.fetch(number.decode(), "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1][0]
    assert isinstance(answer, tuple)
    return answer[1].decode().strip().removeprefix("Subject: ")
