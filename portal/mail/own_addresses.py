"""Mails about a contact's own change of e-mail address: to the new one for confirming, to the old one as a notice."""

from __future__ import annotations

from portal.base import tokens
from portal.base.language import instant
from portal.base.text import email_key, masked_email
from portal.mail.failures import Dropped
from portal.mail.mailing import Mailing, greeting
from portal.mail.message import Letter
from portal.mail.rendering import letter
from portal.models.contact import Contact
from portal.models.ticket import Ticket


def address(mailing: Mailing) -> Letter:
    """Confirm that this is one's own address. Subject: `ticket`, `contact`."""
    _ = mailing.gettext
    ticket, contact = mailing.row(Ticket, "ticket"), mailing.row(Contact, "contact")
    if not ticket.is_live(mailing.now) or email_key(ticket.new_email) != mailing.first.to_key:
        raise Dropped("ticket_over")
    if contact.email_key != ticket.email_key:
        raise Dropped("address_changed")
    return letter(
        mailing,
        _("Please confirm your new e-mail address"),
        greeting(mailing, contact),
        address=mailing.address("/email/" + tokens.issue(ticket.purpose, ticket.id, ticket.nonce)),
        until=instant(ticket.expires_at, mailing.firm.time_zone, mailing.language),
    )


def address_moved(mailing: Mailing) -> Letter:
    """To the old address, after the change. Subject: `contact`."""
    _ = mailing.gettext
    contact = mailing.row(Contact, "contact")
    return letter(
        mailing,
        _("Your e-mail address was changed"),
        greeting(mailing, contact),
        new=masked_email(contact.email) if contact.email else "",
        at=instant(mailing.first.created_at, mailing.firm.time_zone, mailing.language),
    )
