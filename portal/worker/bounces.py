"""Looks into the sender's mailbox every few minutes, in a thread of its own: a slow server keeps no mail waiting."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

from portal.base import clock
from portal.base.config import Config
from portal.base.database import database, roll_back_open, transaction
from portal.mail import bounce
from portal.mail.mailbox import Address, Mailbox, Unreachable
from portal.models import notices
from portal.operations import bounces
from portal.policies.actors import InstanceActor

EVERY = timedelta(minutes=5)
MOST_AT_ONCE = 200
log = logging.getLogger("portal.worker")


class Bounces:
    """Reads what is new, one look at a time. `last_look` is the thread of the latest one."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._looked_at: datetime | None = None
        self.last_look: threading.Thread | None = None

    def step(self) -> bool:
        """Begin a look when one is due. Never more at once."""
        now = clock.now()
        if self._config.bounce_url is None or (self.last_look is not None and self.last_look.is_alive()):
            return False
        if self._looked_at is not None and abs(now - self._looked_at) < EVERY:
            return False
        self._looked_at = now
        self.last_look = threading.Thread(target=self._look, name="bounces", daemon=True)
        self.last_look.start()
        return False

    def _look(self) -> None:
        try:
            count = look(self._config)
            if count:
                log.info("%s bounced mails were noted", count)
        except Unreachable as error:
            log.warning("the mailbox for bounced mails cannot be read: %s", error.words)
        except Exception:
            # as in the worker's loop, whose other half this is: what failed is tried again
            log.exception("reading bounced mails failed")
            roll_back_open()
        finally:
            database.close()


def look(config: Config) -> int:
    """Note what came back since the last look; how many mails did. Raises Unreachable.

    Each is noted first and put aside then: killed between the two, the next look finds it again and changes nothing.
    How far the mailbox was looked through is kept, so that other people's mail is not read again and again.
    """
    assert config.bounce_url is not None
    domain, count = config.mail_from.rpartition("@")[2], 0
    with Mailbox(Address.of(config.bounce_url)) as box:
        era = box.validity
        for number in box.unread(_seen(era), MOST_AT_ONCE):
            found = bounce.read(box.content(number), domain)
            if found is not None and _noted(found):
                box.put_aside(number)
                count += 1
            with transaction():
                notices.put(notices.BOUNCES_SEEN, f"{era}:{number}")
    return count


def _noted(found: bounce.Bounce) -> bool:
    """Whether it speaks of mails that we sent to just these addresses."""
    ours = [mail for mail in bounces.sent_as(found.message_ids) if mail.to_key in found.failed]
    for mail in ours:
        bounces.note(InstanceActor(mail.firm_id, "worker"), mail, words=found.failed[mail.to_key])
    return bool(ours)


def _seen(era: int) -> int:
    notice = notices.find(notices.BOUNCES_SEEN)
    before, _, number = (notice.value if notice is not None else "").partition(":")
    return int(number) if before == str(era) and number.isdigit() else 0
