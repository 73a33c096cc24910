"""Forms of the team, one's own account and the first set-up."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, PasswordField, SelectField, StringField

from portal.models.staff import ADMIN, ADVISER, Staff
from portal.operations.setup import NewFirm
from portal.web.forms import choices
from portal.web.forms.form import Form
from portal.web.languages import NAMES, language

ROLE_WORDS = {ADVISER: _l("Adviser"), ADMIN: _l("Portal admin")}
_ROLES = choices.listed(ROLE_WORDS.items())
# staff need two more than clients do (TRUST, Sessions)
PASSWORD_WORDS = {
    "short": _l("Please choose a longer password: at least 12 characters."),
    "same": _l("This is your present password. Please choose another one."),
}


class InviteForm(Form):
    """Somebody new in the team."""

    email = EmailField(_l("E-mail address"))
    name = StringField(_l("Name"))
    role = SelectField(_l("Role"), choices=_ROLES, default=ADVISER, validate_choice=False)


class RoleForm(Form):
    """Another role for somebody."""

    role = SelectField(_l("Role"), choices=_ROLES, validate_choice=False)


class AccountForm(Form):
    """One's own settings."""

    name = StringField(_l("Your name"))
    language = SelectField(
        _l("Language"), choices=choices.listed((("", _l("As in the browser")), *NAMES.items())), validate_choice=False
    )
    mail_decisions = BooleanField(_l("Offers that clients accepted or declined"))
    mail_comments = BooleanField(_l("Comments of clients"))
    shortcuts = BooleanField(_l("Use keyboard shortcuts"))

    @classmethod
    def of(cls, staff: Staff, chosen: str | None) -> AccountForm:
        """The form as the person's settings are now."""
        return cls(
            data={
                "name": staff.name,
                "language": chosen or "",
                "mail_decisions": staff.mail_decisions,
                "mail_comments": staff.mail_comments,
                "shortcuts": staff.shortcuts,
            }
        )


class PasswordForm(Form):
    """One's own new password."""

    words = {"wrong": _l("This is not your present password."), **PASSWORD_WORDS}

    current = PasswordField(_l("Current password"))
    new = PasswordField(_l("New password"))


class SetupForm(Form):
    """The first firm of an instance with its first portal admin."""

    words = {"country": _l("Please choose a country."), **PASSWORD_WORDS}

    name = StringField(_l("Name of the firm"))
    language = SelectField(_l("Language"), choices=choices.LANGUAGES, validate_choice=False)
    time_zone = SelectField(_l("Time zone"), default="Europe/Berlin", validate_choice=False)
    email = EmailField(_l("E-mail of the firm"))
    phone = StringField(_l("Phone"))
    street = StringField(_l("Street and number"))
    postcode = StringField(_l("Postcode"))
    city = StringField(_l("City"))
    country = SelectField(_l("Country"), default="DE", validate_choice=False)
    admin_name = StringField(_l("Your name"))
    admin_email = EmailField(_l("Your e-mail address"))
    password = PasswordField(_l("Choose a password"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = choices.countries(language())
        self.time_zone.choices = choices.time_zones()

    def typed(self) -> NewFirm:
        """What was typed, for the operation."""
        return NewFirm(**{name: text or "" for name, text in self.data.items()})
