"""The mail of *send access* as staff see it before it goes: everything but the token (B8, DETAILS 9)."""

from __future__ import annotations

from dataclasses import dataclass

from portal.base import language
from portal.base.placeholders import fill
from portal.models.client import Client
from portal.models.contact import Contact
from portal.models.firm import Firm
from portal.policies.scope import Scope
from portal.queries import texts

ADDRESS = "Client.customerportal_url"


@dataclass(frozen=True)
class Preview:
    """Subject and body in the recipient's language. `before` and `after` stand around the place of the address."""

    language: str
    subject: str
    before: str
    after: str


def preview(scope: Scope, firm: Firm, client: Client, contact: Contact, sender: str) -> Preview:
    """The firm's text with all placeholders filled but the address."""
    speaks = language.known(contact.language, client.language, firm.language)
    values = {
        "Client.name": client.name, "Client.number": client.number, "Client.contact_name": contact.name,
        "Firm.name": firm.name, "Firm.phone": firm.phone, "Firm.email": firm.email, "Staff.name": sender,
    }  # fmt: skip
    before, _address, after = texts.text_of(scope, texts.SEND_ACCESS_BODY, speaks).partition(f"[{ADDRESS}]")
    subject = texts.text_of(scope, texts.SEND_ACCESS_SUBJECT, speaks)
    return Preview(speaks, fill(subject, values), fill(before, values).strip(), fill(after, values).strip())
