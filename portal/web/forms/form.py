"""The base of all forms, and the words for reason codes of operations."""

from __future__ import annotations

import functools
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, StringField, TextAreaField
from wtforms.i18n import get_translations

from portal.base.errors import Invalid
from portal.web.csrf import is_stale
from portal.web.languages import language

_TEXTS = (StringField, TextAreaField, EmailField)

# what operations call the reason -> what a person reads; forms may add their own in `words`
WORDS: dict[str, Any] = {
    "missing": _l("Please fill this in."),
    "too_long": _l("This is too long."),
    "not_a_name": _l("Please write a name here, of 80 characters at most and without addresses."),
    "too_short": _l("This is too short."),
    "taken": _l("This is already in use."),
    "bad": _l("Please check this entry."),
    "email": _l("Please enter an e-mail address like name@example.com."),
    "number": _l("Use 1 to 40 letters, digits, dots, hyphens or underscores."),
    "amount": _l("Please enter an amount like 1,190.00."),
    "date": _l("Please enter a date."),
    "past": _l("This date is in the past."),
    "iban": _l("This IBAN is not right. Please compare it with your bank statement."),
    "bic": _l("A BIC has 8 or 11 letters and digits."),
    "short": _l("Please choose a longer password."),
    "long": _l("A password has 128 characters at most."),
    "common": _l("Too many people use this password. Please choose another one."),
    "name": _l("A password that contains your own or the firm's name is easy to guess."),
    "wrong": _l("This is not right."),
    "too_large": _l("The file is too large. The limit is 25 MB."),
    "empty": _l("The file is empty."),
    "encrypted": _l("This PDF is protected by a password. Please save it without one."),
    "broken": _l("The file is damaged and cannot be read."),
    "wrong_type": _l("This kind of file cannot be taken here."),
    "bomb": _l("The file would need too much room when opened."),
    "dtd": _l("This XML file contains declarations that are not allowed in invoices."),
}


class Form(FlaskForm):
    """A form of ours: CSRF is the gate's matter, texts are trimmed, refusals of operations land at their field."""

    words: dict[str, Any] = {}
    form_errors: list[str]

    class Meta:
        csrf = False  # the gate checks; a stale token shows the form again, see `sent`
        filters: list[Any] = []

        def get_translations(self, form: Any) -> Any:
            return _builtin_words(language())

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            if issubclass(unbound_field.field_class, _TEXTS) and not issubclass(
                unbound_field.field_class, PasswordField
            ):
                options = {**options, "filters": [*unbound_field.kwargs.get("filters", ()), _trimmed]}
                unbound_field.kwargs.pop("filters", None)
            bound = unbound_field.bind(form=form, **options)
            bound.is_first_bad = lambda: next((field for field in form if field.errors), None) is bound
            return bound

    def sent(self) -> bool:
        """Whether the form was posted and is valid. False with a stale token: then `stale` is shown above the form."""
        valid = bool(self.validate_on_submit())
        return valid and not self.stale

    @property
    def stale(self) -> bool:
        return is_stale()

    def refuse(self, error: Invalid) -> None:
        """Put an operation's reasons at their fields; those without a field stand above the form."""
        for name, codes in error.errors.items():
            texts = [str(self.words.get(code) or WORDS.get(code) or code) for code in codes]
            field = self._fields.get(name)
            if field is None:
                self.form_errors = [*self.form_errors, *texts]
            else:
                field.errors = [*field.errors, *texts]

    @property
    def summary(self) -> list[tuple[str, str, str]]:
        """(field id, label, text) of all errors."""
        return [(f.id, str(f.label.text), str(text)) for f in self for text in f.errors]


def stale_text() -> str:
    """Why a form was shown again although nothing is wrong in it."""
    return _("This page was open for a long time. Nothing was lost: please send it once more.")


@functools.cache
def _builtin_words(language: str) -> Any:
    """WTForms' own few words; it would read its catalogue from the disk for each form."""
    return get_translations([language])


def _trimmed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value
