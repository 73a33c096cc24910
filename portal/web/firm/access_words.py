"""*Does this contact have access?* as one readable sentence, with the reason when not (T7, T13)."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from portal.models.client import ACTIVE, Client
from portal.queries.contacts import BOUNCED, HELD, INVALID_EMAIL, NO_ACCESS, NO_EMAIL, NOTIFY_OFF, ContactRow
from portal.web.formats import short_day, short_instant


def sentence(row: ContactRow, client: Client, now: datetime) -> str:
    """The answer: *Yes*, *Not yet*, *Not now* or *No*, and why."""
    if row.state == NO_ACCESS:
        return _closed(row, client)
    if row.has_password:
        return _by_password(row)
    if row.state == ACTIVE:
        return _by_link(row, now)
    return _unreachable(row) or _invited(row, now) or _never_asked(row)


def _closed(row: ContactRow, client: Client) -> str:
    if client.is_archived:
        return _("No. This client is archived.")
    if not client.portal_access:
        return _("No. The portal of this client is closed.")
    if row.seen_at:
        return _("No. Login is off; last here on %(day)s.", day=short_day(row.seen_at))
    return _("No. Login is off.")


def _by_password(row: ContactRow) -> str:
    if row.seen_at:
        return _(
            "Yes. %(name)s signs in with a password; last here on %(day)s.",
            name=row.contact.name, day=short_day(row.seen_at),
        )  # fmt: skip
    return _("Yes. %(name)s has a password, but has not been here yet.", name=row.contact.name)


def _by_link(row: ContactRow, now: datetime) -> str:
    name, link = row.contact.name, row.link
    seen = short_day(row.seen_at or row.membership.activated_at)
    if link is None:
        return _("Not now. %(name)s was last here on %(day)s; the secret link was revoked since.", name=name, day=seen)
    if not link.is_live(now):
        return _("Not now. The secret link of %(name)s ran out on %(day)s.", name=name, day=short_day(link.expires_at))
    return _("Yes. %(name)s comes by secret link; last here on %(day)s.", name=name, day=seen)


def _unreachable(row: ContactRow) -> str:
    """What stands in the way of the address, whether it was written to or not."""
    if NO_EMAIL in row.missing:
        return _("Not yet. Login is on, but there is no e-mail address for an invitation.")
    if INVALID_EMAIL in row.missing:
        return _("No. The e-mail address is not valid, so nothing can be sent.")
    if BOUNCED in row.missing:
        return _("No. The mail server refused the address: %(words)s", words=row.contact.email_error)
    if HELD in row.missing:
        until = short_instant(row.contact.held_until)
        return _("Not yet. The e-mail address was changed; nothing is sent to the new one until %(day)s.", day=until)
    return ""


def _invited(row: ContactRow, now: datetime) -> str:
    if row.contact.invited_at is None:
        return ""
    day, by, until = short_day(row.contact.invited_at), row.invited_by, row.invited_until
    if until is None and row.link is not None:
        if by:
            return _("Not yet. Invited on %(day)s by %(by)s; the link has no end.", day=day, by=by)
        return _("Not yet. Invited on %(day)s; the link has no end.", day=day)
    if until is None:
        if by:
            return _("Not yet. Invited on %(day)s by %(by)s, but no link opens this portal now.", day=day, by=by)
        return _("Not yet. Invited on %(day)s, but no link opens this portal now.", day=day)
    end = short_day(until)
    if until > now:
        if by:
            return _(
                "Not yet. Invited on %(day)s by %(by)s; the link is valid until %(until)s.", day=day, by=by, until=end
            )
        return _("Not yet. Invited on %(day)s; the link is valid until %(until)s.", day=day, until=end)
    if by:
        return _("Not yet. Invited on %(day)s by %(by)s; the link ran out on %(until)s.", day=day, by=by, until=end)
    return _("Not yet. Invited on %(day)s; the link ran out on %(until)s.", day=day, until=end)


def _never_asked(row: ContactRow) -> str:
    if NOTIFY_OFF in row.missing:
        return _("Not yet. Login is on, but notifications are off, so no invitation can be sent.")
    return _("Not yet. Login is on, but nobody has sent an invitation.")
