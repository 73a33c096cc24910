"""Mails about a password: a new one can be set, it was changed. To staff, and to contacts."""

from __future__ import annotations

from portal.base import tokens
from portal.base.language import instant
from portal.mail.failures import Dropped
from portal.mail.mailing import Mailing, greeting, staff_greeting
from portal.mail.message import Letter
from portal.mail.rendering import letter
from portal.models.contact import Contact
from portal.models.identity import Identity
from portal.models.staff import Staff
from portal.models.ticket import Ticket
from portal.operations import reset_answers
from portal.policies.actors import InstanceActor
from portal.queries import firms


def reset(mailing: Mailing) -> Letter:
    """A new password. Subject: `ticket`; or nothing: somebody typed the address, and the ticket is made now."""
    if "ticket" not in mailing.first.subject:
        _answer(mailing)
    _ = mailing.gettext
    ticket = mailing.row(Ticket, "ticket")
    if not ticket.is_live(mailing.now):
        raise Dropped("ticket_over")
    return letter(
        mailing,
        _("A new password for the client portal of %(firm)s", firm=mailing.firm.name),
        _greeting(mailing, ticket),
        is_staff=ticket.staff_id is not None,
        address=mailing.address("/password/reset/" + tokens.issue(ticket.purpose, ticket.id, ticket.nonce)),
        until=instant(ticket.expires_at, mailing.firm.time_zone, mailing.language),
    )


def password_changed(mailing: Mailing) -> Letter:
    """A notice after each new password. Subject: `staff`, or `contact`."""
    _ = mailing.gettext
    is_staff = "staff" in mailing.first.subject
    return letter(
        mailing,
        _("Your password was changed"),
        staff_greeting(mailing, mailing.staff()) if is_staff else greeting(mailing, mailing.row(Contact, "contact")),
        is_staff=is_staff,
        address=mailing.address(firms.forgotten_path(mailing.firm)),
        at=instant(mailing.first.created_at, mailing.firm.time_zone, mailing.language),
    )


def _answer(mailing: Mailing) -> None:
    answer = reset_answers.answer(InstanceActor(mailing.firm.id, "worker"), mailing.first)
    if answer is None:
        raise Dropped("nobody")
    if answer.invited:
        raise Dropped("invited")


def _greeting(mailing: Mailing, ticket: Ticket) -> str:
    """Whose ticket it is by name. Raises Dropped when it opens nothing or goes to another address than it should."""
    if ticket.staff_id is not None:
        staff = mailing.row(Staff, "staff", {"staff": ticket.staff_id})
        if not staff.is_active:
            raise Dropped("staff_deactivated")
        _demand_address(mailing, ticket, staff.identity_id)
        return staff_greeting(mailing, staff)
    contact = mailing.row(Contact, "contact", {"contact": ticket.contact_id})
    if contact.held_until is not None and contact.held_until > mailing.now:
        raise Dropped("address_held")
    if contact.email_key != ticket.email_key:
        raise Dropped("address_changed")
    _demand_address(mailing, ticket, contact.identity_id)
    return greeting(mailing, contact)


def _demand_address(mailing: Mailing, ticket: Ticket, identity_id: int | None) -> None:
    identity = mailing.row(Identity, "identity", {"identity": identity_id})
    if not identity.email_key == ticket.email_key == mailing.first.to_key:
        raise Dropped("address_changed")
