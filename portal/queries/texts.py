"""The firm's own texts with their defaults: what "send access", the mail for a new document and an offer say."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from portal.base import placeholders
from portal.models.terms import FirmText
from portal.policies.prepared import prepared
from portal.policies.scope import Scope

SEND_ACCESS_SUBJECT, SEND_ACCESS_BODY = "send_access.subject", "send_access.body"
INVITATION_SUBJECT, INVITATION_BODY = "invitation.subject", "invitation.body"
NEW_DOCUMENT_SUBJECT, NEW_DOCUMENT_BODY = "new_document.subject", "new_document.body"
OFFER_STEPS = "offer_steps"
KEYS = (
    SEND_ACCESS_SUBJECT, SEND_ACCESS_BODY, INVITATION_SUBJECT, INVITATION_BODY, NEW_DOCUMENT_SUBJECT, NEW_DOCUMENT_BODY,
    OFFER_STEPS,
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One step of "what happens next"."""

    title: str
    detail: str = ""


def text_of(scope: Scope, key: str, language: str) -> str:
    """The firm's text for a key in that language, else the default. KeyError for a key or language there is not."""
    default = DEFAULTS[key][language]
    own = _own.first(scope, key=key, language=language)
    return own.text if own is not None else default


@prepared
def _own(scope: Scope, key: Any, language: Any) -> Any:
    return scope.of(FirmText).where(FirmText.key == key, FirmText.language == language)


def steps_of(scope: Scope, language: str) -> list[Step]:
    """What happens after an offer was accepted."""
    return steps(text_of(scope, OFFER_STEPS, language))


def steps(text: str) -> list[Step]:
    """One step a line, `Title | detail`."""
    found = []
    for line in text.splitlines():
        title, _bar, detail = (part.strip() for part in line.partition("|"))
        if title:
            found.append(Step(title, detail))
    return found


def placeholders_of(key: str) -> Collection[str]:
    """The placeholders that have a value in this text; others are pointed out on saving (DETAILS 8)."""
    return _PLACEHOLDERS[key]


_EVERYWHERE = (*placeholders.OF_CLIENT, *placeholders.OF_FIRM)
_PLACEHOLDERS: dict[str, tuple[str, ...]] = {
    SEND_ACCESS_SUBJECT: (*_EVERYWHERE, *placeholders.OF_STAFF),
    SEND_ACCESS_BODY: (*_EVERYWHERE, *placeholders.OF_STAFF),
    INVITATION_SUBJECT: (*_EVERYWHERE, *placeholders.OF_STAFF),
    INVITATION_BODY: (*_EVERYWHERE, *placeholders.OF_STAFF),
    NEW_DOCUMENT_SUBJECT: (*_EVERYWHERE, *placeholders.OF_DOCUMENT),
    NEW_DOCUMENT_BODY: (*_EVERYWHERE, *placeholders.OF_DOCUMENT),
    OFFER_STEPS: (),
}

DEFAULTS: dict[str, dict[str, str]] = {
    SEND_ACCESS_SUBJECT: {
        "de": "Ihr Zugang zum Kundenportal von [Firm.name]",
        "en": "Your access to the client portal of [Firm.name]",
    },
    SEND_ACCESS_BODY: {
        "de": (
            "Ihre Angebote, Rechnungen und Berichte finden Sie ab sofort in unserem Kundenportal. "
            "Sie brauchen kein Passwort, dieser Link genügt:\n\n"
            "[Client.customerportal_url]\n\n"
            "Der Link ist nur für Sie bestimmt. Bitte geben Sie ihn nicht weiter."
        ),
        "en": (
            "From now on you will find your offers, invoices and reports in our client portal. "
            "You need no password, this link is enough:\n\n"
            "[Client.customerportal_url]\n\n"
            "The link is meant for you alone. Please do not pass it on."
        ),
    },
    INVITATION_SUBJECT: {
        "de": "Ihre Einladung in das Kundenportal von [Firm.name]",
        "en": "Your invitation to the client portal of [Firm.name]",
    },
    INVITATION_BODY: {
        "de": (
            "In unserem Kundenportal finden Sie ab sofort Ihre Angebote, Rechnungen und Berichte. "
            "Dort können Sie uns auch Fragen stellen und Angebote annehmen."
        ),
        "en": (
            "From now on you will find your offers, invoices and reports in our client portal. "
            "There you can also ask us questions and accept offers."
        ),
    },
    NEW_DOCUMENT_SUBJECT: {
        "de": "Neues Dokument von [Firm.name]: [Document.title]",
        "en": "New document from [Firm.name]: [Document.title]",
    },
    NEW_DOCUMENT_BODY: {
        "de": (
            "Ihr neues Dokument liegt in unserem Kundenportal bereit: [Document.title] (Nummer [Document.number]).\n\n"
            "[Document.url]\n\n"
            "Dort können Sie es lesen, herunterladen und uns eine Frage dazu stellen."
        ),
        "en": (
            "Your new document is ready in our client portal: [Document.title] (number [Document.number]).\n\n"
            "[Document.url]\n\n"
            "There you can read it, download it and ask us a question about it."
        ),
    },
    OFFER_STEPS: {
        "de": (
            "Wir bestätigen Ihren Auftrag | Sie bekommen sofort eine E-Mail mit allen Angaben.\n"
            "Wir vereinbaren einen Termin | Wir melden uns telefonisch oder per E-Mail bei Ihnen.\n"
            "Wir führen die Arbeiten aus | Danach finden Sie Bericht und Rechnung im Kundenportal."
        ),
        "en": (
            "We confirm your order | You receive an e-mail with all details at once.\n"
            "We agree on a date | We will contact you by phone or e-mail.\n"
            "We carry out the work | Afterwards you will find the report and the invoice in the client portal."
        ),
    },
}
