"""Asking those who are waited for once more, and taking invitations back, person by person (T10, T11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from portal.base import clock
from portal.base.errors import Conflict, NotPermitted
from portal.models.contact import Contact
from portal.operations import audit, invitations
from portal.operations.operation import operation
from portal.operations.runs import NOT_ASSIGNED, may_work_for
from portal.policies import scope as scopes
from portal.policies.actors import Actor
from portal.policies.permissions import Permission
from portal.queries import reach
from portal.queries.reach import Seat

# more than so many are done by the worker
AT_ONCE = 50


@dataclass(frozen=True)
class Outcome:
    """What came of asking for many: how many were done, and how many were not, by the code of the reason."""

    done: int
    skipped: Mapping[str, int]


@operation(allow=Permission.CLIENT_WORK)
def resend(actor: Actor, contact: Contact, *, key: str, just_asked: bool = True) -> None:
    """Ask a contact in by one mail, or once more: the older invitation stops working. The same `key` asks once.

    `just_asked`: also somebody who was asked minutes ago. Raises Conflict with what stands in the way (`queries/reach`;
    `active`: came in meanwhile), NotPermitted.
    """
    scope = scopes.current()
    contact = scope.by_id(Contact, contact.id)
    if invitations.is_queued(contact, key):
        audit.noticed()
        return
    seat, obstacle = reach.best(_seats(actor, contact), clock.now())
    if obstacle and not (just_asked and obstacle == reach.JUST_INVITED):
        raise Conflict(obstacle)
    invitations.put(actor, contact, message="", key=key)
    _record(actor, "invitation.sent", seat, email=contact.email)


@operation(allow=Permission.CLIENT_WORK)
def cancel(actor: Actor, contact: Contact) -> None:
    """Take a contact's invitation back: the mailed link stops working, a queued mail is not sent.

    Raises Conflict `active` (came in meanwhile) or `not_invited`, NotPermitted.
    """
    contact = scopes.current().by_id(Contact, contact.id)
    seat = _seats(actor, contact)[0]
    if contact.invited_at is None:
        raise Conflict(reach.NOT_INVITED)
    if not contact.pending:
        raise Conflict(reach.ACTIVE)
    invitations.withdraw(contact)
    _record(actor, "invitation.cancelled", seat)


def resend_all(actor: Actor, contacts: Sequence[Contact], *, key: str) -> Outcome:
    """`resend` for each of them, in a transaction of its own."""
    return _each(contacts, lambda contact: resend(actor, contact, key=key, just_asked=False))


def cancel_all(actor: Actor, contacts: Sequence[Contact]) -> Outcome:
    """`cancel` for each of them, in a transaction of its own."""
    return _each(contacts, lambda contact: cancel(actor, contact))


def _seats(actor: Actor, contact: Contact) -> list[Seat]:
    """Where the actor may work for the contact. Raises NotPermitted: nowhere; Conflict: is nobody's contact now."""
    scope = scopes.current()
    seats = reach.seats(scope, scope.firm, contacts=[contact.id])
    mine = may_work_for(actor, {seat.client_id for seat in seats})
    theirs = [seat for seat in seats if seat.client_id in mine]
    if seats and not theirs:
        raise NotPermitted("not assigned")
    if not theirs:
        raise Conflict(reach.ENDED)
    return theirs


def _record(actor: Actor, action: str, seat: Seat, **personal: str) -> None:
    audit.record(
        actor, action, f"membership:{seat.membership_uid}", personal={"contact": seat.contact_name, **personal},
        client_id=seat.client_id,
    )  # fmt: skip


def _each(contacts: Sequence[Contact], act: Callable[[Contact], None]) -> Outcome:
    skipped: Counter[str] = Counter()
    for contact in contacts:
        try:
            act(contact)
        except Conflict as conflict:
            skipped[conflict.code] += 1
        except NotPermitted:
            skipped[NOT_ASSIGNED] += 1
    return Outcome(len(contacts) - skipped.total(), dict(skipped))
