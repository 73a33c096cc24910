"""Forms about documents: what was read from the file fills them, a person has the last word."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import StopValidation

from portal.base import language as forms
from portal.base import money
from portal.base.text import uid
from portal.models.document import KINDS, DocumentVersion
from portal.operations.documents import Fields
from portal.operations.reading import Reading
from portal.web.forms.form import WORDS, Form
from portal.web.languages import language

KIND_WORDS: dict[str, Any] = {
    "offer": _l("Offer"),
    "invoice": _l("Invoice"),
    "credit_note": _l("Credit note"),
    "service_report": _l("Service report"),
    "delivery_note": _l("Delivery note"),
    "order_confirmation": _l("Order confirmation"),
    "reminder": _l("Payment reminder"),
    "other": _l("Document"),
}
_FILE_WORDS = {
    "not_allowed": _l("Only PDF files and electronic invoices (XML) can be published."),
    "not_an_invoice": _l("This XML file is not an invoice."),
    "macros": _l("This file contains macros."),
    "absurd": _l("This invoice names amounts that cannot be true."),
    "busy": _l("Too many files are being read at the moment. Please try again."),
    "gone": _l("The file was kept for a day only. Please choose it once more."),
}
_GERMAN_DAY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")


class AmountField(StringField):
    """An amount as people type it, `1.190,00` or `1,190.00`; `cents` is what it comes to, None when empty."""

    cents: int | None = None

    def pre_validate(self, _form: Any) -> None:
        self.cents = None
        if not self.data:
            return
        try:
            self.cents = money.parse_typed(self.data)
        except ValueError:
            raise StopValidation(str(WORDS["amount"])) from None

    def put(self, cents: int | None) -> None:
        """Show an amount as it is typed in this language."""
        self.data = "" if cents is None else forms.amount(cents, language())


class DayField(StringField):
    """A date, from the browser's own field or typed as `30.11.2026`; `day` is None when empty."""

    day: date | None = None

    def pre_validate(self, _form: Any) -> None:
        self.day = None
        if not self.data:
            return
        german = _GERMAN_DAY.fullmatch(self.data)
        iso = f"{german[3]}-{int(german[2]):02d}-{int(german[1]):02d}" if german else self.data
        try:
            self.day = date.fromisoformat(iso)
        except ValueError:
            raise StopValidation(str(WORDS["date"])) from None
        if not 1900 <= self.day.year < 2200:
            raise StopValidation(str(WORDS["date"]))

    def put(self, day: date | None) -> None:
        self.data = day.isoformat() if day else ""


class UploadForm(Form):
    """The first step: the file."""

    words = {**_FILE_WORDS, "missing": _l("Please choose a file.")}

    file = FileField(_l("PDF or electronic invoice"))


class ContentForm(Form):
    """What belongs to a version. `file` is the signed name of the file that waits."""

    words = {
        **_FILE_WORDS,
        "order": _l("The file holds an order, not an invoice. Please choose another kind."),
        "taken": _l("This number is in use already."),
    }

    file = HiddenField()
    title = StringField(_l("Title"))
    issued_on = DayField(_l("Date"))
    due_on = DayField(_l("Due on"))
    valid_until = DayField(_l("Valid until"))
    currency = StringField(_l("Currency"))
    total = AmountField(_l("Total"))
    tax = AmountField(_l("VAT included"))
    payable = AmountField(_l("Still to pay"))
    note = TextAreaField(_l("Note for the client"))

    def fill(self, reading: Reading, *, title: str = "") -> None:
        """Put in what the file says."""
        self.title.data = title
        for field, day in ((self.issued_on, reading.issued_on), (self.due_on, reading.due_on)):
            field.put(day)
        self.currency.data = reading.currency or "EUR"
        self.total.put(reading.total)
        self.tax.put(reading.tax)
        self.payable.put(reading.payable if reading.payable != reading.total else None)

    def content(self, reading: Reading) -> Fields:
        """For the operation. Where amounts stayed as read, net and lines are the file's; else they would not agree."""
        as_read = self.total.cents == reading.total and self.tax.cents == reading.tax
        total, tax = self.total.cents, self.tax.cents
        return Fields(
            title=self.title.data or "",
            issued_on=self.issued_on.day,
            due_on=self.due_on.day,
            valid_until=self.valid_until.day,
            currency=(self.currency.data or "EUR").upper(),
            net=reading.net if as_read else total - tax if total is not None and tax is not None else None,
            tax=tax,
            total=total,
            payable=self.payable.cents,
            note=self.note.data or "",
            lines=reading.lines if as_read else (),
            syntax=reading.syntax,
            warnings=reading.warnings,
            pages=reading.pages,
        )


class DocumentForm(ContentForm):
    """A new document: kind, number and client besides."""

    kind = SelectField(_l("Kind"), validate_choice=False)
    number = StringField(_l("Number"))
    client = StringField(_l("Client"))
    client_uid = HiddenField()
    publish = BooleanField(_l("Publish at once"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [("", _("Please choose")), *((kind, KIND_WORDS[kind]) for kind in KINDS)]


class VersionForm(ContentForm):
    """A new version of a document."""

    def keep(self, version: DocumentVersion) -> None:
        """What the file does not tell stays as in the version before."""
        self.title.data, self.note.data = version.title, version.note
        self.valid_until.put(version.valid_until)
        if not self.issued_on.data:
            self.issued_on.put(version.issued_on)
            self.due_on.put(version.due_on)
        if not self.total.data:
            self.currency.data = version.currency
            self.total.put(version.total)
            self.tax.put(version.tax)
            self.payable.put(version.payable if version.payable != version.total else None)


class PaymentForm(Form):
    """Money that came in, or went back."""

    words = {
        "other_currency": _l("The invoice is in another currency."),
        "taken": _l("A payment with this reference is recorded already."),
    }

    amount = AmountField(_l("Amount"))
    paid_on = DayField(_l("Received on"))
    reference = StringField(_l("Reference"))
    key = HiddenField()

    @classmethod
    def fresh(cls, day: date) -> Self:
        """Today, and a key so that a second click counts nothing twice."""
        form = cls(formdata=None)
        form.paid_on.put(day)
        form.key.data = uid()
        return form


class RestForm(Form):
    """All that is still owed came in."""

    words = PaymentForm.words

    paid_on = DayField(_l("Received on"))
    reference = StringField(_l("Reference"))


class ReplyForm(Form):
    """A comment by staff."""

    text = TextAreaField(_l("Your message"))
    key = HiddenField()

    @classmethod
    def fresh(cls) -> Self:
        form = cls(formdata=None)
        form.key.data = uid()
        return form


class ConfirmationForm(Form):
    """How staff made sure that an acceptance is genuine."""

    with_whom = StringField(_l("With whom did you speak?"))
    how = SelectField(_l("How?"), validate_choice=False)
    when = StringField(_l("When?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = (_("By phone"), _("In person"), _("By letter"), _("By e-mail"))
        self.how.choices = [("", _("Please choose")), *((way, way) for way in ways)]


class RejectionForm(Form):
    """Why an acceptance is not confirmed."""

    reason = StringField(_l("Reason"))
