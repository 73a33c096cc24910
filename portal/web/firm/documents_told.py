"""Saying whom a published document was told to, and whom not."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.operations.documents import Made
from portal.web.answers import toast


def say_told(made: Made) -> None:
    """A message in passing; the page itself names everybody."""
    told = sum(recipient.is_told for recipient in made.recipients)
    if told:
        toast(
            ngettext("Published. %(num)s contact gets an e-mail.", "Published. %(num)s contacts get an e-mail.", told)
        )
    else:
        toast(_("Published. Nobody gets an e-mail; the page says why."), "wait")
