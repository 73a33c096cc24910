"""Letters: what they are told stands on them, on as many pages as it takes."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

from portal.base import pdf, qr
from portal.papers import letter
from portal.papers.certificate import Fact
from portal.papers.letter import Code, Columns, Drawn, Letter, Position, Sum
from portal.papers.letterhead import Letterhead
from portal.papers.sheet import Imprint

HEAD = Letterhead(
    "Petry Haustechnik GmbH", "#0b5a72", ("Fährstieg 14 · 21107 Hamburg", "Telefon 040 66969-120"),
    "Petry Haustechnik GmbH · Fährstieg 14", (("Petry Haustechnik GmbH",), ("Steuernummer",), ("IBAN DE89",)),
)  # fmt: skip
IMPRINT = Imprint(
    "Angebot AN-1", "Petry", "de", datetime(2026, 11, 12, 9, tzinfo=UTC), "Angebot AN-1", "Seite %(page)s von %(pages)s"
)
PAPER = Letter(
    head=HEAD, imprint=IMPRINT, recipient=("Hausverwaltung Lindner", "Lindenstraße 4", "22297 Hamburg"),
    heading="Angebot AN-1", below="12. November 2026", subject="Neue Heizungspumpe",
    opening="Guten Tag,\nwir bieten an:",
    columns=Columns("Pos.", "Leistung", "Menge", "Einzel", "Netto"),
    positions=(Position("1", "Pumpe", "geregelt", "1 Stk.", "1.148,00 €", "1.148,00 €"),),
    sums=(Sum("Summe netto", "1.148,00 €"), Sum("Gesamt", "1.366,12 €", total=True)),
    facts=(Fact("Monteur", "Tom Wessels"),), closing=("Zahlbar in 14 Tagen.", "Mit freundlichen Grüßen\nJana Petry"),
)  # fmt: skip


def test_everything_told_stands_on_it(tmp_path: Path) -> None:
    drawn = letter.draw(PAPER)
    text = read(tmp_path, drawn)
    assert drawn.pages == 1
    for expected in (
        "Petry Haustechnik GmbH", "Telefon 040 66969-120", "Hausverwaltung Lindner", "Angebot AN-1",
        "Neue Heizungspumpe", "wir bieten an:",
        "Leistung", "Einzel", "Pumpe", "geregelt", "1 Stk.", "1.148,00 €", "Gesamt", "1.366,12 €",
        "Monteur", "Tom Wessels", "Zahlbar in 14 Tagen.", "Jana Petry", "IBAN DE89", "Seite 1 von 1",
    ):  # fmt: skip
        assert expected in text, expected


def test_a_long_table_goes_on_with_its_headings_and_the_sums_stay_together(tmp_path: Path) -> None:
    rows = tuple(Position(str(n), f"Leistung Nummer {n}", "", "1", "1,00 €", "1,00 €") for n in range(1, 61))
    drawn = letter.draw(dataclasses.replace(PAPER, positions=rows))
    text = read(tmp_path, drawn)
    assert drawn.pages > 2
    assert all(f"Leistung Nummer {n} " in text for n in range(1, 61))
    assert text.count("Einzel") >= drawn.pages - 1
    assert f"Seite {drawn.pages} von {drawn.pages}" in text
    last = text.split("Summe netto")[1]
    assert "Gesamt" in last.split("Seite")[0]


def test_no_prices_no_columns(tmp_path: Path) -> None:
    rows = (Position("1", "Wartung", "", "1,5 Std."),)
    columns = Columns("Pos.", "Leistung", "Menge")
    text = read(tmp_path, letter.draw(dataclasses.replace(PAPER, positions=rows, sums=(), columns=columns)))
    assert "1,5 Std." in text
    assert "Einzel" not in text


def test_the_same_letter_gives_the_same_bytes() -> None:
    coded = dataclasses.replace(PAPER, code=Code(qr.png("https://portal.example.com/l/ABC"), "Zahlen"))
    assert letter.draw(coded).content == letter.draw(coded).content


def test_other_colours_and_endless_words_do_not_break_it(tmp_path: Path) -> None:
    endless = "Donaudampfschifffahrtsgesellschaft" * 12
    for colour in ("#ffffff", "#000000", "#ffee00"):
        head = dataclasses.replace(HEAD, colour=colour, name=endless, reach=(endless,) * 9, foot=((endless,) * 9,) * 5)
        paper = dataclasses.replace(
            PAPER,
            head=head,
            recipient=(endless,) * 9,
            heading=endless,
            positions=(Position("1", endless, endless * 3),),
        )
        assert "Donaudampf" in read(tmp_path, letter.draw(paper))


def read(folder: Path, drawn: Drawn) -> str:
    path = folder / "letter.pdf"
    path.write_bytes(drawn.content)
    facts = pdf.inspect(path)
    assert facts.pages == drawn.pages
    assert not facts.active
    return " ".join(facts.text.replace("\xa0", " ").split())
