"""Forms of a contact's own settings, and for inviting a colleague."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, SelectField, StringField

from portal.models.contact import DAILY, EACH, NONE, Contact
from portal.queries.own_account import OwnAccount
from portal.web.forms import choices
from portal.web.forms.contacts import SALUTATION_WORDS
from portal.web.forms.form import Form
from portal.web.languages import NAMES

MAIL_WORDS = {
    EACH: _l("At once"),
    DAILY: _l("Once a day in one mail"),
    NONE: _l("Not at all"),
}


class PreferencesForm(Form):
    """What everybody chooses who is known by name, by link too."""

    words = {"unknown": _l("Please choose one of the list.")}

    language = SelectField(
        _l("Language of pages and e-mails"), choices=choices.listed((("", _l("Automatic")), *NAMES.items())),
        validate_choice=False,
    )  # fmt: skip
    mail = SelectField(_l("E-mails about news"), choices=choices.listed(MAIL_WORDS.items()), validate_choice=False)

    @classmethod
    def of(cls, account: OwnAccount) -> PreferencesForm:
        """As the person has chosen."""
        data = {"language": account.contact.language or "", "mail": account.membership.mail}
        return cls(formdata=None, data=data)


class DetailsForm(Form):
    """How one is called and reached by phone."""

    words = {"unknown": _l("Please choose one of the list.")}

    salutation = SelectField(_l("Salutation"), choices=choices.listed(SALUTATION_WORDS.items()), validate_choice=False)
    title = StringField(_l("Title"))
    first_name = StringField(_l("First name"))
    last_name = StringField(_l("Last name"))
    phone = StringField(_l("Phone"))

    @classmethod
    def of(cls, contact: Contact) -> DetailsForm:
        """As it is on file."""
        return cls(formdata=None, obj=contact)

    def values(self) -> dict[str, Any]:
        """What was typed, for the operation."""
        typed = {name: "" if value is None else value for name, value in self.data.items()}
        return {**typed, "salutation": typed["salutation"] or None}


class OwnPasswordForm(Form):
    """A new password for oneself. Contacts need ten characters, who is staff too needs twelve (TRUST, Sessions)."""

    words = {
        "wrong": _l("This is not your present password."),
        "same": _l("This is your present password. Please choose another one."),
    }

    current = PasswordField(_l("Current password"))
    new = PasswordField(_l("New password"))


class OwnAddressForm(Form):
    """Another e-mail address for signing in."""

    words = {
        "wrong": _l("This is not your present password."),
        "same": _l("This is your present e-mail address."),
    }

    email = EmailField(_l("New e-mail address"))
    password = PasswordField(_l("Your password"))


class ColleagueForm(Form):
    """Whom to invite."""

    words = {"name_or_email": _l("Please enter a name.")}

    first_name = StringField(_l("First name"))
    last_name = StringField(_l("Last name"))
    email = EmailField(_l("E-mail address"))
