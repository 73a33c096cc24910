"""What another login type or default access of the firm would mean, before it is so (B2, B5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.models.firm import ALL, Firm
from portal.policies.scope import Scope
from portal.queries import reach
from portal.queries.client_plans import Group, at, groups
from portal.queries.reach import Seat


@dataclass(frozen=True)
class Effect:
    """`granted`: contacts that get login; `waiting`: contacts that could get in only with a new invitation.

    `invited`: how many of both an invitation would reach, `not_invited` the others by reason.
    """

    granted: int
    waiting: int
    invited: int
    not_invited: Sequence[Group]

    @property
    def concerns_somebody(self) -> bool:
        return bool(self.granted or self.waiting)


def effect(scope: Scope, firm: Firm, now: datetime, *, login_type: str, default_access: str) -> Effect:
    """What changing to these means."""
    becomes_all = default_access == ALL and firm.default_access != ALL
    granted = reach.without_login(scope, firm) if becomes_all else []
    waiting = reach.waiting_under(scope, firm, login_type) if login_type != firm.login_type else []
    chosen = _chosen([*(seat.switched(login=True) for seat in granted), *waiting], now)
    return Effect(
        granted=len({seat.contact_id for seat in granted}),
        waiting=len({seat.contact_id for seat in waiting}),
        invited=sum(1 for _seat, reason in chosen if not reason),
        not_invited=groups((reason, at(seat)) for seat, reason in chosen if reason),
    )


def _chosen(seats: Sequence[Seat], now: datetime) -> list[tuple[Seat, str]]:
    return [reach.best(of_contact, now) for of_contact in reach.by_contact(seats).values()]
