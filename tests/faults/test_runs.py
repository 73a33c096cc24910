"""The worker is killed in the middle of inviting many, the mail server refuses every tenth: one e-mail for each."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.base import clock
from portal.base.config import Config
from portal.models.contact import Contact
from portal.models.outbox import FAILED, SENT, OutboxMail
from portal.models.run import DONE, OPEN, Run, RunRow
from portal.operations import client_runs
from portal.policies import scope as scopes
from tests import acting, factories
from tests.personas import World
from tests.smtp import SmtpServer

MANY = 90
ROOT = Path(__file__).resolve().parents[2]
WORK = """
from portal.base.config import load
from portal.operations.boot import open_instance
from portal.worker.loop import Worker
config = load()
open_instance(config)
worker = Worker(config)
while worker.round():
    pass
"""


def begun(world: World) -> Run:
    actor, clients = acting.staff(world.firm, world.anna), []
    for number in range(MANY):
        client = factories.client(world.firm, name=f"Menge {number}")
        factories.contact(client, email=f"m{number}@example.org", last_name=f"M{number}")
        clients.append(client.id)
    with scopes.of_firm(world.firm) as scope:
        scope.update(OutboxMail, state=SENT, done_at=clock.now()).execute()
        firm = scope.firm
    return client_runs.begin(actor, firm, clients=clients, selection={}, key="k", email_sync=True, invite=True)


def worker(config: Config, mail_url: str = "", crash_at: str = "") -> subprocess.Popen[bytes]:
    environment = {
        "PORTAL_INSTANCE": str(config.instance), "PORTAL_BASE_URL": config.base_url, "PATH": os.environ["PATH"],
        "PORTAL_CLOCK_OFFSET_FILE": str(config.clock_offset_file), "PORTAL_MAIL_URL": mail_url,
        "PORTAL_MAIL_FROM": config.mail_from, "PORTAL_CRASH_AT": crash_at,
    }  # fmt: skip
    given = {name: value for name, value in environment.items() if value}
    return subprocess.Popen([sys.executable, "-c", WORK], cwd=ROOT, env=given, stderr=subprocess.DEVNULL)


def state(world: World, run: Run) -> Run:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Run, run.id)


def queued(world: World) -> Counter[str]:
    with scopes.of_firm(world.firm) as scope:
        return Counter(row.to for row in scope.of(OutboxMail).where(OutboxMail.kind.in_(("access", "invitation"))))


def expect_one_each(world: World, run: Run) -> None:
    with scopes.of_firm(world.firm) as scope:
        rows = list(scope.of(RunRow).where(RunRow.run == run.id))
        people = {row.email: row.invited_at for row in scope.of(Contact).where(Contact.email.contains("@example.org"))}
    assert state(world, run).state == DONE
    assert {row.outcome for row in rows} == {DONE}
    assert queued(world) == {f"m{number}@example.org": 1 for number in range(MANY)}
    assert all(people[f"m{number}@example.org"] is not None for number in range(MANY))


@pytest.mark.parametrize("point", ["operation.before_commit:runs.advance", "operation.after_commit:runs.advance"])
def test_killed_at_a_commit_again_and_again(
    instance: Config, world: World, move_clock: Callable[..., None], point: str
) -> None:
    run = begun(world)
    for _time in range(3):
        killed = worker(instance, crash_at=point)
        assert killed.wait(60) == -signal.SIGKILL
        move_clock(seconds=61)
    assert state(world, run).state in OPEN
    assert (state(world, run).done > 0) is point.startswith("operation.after")
    assert worker(instance).wait(60) == 0
    expect_one_each(world, run)


def test_killed_anywhere_with_a_server_that_refuses_every_tenth(
    instance: Config, world: World, move_clock: Callable[..., None], tmp_path: Path
) -> None:
    run, draw = begun(world), random.Random(11)
    with SmtpServer(tmp_path / "mail", "tenth") as server:
        for _time in range(4):
            running = worker(instance, server.url)
            time.sleep(1.2 + draw.random())
            running.kill()
            running.wait()
            move_clock(minutes=3)
        for _round in range(3):
            assert worker(instance, server.url).wait(120) == 0
            move_clock(minutes=3)
        received = server.received
    expect_one_each(world, run)
    came = {(message.to[0], message.message["Message-ID"]) for message in received}
    assert len({address for address, _id in came}) == len(came), "sent again only as the same mail"
    with scopes.of_firm(world.firm) as scope:
        mails = list(scope.of(OutboxMail).where(OutboxMail.kind.in_(("access", "invitation"))))
        bounced = scope.of(Contact).where(Contact.email_error.is_null(False)).count()
    refused = [mail for mail in mails if mail.state == FAILED]
    assert {mail.state for mail in mails} == {SENT, FAILED}
    assert len(refused) == bounced > 0
    assert {mail.to for mail in mails if mail.state == SENT} == {address for address, _id in came}
