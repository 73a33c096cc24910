"""The mail by which somebody is asked to join the team."""

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


def invite(mailing: Mailing) -> Letter:
    """An invitation to the team. Subject: `ticket`, `by` (staff or null)."""
    _ = mailing.gettext
    ticket, staff = _ticket(mailing)
    return letter(
        mailing,
        _("Invitation to the client portal of %(firm)s", firm=mailing.firm.name),
        staff_greeting(mailing, staff),
        by=mailing.sender_name() if mailing.first.subject.get("by") else "",
        address=mailing.address("/invite/" + tokens.issue(ticket.purpose, ticket.id, ticket.nonce)),
        until=instant(ticket.expires_at, mailing.firm.time_zone, mailing.language),
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
