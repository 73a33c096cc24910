"""The form of who gets in, and how."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, TextAreaField

from portal.base.text import uid
from portal.models.firm import ALL, DEFAULT_ACCESS, FUTURE, LOGIN_TYPES, NOBODY, PASSWORD, SECRET_LINK, Firm
from portal.web.forms import choices
from portal.web.forms.form import Form

LOGIN_TYPE_WORDS = {PASSWORD: _l("User name and password"), SECRET_LINK: _l("Secret link")}
DEFAULT_WORDS = {
    ALL: _l("All clients: every contact gets login by itself"),
    FUTURE: _l("Only future ones: contacts added from now on get login by themselves"),
    NOBODY: _l("Nobody automatically: login is switched on one by one or in bulk"),
}


class AccessForm(Form):
    """Login type and default access of the firm; what else may follow is asked once it is known whom it concerns."""

    login_type = RadioField(
        _l("How clients sign in"),
        choices=choices.listed((each, LOGIN_TYPE_WORDS[each]) for each in reversed(LOGIN_TYPES)),
    )
    default_access = RadioField(
        _l("Who gets access automatically"),
        choices=choices.listed((each, DEFAULT_WORDS[each]) for each in DEFAULT_ACCESS),
    )
    invite = BooleanField(_l("Send invitations"))
    message = TextAreaField(_l("Personal message"))
    key = HiddenField(default=uid)

    @classmethod
    def of(cls, firm: Firm) -> AccessForm:
        """As it is now."""
        return cls(data={"login_type": firm.login_type, "default_access": firm.default_access})

    def settings(self) -> dict[str, Any]:
        """What was chosen, for the operation."""
        return {"login_type": self.login_type.data or "", "default_access": self.default_access.data or ""}
