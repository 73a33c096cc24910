"""Forms of an import: the file, how it is read, what its columns are, what is decided, what is answered."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, SelectField, TextAreaField

from portal.base.text import many_lines
from portal.operations import client_matches, client_rows
from portal.operations.client_imports import ACCESS
from portal.operations.client_matches import Choice
from portal.web.forms.choices import listed
from portal.web.forms.form import Form

ACCESS_WORDS = {
    "firm": _l("As the firm's default access has it"),
    "on": _l("Login on"),
    "off": _l("Login off"),
}


class ListForm(Form):
    """The list itself."""

    file = FileField(_l("CSV file or Excel workbook"))

    def __init__(self, *args: Any, words: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words


class ColumnsForm(Form):
    """What each column is: fields `column-0`, `column-1` …, read as they come."""

    words = {
        "unknown": _l("The file was read in another way meanwhile. Please look at the columns once more."),
        "no_name": _l("No column says what a client is called. Please choose one as the name."),
    }

    def targets(self, width: int) -> list[str]:
        """The choice for each column of the file."""
        return [request.form.get(f"column-{place}", "") for place in range(width)]


class ChoiceForm(Form):
    """What is decided for the import as a whole."""

    words = {"unknown": _l("Please choose one of the list.")}

    update = BooleanField(_l("Change clients that are here already by what the list says of them"))
    email_contact = BooleanField(_l("Make a contact of the e-mail address where the list names no person"))
    access = SelectField(_l("Access of new contacts"), choices=[], validate_choice=False)
    invite = BooleanField(_l("Send an invitation to everybody who comes in by this import and may sign in"))
    message = TextAreaField(_l("Personal message"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.access.choices = listed((value, ACCESS_WORDS[value]) for value in ACCESS)

    @classmethod
    def of(cls, choice: Choice) -> ChoiceForm:
        """As it was decided last."""
        return cls(formdata=None, data=vars(choice))

    def choice(self) -> Choice:
        """What was chosen; selects of problems and questions are called after their kind."""
        problems = {kind: request.form.get(f"problem-{kind}", "") for kind in client_rows.KINDS}
        for_all = {question: request.form.get(f"all-{question}", "") for question in client_matches.QUESTIONS}
        return Choice(
            update=bool(self.update.data),
            access=self.access.data or "",
            email_contact=bool(self.email_contact.data),
            invite=bool(self.invite.data),
            message=many_lines(self.message.data or ""),
            # leaving rows out is what happens to a problem unless something else is chosen
            problems={kind: act for kind, act in problems.items() if act not in ("", client_rows.SKIP)},
            for_all={question: answer for question, answer in for_all.items() if answer},
        )


def answers() -> dict[str, str]:
    """What was answered on this page, by line; fields `answer-7`."""
    prefix = "answer-"
    fields = {name.removeprefix(prefix): value for name, value in request.form.items() if name.startswith(prefix)}
    return {line: answer for line, answer in fields.items() if line.isdecimal() and len(answer) < 40}
