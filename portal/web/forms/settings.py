"""Forms of the settings, one per page; the names of fields are those of the operations."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, EmailField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField

from portal.base import money
from portal.base.errors import Invalid
from portal.base.language import amount
from portal.models.api_token import LINKS, READ, RIGHTS, WRITE
from portal.models.firm import Firm
from portal.web.forms import choices
from portal.web.forms.form import Form
from portal.web.languages import language

ASK_FROM, ASK_ALWAYS, ASK_NEVER = "from", "always", "never"
RIGHT_WORDS = {
    READ: _l("Read clients and documents"),
    WRITE: _l("Create and change clients and documents"),
    LINKS: _l("Fetch and renew secret links"),
}


class FirmForm(Form):
    """Who the firm is."""

    words = {
        "url": _l("Please enter a web address that begins with https://."),
        "country": _l("Please choose a country."),
        "time_zone": _l("Please choose a time zone."),
    }

    name = StringField(_l("Legal name"))
    street = StringField(_l("Street and number"))
    postcode = StringField(_l("Postcode"))
    city = StringField(_l("City"))
    country = SelectField(_l("Country"), validate_choice=False)
    vat_id = StringField(_l("VAT ID"))
    phone = StringField(_l("Phone"))
    hours = StringField(_l("Office hours"))
    email = EmailField(_l("E-mail"))
    imprint_url = StringField(_l("Address of your imprint"))
    privacy_url = StringField(_l("Address of your privacy notice"))
    time_zone = SelectField(_l("Time zone"), validate_choice=False)
    language = SelectField(_l("Language"), choices=choices.LANGUAGES, validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = choices.countries(language())
        self.time_zone.choices = choices.time_zones()


class BankForm(Form):
    """Where clients pay to."""

    account_holder = StringField(_l("Account holder"))
    iban = StringField(_l("IBAN"))
    bic = StringField(_l("BIC"))


class LookForm(Form):
    """The firm's colour and the background of its portal."""

    words = {"colour": _l("Please enter a colour like #0B5A72.")}

    colour = StringField(_l("Brand colour"))
    background = RadioField(
        _l("Background"),
        choices=choices.listed((("plain", _l("Plain")), ("fade", _l("Fading")), ("tint", _l("Tinted")))),
        validate_choice=False,
    )


class LogoForm(Form):
    """A new logo."""

    words = {
        "missing": _l("Please choose a file."),
        "too_large": _l("The picture is too large. The limit is 5 MB."),
        "wrong_type": _l("Please choose a PNG or WebP picture. SVG is not taken, because it can contain programs."),
    }

    logo = FileField(_l("Picture"))


class LinksForm(Form):
    """What a secret link may do, how long it lives, and when it takes a code."""

    words = {"days": _l("Please enter a number of days from 7 to 3650.")}

    link_comment = BooleanField(_l("Comment on documents"))
    link_decide = BooleanField(_l("Accept or decline offers"))
    expires = BooleanField(_l("Links expire when they are not used"))
    link_days = StringField(_l("Days without use until a link expires"))
    code = RadioField(
        _l("Code by e-mail before an offer is accepted"),
        choices=choices.listed(
            ((ASK_FROM, _l("From this amount on")), (ASK_ALWAYS, _l("Always")), (ASK_NEVER, _l("Never")))
        ),
        validate_choice=False,
    )
    code_limit = StringField(_l("Amount"))
    persons_accept = BooleanField(_l("Consumers may accept offers in the portal"))

    @classmethod
    def of(cls, firm: Firm) -> LinksForm:
        """The form as the firm's settings are now."""
        limit = firm.code_limit
        return cls(
            data={
                "link_comment": firm.link_comment,
                "link_decide": firm.link_decide,
                "expires": firm.link_days is not None,
                "link_days": str(firm.link_days or 365),
                "code": ASK_NEVER if limit is None else ASK_FROM if limit else ASK_ALWAYS,
                "code_limit": amount(limit or 100_000, language()),
                "persons_accept": firm.persons_accept,
            }
        )

    def settings(self) -> dict[str, Any]:
        """What was typed, for the operation. Raises Invalid."""
        return {
            "link_comment": self.link_comment.data,
            "link_decide": self.link_decide.data,
            "link_days": self._days(),
            "code_limit": self._limit(),
            "persons_accept": self.persons_accept.data,
        }

    def _days(self) -> int | None:
        if not self.expires.data:
            return None
        text = self.link_days.data or ""
        if not (text.isascii() and text.isdigit() and len(text) <= 5):
            raise Invalid(link_days="days")
        return int(text)

    def _limit(self) -> int | None:
        if self.code.data in (ASK_ALWAYS, ASK_NEVER):
            return 0 if self.code.data == ASK_ALWAYS else None
        try:
            return money.parse_typed(self.code_limit.data or "")
        except ValueError:
            raise Invalid(code_limit="amount") from None


class TermsForm(Form):
    """The terms for offers."""

    text = TextAreaField(_l("Terms"))


class MailForm(Form):
    """Who is told when an offer is decided; the choices are the team."""

    decisions = SelectMultipleField(_l("Told when an offer is accepted or declined"), validate_choice=False)


class TokenForm(Form):
    """A new API token."""

    name = StringField(_l("Name"))
    rights = SelectMultipleField(
        _l("Rights"), choices=choices.listed((right, RIGHT_WORDS[right]) for right in RIGHTS), validate_choice=False
    )
