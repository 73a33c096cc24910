"""Which e-mails about news a contact gets, without signing in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField

from portal.models.contact import Membership
from portal.web.forms import choices
from portal.web.forms.form import Form
from portal.web.forms.own_account import MAIL_WORDS


class MailChoiceForm(Form):
    """Each at once, once a day, or none."""

    words = {"unknown": _l("Please choose one of the list.")}

    mail = RadioField(_l("E-mails about news"), choices=choices.listed(MAIL_WORDS.items()), validate_choice=False)

    @classmethod
    def of(cls, membership: Membership) -> MailChoiceForm:
        """As it is now."""
        return cls(formdata=None, data={"mail": membership.mail})
