"""All news of a day in one mail, for contacts who want it so (X18)."""

from __future__ import annotations

from dataclasses import dataclass

from portal.mail.comments import comments, remark
from portal.mail.documents import published
from portal.mail.failures import Dropped
from portal.mail.mailing import Mailing, greeting
from portal.mail.message import Letter
from portal.mail.rendering import letter


@dataclass(frozen=True)
class New:
    """A document that is new, or has a new version."""

    title: str
    number: str
    address: str


def digest(mailing: Mailing) -> Letter:
    """Subject of each row: `client`, `contact`, `link`, and `document` or `comment`."""
    _ = mailing.gettext
    client, contact = mailing.client(), mailing.contact()
    mailing.demand_access(client, contact, news=True)
    documents = [
        New(each.title, each.number, mailing.link_address(client, contact, each)) for each in published(mailing)
    ]
    remarks = [remark(row, doc, mailing.link_address(client, contact, doc)) for row, doc in comments(mailing)]
    if not documents and not remarks:
        raise Dropped("document_withdrawn")
    return letter(
        mailing,
        _("News from %(firm)s for %(client)s", firm=mailing.firm.name, client=client.name),
        greeting(mailing, contact),
        client=client,
        documents=documents,
        remarks=remarks,
        address=mailing.link_address(client, contact),
    )
