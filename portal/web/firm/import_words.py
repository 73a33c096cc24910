"""Words of an import: what columns are, what is wrong with a row, what can be done about it, what came of it."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.models.client_import import ASK, CHANGE, CHANGED, FAILED, LEAVE, LEFT, MADE, NEW, SAME, SKIP
from portal.operations import client_matches, client_rows
from portal.operations.client_columns import CONTACTS
from portal.queries import client_imports

FORMATS = {
    "datev": "DATEV", "lexware": "Lexware", "sevdesk": "sevDesk", "billomat": "Billomat", "google": "Google",
    "outlook": "Outlook", "taxdome": "TaxDome",
}  # fmt: skip
CHARSETS = {
    "utf-8": "UTF-8", "cp1252": "Windows-1252", "utf-16": "UTF-16", "cp850": "DOS (CP850)", "mac_roman": "Mac Roman",
    "cp1250": "Windows-1250", "iso8859_15": "ISO 8859-15",
}  # fmt: skip
SEPARATORS: dict[str, Any] = {";": _l("semicolon"), ",": _l("comma"), "\t": _l("tab"), "|": _l("vertical bar")}
FILE_WORDS = {
    "missing": _l("Please choose a file."),
    "not_allowed": _l("Only CSV files and Excel workbooks (.xlsx) can be imported."),
    "wrong_type": _l("This file is not what its name says, or it is in a character set that cannot be read."),
    "encrypted": _l("This workbook is protected by a password. Please save it without one."),
    "macros": _l("This workbook contains macros. Please save it as .xlsx without them."),
    "rows": _l("The list has more than 100,000 rows. Please split it."),
    "columns": _l("The list has more than 300 columns."),
    "cell": _l("A cell holds more than 10,000 characters. A quotation mark may be missing."),
    "busy": _l("Too many files are being read at the moment. Please try again."),
    "mistake": _l("The program could not read this list. Please try other columns, or tell whoever runs the portal."),
    "gone": _l("The file is not there any more. Please choose it once more."),
}
CLIENT_FIELDS: dict[str, Any] = {
    "number": _l("Client number"), "account": _l("Debtor account (if there is no number)"), "name": _l("Name"),
    "kind": _l("Kind (company or person)"), "email": _l("E-mail"), "phone": _l("Phone"), "mobile": _l("Mobile phone"),
    "street": _l("Street and number"), "extra": _l("Address supplement"), "postcode": _l("Postcode"),
    "city": _l("City"), "postcode_city": _l("Postcode and city in one"), "country": _l("Country"),
    "vat_id": _l("VAT ID"), "vat_country": _l("Country of the VAT ID"), "language": _l("Language"),
    "external_accountant": _l("External accountant (yes or no)"), "portal_access": _l("Portal open (yes or no)"),
    "supplier": _l("Supplier number (rows are left out)"), "category": _l("Category (suppliers are left out)"),
}  # fmt: skip
CONTACT_FIELDS: dict[str, Any] = {
    "name": _l("Whole name"), "salutation": _l("Salutation"), "title": _l("Title"), "first_name": _l("First name"),
    "prefix": _l("Name prefix"), "last_name": _l("Last name"), "role": _l("Position"), "email": _l("E-mail"),
    "phone": _l("Phone"), "mobile": _l("Mobile phone"), "language": _l("Language"), "login": _l("Login (yes or no)"),
    "notify": _l("Notify (yes or no)"), "email_sync": _l("E-mail sync (yes or no)"),
    "primary": _l("Primary contact (yes or no)"),
}  # fmt: skip
# heading of the group, name of a field of it
PLACES: tuple[tuple[Any, Any], ...] = (
    (_l("First contact"), _l("First contact: %(field)s")),
    (_l("Second contact"), _l("Second contact: %(field)s")),
    (_l("Third contact"), _l("Third contact: %(field)s")),
)
PROBLEMS: dict[str, Any] = {
    "email": _l("This is no e-mail address."),
    "email_comma": _l("This is no e-mail address: is a comma meant to be a dot?"),
    "two_emails": _l("Several e-mail addresses stand in one cell."),
    "too_long": _l("This is too long."),
    "formula": _l("This begins like a formula."),
    "damaged": _l("The spreadsheet made this number unreadable."),
    "unreadable": _l("Characters of this text were lost when the list was made."),
    "country": _l("This country is not known."),
    "kind": _l("This is neither company nor person."),
    "switch": _l("This is neither yes nor no."),
    "name_on_file": _l("This address belongs to somebody of another name."),
    "shifted": _l("This row has more cells than the header: a separator in its text moved them."),
    "number": _l("Client numbers have 1 to 40 letters, digits, dots, hyphens, underscores or blanks."),
    "required": _l("The name is missing."),
    "name_too_long": _l("The name is too long."),
    "duplicate_number": _l("An earlier row has this number with another name."),
}
MENDED: dict[str, Any] = {
    "email": _l("Import without this address"),
    "email_comma": _l("Import without this address"),
    "two_emails": _l("Take the first address"),
    "too_long": _l("Import without this value"),
    "formula": _l("Take it as plain text"),
    "damaged": _l("Import without this value"),
    "unreadable": _l("Take it as it is"),
    "country": _l("Import without this value"),
    "kind": _l("Import without this value"),
    "switch": _l("Import without this value"),
    "name_on_file": _l("Keep the name on file"),
}
NOTES: dict[str, Any] = {
    "postcode_zero": _l("A leading zero was missing in the postcode; we took it to be German."),
    "vat_form": _l("This VAT ID does not have the form of its country. It is imported as it is."),
    "several": _l("Several values stood in one cell; the first one is taken."),
    "language": _l("This language is not offered; the firm's is taken."),
    "invisible": _l("Invisible characters were removed."),
    "hidden": _l("This row is hidden in the workbook."),
}
REASONS: dict[str, Any] = {
    "problems": _l("left out because of what is wrong with it"),
    "answer": _l("left out by you"),
    "archived": _l("the client is archived"),
    "test_client": _l("this is the number of the test client"),
    client_rows.SUM: _l("a line of sums"),
    client_rows.SUPPLIER: _l("a supplier"),
    client_rows.CREDITOR: _l("a creditor account"),
    "number_taken": _l("the number was taken meanwhile"),
    "gone": _l("the client is not there any more"),
    "mistake": _l("the program made a mistake with this row"),
    "not_permitted": _l("you may not do this any more"),
    "not_assigned": _l("you work for assigned clients only"),
}
QUESTIONS: dict[str, Any] = {
    client_matches.NUMBER: _l("The number belongs to a client of another name"),
    client_matches.EMAIL: _l("The e-mail address belongs to a client that is here already"),
    client_matches.NAME: _l("A client of this name is here already"),
    client_matches.TWICE: _l("The list seems to have this client twice"),
}
OUTCOMES: dict[str, Any] = {
    MADE: _l("new"), CHANGED: _l("changed"), LEFT: _l("nothing to change"), FAILED: _l("not imported"),
    SKIP: _l("left out"), SAME: _l("nothing to change"), LEAVE: _l("left as it is"), ASK: _l("to be answered"),
    "waiting": _l("not imported yet"),
}  # fmt: skip
SHOWN: dict[str, Any] = {
    client_imports.PROBLEMS: _l("Wrong"), ASK: _l("Questions"), NEW: _l("New"), CHANGE: _l("To be changed"),
    SAME: _l("Nothing to change"), LEAVE: _l("Left as they are"), SKIP: _l("Left out"),
    client_imports.NOTES: _l("Guessed"), MADE: _l("New"), CHANGED: _l("Changed"), FAILED: _l("Not imported"),
}  # fmt: skip
OBSTACLES: dict[str, Any] = {
    "documents": _l("has documents by now"),
    "opened": _l("the portal was visited"),
    "changed": _l("was changed since"),
    "password": _l("a contact has set a password"),
    "elsewhere": _l("a contact is contact of another client, too"),
    "gone": _l("is not there any more"),
}
STATES: dict[str, Any] = {
    "columns": _l("begun"), "checking": _l("being looked over"), "checked": _l("not started yet"),
    "running": _l("running"), "done": _l("imported"), "undone": _l("undone"), "dropped": _l("cancelled"),
}  # fmt: skip


def target_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """What a column may be, for a choice with groups."""
    groups = [(_("Client"), [(f"client.{name}", str(words)) for name, words in CLIENT_FIELDS.items()])]
    for place, (heading, pattern) in enumerate(PLACES[:CONTACTS], 1):
        fields = [(f"contact{place}.{name}", str(pattern) % {"field": words}) for name, words in CONTACT_FIELDS.items()]
        groups.append((str(heading), fields))
    return groups


def problem(kind: str, hint: str = "") -> str:
    """What is wrong, with what may have been meant."""
    words = str(PROBLEMS.get(kind) or NOTES.get(kind) or kind)
    if kind == "email_comma" and hint:
        return _("%(problem)s Perhaps %(meant)s.", problem=words, meant=hint)
    if kind == "name_on_file" and hint:
        return _("%(problem)s It is on file for %(name)s.", problem=words, name=hint)
    if kind == "duplicate_number" and hint:
        return _("%(problem)s It is line %(line)s.", problem=words, line=hint)
    if kind == "postcode_zero" and hint:
        return _("%(problem)s It is imported as %(postcode)s.", problem=words, postcode=hint)
    return words
