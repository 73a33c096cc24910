"""Mails from the outbox to the mail server: claim, render, send, report (TRUST, Outbox; DETAILS 11).

Whatever the moment at which the process dies, the mail is sent once, or twice under the same Message-ID: the claim
runs out after 120 seconds and somebody else takes over.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from time import monotonic

from portal.base import clock
from portal.base.config import Config
from portal.mail import queue, transport
from portal.mail.failures import Dropped, NoLine, NotDelivered, RecipientRefused
from portal.mail.kinds import KINDS
from portal.mail.mailing import Mailing
from portal.mail.message import Envelope, compose, wire_address
from portal.mail.queue import Claim
from portal.mail.transport import Transport
from portal.models.firm import Firm
from portal.models.outbox import OutboxMail
from portal.policies import scope as scopes

ATTEMPTS_AT_MOST = 8
AT_ONCE = 20
# between two looks at everything else the worker has to do
STEP_SECONDS = 2.0
FIRST_SILENCE, LONGEST_SILENCE = 2.0, 30.0
log = logging.getLogger("portal.mail")


class Outgoing:
    """The worker's piece of mail work. Keeps its line to the server while there is something to send."""

    def __init__(self, config: Config, *, is_stopping: Callable[[], bool] = lambda: False) -> None:
        self._config, self._is_stopping = config, is_stopping
        self._way = transport.of(config)
        self._silence = _Silence()

    def step(self, most: int = AT_ONCE) -> bool:
        """Send some of what is due; whether there may be more at once.

        What a transport or a cancelled subject says is reported at the row. A mistake in making the mail comes out as
        it is: the worker's loop logs it, the claim runs out, and after 8 attempts the mail is parked as failed.
        """
        if self._silence.holds:
            return False
        waiting, ends = deque(queue.claim_some(most)), monotonic() + STEP_SECONDS
        if not waiting:
            self.close()
            return False
        try:
            while waiting and monotonic() < ends and not (self._silence.holds or self._is_stopping()):
                self._deliver(waiting.popleft())
        finally:
            queue.give_back(waiting)
        return not self._silence.holds

    @property
    def is_silent(self) -> bool:
        """Whether the server could not be talked to just now."""
        return self._silence.holds

    def close(self) -> None:
        """Hang up."""
        self._way.close()

    def _deliver(self, claimed: Claim) -> None:
        first = claimed.first
        try:
            _send(self._config, self._way, claimed)
        except Dropped as dropped:
            queue.dropped(claimed, dropped.reason)
        except RecipientRefused as refused:
            queue.refused(claimed, refused.words)
        except NotDelivered as failure:
            log.warning("mail %s (%s) was not delivered: %s", first.uid, first.kind, failure.words)
            queue.put_back(claimed, failure.words)
            if isinstance(failure, NoLine):
                self._silence.begin()
        else:
            queue.sent(claimed)
            self._silence.end()


class _Silence:
    """After a server that cannot be talked to, a pause that grows: others' attempts are not spent on it, and the
    worker's time is not spent waiting."""

    def __init__(self) -> None:
        self._until, self._next = 0.0, FIRST_SILENCE

    @property
    def holds(self) -> bool:
        return monotonic() < self._until

    def begin(self) -> None:
        self._until = monotonic() + self._next
        self._next = min(2 * self._next, LONGEST_SILENCE)

    def end(self) -> None:
        self._next = FIRST_SILENCE


def deliver_next(config: Config) -> bool:
    """Send the next mail that is due over a line of its own; False when there is none."""
    outgoing = Outgoing(config)
    try:
        return outgoing.step(1) or outgoing.is_silent
    finally:
        outgoing.close()


def _send(config: Config, way: Transport, claimed: Claim) -> None:
    first = claimed.first
    if first.not_after is not None and first.not_after <= clock.now():
        raise Dropped("too_late")
    if first.attempts > ATTEMPTS_AT_MOST:
        raise NotDelivered(first.error or "the program stopped each time it tried to send this mail")
    with scopes.of_firm(first.firm_id) as scope:
        mailing = Mailing(scope, scope.by_id(Firm, first.firm_id), claimed.rows, config.base_url)
        letter, envelope = KINDS[first.kind](mailing), _envelope(config, mailing)
    sender = wire_address(config.mail_from)
    way.send(sender, envelope.to, _file_name(first), compose(letter, envelope))


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
        # without https the address could be read, and used, on the way (RFC 8058, 3.1)
        unsubscribe=mailing.choice_address if config.https or config.loopback else "",
    )


def _recipient(mail: OutboxMail) -> str:
    try:
        return wire_address(mail.to)
    except ValueError:
        raise RecipientRefused("this is no address that mail servers take") from None


def _file_name(mail: OutboxMail) -> str:
    """Sorted by time; the same for the same mail, so that a second sending leaves no second file."""
    return f"{mail.created_at:%Y%m%dT%H%M%S}-{mail.message_id}"
