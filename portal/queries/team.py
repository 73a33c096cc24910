"""The team of a firm: who is in it, and what may be done with whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from peewee import fn

from portal.base import clock
from portal.models.identity import Identity
from portal.models.sign_in import STAFF, SignIn
from portal.models.staff import ADMIN, Staff
from portal.models.ticket import INVITE, Ticket
from portal.policies.scope import Scope

ACTIVE, INVITED, LAPSED, DEACTIVATED = "active", "invited", "lapsed", "deactivated"


@dataclass(frozen=True)
class Member:
    """A staff member. `state`: `active`, `invited`, `lapsed` (the invitation ran out) or `deactivated`.

    `keeps`: the last portal admin who can sign in, and so cannot be deactivated or made an adviser.
    """

    uid: str
    name: str
    email: str
    role: str
    state: str
    seen_at: datetime | None
    invited_until: datetime | None
    mail_decisions: bool
    keeps: bool


def members(scope: Scope) -> list[Member]:
    """The whole team: who is in it by name, then those deactivated."""
    rows = list(
        scope.join(scope.of(Staff, Staff, Identity), Identity, Staff.identity == Identity.id).order_by(
            Staff.deactivated_at.is_null(False), fn.LOWER(Staff.name), Staff.id
        )
    )
    tickets, seen, now = _tickets(scope, [row.id for row in rows]), _last_seen(scope), clock.now()
    invited = {row.staff_id: row.expires_at for row in tickets if row.purpose == INVITE and _is_open(row)}
    came = {row.id for row in rows if row.identity.password is not None} - _awaited(tickets)
    able = [row.id for row in rows if row.role == ADMIN and row.is_active and row.id in came]
    return [
        _member(row, seen.get(row.id), invited.get(row.id), now, came=row.id in came, keeps=able == [row.id])
        for row in rows
    ]


def _member(
    row: Staff, seen: datetime | None, invited: datetime | None, now: datetime, *, came: bool, keeps: bool
) -> Member:
    identity: Identity = row.identity
    if not row.is_active:
        state = DEACTIVATED
    elif came:
        state = ACTIVE
    else:
        state = INVITED if invited is not None and invited > now else LAPSED
    until = invited if state == INVITED else None
    return Member(row.uid, row.name, identity.email, row.role, state, seen, until, row.mail_decisions, keeps=keeps)


def _last_seen(scope: Scope) -> dict[int, datetime]:
    query = scope.of(SignIn, SignIn.staff, fn.MAX(SignIn.seen_at).alias("last")).where(SignIn.kind == STAFF)
    return {row.staff_id: row.last for row in query.group_by(SignIn.staff)}


def _tickets(scope: Scope, staff: list[int]) -> list[Ticket]:
    """Of the team alone: contacts have thousands."""
    return list(scope.of(Ticket).where(Ticket.staff.in_(staff)).order_by(Ticket.created_at))


def _is_open(ticket: Ticket) -> bool:
    return ticket.used_at is None and ticket.cancelled_at is None


def _awaited(tickets: list[Ticket]) -> set[int]:
    """Who was invited and never used what was mailed, though she may have a password as a contact."""
    asked = {ticket.staff_id for ticket in tickets if ticket.purpose == INVITE}
    return asked - {ticket.staff_id for ticket in tickets if ticket.used_at is not None}
