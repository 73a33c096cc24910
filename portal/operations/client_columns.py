"""What the columns of a client list mean: known exports by their header, others by their columns (T14)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.base.spreadsheet import Line, Table
from portal.base.text import searchable

CLIENT_FIELDS = (
    "number", "name", "kind", "vat_id", "email", "phone", "mobile", "language", "street", "extra", "postcode", "city",
    "postcode_city", "country", "external_accountant", "portal_access",
    # for the number where there is no other; for suppliers, which are no clients; the country of the VAT id apart
    "account", "supplier", "category", "vat_country",
)  # fmt: skip
CONTACT_FIELDS = (
    "name", "salutation", "title", "first_name", "prefix", "last_name", "role", "email", "phone", "mobile", "language",
    "login", "notify", "email_sync", "primary",
)  # fmt: skip
CONTACTS = 3
TARGETS = (
    *(f"client.{name}" for name in CLIENT_FIELDS),
    *(f"contact{place}.{name}" for place in range(1, CONTACTS + 1) for name in CONTACT_FIELDS),
)
_SEARCHED_LINES = 30
_VALUE = re.compile(r"[0-9]{3}|@")
_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Header:
    """Where the header stands (`line` 0: nowhere, the first line is a client) and what its columns are called."""

    line: int
    names: tuple[str, ...]

    @property
    def key(self) -> str:
        """The same for the next file with these columns: what a mapping is remembered by."""
        return hashlib.sha256("\n".join(map(plain, self.names)).encode()).hexdigest()


@dataclass(frozen=True)
class Columns:
    """The export it was recognised as (empty: none), and the target of each column, empty where it is left out."""

    format: str
    targets: tuple[str, ...]


@dataclass(frozen=True)
class _Format:
    """An export: all `signature` columns are there; `of` says what a column is."""

    name: str
    signature: frozenset[str]
    of: Mapping[str, str]


def plain(name: str) -> str:
    """`E-Mail 1 - Value` as `e mail 1 value`: how names of columns are compared."""
    return _WORD.sub(" ", searchable(name)).strip()


def header(table: Table, line: int | None = None) -> Header:
    """The header, above which a title or the line of a format may stand; `line` as chosen, 0: there is none."""
    width = max(len(each.cells) for each in table.lines)
    if line != 0:
        for each in table.lines:
            if each.number == line:
                return Header(line, _named(each, width))
        best = max(table.lines[:_SEARCHED_LINES], key=_recognised)
        if _recognised(best) >= min(width, 2):
            return Header(best.number, _named(best, width))
        if table.lines and _heads(table.lines[0], table.lines[1:_SEARCHED_LINES]):
            return Header(table.lines[0].number, _named(table.lines[0], width))
    return Header(0, tuple([""] * width))


def rows(table: Table, head: Header) -> list[Line]:
    """The lines below the header."""
    return [line for line in table.lines if line.number > head.line]


def recognised(head: Header) -> Columns:
    """The mapping by the header alone."""
    names = [plain(name) for name in head.names]
    for known in _FORMATS:
        if known.signature <= set(names):
            return Columns(known.name, _once(names, known.of))
    return Columns("", _once(names, _NAMES))


def _named(line: Line, width: int) -> tuple[str, ...]:
    names = [" ".join(cell.split())[:100] for cell in line.cells]
    return (*names, *[""] * (width - len(names)))


def _recognised(line: Line) -> float:
    """How many cells are names of columns, as far as hardly any cell is something else."""
    names = [plain(cell) for cell in line.cells if cell]
    known = sum(1 for name in names if name in _NAMES or any(name in each.of for each in _FORMATS))
    return known if known * 4 >= len(names) or known >= 4 else 0


def _heads(first: Line, below: Sequence[Line]) -> bool:
    """Whether a line of unknown words is a header: no figures and addresses in it, but in most cells of a column."""
    words = [cell for cell in first.cells if cell]
    if len(words) < 2 or len(set(words)) < len(words) or any(_VALUE.search(word) for word in words):
        return False
    columns = ([line.cells[place] for line in below if len(line.cells) > place] for place in range(len(first.cells)))
    return any(len(cells) > 1 and sum(1 for c in cells if _VALUE.search(c)) * 2 > len(cells) for cells in columns)


def _once(names: Sequence[str], meanings: Mapping[str, str]) -> tuple[str, ...]:
    """Two columns of one meaning stay: what stands first in a row counts."""
    return tuple(meanings.get(name, "") for name in names)


def _contact(place: int, before: str, **names: str) -> dict[str, str]:
    return {f"{before}{name}".strip(): f"contact{place}.{target}" for target, name in names.items()}


_DATEV = _Format(
    "datev",
    frozenset({"konto", "name adressatentyp unternehmen", "name adressatentyp natuerl person"}),
    {
        "konto": "client.account", "kundennummer": "client.number",
        "name adressatentyp unternehmen": "client.name", "name adressatentyp keine angabe": "client.name",
        "name adressatentyp natuerl person": "contact1.last_name",
        "vorname adressatentyp natuerl person": "contact1.first_name", "namensvorsatz": "contact1.prefix",
        "anrede": "contact1.salutation", "titel akad grad": "contact1.title",
        "eu land": "client.vat_country", "eu ust idnr": "client.vat_id", "strasse": "client.street",
        "postleitzahl": "client.postcode", "ort": "client.city", "land": "client.country",
        "adresszusatz": "client.extra", "telefon": "client.phone", "e mail": "client.email",
        "sprache": "client.language", "ansprechpartner": "contact2.name",
    },
)  # fmt: skip
_LEXWARE = _Format(
    "lexware",
    frozenset({"kundennummer", "lieferantennummer", "firmenname", "umsatzsteuer id"}),
    {
        "kundennummer": "client.number", "lieferantennummer": "client.supplier", "firmenname": "client.name",
        **_contact(1, "", salutation="anrede", first_name="vorname", last_name="nachname"),
        "umsatzsteuer id": "client.vat_id", "adresszusatz 1": "client.extra", "strasse 1": "client.street",
        "plz 1": "client.postcode", "ort 1": "client.city", "land 1": "client.country", "telefon 1": "client.phone",
        "telefon 2": "client.mobile", "e mail 1": "client.email",
        **_contact(2, "ansprechpartner 1 ", name="", salutation="anrede", first_name="vorname", last_name="nachname",
                   email="e mail", phone="telefon"),
        **_contact(3, "ansprechpartner 2 ", name="", salutation="anrede", first_name="vorname", last_name="nachname",
                   email="e mail", phone="telefon"),
    },
)  # fmt: skip
_SEVDESK = _Format(
    "sevdesk",
    frozenset({"kunden nr", "organisation", "namenszusatz", "nachname"}),
    {
        "kunden nr": "client.number", "organisation": "client.name", "kategorie": "client.category",
        **_contact(1, "", salutation="anrede", title="titel", first_name="vorname", last_name="nachname",
                   role="position"),
        "umsatzsteuer id": "client.vat_id", "strasse": "client.street", "plz": "client.postcode", "ort": "client.city",
        "land": "client.country", "telefon": "client.phone", "mobil": "client.mobile", "e mail": "client.email",
    },
)  # fmt: skip
_BILLOMAT = _Format(
    "billomat",
    frozenset({"client number", "name", "country code", "vat number", "due days"}),
    {
        "client number": "client.number", "name": "client.name",
        **_contact(1, "", salutation="salutation", first_name="first name", last_name="last name"),
        "street": "client.street", "zip": "client.postcode", "city": "client.city", "country code": "client.country",
        "phone": "client.phone", "mobile": "client.mobile", "email": "client.email", "vat number": "client.vat_id",
    },
)  # fmt: skip
_GOOGLE = _Format(
    "google",
    frozenset({"first name", "last name", "organization name", "e mail 1 value"}),
    {
        "organization name": "client.name",
        **_contact(1, "", title="name prefix", first_name="first name", last_name="last name",
                   role="organization title"),
        "e mail 1 value": "client.email", "phone 1 value": "client.phone", "phone 2 value": "client.mobile",
        "address 1 street": "client.street", "address 1 extended address": "client.extra",
        "address 1 postal code": "client.postcode", "address 1 city": "client.city",
        "address 1 country": "client.country",
    },
)  # fmt: skip
_GOOGLE_OLD = _Format(
    "google",
    frozenset({"given name", "family name", "organization 1 name", "e mail 1 value"}),
    {
        **_GOOGLE.of, "organization 1 name": "client.name", "given name": "contact1.first_name",
        "family name": "contact1.last_name", "organization 1 title": "contact1.role",
    },
)  # fmt: skip
_OUTLOOK_DE = _Format(
    "outlook",
    frozenset({"vorname", "nachname", "firma", "e mail adresse", "strasse geschaeftlich"}),
    {
        "firma": "client.name",
        **_contact(1, "", salutation="anrede", first_name="vorname", last_name="nachname", role="position"),
        "strasse geschaeftlich": "client.street", "strasse geschaeftlich 2": "client.extra",
        "postleitzahl geschaeftlich": "client.postcode", "ort geschaeftlich": "client.city",
        "land region geschaeftlich": "client.country", "strasse privat": "client.street",
        "strasse privat 2": "client.extra", "postleitzahl privat": "client.postcode", "ort privat": "client.city",
        "land region privat": "client.country", "telefon geschaeftlich": "client.phone",
        "telefon privat": "client.phone", "mobiltelefon": "client.mobile", "e mail adresse": "client.email",
        "sprache": "client.language",
    },
)  # fmt: skip
_OUTLOOK_EN = _Format(
    "outlook",
    frozenset({"first name", "last name", "company", "e mail address", "business street"}),
    {
        "company": "client.name",
        **_contact(1, "", salutation="title", first_name="first name", last_name="last name", role="job title"),
        "business street": "client.street", "business street 2": "client.extra",
        "business postal code": "client.postcode", "business city": "client.city",
        "business country region": "client.country", "business country": "client.country",
        "home street": "client.street", "home street 2": "client.extra", "home postal code": "client.postcode",
        "home city": "client.city", "home country region": "client.country", "home country": "client.country",
        "business phone": "client.phone", "home phone": "client.phone", "mobile phone": "client.mobile",
        "e mail address": "client.email", "language": "client.language",
    },
)  # fmt: skip
_TAXDOME = _Format(
    "taxdome",
    frozenset({"account name", "account type", "email"}),
    {
        "account name": "client.name", "account type": "client.kind",
        **_contact(1, "", name="contact name", first_name="first name", last_name="last name", email="email",
                   phone="phone number", language="language"),
        "country": "client.country", "street address": "client.street", "city": "client.city",
        "zip postal code": "client.postcode", "company name": "client.name",
    },
)  # fmt: skip
_FORMATS = (_DATEV, _LEXWARE, _SEVDESK, _BILLOMAT, _TAXDOME, _OUTLOOK_DE, _OUTLOOK_EN, _GOOGLE, _GOOGLE_OLD)

_SYNONYMS = {
    "client.number": "nummer, nr, kundennummer, kunden nr, kundennr, kd nr, kdnr, kunden id, kundenkonto, mandant,"
    " mandantennummer, mandanten nr, adressnummer, adress nr, number, no, client number, client no, client id,"
    " customer number, customer no, customer id, customer, id",
    "client.account": "konto, debitor, debitorennummer, debitoren nr, debitorenkonto, personenkonto, debtor account",
    "client.supplier": "lieferantennummer, lieferanten nr, kreditor, kreditorennummer, supplier number",
    "client.category": "kategorie, kontaktart, adressart, category, contact type",
    "client.name": "name, firma, firmenname, firmenbezeichnung, kunde, kundenname, mandantenname, name firma,"
    " firma name, unternehmen, organisation, organization, company, company name, client, client name, customer name,"
    " account name, name 1, name1, bezeichnung, kurzname, matchcode",
    "client.kind": "art, kundenart, typ, kundentyp, kind, type, client type, account type, rechtsform",
    "client.vat_id": "ust id, ust idnr, ust id nr, ustid, ustidnr, umsatzsteuer id, umsatzsteueridentifikationsnummer,"
    " uid, uid nummer, vat, vat id, vat number, vat no, vat reg no",
    "client.email": "e mail, email, mail, e mail adresse, email adresse, mailadresse, e mail 1, email 1, email address,"
    " e mail address, mail address",
    "client.phone": "telefon, tel, tel nr, telefonnummer, telefon 1, festnetz, rufnummer, phone, phone 1,"
    " phone number, telephone, telefon geschaeftlich, business phone, work phone",
    "client.mobile": "mobil, mobiltelefon, handy, handynummer, mobilnummer, telefon 2, mobile, mobile phone,"
    " cell, cell phone",
    "client.language": "sprache, language, korrespondenzsprache",
    "client.street": "strasse, strasse und hausnummer, strasse hausnummer, strasse nr, str, strasse 1, anschrift,"
    " adresse, street, street and number, street address, address, address line 1, address 1",
    "client.extra": "adresszusatz, zusatz, adresszusatz 1, anschriftzusatz, address supplement, address line 2,"
    " address 2, street 2, strasse 2",
    "client.postcode": "plz, postleitzahl, plz 1, postcode, post code, zip, zip code, postal code, zip postal code",
    "client.city": "ort, stadt, wohnort, ort 1, city, town",
    "client.postcode_city": "plz ort, plz und ort, postleitzahl ort, postcode city, zip city",
    "client.country": "land, staat, land 1, laendercode, laenderkennzeichen, country, country code",
    "client.external_accountant": "external accountant, externer buchhalter",
    "client.portal_access": "portalzugang, portal, portal access",
    "contact1.name": "ansprechpartner, ansprechp, ansprechpartnerin, kontakt, kontaktperson, kontaktname, zu haenden,"
    " zhd, contact, contact name, contact person, ansprechpartner 1, name des ansprechpartners",
    "contact1.salutation": "anrede, salutation, ansprechpartner anrede, anrede ansprechpartner",
    "contact1.title": "titel, akad titel, akademischer titel, title",
    "contact1.first_name": "vorname, vorname ansprechpartner, ansprechpartner vorname, first name, firstname,"
    " given name, forename",
    "contact1.last_name": "nachname, familienname, zuname, nachname ansprechpartner, ansprechpartner nachname,"
    " last name, lastname, surname, family name",
    "contact1.role": "position, funktion, rolle, role, job title, position im unternehmen",
    "contact1.email": "e mail ansprechpartner, ansprechpartner e mail, email ansprechpartner, ansprechpartner email,"
    " kontakt e mail, e mail kontakt, contact email, contact e mail",
    "contact1.phone": "telefon ansprechpartner, ansprechpartner telefon, durchwahl, contact phone, direct dial",
    "contact1.login": "login, anmeldung, zugang, portal login",
    "contact1.notify": "notify, benachrichtigung, benachrichtigungen, notifications",
    "contact1.email_sync": "email sync, e mail sync",
    "contact1.primary": "hauptkontakt, primary, primary contact, hauptansprechpartner",
    "contact2.name": "ansprechpartner 2, second contact, contact 2",
    "contact2.email": "ansprechpartner 2 e mail, ansprechpartner 2 email, e mail ansprechpartner 2, contact 2 email",
    "contact2.phone": "ansprechpartner 2 telefon, contact 2 phone",
}
_NAMES = {name.strip(): target for target, names in _SYNONYMS.items() for name in names.split(",")}
