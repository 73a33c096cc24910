"""The mail that tells of new documents: the firm's own text for the first, a line for each that joined it."""

from __future__ import annotations

from dataclasses import dataclass

from portal.base.language import long_date, money
from portal.base.placeholders import fill
from portal.mail.access import own_values
from portal.mail.failures import Dropped
from portal.mail.mailing import Mailing, greeting
from portal.mail.message import Letter
from portal.mail.rendering import letter, paragraphs
from portal.models.client import Client
from portal.models.contact import Contact
from portal.models.document import PUBLISHED, Document, DocumentVersion
from portal.queries import texts


@dataclass(frozen=True)
class Another:
    """A further document in the same mail."""

    title: str
    number: str
    address: str


def document(mailing: Mailing) -> Letter:
    """New documents for a contact. Subject of each row: `client`, `contact`, `link`, `document`."""
    client, contact = mailing.client(), mailing.contact()
    mailing.demand_access(client, contact, news=True)
    found = published(mailing)
    if not found:
        raise Dropped("document_withdrawn")
    first, *others = found
    address = mailing.link_address(client, contact, first)
    values = _values(mailing, client, contact, first)
    body = fill(texts.text_of(mailing.scope, texts.NEW_DOCUMENT_BODY, mailing.language), values)
    own = values["Client.customerportal_url"]
    return letter(
        mailing,
        fill(texts.text_of(mailing.scope, texts.NEW_DOCUMENT_SUBJECT, mailing.language), values),
        greeting(mailing, contact),
        paragraphs=paragraphs(body, [address, own]),
        address=address,
        portal_address=own,
        is_in_text=address in body,
        others=[Another(each.title, each.number, mailing.link_address(client, contact, each)) for each in others],
    )


def published(mailing: Mailing) -> list[Document]:
    """What is still to be read there, each once: a withdrawn one is not announced."""
    ids = dict.fromkeys(row.subject["document"] for row in mailing.rows if "document" in row.subject)
    query = mailing.scope.of(Document).where(Document.id.in_(list(ids)), Document.state == PUBLISHED)
    found = {row.id: row for row in list(query)}
    return [found[each] for each in ids if each in found]


def _values(mailing: Mailing, client: Client, contact: Contact, document: Document) -> dict[str, str]:
    scope, language = mailing.scope, mailing.language
    version = scope.one(
        scope.of(DocumentVersion).where(
            DocumentVersion.document == document.id, DocumentVersion.number == document.version
        )
    )
    total = version.payable if version.total is None else version.total
    if not mailing.shows_amounts(client, contact):
        total = None
    return own_values(mailing, client, contact, mailing.link_address(client, contact)) | {
        "Document.number": document.number,
        "Document.title": document.title,
        "Document.date": long_date(document.issued_on, language),
        "Document.due_date": long_date(document.due_on, language) if document.due_on else "",
        "Document.valid_until": long_date(document.valid_until, language) if document.valid_until else "",
        "Document.total": "" if total is None else money(total, version.currency, language),
        "Document.url": mailing.link_address(client, contact, document),
    }
