"""Mails to the portal admins about the firm as a whole."""

from __future__ import annotations

from portal.base.language import instant
from portal.mail.mailing import Mailing, staff_greeting
from portal.mail.message import Letter
from portal.mail.rendering import letter


def links_exported(mailing: Mailing) -> Letter:
    """Somebody took all secret links out of the house (DETAILS 9). Subject: `staff`, `by`, `count`."""
    _ = mailing.gettext
    staff = mailing.staff()
    return letter(
        mailing,
        _("The secret links of your clients were exported"),
        staff_greeting(mailing, staff),
        by=mailing.sender_name() if mailing.first.subject.get("by") else "",
        count=int(mailing.first.subject["count"]),
        at=instant(mailing.first.created_at, mailing.firm.time_zone, mailing.language),
        address=mailing.address("/firm/audit"),
    )


def audit_head(mailing: Mailing) -> Letter:
    """The last entry of the audit chain, kept outside the house (TRUST, Audit). Subject: `staff`, `number`, `hash`."""
    _ = mailing.gettext
    staff = mailing.staff()
    subject = mailing.first.subject
    return letter(
        mailing,
        _("Seal of the audit log, entry %(number)s", number=subject["number"]),
        staff_greeting(mailing, staff),
        number=subject["number"],
        hash=subject["hash"],
        at=instant(mailing.first.created_at, mailing.firm.time_zone, mailing.language),
    )
