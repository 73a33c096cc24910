"""A real mail server in a process of its own, as good or bad as a test wants it.

Modes: `normal`; `silent` takes the connection and never answers; `drip` answers one letter at a time; `refuse`,
`policy`, `sequence` and `busy` answer RCPT with 550 5.1.1, 550 5.7.1, 503 and 450 4.2.0; `reject` answers DATA with
554 5.6.0; `tenth` refuses every tenth recipient; `tired` says 421 and hangs up after three messages, `rude` does so
without a word; `die` takes the message and ends without an answer. `user` demands AUTH; `tls` offers STARTTLS with a
certificate that nobody signed.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import ssl
import subprocess
import sys
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

ANSWERS = {
    "refuse": "550 5.1.1 No such user here",
    "policy": "550 5.7.1 Relaying denied",
    "sequence": "503 Need MAIL before RCPT",
    "busy": "450 4.2.0 Greylisted, come back later",
}


@dataclass(frozen=True)
class Received:
    """A message as it came over the line; messages of one connection have the same `peer`, a port."""

    sender: str
    to: list[str]
    content: bytes
    peer: int
    encrypted: bool
    user: str

    @property
    def message(self) -> EmailMessage:
        message = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message


class SmtpServer:
    """`with SmtpServer(folder, "normal") as server:` runs until the block ends; `url` is for PORTAL_MAIL_URL."""

    def __init__(self, folder: Path, mode: str = "normal", *, user: str = "", tls: bool = False) -> None:
        self.folder = folder
        self.mode = mode
        self.user = user
        self.tls = tls
        self.port = 0

    @property
    def url(self) -> str:
        return f"smtp://{f'{self.user}:geheim%40@' if self.user else ''}127.0.0.1:{self.port}"

    @property
    def received(self) -> list[Received]:
        """What it took, in order, also after it ended."""
        return [_read(path) for path in sorted(self.folder.glob("*.json"))]

    def __enter__(self) -> SmtpServer:
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, __file__, str(self.folder), self.mode, self.user, "tls" if self.tls else ""]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def _read(path: Path) -> Received:
    noted = json.loads(path.read_text())
    return Received(content=path.with_suffix(".eml").read_bytes(), **noted)


class _Handler:
    def __init__(self, folder: Path, mode: str) -> None:
        self.folder = folder
        self.mode = mode

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.mode in ANSWERS:
            return ANSWERS[self.mode]
        if self.mode == "tenth" and next(recipients) % 10 == 9:
            return ANSWERS["refuse"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        session.messages = getattr(session, "messages", 0) + 1  # type: ignore[attr-defined]
        if self.mode in ("tired", "rude") and session.messages > 3:  # type: ignore[attr-defined]
            if self.mode == "tired":
                await server.push("421 4.3.2 Enough for today")
            assert server.transport is not None
            server.transport.close()
            return "421 4.3.2 Enough for today"
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.mode == "reject":
            return "554 5.6.0 This message is not wanted"
        _write(self.folder, session, envelope)
        if self.mode == "die":
            os._exit(1)
        return "250 2.0.0 Taken"


numbers, recipients = itertools.count(), itertools.count()


def _write(folder: Path, session: Session, envelope: Envelope) -> None:
    path = folder / f"{next(numbers):05}.json"
    content = envelope.original_content
    assert isinstance(content, bytes)
    path.with_suffix(".eml").write_bytes(content)
    login = session.auth_data if isinstance(session.auth_data, LoginPassword) else None
    noted = {
        "sender": envelope.mail_from,
        "to": envelope.rcpt_tos,
        "peer": session.peer[1],
        "encrypted": session.ssl is not None,
        "user": f"{login.login.decode()}:{login.password.decode()}" if login else "",
    }
    path.write_text(json.dumps(noted))


async def _serve(folder: Path, mode: str, user: str, tls: str) -> None:
    loop = asyncio.get_running_loop()
    if mode in ("silent", "drip"):
        server = await asyncio.start_server(_dripping if mode == "drip" else _silent, "127.0.0.1", 0)
    else:
        server = await loop.create_server(lambda: _protocol(folder, mode, user, tls), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def _protocol(folder: Path, mode: str, user: str, tls: str) -> SMTP:
    options: dict[str, Any] = {}
    if user:
        options |= {
            "authenticator": lambda _server, _session, _envelope, _mechanism, data: AuthResult(
                success=data == LoginPassword(user.encode(), b"geheim@"), handled=False, auth_data=data
            ),
            "auth_required": True,
            "auth_require_tls": bool(tls),
        }
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(Path(__file__).parent / "mail" / "nobody.pem")
        options["tls_context"] = context
    return SMTP(_Handler(folder, mode), hostname="mail.example.test", **options)


async def _silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def _dripping(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while not writer.is_closing():
        writer.write(b"2")
        await writer.drain()
        await asyncio.sleep(0.1)


if __name__ == "__main__":
    _folder, _mode, _user, _tls = sys.argv[1:]
    asyncio.run(_serve(Path(_folder), _mode, _user, _tls))
