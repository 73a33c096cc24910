"""Why somebody is not asked in, and what came of asking many."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.operations.pending import NOT_PERMITTED, Outcome
from portal.queries import reach

REASONS = {
    reach.ACTIVE: _l("has come in meanwhile"),
    reach.NOT_INVITED: _l("has no invitation that could be cancelled"),
    reach.NO_EMAIL: _l("has no e-mail address"),
    reach.INVALID_EMAIL: _l("has an e-mail address that is not valid"),
    reach.BOUNCED: _l("has an e-mail address from which mail came back"),
    reach.HELD: _l("has a new e-mail address that is not used yet"),
    reach.NOTIFY_OFF: _l("gets no e-mail, because Notify is off"),
    reach.LOGIN_OFF: _l("may not sign in any more"),
    reach.CLOSED: _l("belongs to a client whose portal is closed"),
    reach.ARCHIVED: _l("belongs to a client in the archive"),
    reach.TEST_CLIENT: _l("belongs to the test client"),
    reach.JUST_INVITED: _l("was invited a few minutes ago"),
    reach.ENDED: _l("is no contact any more"),
    NOT_PERMITTED: _l("belongs to clients of other advisers"),
}


def reason(code: str) -> str:
    """The rest of a sentence that begins with the person's name."""
    return str(REASONS.get(code, _l("was changed meanwhile")))


def sent(outcome: Outcome) -> str:
    """What came of *Resend*."""
    done = ngettext("%(num)s invitation is on its way.", "%(num)s invitations are on their way.", outcome.done)
    return " ".join([done, *_skipped(outcome)])


def cancelled(outcome: Outcome) -> str:
    """What came of *Cancel invitations*."""
    done = ngettext("%(num)s invitation was cancelled.", "%(num)s invitations were cancelled.", outcome.done)
    return " ".join([done, *_skipped(outcome)])


def _skipped(outcome: Outcome) -> list[str]:
    return [_("Skipped: %(num)s × %(reason)s.", num=num, reason=reason(code)) for code, num in outcome.skipped.items()]
