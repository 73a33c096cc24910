"""Mails that give a contact the way in: the firm's own "send access", a new link, a code."""

from __future__ import annotations

from portal.base import tokens
from portal.base.language import clock_time, money
from portal.base.placeholders import fill
from portal.mail.failures import Dropped
from portal.mail.mailing import Mailing, greeting
from portal.mail.message import Letter
from portal.mail.rendering import letter, paragraphs
from portal.models.client import Client
from portal.models.contact import Contact
from portal.models.decision import StepUpCode
from portal.models.document import Document
from portal.models.firm import PASSWORD
from portal.models.link import Link
from portal.operations import new_links
from portal.policies.actors import InstanceActor
from portal.queries import texts


def access(mailing: Mailing) -> Letter:
    """The firm's own text with the recipient's own link, below a personal message if there is one (B7, B8).

    Subject: `client`, `contact`, `link`, `by` (staff or null), `message` (text or "").
    """
    client, contact = mailing.client(), mailing.contact()
    mailing.demand_access(client, contact, asked=True)
    _demand_secret_link(mailing, client)
    address = mailing.link_address(client, contact)
    values = own_values(mailing, client, contact, address) | {"Staff.name": mailing.sender_name()}
    body = fill(texts.text_of(mailing.scope, texts.SEND_ACCESS_BODY, mailing.language), values)
    return letter(
        mailing,
        fill(texts.text_of(mailing.scope, texts.SEND_ACCESS_SUBJECT, mailing.language), values),
        greeting(mailing, contact),
        message=str(mailing.first.subject.get("message") or ""),
        sender=mailing.sender_name(),
        paragraphs=paragraphs(body, [address]),
        address=address,
        is_in_text=address in body,
    )


def new_link(mailing: Mailing) -> Letter:
    """A living link for somebody whose old one ran out. Subject: `client`, `contact`, `link`.

    Or `asked`, a link: somebody asked at its door. Who gets what is decided now, in a mail of its own.
    """
    if "asked" in mailing.first.subject:
        link = mailing.row(Link, "asked")
        raise Dropped("answered" if new_links.answer(InstanceActor(mailing.firm.id, "worker"), link) else "nobody")
    _ = mailing.gettext
    client, contact = mailing.client(), mailing.contact()
    mailing.demand_access(client, contact, asked=True)
    _demand_secret_link(mailing, client)
    return letter(
        mailing,
        _("Your new link to the client portal of %(firm)s", firm=mailing.firm.name),
        greeting(mailing, contact),
        address=mailing.link_address(client, contact),
    )


def code(mailing: Mailing) -> Letter:
    """The 6 digits that confirm an act (TRUST, Secret links). Subject: `client`, `contact`, `code`.

    Whoever asked for it is on the page and waits, so the toggles of the membership do not matter here.
    """
    _ = mailing.gettext
    client, contact, row = mailing.client(), mailing.contact(), mailing.row(StepUpCode, "code")
    mailing.demand_released(contact)
    if row.used or row.voided or row.expires_at <= mailing.now:
        raise Dropped("code_over")
    document = mailing.row(Document, "document", {"document": row.document_id})
    return letter(
        mailing,
        _("Your code for offer %(number)s", number=document.number),
        greeting(mailing, contact),
        code=tokens.digits("code", row.id, row.nonce),
        document=document,
        amount=""
        if document.payable is None or not mailing.shows_amounts(client, contact)
        else money(document.payable, document.currency, mailing.language),
        until=clock_time(row.expires_at, mailing.firm.time_zone, mailing.language),
    )


def _demand_secret_link(mailing: Mailing, client: Client) -> None:
    """The login type changed since it was queued: these letters speak of a link that needs no password."""
    if client.signs_in_by(mailing.firm) == PASSWORD:
        raise Dropped("access_off")


def own_values(mailing: Mailing, client: Client, contact: Contact, address: str) -> dict[str, str]:
    """What the placeholders of client and firm stand for in a mail: the address is the recipient's own (DETAILS 8)."""
    firm = mailing.firm
    named = contact.first_name or contact.last_name
    return {
        "Client.customerportal_url": address,
        "Client.name": client.name,
        "Client.number": client.number,
        "Client.contact_name": contact.name if named else client.name,
        "Firm.name": firm.name,
        "Firm.phone": firm.phone,
        "Firm.email": firm.email,
    }
