"""Forms of contacts: the person, asking it in, its rights, and the export of all links."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)

from portal.base import money
from portal.base.errors import Invalid
from portal.base.language import amount
from portal.base.text import uid
from portal.models.contact import MR, MS, Contact, Membership
from portal.policies.permissions import Rights
from portal.web.forms import choices
from portal.web.forms.form import Form
from portal.web.languages import NAMES, language

SALUTATION_WORDS = {"": _l("None"), MS: _l("Ms"), MR: _l("Mr")}
NO_OFFERS, UP_TO, ALL_OFFERS = "no", "up_to", "all"
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


class InvitationForm(Form):
    """Asking a contact in: a message of one's own, and what is missing mended in the same step (F3)."""

    words = {
        **_WORDS,
        "none": _l("Without an e-mail address nothing can be sent."),
        "bounced": _l("Mail to this address came back. Please correct it."),
        "held": _l(
            "This person could get in before, so nothing goes to a new address for 72 hours, unless the old one "
            "confirms it or a portal admin releases it."
        ),
        "off": _l("This is off for the contact."),
        "archived": _l("This client is archived: nothing is mailed."),
        "access_off": _l("The portal of this client is closed."),
    }

    email = EmailField(_l("E-mail"))
    login = BooleanField(_l("Switch on login for this contact"))
    notify = BooleanField(_l("Switch on notifications for this contact"))
    portal = BooleanField(_l("Open the portal of this client"))
    message = TextAreaField(_l("Personal message"))
    # of the form that was shown: sent twice it is one invitation
    key = HiddenField(default=uid)


class RightsForm(Form):
    """What a contact may do at a client (X19)."""

    amounts = BooleanField(_l("See amounts"))
    decide = RadioField(
        _l("Accept and decline offers"),
        choices=choices.listed(
            ((ALL_OFFERS, _l("Of any amount")), (UP_TO, _l("Up to this amount")), (NO_OFFERS, _l("Not at all")))
        ),
        validate_choice=False,
    )
    decide_limit = StringField(_l("Amount"))
    pay = BooleanField(_l("Pay invoices"))
    upload = BooleanField(_l("Upload files"))
    invite = BooleanField(_l("Invite colleagues"))

    @classmethod
    def of(cls, membership: Membership) -> RightsForm:
        """The form with the rights as they are."""
        limit = membership.decide_limit
        decide = NO_OFFERS if not membership.decide else ALL_OFFERS if limit is None else UP_TO
        plain = {name: getattr(membership, name) for name in ("amounts", "pay", "upload", "invite")}
        return cls(data={**plain, "decide": decide, "decide_limit": "" if limit is None else amount(limit, language())})

    def rights(self) -> Rights:
        """What was chosen. Raises Invalid."""
        return Rights(
            amounts=self.amounts.data,
            decide=self.decide.data in (UP_TO, ALL_OFFERS),
            decide_limit=self._limit(),
            pay=self.pay.data,
            upload=self.upload.data,
            invite=self.invite.data,
        )

    def _limit(self) -> int | None:
        if self.decide.data != UP_TO:
            return None
        try:
            return money.parse_typed(self.decide_limit.data or "")
        except ValueError:
            raise Invalid(decide_limit="amount") from None


class ReleaseForm(Form):
    """Why mail may go to a new address at once."""

    reason = TextAreaField(_l("How do you know that the new address is right?"))


class ExportForm(Form):
    """Once more the password: all secret addresses leave the house."""

    words = {"wrong": _l("This is not your password.")}

    password = PasswordField(_l("Your password"))
