"""The notice to the old address after staff changed a contact's e-mail (TRUST, Sessions)."""

from __future__ import annotations

from portal.base import tokens
from portal.base.language import instant
from portal.base.text import masked_email
from portal.mail.failures import Dropped
from portal.mail.mailing import Mailing, greeting
from portal.mail.message import Letter
from portal.mail.rendering import letter
from portal.models.contact import Contact
from portal.models.ticket import Ticket


def address_changed(mailing: Mailing) -> Letter:
    """Who changed it and when, whom to call, and the address for saying that it was right.

    Subject: `contact`, `ticket`, `by` (staff or null). The notice goes out too when the change was released meanwhile,
    then without that address; not when the old address is the person's again.
    """
    _ = mailing.gettext
    contact, ticket = mailing.row(Contact, "contact"), mailing.row(Ticket, "ticket")
    if contact.email_key == ticket.email_key:
        raise Dropped("address_changed")
    token = tokens.issue(ticket.purpose, ticket.id, ticket.nonce)
    return letter(
        mailing,
        _("Your e-mail address at %(firm)s was changed", firm=mailing.firm.name),
        greeting(mailing, contact),
        by=mailing.sender_name(),
        at=instant(ticket.created_at, mailing.firm.time_zone, mailing.language),
        new=masked_email(ticket.new_email) if ticket.new_email else "",
        until=instant(ticket.expires_at, mailing.firm.time_zone, mailing.language),
        address=mailing.address(f"/address/{token}") if ticket.is_live(mailing.now) else "",
    )
