"""Whose forgotten password it is: the worker's half of `operations/resets.py` (TRUST, Sessions)."""

from __future__ import annotations

from datetime import timedelta

from portal.base import clock
from portal.base.language import known
from portal.base.text import email_key
from portal.models.identity import Identity
from portal.models.outbox import OutboxMail
from portal.models.staff import Staff
from portal.models.ticket import RESET, Ticket
from portal.operations import audit
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.policies.permissions import Permission

LASTS = timedelta(minutes=30)


@operation(allow=Permission.INSTANCE)
def answer(actor: InstanceActor, mail: OutboxMail) -> Ticket | None:
    """Make the ticket and turn the mail to the stored address, never the submitted one; None: nobody has it."""
    found = _holder(mail.to_key)
    if found is None:
        audit.noticed()
        return None
    staff, identity = found
    ticket = _new_ticket(staff, identity)
    scopes.current().change(
        mail,
        subject={"ticket": ticket.id},
        to=identity.email,
        to_key=email_key(identity.email),
        language=known(identity.language, mail.language),
        not_after=ticket.expires_at,
    )
    audit.record(actor, "staff.reset_asked", staff, personal={"name": staff.name})
    return ticket


def _holder(key: str) -> tuple[Staff, Identity] | None:
    scope = scopes.current()
    query = scope.join(scope.of(Staff, Staff, Identity), Identity, Staff.identity == Identity.id)
    staff = scope.first(
        query.where(Identity.email_key == key, Identity.password.is_null(False), Staff.deactivated_at.is_null())
    )
    return None if staff is None else (staff, staff.identity)


def _new_ticket(staff: Staff, identity: Identity) -> Ticket:
    scope, now = scopes.current(), clock.now()
    older = (Ticket.staff == staff.id) & (Ticket.purpose == RESET) & Ticket.used_at.is_null()
    scope.update(Ticket, cancelled_at=now).where(older, Ticket.cancelled_at.is_null()).execute()
    return scope.add(
        Ticket, purpose=RESET, staff=staff.id, email_key=identity.email_key, created_at=now, expires_at=now + LASTS
    )
