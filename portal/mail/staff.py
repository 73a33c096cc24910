"""Mails about a staff member's own access."""

from __future__ import annotations

from portal.base import tokens
from portal.base.language import instant
from portal.mail.failures import Dropped
from portal.mail.mailing import Mailing, staff_greeting
from portal.mail.message import Letter
from portal.mail.rendering import letter
from portal.models.identity import Identity
from portal.models.staff import Staff
from portal.models.ticket import Ticket
from portal.operations import reset_answers
from portal.policies.actors import InstanceActor


def invite(mailing: Mailing) -> Letter:
    """An invitation to the team. Subject: `ticket`, `by` (staff or null)."""
    _ = mailing.gettext
    ticket, staff = _ticket(mailing)
    return letter(
        mailing,
        _("Invitation to the client portal of %(firm)s", firm=mailing.firm.name),
        staff_greeting(mailing, staff),
        by=mailing.sender_name() if mailing.first.subject.get("by") else "",
        address=_ticket_address(mailing, "/invite/", ticket),
        until=instant(ticket.expires_at, mailing.firm.time_zone, mailing.language),
    )


def reset(mailing: Mailing) -> Letter:
    """A new password. Subject: `ticket`; or nothing: somebody typed the address, and the ticket is made now."""
    asked_by_anybody = "ticket" not in mailing.first.subject
    if asked_by_anybody and reset_answers.answer(InstanceActor(mailing.firm.id, "worker"), mailing.first) is None:
        raise Dropped("nobody")
    _ = mailing.gettext
    ticket, staff = _ticket(mailing)
    return letter(
        mailing,
        _("A new password for the client portal of %(firm)s", firm=mailing.firm.name),
        staff_greeting(mailing, staff),
        address=_ticket_address(mailing, "/password/reset/", ticket),
        until=instant(ticket.expires_at, mailing.firm.time_zone, mailing.language),
    )


def password_changed(mailing: Mailing) -> Letter:
    """A notice after each new password. Subject: `staff`."""
    _ = mailing.gettext
    staff = mailing.staff()
    return letter(
        mailing,
        _("Your password was changed"),
        staff_greeting(mailing, staff),
        address=mailing.address("/password/forgot"),
        at=instant(mailing.first.created_at, mailing.firm.time_zone, mailing.language),
    )


def _ticket(mailing: Mailing) -> tuple[Ticket, Staff]:
    ticket = mailing.row(Ticket, "ticket")
    if not ticket.is_live(mailing.now):
        raise Dropped("ticket_over")
    staff = mailing.row(Staff, "staff", {"staff": ticket.staff_id})
    if not staff.is_active:
        raise Dropped("staff_deactivated")
    identity = mailing.scope.by_id(Identity, staff.identity_id)
    if not identity.email_key == ticket.email_key == mailing.first.to_key:
        raise Dropped("address_changed")
    return ticket, staff


def _ticket_address(mailing: Mailing, path: str, ticket: Ticket) -> str:
    return mailing.address(path + tokens.issue(ticket.purpose, ticket.id, ticket.nonce))
