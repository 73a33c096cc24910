"""Reason codes of operations and fields as English sentences: programmes log them, people read them there."""

from __future__ import annotations

FIELDS = {
    # what was sent
    "missing": "This is missing.",
    "required": "This is missing.",
    "unknown_field": "There is no such field here.",
    "file_here": "This field takes a text, not a file.",
    "once": "This was sent more than once.",
    "body": "The body must be a JSON object.",
    "object": "This must be a JSON object.",
    "list": "This must be a JSON array.",
    "text": "This must be a text.",
    "flag": "This must be true or false.",
    "only_false": "Only false can be sent: clients are archived by staff.",
    "too_many": "These are too many.",
    "too_long": "This is too long.",
    "unknown": "This is not known here.",
    "bad": "This cannot be read.",
    "day": "This must be a date like 2026-11-30, from 1900 to 2199.",
    "amount": "This must be an amount other than zero, like 119.00, within reason.",
    "plain_amount": 'This must be an amount as a text, like "119.00".',
    "currency": "This must be a currency code like EUR.",
    "number_between": "This must be a whole number within the limits.",
    "cursor": "This cursor is not from one of our lists. Begin again without one.",
    # clients and contacts
    "characters": "These characters cannot be taken here.",
    "number_characters": "A client number has 1 to 40 letters, digits, dots, hyphens, underscores, and blanks inside.",
    "other_number": "The number of a client cannot be changed: it must be the one of the address.",
    "taken": "This is already in use.",
    "email": "This must be an e-mail address like name@example.com.",
    "name_or_email": "A contact has a name or an e-mail address.",
    # documents
    "order": "The file is an order, not an invoice.",
    "other_currency": "This must be the currency of the document.",
    "client_unknown": "There is no client of this number.",
    "kind_undecided": "The file does not say whether it is an invoice: send the kind.",
    # files
    "empty": "The file is empty.",
    "too_large": "The file is too large. The limit is 25 MB.",
    "not_allowed": "Only PDF files and e-invoices as XML are taken.",
    "wrong_type": "The content of the file is not what its name says.",
    "broken": "The file is damaged and cannot be read.",
    "encrypted": "The file is protected by a password.",
    "macros": "The file holds macros.",
    "dtd": "The XML holds a document type declaration, which invoices do not have.",
    "bomb": "The file would need too much room or time when opened.",
    "absurd": "The file holds an amount that no invoice has.",
    "not_an_invoice": "The XML is not an invoice.",
    "busy": "Too many files are being read just now. Try again.",
}
CONFLICTS = {
    "accepted": "The offer was accepted.",
    "archived": 'The client is archived. Send "archived": false to fetch it back.',
    "access_off": "The portal of this client is closed.",
    "cancelled": "The document was cancelled.",
    "changed": "Somebody else was quicker: the state has changed.",
    "decided": "The offer was decided or waits for a confirmation.",
    "draft": "The document is a draft and not published.",
    "has_links": "There are secret links to this document.",
    "name": "This e-mail address belongs to somebody of another name, who is a contact of another client too.",
    "not_an_invoice": "Payments belong to invoices.",
    "number": "There is another document of this kind and number.",
    "paid": "Something was paid for this document.",
    "published": "The document is published.",
    "reference": "There is another payment with this reference.",
    "revoked": "The link was revoked.",
    "withdrawn": "The document was withdrawn.",
}
ABSENT = {
    "archived": "The client is archived: it has no portal address.",
    "access_off": "The portal of this client is closed: it has no address.",
    "revoked": "The link was revoked, and there is no new one. Renew it to get one.",
}


def of_field(name: str, code: str) -> str:
    """Why a field was not taken. The part of the path that is a name tells two meanings of a code apart."""
    return FIELDS.get(f"{name.rpartition('.')[2]}_{code}") or FIELDS.get(code) or f"This cannot be taken ({code})."


def of_conflict(code: str) -> str:
    """Why the present state does not allow it."""
    return CONFLICTS.get(code, "The present state does not allow this.")
