"""Instances for the commands: made in this process, used by real ones."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from portal.base import clock, files, tokens
from portal.base.config import Config, load
from portal.base.database import database, transaction
from portal.models import outbox, schema
from portal.models.client import Client
from portal.models.firm import Firm
from portal.models.link import Link
from portal.models.sign_in import LINK, SignIn
from portal.models.staff import Staff
from portal.models.stored_file import StoredFile
from portal.operations import boot, clients, firms
from portal.operations import links as link_acts
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor

FOYER = [sys.executable, "-m", "portal.cli"]
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Site:
    """An instance in a folder, with what stands in it."""

    config: Config
    firm: Firm
    clients: list[Client] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.config.instance

    @property
    def actor(self) -> InstanceActor:
        return InstanceActor(self.firm.id, "test")

    def add_client(self, number: str) -> Client:
        client = clients.create(self.actor, self.firm, number=number, name=f"Kunde {number}", kind="company")
        self.clients.append(client)
        return client

    def link_of(self, client: Client) -> Link:
        with scopes.of_firm(self.firm.id) as scope:
            found = scope.first(scope.of(Link).where(Link.client == client.id, Link.revoked_at.is_null()))
        return found or link_acts.make(self.actor, client)

    def add_file(self, content: bytes) -> str:
        path, sha256 = files.keep_bytes(content)
        with transaction(), scopes.of_firm(self.firm.id) as scope:
            scope.add(
                StoredFile, path=path, name="a.pdf", media_type="application/pdf", size=len(content), sha256=sha256,
                created_at=clock.now(),
            )  # fmt: skip
        return path

    def add_session(self, client: Client) -> None:
        now = clock.now()
        with transaction(), scopes.of_firm(self.firm.id) as scope:
            scope.add(
                SignIn, token=tokens.fingerprint(tokens.session_token()), kind=LINK, client=client.id,
                link_id=self.link_of(client).id, created_at=now, seen_at=now, proved_at=now, idle_seconds=7200,
                expires_at=now + timedelta(hours=24),
            )  # fmt: skip

    def add_mail(self, key: str) -> None:
        with transaction(), scopes.of_firm(self.firm.id):
            outbox.enqueue("access", {"n": key}, "dora@example.com", key=key, language="de")


def open_at(folder: Path) -> Config:
    config = load({"PORTAL_INSTANCE": str(folder)})
    boot.open_instance(config)
    return config


def foyer(folder: Path, *words: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command on the instance in the folder."""
    return subprocess.run(
        [*FOYER, *words],
        cwd=ROOT,
        env=environment(folder, env),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def environment(folder: Path, env: Mapping[str, str] | None = None) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return {**plain, "PORTAL_INSTANCE": str(folder), **(env or {})}


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    if not database.is_closed():
        database.close()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A firm with its admin, two clients with portal links, a stored file."""
    config = open_at(tmp_path / "instance")
    schema.upgrade()
    firm, _ticket = firms.create(
        InstanceActor(None, "test"), name="Muster Elektro", admin_email="anna@example.com", slug="muster"
    )
    made = Site(config, firm)
    for number in ("1001", "1002"):
        made.link_of(made.add_client(number))
    made.add_file(b"%PDF-1.7 one")
    return made


def admin(site: Site) -> Staff:
    with scopes.of_firm(site.firm.id) as scope:
        return scope.one(scope.of(Staff))
