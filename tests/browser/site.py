"""The portal as it runs: `python app.py` in its own process on a copy of the tests' instance, mail by real SMTP."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from portal.base import tokens
from portal.base.config import Config, load
from portal.models.client import Client
from portal.models.document import Document
from portal.models.link import Link
from portal.policies import scope as scopes
from tests import factories
from tests.personas import World
from tests.smtp import SmtpServer

ROOT = Path(__file__).resolve().parents[2]
_STARTS_WITHIN, _MAIL_WITHIN = 30.0, 15.0
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Site:
    """A running portal. The test's own process works on the same instance, to make what a test needs."""

    config: Config
    cast: World | None
    mail: SmtpServer
    clock: Path = field(repr=False)
    log: Path = field(repr=False)

    @property
    def world(self) -> World:
        """The cast; an empty instance has none."""
        assert self.cast is not None
        return self.cast

    @property
    def url(self) -> str:
        return self.config.base_url

    def secret_address(self, link_id: int) -> str:
        """The address that stands on paper and in mails."""
        return f"{self.url}/l/{tokens.issue('link', *self._link(link_id))}"

    def typed_code(self, link_id: int) -> str:
        """The same as one types it from paper."""
        return tokens.grouped(tokens.issue("link", *self._link(link_id)))

    def client(self, name: str = "Tischlerei Brandt", *, person: dict[str, Any] | None = None, **fields: Any) -> Client:
        """A client of its own for a test, with a primary contact when `person` is given."""
        made = factories.client(self.world.firm, name=name, number=f"T-{next(_numbers):04}", **fields)
        if person is not None:
            factories.contact(made, **person)
        return made

    def document(self, of: Client, **fields: Any) -> Document:
        """A published document of the client under a number of its own."""
        return factories.document(of, **{"number": f"AN-{next(_numbers):04}", **fields})

    def link_of(self, client: Client) -> str:
        """The address of the client's own portal link."""
        with scopes.of_firm(client.firm_id) as scope:
            own = scope.of(Link).where(Link.client == client.id, Link.contact.is_null(), Link.revoked_at.is_null())
            return self.secret_address(scope.one(own).id)

    def move_clock(self, **by: float) -> None:
        """Move the clock of server and test; the test's fixture puts it back."""
        factor = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
        moved = float(self.clock.read_text()) + sum(factor[unit] * value for unit, value in by.items())
        self.clock.write_text(str(moved))

    def mail_to(self, address: str, containing: str = "") -> EmailMessage:
        """The newest message that came for this address and says so; waits for the worker."""
        end = time.monotonic() + _MAIL_WITHIN
        while time.monotonic() < end:
            for received in reversed(self.mail.received):
                if address in received.to and containing in text_of(received.message):
                    return received.message
            time.sleep(0.1)
        raise AssertionError(f"no mail to {address} with {containing!r} within {_MAIL_WITHIN:.0f} s")

    def _link(self, link_id: int) -> tuple[int, bytes]:
        with scopes.of_firm(self.world.firm) as scope:
            link = scope.by_id(Link, link_id)
        return link.id, link.nonce


def text_of(message: EmailMessage) -> str:
    """The plain text of a mail."""
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def code_in(message: EmailMessage) -> str:
    """The six digits of a mail with a code."""
    found = re.search(r"\b(\d{3})\s?(\d{3})\b", text_of(message))
    assert found, text_of(message)
    return found[1] + found[2]


@contextmanager
def running(folder: Path, template: Path | None = None, world: World | None = None) -> Iterator[Site]:
    """Start a server on a copy of the instance, or on an empty one, and stop it at the end."""
    instance, clock = folder / "instance", folder / "clock"
    if template is not None:
        shutil.copytree(template, instance)
    clock.write_text("0")
    with SmtpServer(folder / "mail") as mail:
        port = _free_port()
        settings = {
            "PORTAL_INSTANCE": str(instance),
            "PORTAL_PORT": str(port),
            "PORTAL_BASE_URL": f"http://127.0.0.1:{port}",
            "PORTAL_MAIL_URL": mail.url,
            "PORTAL_CLOCK_OFFSET_FILE": str(clock),
        }
        with (folder / "server.log").open("w+b") as log:
            server = subprocess.Popen(
                [sys.executable, "app.py"], cwd=ROOT, env={**os.environ, **settings}, stdout=log, stderr=log
            )
            try:
                site = Site(load(settings), world, mail, clock, folder / "server.log")
                _wait_until_ready(site, server)
                yield site
            finally:
                server.terminate()
                server.wait(30)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _wait_until_ready(site: Site, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{site.url}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"the server did not come up:\n{site.log.read_text()}")
