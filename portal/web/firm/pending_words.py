"""What came of asking many, in words; why somebody was passed over is said as in runs."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.operations.pending import Outcome
from portal.web.firm.run_words import reason


def sent(outcome: Outcome) -> str:
    """What came of *Resend*."""
    done = ngettext("%(num)s invitation is on its way.", "%(num)s invitations are on their way.", outcome.done)
    return " ".join([done, *_skipped(outcome)])


def cancelled(outcome: Outcome) -> str:
    """What came of *Cancel invitations*."""
    done = ngettext("%(num)s invitation was cancelled.", "%(num)s invitations were cancelled.", outcome.done)
    return " ".join([done, *_skipped(outcome)])


def refused(name: str, code: str) -> str:
    """Why nothing was done for one."""
    return _("%(name)s: %(reason)s", name=name, reason=reason(code))


def _skipped(outcome: Outcome) -> list[str]:
    return [_("Skipped: %(num)s. %(reason)s", num=num, reason=reason(code)) for code, num in outcome.skipped.items()]
