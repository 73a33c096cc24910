"""The notice to staff that a client's contact invited a colleague."""

from __future__ import annotations

from portal.mail.failures import Dropped
from portal.mail.mailing import Mailing, staff_greeting
from portal.mail.message import Letter
from portal.mail.rendering import Fact, letter
from portal.models.client import Client
from portal.models.contact import Contact


def colleague_invited(mailing: Mailing) -> Letter:
    """Subject: `staff`, `client`, `by` (contact), `membership` (or null), `outcome`, `name` and `email` as typed."""
    _ = mailing.gettext
    staff, subject = mailing.staff(), mailing.first.subject
    if not staff.mail_comments:
        raise Dropped("switched_off")
    client, by = mailing.row(Client, "client"), mailing.row(Contact, "by")
    facts = [
        Fact(_("Name"), str(subject["name"])),
        Fact(_("E-mail"), str(subject["email"])),
        Fact(_("Client"), f"{client.name} ({client.number})"),
        Fact(_("Invited by"), by.name),
    ]
    return letter(
        mailing,
        _("%(name)s of %(client)s invited a colleague", name=by.name, client=client.name),
        staff_greeting(mailing, staff),
        is_unsure=subject["outcome"] == "unsure",
        facts=facts,
        address=mailing.address(f"/firm/clients/{client.uid}"),
    )
