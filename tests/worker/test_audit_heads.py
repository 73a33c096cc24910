"""The head of the audit chain goes to the active admins, once a week, from Monday at 6."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.base import clock
from portal.base.config import Config
from portal.models.audit_entry import AuditEntry
from portal.models.firm import Firm
from portal.models.outbox import OutboxMail
from portal.models.staff import Staff
from portal.policies import scope as scopes
from portal.worker.audit_heads import AuditHeads
from tests.personas import World

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def until(move_clock: Callable[..., None]) -> Callable[[datetime], None]:
    def move(moment: datetime) -> None:
        move_clock(seconds=(moment - clock.now()).total_seconds())

    return move


def test_once_a_week_to_each_active_admin(
    instance: Config,
    world: World,
    until: Callable[[datetime], None],
) -> None:
    heads, monday = AuditHeads(), _next_monday()
    until(monday - timedelta(minutes=20))
    heads.step()
    assert _mails(world) == []
    until(monday + timedelta(minutes=1))
    heads.step()
    first = _mails(world)
    assert {row.to for row in first} == {"anna@petry.example.com", "founder@petry.example.com"}
    with scopes.of_firm(world.firm) as scope:
        last = scope.first(scope.of(AuditEntry).order_by(AuditEntry.number.desc()))
    assert {(row.subject["number"], row.subject["hash"]) for row in first} == {(last.number, last.hash)}
    until(monday + timedelta(days=3))
    heads.step()
    AuditHeads().step()
    assert len(_mails(world)) == len(first)
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.by_id(Staff, world.anna), deactivated_at=clock.now())
    until(monday + timedelta(days=7, minutes=1))
    heads.step()
    assert [row.to for row in _mails(world)[len(first) :]] == ["founder@petry.example.com"]


def test_missed_on_monday_it_comes_later_in_the_week(
    instance: Config,
    world: World,
    until: Callable[[datetime], None],
) -> None:
    until(_next_monday() + timedelta(days=4))
    AuditHeads().step()
    assert len(_mails(world)) == 2


def test_a_firm_of_this_week_waits_for_the_next(
    instance: Config,
    world: World,
    until: Callable[[datetime], None],
) -> None:
    until(_next_monday() + timedelta(days=1))
    with scopes.of_firm(world.firm) as scope:
        scope.update(Firm, created_at=clock.now()).execute()
    AuditHeads().step()
    assert _mails(world) == []
    assert len(_mails(world, world.other_firm)) == 2


def _next_monday() -> datetime:
    today = clock.now().astimezone(BERLIN).date()
    monday = today + timedelta(days=7 - today.weekday())
    return datetime(monday.year, monday.month, monday.day, 6, tzinfo=BERLIN)


def _mails(world: World, firm_id: int | None = None) -> list[OutboxMail]:
    with scopes.of_firm(firm_id or world.firm) as scope:
        return list(scope.of(OutboxMail).where(OutboxMail.kind == "audit_head").order_by(OutboxMail.id))
