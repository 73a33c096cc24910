"""What a contact may do at a client, in words: only what differs from what everybody may (X19)."""

from __future__ import annotations

from flask_babel import gettext as _

from portal.models.contact import Membership
from portal.web.formats import money


def sentences(membership: Membership) -> list[str]:
    """A sentence for each right that is not as usual; empty: all is."""
    found = []
    if not membership.amounts:
        found.append(_("Sees no amounts, so can neither order nor pay."))
    elif not membership.decide:
        found.append(_("May not accept or decline offers."))
    elif membership.decide_limit is not None:
        found.append(_("Decides on offers up to %(amount)s.", amount=money(membership.decide_limit)))
    if membership.amounts and not membership.pay:
        found.append(_("May not pay."))
    if not membership.upload:
        found.append(_("May not upload files."))
    if membership.invite:
        found.append(_("May invite colleagues."))
    return found
