"""The mail server. Flask-Mail's connection with what it lacks: a time limit, checked certificates (STACK 6)."""

from __future__ import annotations

import functools
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Timer
from time import monotonic
from typing import Any
from urllib.parse import unquote, urlsplit

from flask_mail import Connection, Mail

from portal.base import crash
from portal.base.config import LOOPBACK
from portal.mail.failures import NoLine, NotDelivered, RecipientRefused

# A step of the conversation, and the whole of it: well below the lease of a mail (120 s) and the age at which the
# worker's heartbeat is taken for dead (60 s), also when a server answers one letter at a time.
STEP_SECONDS = 20.0
WHOLE_SECONDS = 40.0
# A connection serves this many messages and this long; then servers begin to find it strange.
MOST_MESSAGES = 100
LINE_SECONDS = 60.0
_PORTS = {"smtps": 465, "smtp": 25}
_SUBMISSION = 587

# 5xx about the sender, the order of commands or the network between: not the recipient's fault
_OUR_FAULT = (500, 501, 502, 503, 504, 521, 530, 535, 538)
_SERVICE_ENDS = 421
_POLICY = re.compile(r"^5\.[3-7]\.")


@dataclass(frozen=True)
class MailServer:
    """A server by its address. `hello` is the name by which we greet it."""

    host: str
    port: int
    tls_at_once: bool
    user: str
    password: str
    hello: str

    @classmethod
    def at(cls, mail_url: str, base_url: str) -> MailServer:
        """From `smtp://user:password@host:587` or `smtps://…`; `PORTAL_MAIL_URL` was checked by the settings."""
        parts = urlsplit(mail_url)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        usual = _SUBMISSION if user and parts.scheme == "smtp" else _PORTS[parts.scheme]
        return cls(
            host=parts.hostname or "localhost",
            port=parts.port or usual,
            tls_at_once=parts.scheme == "smtps",
            user=user,
            password=password,
            hello=urlsplit(base_url).hostname or "localhost",
        )

    @property
    def is_near(self) -> bool:
        return self.host in LOOPBACK

    @property
    def state(self) -> Any:
        """Flask-Mail's settings, made without an app."""
        return Mail().init_mail(
            {
                "MAIL_SERVER": self.host,
                "MAIL_PORT": self.port,
                "MAIL_USERNAME": self.user,
                "MAIL_PASSWORD": self.password,
                "MAIL_USE_SSL": self.tls_at_once,
                "MAIL_USE_TLS": not self.tls_at_once,
            }
        )


class MailLine:
    """The way to a server: one connection for many messages, each of which takes `WHOLE_SECONDS` at most.

    A connection that was lost between two messages is made anew; nothing is said twice once the content began.
    """

    def __init__(self, server: MailServer) -> None:
        self.server = server
        self._conversation: _Conversation | None = None
        self._ends = 0.0

    def send(self, sender: str, to: str, name: str, message: bytes) -> None:
        """Hand one message over. Raises NotDelivered, RecipientRefused; NoLine when nobody can be talked to at all."""
        self._ends = monotonic() + WHOLE_SECONDS
        deadline = Timer(WHOLE_SECONDS, self._hang_up)
        deadline.daemon = True
        deadline.start()
        try:
            with _said_as_not_delivered():
                self._announced(sender, to).deliver(message)
        except NotDelivered:
            self._calm()
            raise
        finally:
            deadline.cancel()

    def close(self) -> None:
        """Say good-bye. The next message opens the line again."""
        conversation, self._conversation = self._conversation, None
        if conversation is not None:
            conversation.end()

    def _announced(self, sender: str, to: str) -> _Conversation:
        """The conversation in which the server awaits the content."""
        if self._conversation is not None and self._conversation.is_worn:
            self.close()
        if self._conversation is not None:
            try:
                self._conversation.announce(sender, to)
            except (smtplib.SMTPServerDisconnected, OSError, _Leaving):
                # it had enough of us, or slept too long; nothing was handed over yet
                self._give_up()
                if monotonic() >= self._ends:
                    raise
            else:
                return self._conversation
        conversation = self._open()
        conversation.announce(sender, to)
        return conversation

    def _open(self) -> _Conversation:
        self._conversation = _Conversation(self.server)
        try:
            with _said_as_not_delivered():
                self._conversation.begin()
        except NotDelivered as failure:
            raise NoLine(failure.words) from failure
        return self._conversation

    def _calm(self) -> None:
        """After a refusal the server forgets the message; where that fails the connection is worth nothing."""
        try:
            if self._conversation is not None:
                self._conversation.forget()
        except (smtplib.SMTPException, OSError):
            self._give_up()

    def _give_up(self) -> None:
        conversation, self._conversation = self._conversation, None
        if conversation is not None:
            conversation.drop()

    def _hang_up(self) -> None:
        """From another thread: whoever waits for the server stops waiting."""
        conversation = self._conversation
        sock = conversation.host.sock if conversation is not None and conversation.host is not None else None
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


class _Leaving(smtplib.SMTPResponseException):
    """421: the server closes the connection, whatever was asked (RFC 5321, 3.8)."""


class _Conversation(Connection):
    """One connection, from its greeting to its end."""

    def __init__(self, server: MailServer) -> None:
        super().__init__(server.state)
        self.server = server
        self._began, self._messages = monotonic(), 0

    @property
    def is_worn(self) -> bool:
        return self._messages >= MOST_MESSAGES or monotonic() - self._began >= LINE_SECONDS

    def begin(self) -> None:
        """Connect, encrypt, sign in; closed again when one of these fails."""
        self.configure_host()

    def configure_host(self) -> smtplib.SMTP:
        self.host = self._line()
        try:
            self.host.connect(self.server.host, self.server.port)
            self._encrypt(self.host)
            if self.server.user:
                self._sign_in(self.host)
            self.host.ehlo_or_helo_if_needed()
        except BaseException:
            self.drop()
            raise
        return self.host

    def announce(self, sender: str, to: str) -> None:
        """MAIL and RCPT."""
        assert self.host is not None
        self._messages += 1
        _demand(self.host.mail(sender))
        answer = self.host.rcpt(to)
        if _is_refused(*answer):
            raise RecipientRefused(_words(*answer))
        _demand(answer)

    def deliver(self, message: bytes) -> None:
        """DATA. Up to the server's answer nothing was sent; after it everything was."""
        assert self.host is not None
        crash.point("mail.before_data")
        _demand(self.host.data(message))
        crash.point("mail.after_data")

    def forget(self) -> None:
        """RSET: the message begun is none. Raises what smtplib raises."""
        assert self.host is not None
        _demand(self.host.rset())

    def end(self) -> None:
        """QUIT. Whether the messages were handed over is known: a server that is rude at the end changes nothing."""
        with suppress(OSError, smtplib.SMTPException):
            if self.host is not None:
                self.host.quit()
        self.drop()

    def drop(self) -> None:
        if self.host is not None:
            self.host.close()

    def _line(self) -> smtplib.SMTP:
        """Not connected yet, so that the greeting counts for the time limit too."""
        if self.server.tls_at_once:
            line: smtplib.SMTP = smtplib.SMTP_SSL(
                local_hostname=self.server.hello, timeout=STEP_SECONDS, context=_trust(near=self.server.is_near)
            )
        else:
            line = smtplib.SMTP(local_hostname=self.server.hello, timeout=STEP_SECONDS)
        line._host = self.server.host  # type: ignore[attr-defined] # whose certificate it must be; connect() keeps it not
        return line

    def _encrypt(self, host: smtplib.SMTP) -> None:
        if self.server.tls_at_once:
            return
        host.ehlo_or_helo_if_needed()
        if host.has_extn("starttls"):
            host.starttls(context=_trust(near=self.server.is_near))
        elif self.server.user and not self.server.is_near:
            raise NotDelivered(f"{self.server.host} offers no encryption (STARTTLS): the password was not sent")

    def _sign_in(self, host: smtplib.SMTP) -> None:
        host.login(self.server.user, self.server.password)


@functools.cache
def _trust(*, near: bool) -> ssl.SSLContext:
    """Made once: reading the system's certificates takes longer than a message."""
    context = ssl.create_default_context()
    if near:
        # a mail server on this machine has a certificate for no name we could check, and nobody in between
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


@contextmanager
def _said_as_not_delivered() -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPResponseException as error:
        raise NotDelivered(_words(error.smtp_code, error.smtp_error)) from error
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        raise NotDelivered(f"{type(error).__name__}: {error}") from error


def _demand(answer: tuple[int, bytes]) -> None:
    if answer[0] == _SERVICE_ENDS:
        raise _Leaving(*answer)
    if not 200 <= answer[0] < 300:
        raise NotDelivered(_words(*answer))


def _is_refused(code: int, text: bytes) -> bool:
    """Whether it is the recipient that does not exist. Greylisting, policy and a wrong set-up of ours may pass."""
    if not 500 <= code < 600 or code in _OUR_FAULT:
        return False
    return _POLICY.match(text.decode("utf-8", "replace")) is None


def _words(code: int, text: bytes | str) -> str:
    return f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"
