"""Plain notices of comments on documents, both ways: one mail for several."""

from __future__ import annotations

from dataclasses import dataclass

from portal.mail.failures import Dropped
from portal.mail.mailing import Mailing, greeting, staff_greeting
from portal.mail.message import Letter
from portal.mail.rendering import letter
from portal.models.client import Client
from portal.models.document import DRAFT, WITHDRAWN, Comment, Document


@dataclass(frozen=True)
class Remark:
    """A comment with the document it stands at."""

    document: Document
    author: str
    text: str
    address: str


def comment_to_client(mailing: Mailing) -> Letter:
    """The firm wrote about a document. Subject of each row: `client`, `contact`, `link`, `comment`."""
    _ = mailing.gettext
    client, contact = mailing.client(), mailing.contact()
    mailing.demand_access(client, contact, news=True)
    found = _standing(mailing)
    remarks = [remark(row, doc, mailing.link_address(client, contact, doc)) for row, doc in found]
    numbers = ", ".join(dict.fromkeys(each.document.number for each in remarks))
    return letter(
        mailing,
        _("%(firm)s wrote to you about %(numbers)s", firm=mailing.firm.name, numbers=numbers),
        greeting(mailing, contact),
        remarks=remarks,
        address=remarks[-1].address,
    )


def comment_to_staff(mailing: Mailing) -> Letter:
    """A client wrote about a document. Subject of each row: `staff`, `comment`."""
    _ = mailing.gettext
    staff = mailing.staff()
    if not staff.mail_comments:
        raise Dropped("switched_off")
    found = _standing(mailing)
    client = mailing.row(Client, "client", {"client": found[0][1].client_id})
    remarks = [remark(row, doc, mailing.address(f"/firm/documents/{doc.uid}")) for row, doc in found]
    numbers = ", ".join(dict.fromkeys(each.document.number for each in remarks))
    return letter(
        mailing,
        _("%(client)s wrote about %(numbers)s", client=client.name, numbers=numbers),
        staff_greeting(mailing, staff),
        client=client,
        remarks=remarks,
        address=remarks[-1].address,
    )


def _standing(mailing: Mailing) -> list[tuple[Comment, Document]]:
    found = comments(mailing)
    if not found:
        raise Dropped("document_withdrawn")
    return found


def comments(mailing: Mailing) -> list[tuple[Comment, Document]]:
    """The comments in their order, those on documents that were taken back left out."""
    scope = mailing.scope
    ids = [row.subject["comment"] for row in mailing.rows if "comment" in row.subject]
    query = scope.join(scope.of(Comment, Comment, Document), Document, Comment.document == Document.id)
    query = query.where(Comment.id.in_(ids), Document.state.not_in((DRAFT, WITHDRAWN)))
    return [(row, row.document) for row in list(query.order_by(Comment.id))]


def remark(row: Comment, document: Document, address: str) -> Remark:
    """What a template shows of a comment."""
    return Remark(document, row.author, row.text, address)
