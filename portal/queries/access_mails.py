"""The mail that asks a contact in, as staff see it before it goes: everything but the token (B8, DETAILS 9)."""

from __future__ import annotations

from dataclasses import dataclass

from portal.base import language
from portal.base.placeholders import fill
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.firm import SECRET_LINK, Firm
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


def places(scope: Scope, contact: Contact, asked_from: Client) -> list[Client]:
    """The clients that an invitation names, by name, as far as the scope reaches; the one it is asked for included."""
    query = scope.join(scope.of(Client), Membership, Membership.client == Client.id)
    granted = query.where(
        Membership.contact == contact.id, Membership.login, Membership.ended_at.is_null(), Client.portal_access,
        Client.archived_at.is_null(),
    )  # fmt: skip
    found = {client.id: client for client in granted} | {asked_from.id: asked_from}
    return sorted(found.values(), key=lambda client: (client.name_key, client.id))


def is_plain(clients: list[Client], firm: Firm) -> bool:
    """Whether it is the firm's own text with one secret link; else a mail of ours names the clients and the way in."""
    return len(clients) == 1 and clients[0].signs_in_by(firm) == SECRET_LINK


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
