"""What is read of client lists: the exports of known programs exactly, and lists that people keep by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from portal.base import spreadsheet
from portal.operations import client_columns
from portal.operations.client_rows import Entry, Reader, country_code, full_name
from tests.samples import SAMPLES, requires_samples

LISTS = SAMPLES / "clients-csv"

# the same 15 clients stand in each sample: name, street, extra, postcode, city, country
PLACES = [
    ("Kunden AG Mitte", "Kundenstraße 15", "", "69876", "Frankfurt", "DE"),
    ("MUSTER-KUNDE GMBH", "Kundenweg 88", "Warenannahme Tor 3", "40235", "Düsseldorf", "DE"),
    ("Auftraggeber Firmenkunde GmbH", "Gartenstraße 1212", "", "37073", "Göttingen", "DE"),
    ("Metallbau Leipzig GmbH & Co. KG", "Pappelallee 15", "Hof 3", "04103", "Leipzig", "DE"),
    ("Bäckerei Özdemir & Söhne OHG", "Große Bleiche 7 a", "", "55116", "Mainz", "DE"),
    ("Hausverwaltung Grünwald & Partner mbB", "Tölzer Straße 112", "c/o WEG Lindenhof", "81379", "München", "DE"),
    ("„Straßenbau Weiß“ GmbH", "An der Neiße 3", "", "02826", "Görlitz", "DE"),
    ("Kfz-Meisterbetrieb Jürgen Überall e.K.", "Königsbrücker Landstr. 45", "", "01109", "Dresden", "DE"),
    ("Gemeinschaftspraxis Dr. Groß & Dr. Kühn", "Schloßplatz 1", "2. OG", "70173", "Stuttgart", "DE"),
    ("Zoë Çelik-Østergård", "Brühl 9", "", "09111", "Chemnitz", "DE"),
    ("Günther Höß", "Am Bächle 2", "", "79098", "Freiburg im Breisgau", "DE"),
    ("TSV Blau-Weiß Niederößling 1899 e.V.", "Sportweg 1", "", "84137", "Niederößling", "DE"),
    ("Gasthof Zum Röhrenden Hirschen KG", "Gstättengasse 4", "", "5020", "Salzburg", "AT"),
    ("Käserei Hügli AG", "Bahnhofstrasse 1", "", "8001", "Zürich", "CH"),
    ("Stadtwerke Mühlenbrück AöR", "Wasserwerkstraße 200", "Abt. Einkauf", "31547", "Mühlenbrück", "DE"),
]
# who stands for each of them: first and last name, address
PEOPLE = [
    ("Hans", "Mustermann", "einkauf@kunden-ag-mitte.example.com"),
    ("Petra", "Beispiel", "rechnung@muster-kunde.example.com"),
    ("Thomas", "Auftraggeber", "thomas.auftraggeber@firmenkunde.example.com"),
    ("Kerstin", "Öhler", "buchhaltung@metallbau-leipzig.example.com"),
    ("Yusuf", "Özdemir", "backstube@oezdemir-soehne.example.com"),
    ("Änne", "Grünwald", "weg-lindenhof@hv-gruenwald.example.com"),
    ("Jörg", "Weiß", "joerg@strassenbau-weiss.example.com"),
    ("Jürgen", "Überall", "werkstatt@ueberall-kfz.example.com"),
    ("Ilse", "Groß-Kühn", "praxis@gross-kuehn.example.com"),
    ("Zoë", "Çelik-Østergård", "zoe.celik@example.com"),
    ("Günther", "Höß", "guenther.hoess@example.com"),
    ("Max", "Kaßner", "kassenwart@tsv-bw.example.com"),
    ("Sepp", "Würzl", "wirt@hirschen.example.com"),
    ("Rösli", "Hügli", "info@huegli-kaese.example.com"),
    ("Katharina", "von der Höh", "eingang@sw-muehlenbrueck.example.com"),
]
BEIRAT = ("Anton", "Beirat", "beirat@weg-lindenhof.example.com")
NUMBERS = [str(number) for number in range(10001, 10016)]
SALUTATIONS = ["mr", "ms", "mr", "ms", "mr", "ms", "mr", "mr", "ms", "ms", "mr", "mr", "mr", "ms", "ms"]
VAT = {
    0: "DE123456789", 1: "DE234567890", 2: "DE1234567890", 3: "DE345678901", 4: "DE456789012", 6: "DE567890123",
    12: "ATU12345678", 14: "DE678901234",
}  # fmt: skip
PERSONS = (9, 10)


def entries(name: str, country: str = "DE") -> tuple[str, list[Entry]]:
    """The rows of a sample, and the program it was recognised as."""
    path = LISTS / name
    table = spreadsheet.read(path, path.name)
    head = client_columns.header(table)
    found = client_columns.recognised(head)
    width = sum(1 for each in head.names if each)
    reader = Reader(found.targets, width, country)
    return found.format, [reader.read(line) for line in client_columns.rows(table, head)]


def places(found: list[Entry]) -> list[tuple[str, ...]]:
    fields = ("name", "street", "extra", "postcode", "city", "country")
    return [tuple(entry.client.get(each, "") for each in fields) for entry in found]


def people(entry: Entry) -> list[tuple[str, ...]]:
    return [tuple(each.get(name, "") for name in ("first_name", "last_name", "email")) for each in entry.people]


def numbers(found: list[Entry]) -> list[str]:
    return [entry.client.get("number", "") for entry in found]


def salutations(found: list[Entry]) -> list[Any]:
    return [entry.people[0].get("salutation") for entry in found]


def vat_ids(found: list[Entry]) -> dict[int, str]:
    return {place: entry.client["vat_id"] for place, entry in enumerate(found) if "vat_id" in entry.client}


def is_clean(found: list[Entry]) -> bool:
    return not any(entry.problems or entry.left_out for entry in found)


@requires_samples
def test_datev_with_its_own_header_line() -> None:
    program, found = entries("datev-debitoren-extf-15-kunden.csv")
    assert program == "datev"
    assert is_clean(found)
    assert places(found) == PLACES
    assert numbers(found) == NUMBERS, "the customer number, not the account"
    assert [people(entry) for entry in found] == [[person] for person in PEOPLE]
    assert {place for place, entry in enumerate(found) if entry.client.get("kind") == "person"} == set(PERSONS)
    assert vat_ids(found) == VAT
    assert found[8].people[0]["title"] == "Dr. med.", "a title without a name belongs to the one who is named"
    assert [(note.kind, note.hint) for entry in found for note in entry.notes] == [("vat_form", "DE1234567890")]


@requires_samples
def test_datev_without_numbers_takes_the_account_and_leaves_creditors_out() -> None:
    _program, found = entries("datev-debitoren-kreditoren-extf.csv")
    sabine, *creditors = found
    assert sabine.client == {
        "name": "Sabine Mustermann", "number": "10000", "kind": "person", "email": "sabine@mustermann.de",
        "phone": "0221/1234567", "street": "Am Haagelspfädchen 14", "postcode": "50999", "city": "Köln",
        "country": "DE", "language": "de",
    }  # fmt: skip
    assert sabine.people == [
        {
            "first_name": "Sabine", "last_name": "Mustermann", "salutation": "ms", "title": "Dr.",
            "email": "sabine@mustermann.de", "phone": "0221/1234567",
        }
    ]  # fmt: skip
    assert [entry.left_out for entry in creditors] == ["creditor"] * 3


@requires_samples
def test_lexware_with_two_contacts_in_a_row() -> None:
    program, found = entries("lexware-office-kontakte-export.csv")
    assert program == "lexware"
    assert is_clean(found)
    assert places(found) == PLACES
    assert numbers(found) == NUMBERS
    expected = [[person] for person in PEOPLE]
    expected[5].append(BEIRAT)
    assert [people(entry) for entry in found] == expected
    assert salutations(found) == SALUTATIONS
    assert vat_ids(found) == {**VAT, 13: "CHE-123.456.789"}
    assert found[5].people[1]["phone"] == "089 99998-206"
    assert found[9].people[0]["phone"] == "0152 28817386"


@requires_samples
def test_sevdesk() -> None:
    program, found = entries("sevdesk-kontakte-vorlage.csv")
    assert program == "sevdesk"
    assert is_clean(found)
    assert numbers(found) == [str(number) for number in range(1000, 1015)]
    # the template has no column for an address supplement
    assert [(place[0], place[1], *place[3:]) for place in places(found)] == [(p[0], p[1], *p[3:]) for p in PLACES]
    assert [people(entry) for entry in found] == [[person] for person in PEOPLE]
    assert salutations(found) == SALUTATIONS
    assert (found[8].people[0]["title"], found[12].people[0]["title"]) == ("Dr. med.", "Mag.")
    assert (found[1].client["phone"], found[1].people[0]["phone"]) == ("0211 5550102", "0171 3920001")


@requires_samples
def test_billomat_with_line_breaks_in_the_street() -> None:
    program, found = entries("billomat-kunden.csv")
    assert program == "billomat"
    assert is_clean(found)
    assert numbers(found) == [f"KD{number:04d}" for number in range(1, 16)]
    assert places(found) == PLACES
    assert [people(entry) for entry in found] == [[person] for person in PEOPLE]
    assert {place for place, entry in enumerate(found) if entry.client.get("kind") == "person"} == set(PERSONS)
    assert vat_ids(found) == {**VAT, 13: "CHE-123.456.789"}
    assert [entry.line for entry in found[:4]] == [2, 3, 5, 6], "lines as an editor counts them"


@requires_samples
def test_google() -> None:
    program, found = entries("google-contacts.csv")
    assert program == "google"
    assert is_clean(found)
    named = [("Günther Łukasiewicz", *place[1:]) if place[0] == "Günther Höß" else place for place in PLACES]
    assert places(found) == named
    expected = [[person] for person in PEOPLE]
    expected[10] = [("Günther", "Łukasiewicz", "guenther.hoess@example.com")]
    assert [people(entry) for entry in found] == expected
    assert found[5].client["phone"] == "089 99998-106"
    assert [(entry.line, note.kind) for entry in found for note in entry.notes] == [(found[5].line, "several")]


@requires_samples
def test_outlook_in_german() -> None:
    program, found = entries("outlook-kontakte-deutsch.csv")
    assert program == "outlook"
    assert is_clean(found)
    assert places(found) == PLACES
    assert [people(entry) for entry in found] == [[person] for person in PEOPLE]
    assert numbers(found) == [""] * 15


@requires_samples
def test_taxdome_has_a_row_for_each_contact() -> None:
    program, found = entries("taxdome-import.csv")
    assert program == "taxdome"
    assert is_clean(found)
    assert len(found) == 16
    names = [entry.client["name"] for entry in found]
    assert names[5] == names[6] == "Hausverwaltung Grünwald & Partner mbB"
    assert people(found[6]) == [BEIRAT]
    assert [people(entry) for place, entry in enumerate(found) if place != 6] == [[person] for person in PEOPLE]
    assert {entry.client["kind"] for entry in found} == {"company", "person"}
    assert {entry.people[0]["language"] for entry in found} == {"de"}


@requires_samples
def test_a_list_kept_by_hand_says_what_is_wrong_line_by_line() -> None:
    program, found = entries("handgepflegte-excel-liste-mit-fehlern.csv")
    assert program == ""
    wrong = {entry.line: [(problem.kind, problem.column) for problem in entry.problems] for entry in found}
    assert {line: problems for line, problems in wrong.items() if problems} == {
        7: [("email_comma", 3)],
        8: [("shifted", -1)],
        9: [("shifted", -1), ("formula", 1)],
        10: [("formula", 1)],
        13: [("required", 1)],
        14: [("email", 3)],
    }
    by_line = {entry.line: entry for entry in found}
    assert by_line[7].problems[0].hint == "joerg@strassenbau-weiss.example.com"
    assert [(note.kind, note.hint) for note in by_line[7].notes] == [("postcode_zero", "02826")]
    assert by_line[17].left_out == "sum"
    assert by_line[4].client["name"] == "Kunden AG Mitte"
    assert by_line[4].people == [
        {"last_name": "Mustermann", "salutation": "mr", "email": "einkauf@kunden-ag-mitte.example.com"}
    ]
    assert (by_line[6].client["postcode"], by_line[6].client["city"]) == ("55116", "Mainz")
    hirschen = by_line[12]
    assert hirschen.client["name"] == 'Gasthof "Zum Hirschen" KG'
    assert [hirschen.client[each] for each in ("postcode", "city", "country")] == ["5020", "Salzburg", "AT"]
    assert people(hirschen) == [("Sepp", "Würzl", "wirt@hirschen.example.com")]
    assert by_line[11].client["name"] == "<script>alert(1)</script> GmbH"


def read(header: str, *rows: str, **options: Any) -> list[Entry]:
    """Rows of a list made here."""
    table = spreadsheet.read_text("\n".join([header, *rows]).encode())
    head = client_columns.header(table)
    reader = Reader(client_columns.recognised(head).targets, len(head.names), options.pop("country", "DE"), **options)
    return [reader.read(line) for line in client_columns.rows(table, head)]


def kinds(entry: Entry) -> list[str]:
    return [problem.kind for problem in entry.problems]


@pytest.mark.parametrize(
    ("cell", "expected", "problems"),
    [
        ("anna@example.com", "anna@example.com", []),
        ("Anna Berg <anna@example.com>", "anna@example.com", []),
        ("mailto:anna@example.com", "anna@example.com", []),
        ("anna@example.com, ben@example.com", "anna@example.com", ["two_emails"]),
        ("anna@example.com / ben@example.com", "anna@example.com", ["two_emails"]),
        ("anna@example,com", "", ["email_comma"]),
        ("anna@example", "", ["email"]),
        ("anna", "", ["email"]),
        (f"{'x' * 250}@example.com", "", ["email"]),
    ],
)
def test_addresses(cell: str, expected: str, problems: list[str]) -> None:
    (entry,) = read("Firma;E-Mail", f'A;"{cell}"')
    assert entry.client.get("email", "") == expected
    assert kinds(entry) == problems


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Herr Hans Mustermann", {"salutation": "mr", "first_name": "Hans", "last_name": "Mustermann"}),
        ("Hr. Mustermann", {"salutation": "mr", "last_name": "Mustermann"}),
        ("Mrs Jane Doe", {"salutation": "ms", "first_name": "Jane", "last_name": "Doe"}),
        ("J. Weiß", {"first_name": "J.", "last_name": "Weiß"}),
        ("Würzl; Sepp", {"first_name": "Sepp", "last_name": "Würzl"}),
        ("Höß, Günther", {"first_name": "Günther", "last_name": "Höß"}),
        ("Frau Dr. med. Ilse Groß-Kühn",
         {"salutation": "ms", "title": "Dr. med.", "first_name": "Ilse", "last_name": "Groß-Kühn"}),
        ("Katharina von der Höh", {"first_name": "Katharina", "last_name": "von der Höh"}),
        ("von der Höh", {"last_name": "von der Höh"}),
        ("Raphael Medina", {"first_name": "Raphael", "last_name": "Medina"}),
        ("Ingo Dreher", {"first_name": "Ingo", "last_name": "Dreher"}),
        ("Drews", {"last_name": "Drews"}),
        ("Fried Frau", {"first_name": "Fried", "last_name": "Frau"}),
    ],
)  # fmt: skip
def test_names_in_one_cell(name: str, expected: dict[str, str]) -> None:
    assert full_name(name) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [("DE", "DE"), ("d", "DE"), ("Deutschland", "DE"), ("Germany", "DE"), ("Österreich", "AT"), ("A", "AT"),
     ("Schweiz", "CH"), ("Niederlande", "NL"), ("United Kingdom", "GB"), ("Atlantis", None)],
)  # fmt: skip
def test_countries(text: str, code: str | None) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    ("row", "country", "expected"),
    [
        ("2826;", "DE", "02826"), ("2826;AT", "DE", "2826"), ("2826;", "AT", "2826"), ("2826;DE", "AT", "02826"),
        ("A-5020;", "DE", "5020"), ("20095;", "DE", "20095"), ("SW1A 1AA;GB", "DE", "SW1A 1AA"),
    ],
)  # fmt: skip
def test_postcodes_that_lost_their_zero(row: str, country: str, expected: str) -> None:
    (entry,) = read("Firma;PLZ;Land", f"A;{row}", country=country)
    assert entry.client["postcode"] == expected
    assert bool(entry.notes) == (expected == "02826")


def test_values_that_cannot_be_taken() -> None:
    header = "Kundennummer;Firma;Telefon;Land;Art;Login"
    found = read(
        header, "1,7139E+11;A;3,5E+9;DE;Firma;ja", "a/b;B;;Atlantis;Wesen;vielleicht", f"1;{'x' * 401};;;;",
        f"2;C;{'1' * 201};;;", "3;D\u202e;;;;", "4;E\ufffd;;;;", "5;-=cmd;+49 30 1;;;",
    )  # fmt: skip
    assert [sorted(kinds(entry)) for entry in found] == [
        ["damaged", "damaged"], ["country", "kind", "number", "switch"], ["name_too_long"], ["too_long"], [],
        ["unreadable"], ["formula"],
    ]  # fmt: skip
    assert "number" not in found[0].client
    assert [note.kind for note in found[4].notes] == ["invisible"]
    assert found[4].client["name"] == "D"
    assert found[6].client["phone"] == "+49 30 1"


def test_an_address_without_a_person_becomes_a_contact_or_not() -> None:
    (entry,) = read("Firma;E-Mail;Login", "A;a@example.com;nein")
    assert entry.people == [{"email": "a@example.com", "login": False}]
    (entry,) = read("Firma;E-Mail", "A;a@example.com", email_contact=False)
    assert entry.people == []


def test_suppliers_are_no_clients() -> None:
    found = read("Kunden-Nr;Lieferantennummer;Firma;Kategorie", "1;;A;Kunde", ";70001;B;", "2;;C;Lieferant")
    assert [entry.left_out for entry in found] == ["", "supplier", "supplier"]


def test_outlook_and_google_in_english() -> None:
    for header, row, program in (
        ("First Name,Last Name,Company,E-mail Address,Business Street,Business City,Mobile Phone",
         "Jane,Doe,Acme Ltd,jane@example.com,1 High St,Leeds,077", "outlook"),
        ("Given Name,Family Name,Organization 1 - Name,E-mail 1 - Value,Address 1 - Street,Address 1 - City,Phone 2 - Value",  # noqa: E501
         "Jane,Doe,Acme Ltd,jane@example.com,1 High St,Leeds,077", "google"),
    ):  # fmt: skip
        table = spreadsheet.read_text(f"{header}\n{row}\n".encode())
        head = client_columns.header(table)
        found = client_columns.recognised(head)
        assert found.format == program
        entry = Reader(found.targets, 7, "GB").read(client_columns.rows(table, head)[0])
        assert entry.client == {
            "name": "Acme Ltd", "street": "1 High St", "city": "Leeds", "email": "jane@example.com", "phone": "077",
        }  # fmt: skip
        assert entry.people == [{"first_name": "Jane", "last_name": "Doe", "email": "jane@example.com", "phone": "077"}]


def test_a_list_without_a_header_is_all_rows() -> None:
    table = spreadsheet.read_text(b"Acme;Leeds\nBeta;York\n")
    head = client_columns.header(table)
    assert head.line == 0
    assert len(client_columns.rows(table, head)) == 2


def test_a_header_of_unknown_words_is_still_a_header() -> None:
    table = spreadsheet.read_text(
        "Laden;Schreibt von\nMüller GmbH;a@mueller.example.com\nMaier;b@maier.example.com\n".encode()
    )
    head = client_columns.header(table)
    assert (head.line, head.names) == (1, ("Laden", "Schreibt von"))
    assert client_columns.recognised(head).targets == ("", "")
    only_words = spreadsheet.read_text("Müller GmbH;Köln\nMaier GmbH;Ulm\nHuber;Graz\n".encode())
    assert client_columns.header(only_words).line == 0, "these may all be clients"


def test_the_samples_are_all_tested() -> None:
    if not LISTS.is_dir():
        pytest.skip("the sample files are not there")
    source = Path(__file__).read_text(encoding="utf-8")
    assert [path.name for path in LISTS.iterdir() if path.name not in source] == []
