"""Forms of the doors: sign-in, firm's address, forgotten password, new password, a code from paper."""

from __future__ import annotations

from typing import Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import DataRequired, Length, Regexp

from portal.base.passwords import SHORTEST_CLIENT, SHORTEST_STAFF
from portal.queries.tickets import TicketDoor
from portal.web.forms.form import WORDS, Form

_NEEDED = DataRequired(WORDS["missing"])


class SignInForm(Form):
    email = EmailField(_l("E-mail address"), [_NEEDED, Length(max=254)])
    password = PasswordField(_l("Password"), [_NEEDED, Length(max=1000)])


class FirmAddressForm(Form):
    slug = StringField(
        _l("Address of your firm"), [_NEEDED, Length(max=60), Regexp(r"^[A-Za-z0-9-]+$", message=WORDS["bad"])]
    )


class ForgottenForm(Form):
    email = EmailField(_l("E-mail address"), [_NEEDED, Length(max=254)])


class ChosenPasswordForm(Form):
    """A form with a new password; how long it must be depends on whose it is."""

    def demands(self, door: TicketDoor) -> Self:
        """Say how long, when it is too short."""
        shortest = SHORTEST_STAFF if door.is_staff else SHORTEST_CLIENT
        self.words = {"short": _("Please choose a password of at least %(count)s characters.", count=shortest)}
        return self


class NewPasswordForm(ChosenPasswordForm):
    password = PasswordField(_l("New password"), [_NEEDED])


class InvitationForm(ChosenPasswordForm):
    name = StringField(_l("Your name"), [_NEEDED, Length(max=100)])
    password = PasswordField(_l("Choose a password"), [_NEEDED])


class FirstPasswordForm(ChosenPasswordForm):
    """A contact's first password; what to call the person is known."""

    password = PasswordField(_l("Choose a password"), [_NEEDED, Length(max=1000)])


class CodeForm(Form):
    code = StringField(_l("Code from your letter"), [_NEEDED, Length(max=100)])

    def refuse_code(self) -> None:
        """No hint beyond that it is not right."""
        self.code.errors = [_("This code is not right. Please compare it letter by letter.")]
