"""The worker's thread: wakes, beats, survives mistakes, stops in time."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from portal.base import clock
from portal.base.config import Config
from portal.base.database import transaction
from portal.base.text import uid
from portal.base.wake import work_waiting
from portal.mail.eml import EmlFolder
from portal.models import notices, outbox
from portal.models.outbox import OutboxMail
from portal.policies import scope as scopes
from portal.worker import loop
from portal.worker.loop import Worker
from tests.personas import World


@contextmanager
def working(config: Config) -> Iterator[Worker]:
    worker = Worker(config)
    worker.start()
    try:
        yield worker
    finally:
        assert worker.stop(timeout=10)


def test_a_commit_wakes_the_worker(instance: Config, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "EVERY_SECONDS", 60.0)
    _empty_outbox()
    with working(instance):
        time.sleep(0.5)
        _queue(world)
        work_waiting.set()
        _wait_for(lambda: _states(world) == ["sent"], seconds=5)


def test_it_looks_by_itself_too(instance: Config, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "EVERY_SECONDS", 0.2)
    _empty_outbox()
    with working(instance):
        time.sleep(0.3)
        _queue(world)
        _wait_for(lambda: _states(world) == ["sent"], seconds=5)


def test_the_heartbeat_beats_every_ten_seconds(instance: Config, move_clock: Callable[..., None]) -> None:
    worker = Worker(instance)
    worker.round()
    first = notices.find(notices.HEARTBEAT)
    assert first is not None
    assert first.value == str(os.getpid())
    assert abs(clock.now() - first.at) < timedelta(seconds=5)
    worker.round()
    assert notices.find(notices.HEARTBEAT).at == first.at  # type: ignore[union-attr]
    move_clock(seconds=11)
    worker.round()
    assert notices.find(notices.HEARTBEAT).at > first.at  # type: ignore[union-attr]


def test_a_mistake_in_one_task_stops_no_other(
    instance: Config, world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _empty_outbox()
    _queue(world)
    monkeypatch.setattr("portal.operations.page_pictures.seen", _broken)
    Worker(instance).round()
    assert _states(world) == ["sent"]
    assert "'page pictures' failed" in caplog.text


def test_a_mail_that_cannot_be_made_does_not_keep_the_others_back(
    instance: Config, world: World, move_clock: Callable[..., None]
) -> None:
    _empty_outbox()
    with scopes.of_firm(world.firm), transaction():
        outbox.enqueue("no_such_kind", {}, "anna@petry.example.com", key="1", language="de")
    _queue(world)
    worker = Worker(instance)
    worker.round()
    worker.round()
    assert _states(world) == ["sending", "sent"]
    for _ in range(9):
        move_clock(seconds=121)
        worker.round()
    assert _states(world) == ["failed", "sent"]


def test_stopping_takes_nothing_new(instance: Config, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _empty_outbox()
    for _ in range(3):
        _queue(world)
    begun, go_on = threading.Event(), threading.Event()
    send = EmlFolder.send

    def slow(folder: EmlFolder, *message: Any) -> None:
        begun.set()
        assert go_on.wait(10)
        send(folder, *message)

    monkeypatch.setattr(EmlFolder, "send", slow)
    worker = Worker(instance)
    worker.start()
    assert begun.wait(5)
    assert not worker.stop(timeout=0.2), "it is in the middle of a mail"
    go_on.set()
    assert worker.stop(timeout=10)
    assert _states(world) == ["queued", "queued", "sent"]


def test_an_idle_worker_sleeps(instance: Config, world: World, move_clock: Callable[..., None]) -> None:
    worker = Worker(instance)
    move_clock(minutes=30)
    for _ in range(100):
        if not worker.round():
            break
    work_waiting.clear()
    assert not worker.round()
    assert not work_waiting.is_set(), "an idle round must not ring its own bell"


def _broken() -> int:
    raise RuntimeError("broken for a test")


def _queue(world: World) -> None:
    with scopes.of_firm(world.firm), transaction():
        outbox.enqueue("password_changed", {"staff": world.anna}, "anna@petry.example.com", key=uid(), language="de")


def _states(world: World) -> list[str]:
    with scopes.of_firm(world.firm) as scope:
        return sorted(row.state for row in list(scope.of(OutboxMail)))


def _empty_outbox() -> None:
    with scopes.instance("a test begins with an empty outbox") as scope:
        scope.delete(OutboxMail).execute()


def _wait_for(condition: Callable[[], bool], *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
