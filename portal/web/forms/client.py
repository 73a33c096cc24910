"""Forms of a client's portal: accepting, declining, asking."""

from __future__ import annotations

from typing import Any, Self

from flask import session
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from portal.base.text import uid
from portal.models.document import DocumentVersion
from portal.policies.actors import Actor, ClientActor
from portal.web.forms.form import WORDS, Form

_NEEDED = WORDS["missing"]


class _OfferForm(Form):
    """What every decision carries: the version shown with its hashes, and a key against double sending."""

    name = StringField(_l("Your name"), [DataRequired(_NEEDED), Length(max=200)])
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    sha256 = HiddenField(validators=[InputRequired()])
    fields_sha256 = HiddenField(validators=[InputRequired()])
    key = HiddenField(validators=[InputRequired(), Length(max=100)])

    @classmethod
    def about(cls, version: DocumentVersion, actor: ClientActor) -> Self:
        """A fresh form about this version."""
        form = cls(formdata=None)
        form.name.data = actor.contact_name or session.get("author", "")
        form.version.data, form.sha256.data = version.number, version.sha256
        form.fields_sha256.data, form.key.data = version.fields_sha256, uid()
        return form

    @property
    def shown(self) -> dict[str, Any]:
        """What of the offer this form showed, and its key: for the operation."""
        return {
            "version": self.version.data,
            "sha256": self.sha256.data,
            "fields_sha256": self.fields_sha256.data,
            "key": self.key.data,
        }


class AcceptForm(_OfferForm):
    agreed = BooleanField(
        _l("I have read the offer and the terms"), [DataRequired(_l("Please confirm that you have read the offer."))]
    )
    code = StringField(_l("Code"), [Length(max=40)])
    terms_version = IntegerField(widget=HiddenInput(), validators=[Optional()])

    words = {
        "wrong": _l("This code is not right. Please compare it with the e-mail."),
        "expired": _l("This code is no longer valid. Please have a new one sent."),
        "missing": _NEEDED,
    }


class DeclineForm(_OfferForm):
    reason = TextAreaField(_l("Reason"), [Length(max=2000)])


class CommentForm(Form):
    author = StringField(_l("Your name"), [DataRequired(_NEEDED), Length(max=200)])
    text = TextAreaField(_l("Your question or message"), [DataRequired(_NEEDED), Length(max=5000)])
    key = HiddenField(validators=[Length(max=100)])


class NamedCommentForm(Form):
    """For a contact, whose name is known."""

    text = TextAreaField(_l("Your question or message"), [DataRequired(_NEEDED), Length(max=5000)])
    key = HiddenField(validators=[Length(max=100)])


def comment_form(actor: Actor, *, fresh: bool = False) -> Any:
    """The form for a comment: behind a link of nobody with a field for the name (DETAILS 3)."""
    kind = NamedCommentForm if actor.name else CommentForm
    form = kind(formdata=None) if fresh else kind()
    if not form.key.data:
        form.key.data = uid()
    if not actor.name and not form.author.data:
        form.author.data = session.get("author", "")
    return form
