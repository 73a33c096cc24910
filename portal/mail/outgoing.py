"""One mail from the outbox to the mail server: claim, render, send, report (TRUST, Outbox; DETAILS 11).

Whatever the moment at which the process dies, the mail is sent once, or twice under the same Message-ID: the claim
runs out after 120 seconds and somebody else takes over.
"""

from __future__ import annotations

import logging

from portal.base import clock
from portal.base.config import Config
from portal.mail import queue, transport
from portal.mail.failures import Dropped, NotDelivered, RecipientRefused
from portal.mail.kinds import KINDS
from portal.mail.mailing import Mailing
from portal.mail.message import Envelope, compose, wire_address
from portal.mail.queue import Claim
from portal.models.outbox import OutboxMail
from portal.policies import scope as scopes

ATTEMPTS_AT_MOST = 8
log = logging.getLogger("portal.mail")


def deliver_next(config: Config) -> bool:
    """Send the next mail that is due; False when there is none.

    What a transport or a cancelled subject says is reported at the row. A mistake in making the mail comes out as it
    is: the worker's loop logs it, the claim runs out, and after 8 attempts the mail is parked as failed.
    """
    claimed = queue.claim()
    if claimed is None:
        return False
    first = claimed.first
    try:
        _send(config, claimed)
    except Dropped as dropped:
        queue.dropped(claimed, dropped.reason)
    except RecipientRefused as refused:
        queue.refused(claimed, refused.words)
    except NotDelivered as failure:
        log.warning("mail %s (%s) was not delivered: %s", first.uid, first.kind, failure.words)
        queue.put_back(claimed, failure.words)
    else:
        queue.sent(claimed)
    return True


def _send(config: Config, claimed: Claim) -> None:
    first = claimed.first
    if first.not_after is not None and first.not_after <= clock.now():
        raise Dropped("too_late")
    if first.attempts > ATTEMPTS_AT_MOST:
        raise NotDelivered(first.error or "the program stopped each time it tried to send this mail")
    with scopes.of_firm(first.firm_id) as scope:
        mailing = Mailing(scope, scope.firm, claimed.rows, config.base_url)
        letter = KINDS[first.kind](mailing)
    envelope = _envelope(config, mailing)
    sender = wire_address(config.mail_from)
    transport.of(config).send(sender, envelope.to, _file_name(first), compose(letter, envelope))


def _envelope(config: Config, mailing: Mailing) -> Envelope:
    first, firm = mailing.first, mailing.firm
    return Envelope(
        sender=config.mail_from,
        sender_name=firm.name,
        reply_to=firm.email,
        to=_recipient(first),
        message_id=f"{first.message_id}@{config.mail_from.rpartition('@')[2]}",
        language=first.language,
        date=clock.now(),
    )


def _recipient(mail: OutboxMail) -> str:
    try:
        return wire_address(mail.to)
    except ValueError:
        raise RecipientRefused("this is no address that mail servers take") from None


def _file_name(mail: OutboxMail) -> str:
    """Sorted by time; the same for the same mail, so that a second sending leaves no second file."""
    return f"{mail.created_at:%Y%m%dT%H%M%S}-{mail.message_id}"
