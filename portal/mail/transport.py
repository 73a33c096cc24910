"""The ways out: a mail server, or `.eml` files where none is set."""

from __future__ import annotations

from typing import Protocol

from portal.base.config import Config
from portal.mail.eml import EmlFolder
from portal.mail.smtp import MailLine, MailServer


class Transport(Protocol):
    """Sends one message. Raises NotDelivered (try again) or RecipientRefused (never).

    What it keeps open from one message to the next ends with `close`; sending again opens it anew.
    """

    def send(self, sender: str, to: str, name: str, message: bytes) -> None: ...
    def close(self) -> None: ...


def of(config: Config) -> Transport:
    """The way out that the settings name."""
    if config.mail_url is None:
        return EmlFolder(config.outbox_path)
    return MailLine(MailServer.at(config.mail_url, config.base_url))
