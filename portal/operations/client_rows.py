"""A row of a client list as fields of a client and its people, with everything that is wrong with it (T14)."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.base import language
from portal.base.errors import Invalid
from portal.base.spreadsheet import Line
from portal.base.text import one_line, searchable, valid_email
from portal.models.client import COMPANY, PERSON
from portal.models.contact import MR, MS
from portal.operations import clients, contacts
from portal.operations.client_columns import CONTACTS, plain

# what can be done about a kind of problem: leave the row out, stop the import, or take the row with what can be mended
SKIP, STOP, MEND = "skip", "stop", "mend"
MENDED = (
    "email", "email_comma", "two_emails", "too_long", "formula", "damaged", "unreadable", "country", "kind", "switch",
    "name_on_file",
)  # fmt: skip
KINDS = (*MENDED, "shifted", "number", "required", "name_too_long", "duplicate_number")
NOTES = ("postcode_zero", "vat_form", "several", "language", "invisible", "hidden")
SUM, SUPPLIER, CREDITOR = "sum", "supplier", "creditor"
SHOWN = 120
# several addresses in one cell are pointed out; more than so many letters are none
_LONGEST_ADDRESSES = 1000

_SUM = re.compile(r"(summe|gesamt|gesamtsumme|anzahl|total|sum|count)\b", re.IGNORECASE)
_DAMAGED = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u202a-\u202e\u2066-\u2069\ufeff]")
_PLACE = re.compile(r"(?:([A-Z]{1,3})\s?[- ]\s?)?(\d{3,6}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})\s+(\S.*)", re.IGNORECASE)
_FOREIGN_POSTCODE = re.compile(r"([A-Z]{1,3})\s?-\s?(\d{3,6})", re.IGNORECASE)
_TITLE = re.compile(
    r"(?:prof|dr|med|dent|vet|jur|rer|nat|pol|oec|phil|ing|h\.?\s?c|dipl|mag|dipl-\w+|b\.?sc|m\.?sc|ll\.?m|mba|ra|stb)"
    r"(?:[.-]+|(?=[\s.]|$))+\s*",
    re.IGNORECASE,
)
_PARTICLES = {"von", "vom", "van", "zu", "zum", "zur", "de", "der", "den", "del", "di", "da", "du", "la", "le", "af",
              "av", "el", "al", "ter", "ten"}  # fmt: skip
_SALUTATIONS = {MR: "herr herrn hr mr mister m mann maennlich male sehr geehrter herr",
                MS: "frau fr ms mrs miss w f weiblich female madame"}  # fmt: skip
_SALUTATION = {word: code for code, words in _SALUTATIONS.items() for word in words.split()}
_KIND_WORDS = {
    PERSON: "person privat privatperson private individual natuerliche person natural person b2c privatkunde consumer"
    " verbraucher mensch",
    COMPANY: "company firma unternehmen business organisation organization gesellschaft juristische person b2b"
    " firmenkunde geschaeftskunde gewerbe",
}
_KIND = {
    **{word: code for code, words in _KIND_WORDS.items() for word in words.split()},
    "natuerliche person": PERSON, "natural person": PERSON, "juristische person": COMPANY,
}  # fmt: skip
_LANGUAGES = {word: code for code, words in {
    "de": "de deu ger german deutsch de de de at de ch 1", "en": "en eng english englisch en us en gb 5",
}.items() for word in words.split()}  # fmt: skip
_COUNTRY_SIGNS = {"d": "DE", "a": "AT", "oe": "AT", "ch": "CH", "f": "FR", "i": "IT", "l": "LU", "b": "BE", "fl": "LI",
                  "uk": "GB", "usa": "US", "brd": "DE", "holland": "NL", "england": "GB", "fr": "FR"}  # fmt: skip
_ON = {"1", "ja", "j", "yes", "y", "x", "true", "wahr", "an", "on", "ok"}
_OFF = {"0", "nein", "n", "no", "false", "falsch", "aus", "off"}


@dataclass(frozen=True)
class Problem:
    """What is wrong with (or was guessed of) a cell: `column` counts from 0, -1: the row as a whole."""

    kind: str
    column: int = -1
    value: str = ""
    hint: str = ""


@dataclass
class Entry:
    """What a row says: cleaned fields, only those that are given. `left_out`: why it is no client at all.

    `borrowed`: the client's name is that of its person, the row itself names none.
    """

    line: int
    client: dict[str, Any] = field(default_factory=dict)
    people: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    left_out: str = ""
    borrowed: bool = False


@dataclass(frozen=True)
class Reader:
    """Reads rows by their columns. `country`: the firm's own, for postcodes without one; `email_contact`: whoever
    has an e-mail address and no person becomes a contact by the address alone."""

    targets: Sequence[str]
    width: int
    country: str
    email_contact: bool = True
    hidden: frozenset[int] = frozenset()

    def read(self, line: Line) -> Entry:
        """The row, never an error: what cannot be taken is in `problems`, and not in the fields."""
        entry = Entry(line.number)
        if _is_sum(line):
            entry.left_out = SUM
            return entry
        if len(line.cells) > self.width:
            entry.problems.append(Problem("shifted", -1, _shown(line.cells[-1] or line.cells[-2]), str(self.width)))
        cells = _Cells(entry, self._given(line, entry), self.targets)
        entry.left_out = _no_client(cells)
        if entry.left_out:
            entry.problems.clear()
            return entry
        if line.number in self.hidden:
            entry.notes.append(Problem("hidden"))
        people = [_person(cells, place) for place in range(1, CONTACTS + 1)]
        _client(cells, people, self.country)
        _settle(cells, people, email_contact=self.email_contact)
        _check(cells)
        return entry

    def _given(self, line: Line, entry: Entry) -> dict[str, tuple[str, int]]:
        """The first filled column of each target, cleaned."""
        given: dict[str, tuple[str, int]] = {}
        for column, (target, cell) in enumerate(zip(self.targets, line.cells, strict=False)):
            if not target or not cell or target in given:
                continue
            text = _cleaned(entry, target, cell, column)
            if text:
                given[target] = (text, column)
        return given


@dataclass
class _Cells:
    """The filled cells of a row by target, taken out one by one."""

    entry: Entry
    given: dict[str, tuple[str, int]]
    targets: Sequence[str]

    def place_of(self, target: str) -> int:
        """The column that would hold it, -1: none does."""
        return self.targets.index(target) if target in self.targets else -1

    def text(self, target: str) -> str:
        return self.given.get(target, ("", -1))[0]

    def column(self, target: str) -> int:
        return self.given.get(target, ("", -1))[1]

    def wrong(self, kind: str, target: str, hint: str = "") -> None:
        text, column = self.given.get(target, ("", -1))
        self.entry.problems.append(Problem(kind, column, _shown(text), hint))

    def note(self, kind: str, target: str, hint: str = "") -> None:
        text, column = self.given.get(target, ("", -1))
        self.entry.notes.append(Problem(kind, column, _shown(text), hint))


def _is_sum(line: Line) -> bool:
    filled = [cell for cell in line.cells if cell]
    return len(filled) <= 3 and bool(_SUM.match(filled[0]))


def _cleaned(entry: Entry, target: str, cell: str, column: int) -> str:
    if "\ufffd" in cell:
        entry.problems.append(Problem("unreadable", column, _shown(cell)))
    if _INVISIBLE.search(cell):
        entry.notes.append(Problem("invisible", column, _shown(cell)))
        cell = _INVISIBLE.sub("", cell)
    is_number = target.endswith((".phone", ".mobile"))
    if cell[0] in "=@" or (cell[0] in "+-" and not is_number and not cell[1:2].isdigit()):
        entry.problems.append(Problem("formula", column, _shown(cell)))
    if (is_number or target == "client.number") and _DAMAGED.fullmatch(cell):
        entry.problems.append(Problem("damaged", column, _shown(cell)))
        return ""
    if " ::: " in cell:
        entry.notes.append(Problem("several", column, _shown(cell)))
        cell = cell.split(" ::: ")[0]
    return cell.strip() if target == "client.street" else one_line(cell)


def _no_client(cells: _Cells) -> str:
    account, number = cells.text("client.account"), cells.text("client.number")
    if len(account) >= 5 and account.isdecimal() and account[0] in "789":
        return CREDITOR
    if plain(cells.text("client.category")) in ("lieferant", "kreditor", "supplier", "vendor"):
        return SUPPLIER
    return SUPPLIER if cells.text("client.supplier") and not number else ""


def _person(cells: _Cells, place: int) -> dict[str, Any]:
    before = f"contact{place}."
    said = {name: cells.text(before + name) for name in ("title", "first_name", "last_name", "role")}
    salutation = _SALUTATION.get(plain(cells.text(before + "salutation")).split(" ")[0])
    full = cells.text(before + "name")
    if full and not (said["first_name"] and said["last_name"]):
        found = full_name(full)
        salutation = salutation or found.pop("salutation", None)
        said = {**said, **{name: said.get(name) or value for name, value in found.items()}}
    if cells.text(before + "prefix") and said["last_name"]:
        said["last_name"] = f"{cells.text(before + 'prefix')} {said['last_name']}"
    person: dict[str, Any] = {name: value for name, value in said.items() if value}
    if salutation:
        person["salutation"] = salutation
    email = _email(cells, before + "email")
    phone = cells.text(before + "phone") or cells.text(before + "mobile")
    code = _language(cells, before + "language")
    person |= {name: value for name, value in (("email", email), ("phone", phone), ("language", code)) if value}
    for name in ("login", "notify", "email_sync", "primary"):
        on = _switch(cells, before + name)
        if on is not None:
            person[name] = on
    return person


def full_name(text: str) -> dict[str, Any]:
    """Salutation, title, first and last name of `Herr Dr. Hans von der Au` or `Au, Hans`."""
    found: dict[str, Any] = {}
    words = text.split()
    code = _SALUTATION.get(plain(words[0]))
    if code is not None and len(words) > 1 and len(words[0]) > 1:
        found["salutation"], text = code, " ".join(words[1:])
    titles = ""
    while (match := _TITLE.match(text)) is not None and match.end() < len(text):
        titles, text = titles + match[0], text[match.end() :]
    if titles.strip():
        found["title"] = " ".join(titles.split())
    turned = re.split(r"\s*[,;]\s*", text, maxsplit=1)
    if len(turned) == 2 and all(turned):
        return {**found, "last_name": turned[0], "first_name": turned[1]}
    words = text.split()
    start = next((at for at, word in enumerate(words[:-1]) if at and word.casefold() in _PARTICLES), len(words) - 1)
    if words and words[0].casefold() in _PARTICLES:
        start = 0
    first, last = " ".join(words[:start]), " ".join(words[start:])
    return {**found, **({"first_name": first} if first else {}), "last_name": last}


def _email(cells: _Cells, target: str) -> str:
    """A valid address, or none and a problem."""
    text = cells.text(target)
    if not text:
        return ""
    if len(text) > _LONGEST_ADDRESSES:
        # what follows looks for pairs of signs: ten thousand of them would be tried with each other
        cells.wrong("email", target)
        return ""
    bracketed = re.search(r"<([^<>\s]+@[^<>\s]+)>", text)
    text = bracketed[1] if bracketed else text.removeprefix("mailto:")
    if _is_email(text):
        return text
    parts = [part for part in re.split(r"[;,/\s]+", text) if "@" in part]
    if len(parts) > 1:
        cells.wrong("two_emails", target, str(len(parts)))
        return parts[0] if _is_email(parts[0]) else ""
    mended = re.sub(r"\s*,\s*", ".", text).replace(" ", "")
    if mended != text and _is_email(mended):
        cells.wrong("email_comma", target, mended)
    else:
        cells.wrong("email", target)
    return ""


def _is_email(text: str) -> bool:
    return len(text) <= clients.LONGEST_EMAIL and valid_email(text)


def _client(cells: _Cells, people: list[dict[str, Any]], country: str) -> None:
    client = cells.entry.client
    for name in ("name", "extra", "phone"):
        client[name] = cells.text(f"client.{name}")
    client["number"] = cells.text("client.number") or cells.text("client.account")
    client["email"] = _email(cells, "client.email")
    client["phone"] = client["phone"] or cells.text("client.mobile")
    street, *more = [one_line(each) for each in cells.text("client.street").splitlines() if each.strip()] or [""]
    client["street"] = street
    client["extra"] = client["extra"] or ", ".join(more)
    _place(cells, country)
    _vat(cells)
    code = _language(cells, "client.language")
    if code:
        client["language"] = code
    for name in ("external_accountant", "portal_access"):
        on = _switch(cells, f"client.{name}")
        if on is not None:
            client[name] = on
    _kind(cells, people)


def _place(cells: _Cells, country: str) -> None:
    client = cells.entry.client
    client["postcode"], client["city"] = cells.text("client.postcode"), cells.text("client.city")
    together, target = cells.text("client.postcode_city"), "client.postcode"
    sign = ""
    if together and not client["postcode"] and not client["city"]:
        target = "client.postcode_city"
        match = _PLACE.fullmatch(together)
        sign, client["postcode"], client["city"] = (match[1] or "", match[2], match[3]) if match else ("", "", together)
    elif match := _FOREIGN_POSTCODE.fullmatch(client["postcode"]):
        sign, client["postcode"] = match[1], match[2]
    said = cells.text("client.country")
    code = country_code(said) if said else country_code(sign) if sign else ""
    if code is None and said:
        cells.wrong("country", "client.country")
    client["country"] = code or ""
    if (code or country) == "DE" and re.fullmatch(r"\d{4}", client["postcode"]):
        client["postcode"] = f"0{client['postcode']}"
        cells.note("postcode_zero", target, client["postcode"])


@functools.lru_cache(maxsize=1000)
def country_code(text: str) -> str | None:
    """ISO 3166 code of a code, a car's sign or a name in German or English; None: none of these."""
    word = plain(text)
    if word in _COUNTRY_SIGNS:
        return _COUNTRY_SIGNS[word]
    return _countries().get(word)


@functools.cache
def _countries() -> dict[str, str]:
    names: dict[str, str] = {}
    for each in ("en", "de"):
        for code, name in language.locale(each).territories.items():
            if len(code) == 2 and code.isalpha():
                names |= {plain(name): code, code.lower(): code}
    return names


def _vat(cells: _Cells) -> None:
    vat, code = cells.text("client.vat_id").replace(" ", "").upper(), cells.text("client.vat_country").upper()
    if vat and len(code) == 2 and not vat.startswith(code):
        vat = code + vat
    if vat.startswith("DE") and not re.fullmatch(r"DE\d{9}", vat):
        cells.note("vat_form", "client.vat_id", vat)
    cells.entry.client["vat_id"] = vat


def _kind(cells: _Cells, people: list[dict[str, Any]]) -> None:
    """Whoever has no name but that of a person is a person."""
    client, first = cells.entry.client, people[0]
    said = plain(cells.text("client.kind"))
    kind = _KIND.get(said) or (_KIND.get(said.split(" ")[0]) if said else None)
    if said and kind is None:
        cells.wrong("kind", "client.kind")
    name = " ".join(part for part in (first.get("first_name"), first.get("last_name")) if part)
    if not client["name"] and name:
        client["name"], kind = name, kind or PERSON
        cells.entry.borrowed = True
    elif name and searchable(client["name"]) == searchable(name):
        kind = kind or PERSON
    if kind:
        client["kind"] = kind
    if kind == PERSON and client["name"] and not any(_is_named(each) for each in people):
        people[0] |= {**full_name(client["name"]), **people[0]}


def _settle(cells: _Cells, people: list[dict[str, Any]], *, email_contact: bool) -> None:
    """The people there are; what stood without a name goes to the next one, the client's address to the first."""
    entry, client = cells.entry, cells.entry.client
    loose = {name: value for name, value in people[0].items() if name in ("salutation", "title", "role")}
    named = [person for person in people if _is_named(person) or person.get("email")]
    if named and named[0] is not people[0]:
        named[0] |= {**loose, **named[0]}
    if named and not _is_named(named[0]) and len(named) > 1 and named[0].get("email") == named[1].get("email"):
        named.pop(0)
    email = client["email"]
    own = client["phone"] if client.get("kind") == PERSON else ""
    phone = cells.text("client.mobile") or own
    addresses = {searchable(person["email"]) for person in named if person.get("email")}
    if email and named and not named[0].get("email") and searchable(email) not in addresses:
        named[0]["email"] = email
    elif email and not named and email_contact:
        named = [{"email": email, **{name: people[0][name] for name in ("login", "notify") if name in people[0]}}]
    if named and phone and not named[0].get("phone"):
        named[0]["phone"] = phone
    entry.people = named
    entry.client = {name: value for name, value in client.items() if value not in ("", None)}


def _is_named(person: Mapping[str, Any]) -> bool:
    return bool(person.get("first_name") or person.get("last_name"))


def _check(cells: _Cells) -> None:
    """What the operations would refuse is found now, field by field."""
    entry = cells.entry
    _check_client(cells)
    checked = []
    for place, person in enumerate(entry.people, 1):
        fields = {name: value for name, value in person.items() if name in contacts.FIELDS}
        while True:
            try:
                clean = contacts.checked(**fields)
                break
            except Invalid as error:
                for name in error.errors:
                    column = cells.column(f"contact{place}.{name}")
                    entry.problems.append(Problem("too_long", column, _shown(str(fields.pop(name, "")))))
                if not fields:
                    clean = {}
                    break
        clean.pop("email_key", None)
        if clean:
            switches = {name: value for name, value in person.items() if name not in contacts.FIELDS}
            checked.append({**clean, **switches})
    entry.people = checked


def _check_client(cells: _Cells) -> None:
    entry, fields = cells.entry, cells.entry.client
    if "name" not in fields:
        entry.problems.append(Problem("required", cells.place_of("client.name")))
    try:
        clean = clients.checked(**fields)
    except Invalid as error:
        for name in error.errors:
            kind = "name_too_long" if name == "name" else "number" if name == "number" else "too_long"
            entry.problems.append(Problem(kind, cells.column(f"client.{name}"), _shown(str(fields.pop(name)))))
        clean = clients.checked(**fields)
    clean.pop("name_key", None)
    clean.pop("number_key", None)
    entry.client = clean


def _language(cells: _Cells, target: str) -> str:
    said = cells.text(target)
    if not said:
        return ""
    code = _LANGUAGES.get(plain(said).split(" ")[0], "")
    if not code:
        cells.note("language", target)
    return code


def _switch(cells: _Cells, target: str) -> bool | None:
    said = plain(cells.text(target))
    if not said:
        return None
    if said not in _ON | _OFF:
        cells.wrong("switch", target)
        return None
    return said in _ON


def _shown(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
