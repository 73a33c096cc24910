"""What has served its time is removed, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from portal.base import clock
from portal.base.config import Config
from portal.base.database import transaction
from portal.base.text import uid
from portal.models.decision import StepUpCode
from portal.models.instance import RateCount
from portal.models.link import Opening
from portal.models.outbox import OutboxMail
from portal.models.sign_in import LINK, STAFF, SignIn
from portal.policies import scope as scopes
from portal.worker.sweeping import Sweeping
from tests.personas import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_sessions_of_links_that_asked_for_no_page(instance: Config, world: World) -> None:
    now = clock.now()
    _session(world, "unused", created_at=now - timedelta(minutes=11))
    _session(world, "fresh", created_at=now - timedelta(minutes=9))
    _session(world, "opened", created_at=now - HOUR, opened_at=now - HOUR)
    _session(world, "staff", created_at=now - HOUR, kind=STAFF)
    Sweeping().step()
    assert _tokens(world) == {"fresh", "opened", "staff"}


def test_sessions_that_are_over_for_long(instance: Config, world: World) -> None:
    now = clock.now()
    _session(world, "ended", opened_at=now, ended_at=now - 31 * DAY)
    _session(world, "ended lately", opened_at=now, ended_at=now - 29 * DAY)
    _session(world, "expired", opened_at=now, expires_at=now - 31 * DAY)
    _session(world, "expired lately", opened_at=now, expires_at=now - 29 * DAY)
    Sweeping().step()
    assert _tokens(world) == {"ended lately", "expired lately"}


def test_what_was_opened_is_still_known(instance: Config, world: World) -> None:
    now = clock.now()
    session = _session(world, "old", opened_at=now, ended_at=now - 31 * DAY)
    with scopes.of_firm(world.firm) as scope:
        scope.add(Opening, client=world.lindner, document=world.offer, sign_in=session.id, what="1", at=now)
    Sweeping().step()
    with scopes.of_firm(world.firm) as scope:
        (opening,) = list(scope.of(Opening))
    assert opening.sign_in_id is None
    assert opening.document_id == world.offer


def test_a_session_that_was_sent_a_code_stays(instance: Config, world: World) -> None:
    now = clock.now()
    session = _session(world, "coded", ended_at=now - 31 * DAY)
    with scopes.of_firm(world.firm) as scope:
        scope.add(
            StepUpCode, sign_in=session.id, client=world.lindner, document=world.offer, shown="x", sent_to="x",
            created_at=now, expires_at=now,
        )  # fmt: skip
    Sweeping().step()
    assert _tokens(world) == {"coded"}


def test_counters_of_limits(instance: Config, world: World) -> None:
    now = clock.now()
    RateCount.insert(key="old", since=now - DAY - HOUR, count=3).execute()
    RateCount.insert(key="young", since=now - HOUR, count=3).execute()
    Sweeping().step()
    assert {row.key for row in list(RateCount.select())} == {"young"}


def test_mails_that_were_sent_or_dropped_long_ago(instance: Config, world: World) -> None:
    now = clock.now()
    with scopes.instance("a test begins with an empty outbox") as scope:
        scope.delete(OutboxMail).execute()
    for state in ("sent", "dropped", "failed", "queued"):
        for days in (89, 91):
            _mail(world, f"{state} {days}", state, now - days * DAY, None if state == "queued" else now - days * DAY)
    _mail(world, "sent late", "sent", now - 100 * DAY, now - 10 * DAY)
    Sweeping().step()
    with scopes.of_firm(world.firm) as scope:
        kept = {row.kind for row in list(scope.of(OutboxMail))}
    assert kept == {"sent 89", "dropped 89", "failed 89", "failed 91", "queued 89", "queued 91", "sent late"}


def test_in_batches_then_a_pause(instance: Config, world: World, move_clock: Callable[..., None]) -> None:
    now = clock.now()
    with transaction():
        for _ in range(1100):
            _session(world, uid(), created_at=now - HOUR)
    sweeping = Sweeping()
    assert sweeping.step()
    assert len(_tokens(world)) == 600
    assert sweeping.step()
    assert not sweeping.step()
    assert _tokens(world) == set()
    _session(world, "later", created_at=now - HOUR)
    sweeping.step()
    assert _tokens(world) == {"later"}, "a pause of 5 minutes"
    move_clock(minutes=6)
    sweeping.step()
    assert _tokens(world) == set()


def _mail(world: World, name: str, state: str, due: datetime, done: datetime | None) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.add(
            OutboxMail, kind=name, state=state, to="a@b.test", to_key="a@b.test", unique_key=name, created_at=due,
            not_before=due, done_at=done,
        )  # fmt: skip


def _session(world: World, token: str, **fields: Any) -> SignIn:
    now = clock.now()
    values = {
        "token": token, "kind": LINK, "client": world.lindner, "link_id": world.dora_link, "created_at": now,
        "seen_at": now, "proved_at": now, "idle_seconds": 60, "expires_at": now + DAY,
    }  # fmt: skip
    with scopes.of_firm(world.firm) as scope:
        return scope.add(SignIn, **{**values, **fields})


def _tokens(world: World) -> set[str]:
    with scopes.of_firm(world.firm) as scope:
        return {row.token for row in list(scope.of(SignIn))}
