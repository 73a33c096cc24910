"""The mail server. Flask-Mail's connection with what it lacks: a time limit, checked certificates (STACK 6)."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Timer
from typing import Any
from urllib.parse import unquote, urlsplit

from flask_mail import Connection, Mail

from portal.base import crash
from portal.base.config import LOOPBACK
from portal.mail.failures import NotDelivered, RecipientRefused

# A step of the conversation, and the whole of it: well below the lease of a mail (120 s) and the age at which the
# worker's heartbeat is taken for dead (60 s), also when a server answers one letter at a time.
STEP_SECONDS = 20.0
WHOLE_SECONDS = 40.0
_PORTS = {"smtps": 465, "smtp": 25}
_SUBMISSION = 587

# 5xx about the sender, the order of commands or the network between: not the recipient's fault
_OUR_FAULT = (500, 501, 502, 503, 504, 521, 530, 535, 538)
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

    def send(self, sender: str, to: str, name: str, message: bytes) -> None:
        """Hand one message over. Raises NotDelivered, RecipientRefused."""
        with _said_as_not_delivered(), _Conversation(self) as conversation:
            conversation.hand_over(sender, to, message)

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


class _Conversation(Connection):
    """One connection for one message, ended whatever happens after `WHOLE_SECONDS`."""

    def __init__(self, server: MailServer) -> None:
        super().__init__(server.state)
        self.server = server
        self.deadline: Timer | None = None

    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:
        # whether it was handed over is known by now: a server that is rude at the end changes nothing
        try:
            if self.host is not None and exc_value is None:
                self.host.quit()
        except (OSError, smtplib.SMTPException):
            pass
        finally:
            self._close()

    def configure_host(self) -> smtplib.SMTP:
        """Connect, encrypt, sign in; closed again when one of these fails."""
        self.host = self._line()
        self._end_in_time(self.host)
        try:
            self.host.connect(self.server.host, self.server.port)
            self._encrypt(self.host)
            if self.server.user:
                self._sign_in(self.host)
        except BaseException:
            self._close()
            raise
        return self.host

    def hand_over(self, sender: str, to: str, message: bytes) -> None:
        """MAIL, RCPT, DATA. Up to the server's answer to DATA nothing was sent; after it everything was."""
        assert self.host is not None
        self.host.ehlo_or_helo_if_needed()
        _demand(self.host.mail(sender))
        answer = self.host.rcpt(to)
        if _is_refused(*answer):
            raise RecipientRefused(_words(*answer))
        _demand(answer)
        crash.point("mail.before_data")
        _demand(self.host.data(message))
        crash.point("mail.after_data")

    def _line(self) -> smtplib.SMTP:
        """Not connected yet, so that the greeting counts for the time limit too."""
        if self.server.tls_at_once:
            line: smtplib.SMTP = smtplib.SMTP_SSL(
                local_hostname=self.server.hello, timeout=STEP_SECONDS, context=self._trust()
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
            host.starttls(context=self._trust())
        elif self.server.user and not self.server.is_near:
            raise NotDelivered(f"{self.server.host} offers no encryption (STARTTLS): the password was not sent")

    def _sign_in(self, host: smtplib.SMTP) -> None:
        host.login(self.server.user, self.server.password)

    def _trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.server.is_near:
            # a mail server on this machine has a certificate for no name we could check, and nobody in between
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def _end_in_time(self, host: smtplib.SMTP) -> None:
        self.deadline = Timer(WHOLE_SECONDS, _hang_up, [host])
        self.deadline.daemon = True
        self.deadline.start()

    def _close(self) -> None:
        if self.deadline is not None:
            self.deadline.cancel()
        if self.host is not None:
            self.host.close()


def _hang_up(host: smtplib.SMTP) -> None:
    """From another thread: whoever waits for the server stops waiting."""
    sock = host.sock
    if sock is not None:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


@contextmanager
def _said_as_not_delivered() -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPResponseException as error:
        raise NotDelivered(_words(error.smtp_code, error.smtp_error)) from error
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        raise NotDelivered(f"{type(error).__name__}: {error}") from error


def _demand(answer: tuple[int, bytes]) -> None:
    if not 200 <= answer[0] < 300:
        raise NotDelivered(_words(*answer))


def _is_refused(code: int, text: bytes) -> bool:
    """Whether it is the recipient that does not exist. Greylisting, policy and a wrong set-up of ours may pass."""
    if not 500 <= code < 600 or code in _OUR_FAULT:
        return False
    return _POLICY.match(text.decode("utf-8", "replace")) is None


def _words(code: int, text: bytes | str) -> str:
    return f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"
