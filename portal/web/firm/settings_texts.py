"""Settings: the firm's own wording of its mails and of what happens after an offer was accepted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.base import placeholders
from portal.base.errors import NotFound
from portal.base.language import LANGUAGES
from portal.operations import texts as operations
from portal.policies.permissions import Permission
from portal.queries import texts
from portal.web.answers import page, see_other, toast
from portal.web.firm import area
from portal.web.forms.attempt import succeeds
from portal.web.forms.form import Form
from portal.web.gate import actor, firm, scope
from portal.web.languages import NAMES

_PAGE = "firm/settings/texts.html"


@dataclass(frozen=True)
class Entry:
    """One text in one language, as a field. `unknown`: placeholders that would stay as typed."""

    name: str
    key: str
    label: str
    language: str
    language_name: str
    text: str
    rows: int
    unknown: list[str]


@dataclass(frozen=True)
class Group:
    """Texts that are saved together. `known`: the placeholders that have a value in them."""

    name: str
    title: Any
    hint: Any
    entries: list[Entry]
    known: list[str]


_GROUPS: dict[str, tuple[Any, Any, tuple[tuple[str, Any, int], ...]]] = {
    "send-access": (
        _l("Send access"),
        _l("The mail that brings a client the secret link."),
        ((texts.SEND_ACCESS_SUBJECT, _l("Subject"), 0), (texts.SEND_ACCESS_BODY, _l("Text"), 9)),
    ),
    "invitation": (
        _l("Invitation"),
        _l("The mail by which somebody is asked in. User name, button and the names of the clients stand below it."),
        ((texts.INVITATION_SUBJECT, _l("Subject"), 0), (texts.INVITATION_BODY, _l("Text"), 7)),
    ),
    "new-document": (
        _l("New document"),
        _l("The mail that tells a client of a new document."),
        ((texts.NEW_DOCUMENT_SUBJECT, _l("Subject"), 0), (texts.NEW_DOCUMENT_BODY, _l("Text"), 9)),
    ),
    "offer-steps": (
        _l("What happens next"),
        _l("Shown beside an offer. One step a line: a short title, then | and a sentence."),
        ((texts.OFFER_STEPS, _l("Steps"), 5),),
    ),
}


@area.get("/settings/texts", allow=Permission.SETTINGS_MANAGE)
def index() -> Response:
    """All texts, German and English side by side."""
    return _page(200)


@area.post("/settings/texts/<group>", allow=Permission.SETTINGS_MANAGE, form=True)
def save(group: str) -> Response:
    """Keep the texts of one group. Unknown placeholders stay as typed and are pointed out (DETAILS 8)."""
    if group not in _GROUPS:
        raise NotFound(group)
    form, wanted = Form(), _typed(group)
    if not succeeds(form, lambda: operations.save_all(actor(), firm(), wanted)):
        return _page(422, form, group, wanted)
    strange = sorted({name for text in wanted for name in placeholders.unknown(text.text, _known(text.key))})
    if strange:
        toast(_("Saved. These placeholders are unknown and stay as typed: %(names)s", names=", ".join(strange)), "wait")
    else:
        toast(_("Saved."))
    return see_other("firm.settings_texts.index", fragment=group)


def _typed(group: str) -> list[operations.Wording]:
    return [
        operations.Wording(
            key, language, request.form.get(_field(key, language), ""), default=texts.DEFAULTS[key][language]
        )
        for key, _label, _rows in _GROUPS[group][2]
        for language in LANGUAGES
    ]


def _page(
    status: int, form: Form | None = None, group: str = "", wanted: list[operations.Wording] | None = None
) -> Response:
    instead = {(text.key, text.language): text.text for text in wanted or ()}
    groups = [_group(name, instead) for name in _GROUPS]
    return page(_PAGE, status, groups=groups, form=form or Form(), wrong=group)


def _group(name: str, instead: dict[tuple[str, str], str]) -> Group:
    title, hint, fields = _GROUPS[name]
    entries = [_entry(key, label, rows, language, instead) for key, label, rows in fields for language in LANGUAGES]
    return Group(name, title, hint, entries, [f"[{each}]" for each in _known(fields[0][0])])


def _entry(key: str, label: Any, rows: int, language: str, instead: dict[tuple[str, str], str]) -> Entry:
    text = instead.get((key, language), texts.text_of(scope(), key, language))
    unknown = placeholders.unknown(text, _known(key))
    return Entry(_field(key, language), key, label, language, NAMES[language], text, rows, unknown)


def _field(key: str, language: str) -> str:
    return f"{key.replace('.', '-')}-{language}"


def _known(key: str) -> list[str]:
    return list(texts.placeholders_of(key))
