"""One instance's outgoing mail, as tests queue, send and read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from portal.base import clock
from portal.base.config import Config
from portal.base.database import transaction
from portal.base.text import uid
from portal.mail.outgoing import deliver_next
from portal.models import outbox
from portal.models.outbox import OutboxMail
from portal.policies import scope as scopes
from tests.personas import World


@dataclass
class Desk:
    """One instance's outgoing mail. `config` may be replaced to name a mail server."""

    config: Config
    world: World
    move: Callable[..., None]

    def queue(self, kind: str, subject: dict[str, Any], to: str, *, language: str = "de", **more: Any) -> None:
        with scopes.of_firm(self.world.firm), transaction():
            outbox.enqueue(kind, subject, to, **{"key": uid(), "language": language, **more})

    def queue_reset(self, *, language: str = "en") -> None:
        """A mail that needs nothing but an address that somebody has."""
        self.queue("password_changed", {"staff": self.world.anna}, "anna@petry.example.com", language=language)

    @property
    def rows(self) -> list[OutboxMail]:
        with scopes.of_firm(self.world.firm) as scope:
            return list(scope.of(OutboxMail).order_by(OutboxMail.id))

    @property
    def row(self) -> OutboxMail:
        (row,) = self.rows
        return row

    def deliver(self) -> int:
        """Send what is due now; how many mails were tried."""
        count = 0
        while deliver_next(self.config):
            count += 1
        return count

    @property
    def files(self) -> list[EmailMessage]:
        """The .eml files, oldest first."""
        found = []
        for path in sorted(self.config.outbox_path.glob("*.eml")):
            message = message_from_bytes(path.read_bytes(), policy=policy.default)
            assert isinstance(message, EmailMessage)
            found.append(message)
        return found

    def sent(self) -> EmailMessage:
        """Send, and give the only mail that came out."""
        self.deliver()
        assert [row.state for row in self.rows] == ["sent"] * len(self.rows), self.rows[-1].error
        (message,) = self.files
        return message

    def set(self, row: OutboxMail, **fields: Any) -> None:
        with scopes.of_firm(self.world.firm) as scope:
            scope.update(OutboxMail, **fields).where(OutboxMail.id == row.id).execute()

    def later(self, seconds: float) -> datetime:
        """An instant to come, by the test's clock."""
        return clock.now() + timedelta(seconds=seconds)

    def through(self, mail_url: str) -> None:
        """Send by this mail server from now on."""
        self.config = replace(self.config, mail_url=mail_url)


def text_of(message: EmailMessage) -> str:
    """The plain part."""
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def html_of(message: EmailMessage) -> str:
    """The HTML part."""
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def in_seconds(moment: datetime) -> float:
    """How far away an instant is, by the test's clock."""
    return (moment - clock.now()) / timedelta(seconds=1)
