"""The head of the audit chain, mailed to the admins once a week: a seal kept outside the house (TRUST, Audit)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.base import clock
from portal.base.language import known
from portal.models.audit_entry import AuditEntry
from portal.models.firm import Firm
from portal.models.identity import Identity
from portal.models.outbox import enqueue
from portal.models.staff import ADMIN, Staff
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.policies.permissions import Permission

_HOUR = time(6)


def due() -> list[Firm]:
    """Firms whose admins get the head this week, whether they got it already or not."""
    now = clock.now()
    with scopes.instance("the audit chains of all firms are told to their admins") as scope:
        firms: list[Firm] = list(scope.of(Firm).order_by(Firm.id))
    return [firm for firm in firms if firm.created_at < week_of(firm, now) <= now]


def week_of(firm: Firm, now: datetime) -> datetime:
    """When this week's mail is due: Monday at 6 in the firm's zone."""
    zone = ZoneInfo(firm.time_zone)
    today = now.astimezone(zone).date()
    return datetime.combine(today - timedelta(days=today.weekday()), _HOUR, zone)


@operation(allow=Permission.INSTANCE, audited=False)
def mail(_actor: InstanceActor, firm: Firm) -> None:
    """Queue this week's mail to each active admin; a second time in the week it does nothing."""
    scope = scopes.current()
    last = scope.first(scope.of(AuditEntry).order_by(AuditEntry.number.desc()))
    if last is None:
        return
    week = week_of(firm, clock.now()).date().isoformat()
    admins = scope.join(scope.of(Staff, Staff, Identity), Identity, Staff.identity == Identity.id)
    for admin in list(admins.where(Staff.role == ADMIN, Staff.deactivated_at.is_null())):
        enqueue(
            "audit_head",
            {"staff": admin.id, "number": last.number, "hash": last.hash},
            admin.identity.email,
            key=week,
            language=known(admin.identity.language, firm.language),
        )
