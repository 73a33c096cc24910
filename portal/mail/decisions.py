"""Mails about a decided offer: to staff, and the receipt for whoever decided."""

from __future__ import annotations

from portal.base.language import instant, money
from portal.mail.failures import Dropped
from portal.mail.mailing import Mailing, greeting, staff_greeting
from portal.mail.message import Letter
from portal.mail.rendering import Fact, letter
from portal.models.client import Client
from portal.models.contact import Contact
from portal.models.decision import ACCEPT, AWAITING, REJECTED, OfferDecision
from portal.models.document import Document
from portal.queries import texts


def decision(mailing: Mailing) -> Letter:
    """An offer was accepted or declined, or waits for confirmation. Subject: `staff`, `decision`."""
    staff = mailing.staff()
    if not staff.mail_decisions:
        raise Dropped("switched_off")
    row, offer = _decided(mailing)
    client = mailing.row(Client, "client", {"client": row.client_id})
    return letter(
        mailing,
        _staff_subject(mailing, row, offer, client),
        staff_greeting(mailing, staff),
        outcome=outcome(row),
        offer=offer,
        client=client,
        facts=_facts(mailing, row, offer, client),
        reason=row.reason,
        address=mailing.address(f"/firm/documents/{offer.uid}"),
    )


def decision_receipt(mailing: Mailing) -> Letter:
    """What was decided, for the client's records. Subject: `client`, `contact`, `decision`, `link` (or null).

    Sent whatever the toggles say, since it confirms an order; where the link opens nothing, without an address.
    """
    client, contact = mailing.client(), mailing.contact()
    row, offer = _decided(mailing)
    steps = texts.steps_of(mailing.scope, mailing.language) if row.verdict == ACCEPT else []
    return letter(
        mailing,
        _receipt_subject(mailing, row, offer),
        greeting(mailing, contact),
        outcome=outcome(row),
        offer=offer,
        facts=_facts(mailing, row, offer, client, amount=mailing.shows_amounts(client, contact)),
        reason=row.reason,
        steps=steps,
        address=_address_if_open(mailing, client, contact, offer),
    )


def outcome(row: OfferDecision) -> str:
    """`accepted`, `declined` or `awaiting`."""
    if row.verdict != ACCEPT:
        return "declined"
    return "awaiting" if row.state == AWAITING else "accepted"


def _decided(mailing: Mailing) -> tuple[OfferDecision, Document]:
    row = mailing.row(OfferDecision, "decision")
    if row.state == REJECTED:
        raise Dropped("decision_rejected")
    return row, mailing.row(Document, "document", {"document": row.document_id})


def _staff_subject(mailing: Mailing, row: OfferDecision, offer: Document, client: Client) -> str:
    _ = mailing.gettext
    if outcome(row) == "awaiting":
        return _("Please confirm: %(client)s accepted offer %(number)s", client=client.name, number=offer.number)
    if outcome(row) == "accepted":
        return _("%(client)s accepted offer %(number)s", client=client.name, number=offer.number)
    return _("%(client)s declined offer %(number)s", client=client.name, number=offer.number)


def _receipt_subject(mailing: Mailing, row: OfferDecision, offer: Document) -> str:
    _ = mailing.gettext
    if outcome(row) == "awaiting":
        return _("We have received your answer to offer %(number)s", number=offer.number)
    if outcome(row) == "accepted":
        return _("Confirmation of your order: offer %(number)s", number=offer.number)
    return _("You declined offer %(number)s", number=offer.number)


def _facts(mailing: Mailing, row: OfferDecision, offer: Document, client: Client, *, amount: bool = True) -> list[Fact]:
    _ = mailing.gettext
    facts = [
        Fact(_("Offer"), offer.number),
        Fact(_("Title"), offer.title),
        Fact(_("Client"), f"{client.name} ({client.number})"),
        Fact(_("Accepted by") if row.verdict == ACCEPT else _("Declined by"), row.name),
        Fact(_("Time"), instant(row.at, mailing.firm.time_zone, mailing.language)),
    ]
    if row.amount is not None and amount:
        facts.insert(2, Fact(_("Amount"), money(row.amount, row.currency, mailing.language)))
    if row.terms_version is not None and row.verdict == ACCEPT:
        facts.append(Fact(_("Terms"), _("Version %(number)s", number=row.terms_version)))
    if row.verdict == ACCEPT:
        facts.append(Fact(_("Fingerprint of the file (SHA-256)"), row.sha256))
    return facts


def _address_if_open(mailing: Mailing, client: Client, contact: Contact, offer: Document) -> str:
    if not mailing.first.subject.get("link"):
        return ""
    try:
        mailing.demand_access(client, contact)
        return mailing.link_address(client, contact, offer)
    except Dropped:
        return ""
