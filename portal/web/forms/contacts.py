"""Forms of contacts, and of sending one its access."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, PasswordField, SelectField, StringField, TextAreaField

from portal.models.contact import MR, MS, Contact
from portal.web.forms.form import Form
from portal.web.languages import NAMES

SALUTATION_WORDS = {"": _l("None"), MS: _l("Ms"), MR: _l("Mr")}
_WORDS = {
    "name_or_email": _l("Please enter a name or an e-mail address."),
    "unknown": _l("Please choose one of the list."),
    "taken": _l("Another contact has this address already."),
}


class ContactForm(Form):
    """A person (DETAILS 8)."""

    words = _WORDS

    salutation = SelectField(_l("Salutation"), choices=list(SALUTATION_WORDS.items()), validate_choice=False)
    title = StringField(_l("Title"))
    first_name = StringField(_l("First name"))
    last_name = StringField(_l("Last name"))
    role = StringField(_l("Role"))
    email = EmailField(_l("E-mail"))
    phone = StringField(_l("Phone"))
    language = SelectField(_l("Language"), choices=[("", _l("As the client")), *NAMES.items()], validate_choice=False)

    @classmethod
    def of(cls, contact: Contact) -> ContactForm:
        """The form with a person's data."""
        return cls(obj=contact)

    def values(self) -> dict[str, Any]:
        """What was typed, for the operation."""
        typed = {name: "" if value is None else value for name, value in self.data.items()}
        return {**typed, "language": typed["language"] or None, "salutation": typed["salutation"] or None}


class NewContactForm(ContactForm):
    """A person with what it is at the client; the switches stand as DETAILS 3 says."""

    login = BooleanField(_l("Login"), default=True)
    notify = BooleanField(_l("Notify"), default=True)
    email_sync = BooleanField(_l("E-mail sync"))


class AccessMailForm(Form):
    """*Send access*: a message of one's own, and what is missing mended in the same step (F3)."""

    words = {
        **_WORDS,
        "none": _l("Without an e-mail address nothing can be sent."),
        "bounced": _l("Mail to this address came back. Please correct it."),
        "off": _l("Login is off for this contact."),
        "archived": _l("This client is archived: nothing is mailed."),
        "access_off": _l("The portal of this client is closed. Open it first."),
        "password": _l("This client signs in with a password, not by secret link."),
    }

    email = EmailField(_l("E-mail"))
    login = BooleanField(_l("Switch on login for this contact"))
    message = TextAreaField(_l("Personal message"))


class ExportForm(Form):
    """Once more the password: all secret addresses leave the house."""

    words = {"wrong": _l("This is not your password.")}

    password = PasswordField(_l("Your password"))
