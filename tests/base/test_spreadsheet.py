"""Lists as people send them: character sets, separators, workbooks, and what is refused before it does harm."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from portal.base import charset, spreadsheet
from portal.base.refusal import Refused

PLAIN = "Nr;Firma;Ort\n1;Müller & Söhne;Köln\n2;Große Ähre;Übach\n"


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-16-be", "utf-16"),
        ("cp1252", "cp1252"),
        ("cp850", "cp850"),
        ("mac_roman", "mac_roman"),
    ],
)
def test_character_sets(encoding: str, found: str) -> None:
    table = spreadsheet.read_text(PLAIN.encode(encoding))
    assert table.charset == found
    assert [line.cells for line in table.lines] == [
        ("Nr", "Firma", "Ort"),
        ("1", "Müller & Söhne", "Köln"),
        ("2", "Große Ähre", "Übach"),
    ]


def test_eastern_letters_and_a_choice_of_the_person() -> None:
    text = "Nazwa;Miasto\nZażółć gęślą jaźń;Łódź\nŚwiątek;Kraków\n"
    assert spreadsheet.read_text(text.encode("cp1250")).lines[1].cells == ("Zażółć gęślą jaźń", "Łódź")
    assert spreadsheet.read_text("Größe;x".encode("cp1252"), charset="mac_roman").lines[0].cells[0] == "Grˆﬂe"
    with pytest.raises(Refused):
        spreadsheet.read_text("Größe;x".encode("cp1252"), charset="utf-8")
    assert set(charset.CHARSETS) >= {"utf-8", "cp1252", "utf-16"}


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_separators(separator: str) -> None:
    table = spreadsheet.read_text(PLAIN.replace(";", separator).encode())
    assert table.separator == separator
    assert table.lines[1].cells == ("1", "Müller & Söhne", "Köln")


def test_commas_in_names_are_no_separator() -> None:
    table = spreadsheet.read_text(b"Name;Ort\nHoess, Guenther;Ulm\nMaier, A., Dr.;Ulm\n")
    assert (table.separator, table.lines[1].cells) == (";", ("Hoess, Guenther", "Ulm"))


def test_quotes_line_breaks_and_line_numbers() -> None:
    table = spreadsheet.read_text(b'\n;;\nName;Ort\n"A ""B""\nC; D";X\n\nE;Y\n')
    assert [(line.number, line.cells) for line in table.lines] == [
        (3, ("Name", "Ort")),
        (4, ('A "B"\nC; D', "X")),
        (7, ("E", "Y")),
    ]


def test_the_line_by_which_excel_names_the_separator() -> None:
    table = spreadsheet.read_text(b"sep=,\nName,Ort\nA;B,C\n")
    assert [(line.number, line.cells) for line in table.lines] == [(2, ("Name", "Ort")), (3, ("A;B", "C"))]


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><html><body>Name;Ort",
        b"\xef\xbb\xbf  <html>\nName;Ort",
        b"<?xml version='1.0'?><a/>",
        b"%PDF-1.7\n1;2",
        b"{\\rtf1 Name;Ort}",
        b"PK\x03\x04 Name;Ort",
        b"\xd0\xcf\x11\xe0 Name;Ort",
        b"Name;Ort\nA\x00\x01\x02;B",
        b"BEGIN:VCARD\nFN:A",
    ],
)
def test_what_is_no_list_is_refused(content: bytes) -> None:
    with pytest.raises(Refused, match="wrong_type"):
        spreadsheet.read_text(content)


def test_a_tag_within_a_list_is_text() -> None:
    assert spreadsheet.read_text(b"Name;Ort\n<script>x</script>;A\n").lines[1].cells[0] == "<script>x</script>"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("A;B\n" * 100_001, "rows"),
        (";".join(["x"] * 301), "columns"),
        (f"A;{'x' * 10_001}", "cell"),
        ('A;"' + "x" * 200_000, "cell"),
    ],
)
def test_bounds_of_text(content: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        spreadsheet.read_text(content.encode())


def workbook(path: Path, *sheets: tuple[str, list[list[Any]]], hidden: tuple[int, ...] = ()) -> Path:
    book = xlsxwriter.Workbook(str(path))
    for name, rows in sheets:
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, str) and cell.startswith("="):
                    sheet.write_formula(number, column, cell, None, "computed")
                elif cell is not None:
                    sheet.write(number, column, cell)
        for number in hidden:
            sheet.set_row(number, None, None, {"hidden": True})
    book.close()
    return path


def test_a_workbook_with_what_excel_does_to_lists(tmp_path: Path) -> None:
    rows = [["Liste 2026"], [], ["Nr", "Firma", "PLZ", "Tel", "Formel"],
            [10001.0, "Müller", 2826, 3581555107.0, "=A1&B1"], [1.5, True, None, None, None], ["x"]]  # fmt: skip
    path = workbook(tmp_path / "a.xlsx", ("Leer", []), ("Kunden", rows), ("Alt", [["Z"]]), hidden=(5,))
    table = spreadsheet.read(path, "a.xlsx")
    assert (table.sheet, table.sheets, table.hidden) == ("Kunden", ("Leer", "Kunden", "Alt"), (6,))
    assert [(line.number, line.cells) for line in table.lines] == [
        (1, ("Liste 2026",)),
        (3, ("Nr", "Firma", "PLZ", "Tel", "Formel")),
        (4, ("10001", "Müller", "2826", "3581555107", "computed")),
        (5, ("1.5", "1")),
        (6, ("x",)),
    ]
    assert spreadsheet.read(path, "a.xlsx", sheet="Alt").lines[0].cells == ("Z",)


def test_one_cell_in_the_last_corner_is_not_made_a_rectangle(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "b.xlsx"))
    book.add_worksheet().write(1_048_575, 16_383, "x")
    book.close()
    began = time.monotonic()
    with pytest.raises(Refused, match="rows"):
        spreadsheet.read(tmp_path / "b.xlsx", "b.xlsx")
    assert time.monotonic() - began < 20
    workbook(tmp_path / "c.xlsx", ("A", [[None] * 300 + ["x"]]))
    with pytest.raises(Refused, match="columns"):
        spreadsheet.read(tmp_path / "c.xlsx", "c.xlsx")


def test_a_workbook_that_unpacks_to_a_bomb(tmp_path: Path) -> None:
    path = workbook(tmp_path / "d.xlsx", ("A", [["x"]]))
    blown = tmp_path / "e.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(blown, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                content = content.replace(b"</worksheet>", b" " * 320_000_000 + b"</worksheet>")
            target.writestr(entry.filename, content)
    with pytest.raises(Refused, match="bomb"):
        spreadsheet.read(blown, "e.xlsx")


def test_a_workbook_with_a_document_type_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "f.xlsx", ("A", [["x"]]))
    changed = tmp_path / "g.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(changed, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "xl/workbook.xml":
                content = content.replace(
                    b"<workbook", b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><workbook', 1
                )
            target.writestr(entry.filename, content)
    with pytest.raises(Refused, match="broken"):
        spreadsheet.read(changed, "g.xlsx")


def test_names_that_are_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"Name;Ort\nA;B\n")
    for name in ("x.xls", "x.ods", "x.xlsm", "x.html", "csv", "x"):
        with pytest.raises(Refused, match="not_allowed"):
            spreadsheet.read(path, name)
    for name in ("x.csv", "X.TXT", "x.tsv"):
        assert len(spreadsheet.read(path, name).lines) == 2
    with pytest.raises(Refused, match="wrong_type"):
        spreadsheet.read(path, "x.xlsx")
    path.write_bytes(b"")
    with pytest.raises(Refused, match="empty"):
        spreadsheet.read(path, "x.csv")
    path.write_bytes(b"\n\n;;\n")
    with pytest.raises(Refused, match="empty"):
        spreadsheet.read(path, "x.csv")


def test_a_workbook_under_the_name_of_a_text(tmp_path: Path) -> None:
    path = workbook(tmp_path / "h.xlsx", ("A", [["x"]]))
    with pytest.raises(Refused, match="wrong_type"):
        spreadsheet.read(path, "h.csv")
    assert zipfile.is_zipfile(io.BytesIO(path.read_bytes()))
