"""What has served its time and is removed: sessions nobody uses, counters of limits, mail of long ago."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal.base import clock
from portal.models.decision import StepUpCode
from portal.models.instance import RateCount
from portal.models.link import Opening
from portal.models.outbox import DROPPED, SENT, OutboxMail
from portal.models.sign_in import LINK, SignIn
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.policies.permissions import Permission

UNUSED_LINK_SESSION = timedelta(minutes=10)
PAST_SESSION = timedelta(days=30)
PAST_COUNT = timedelta(days=1)
PAST_MAIL = timedelta(days=90)
_BATCH = 500


@operation(allow=Permission.INSTANCE, audited=False)
def sweep(actor: InstanceActor) -> bool:
    """Remove one batch of each; whether there may be more. The actor is of no firm: it concerns all.

    Sessions of links that asked for no page in 10 minutes (DETAILS 4), sessions that are over for 30 days, counters
    of limits after a day, mails that were sent or dropped after 90: what they told of stands elsewhere, and nothing of
    that age is queued anew. A session that was sent a code stays: the code's row says to whom.
    """
    now = clock.now()
    unused = (SignIn.kind == LINK) & SignIn.opened_at.is_null() & (SignIn.created_at < now - UNUSED_LINK_SESSION)
    past = (SignIn.ended_at < now - PAST_SESSION) | (SignIn.expires_at < now - PAST_SESSION)
    removed = _remove_sessions(unused | past)
    old = RateCount.select(RateCount.id).where(RateCount.since < now - PAST_COUNT).limit(_BATCH)
    counts = [row[0] for row in list(old.tuples())]
    RateCount.delete().where(RateCount.id.in_(counts)).execute()
    return max(removed, len(counts), _remove_mails()) == _BATCH


def _remove_sessions(which: Any) -> int:
    scope = scopes.current()
    with_code = scope.of(StepUpCode, StepUpCode.sign_in)
    query = scope.of(SignIn, SignIn.id).where(which, SignIn.id.not_in(with_code)).limit(_BATCH)
    ids = [row[0] for row in list(query.tuples())]
    # that a page was opened is still known without its session
    scope.update(Opening, sign_in=None).where(Opening.sign_in.in_(ids)).execute()
    scope.delete(SignIn).where(SignIn.id.in_(ids)).execute()
    return len(ids)


def _remove_mails() -> int:
    scope, limit = scopes.current(), clock.now() - PAST_MAIL
    # nothing is done before it is due, so the index by `not_before` leads to all of them
    old = (OutboxMail.not_before < limit) & (OutboxMail.done_at < limit)
    query = scope.of(OutboxMail, OutboxMail.id).where(OutboxMail.state.in_((SENT, DROPPED)), old).limit(_BATCH)
    ids = [row[0] for row in list(query.tuples())]
    scope.delete(OutboxMail).where(OutboxMail.id.in_(ids)).execute()
    return len(ids)
