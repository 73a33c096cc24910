"""What may be uploaded: extension and content agree, and nothing bursts when opened."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image

from portal.base import filetypes
from portal.base.filetypes import ALL, recognise, safe_name
from portal.base.refusal import Refused
from tests.base.test_einvoice import DTD, cii, ubl
from tests.samples import SAMPLES, requires_samples

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
MANIFEST = {"META-INF/manifest.xml": "<manifest/>", "content.xml": "<x/>"}


def office(main: str = WORD, **further: str) -> bytes:
    return packed({"[Content_Types].xml": f'<Types><Override ContentType="{main}"/></Types>'} | further)


def packed(entries: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def picture(kind: str, size: tuple[int, int] = (4, 3)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "red").save(buffer, kind)
    return buffer.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """Only its header is large."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 40

GOOD = {
    "a.pdf": b"%PDF-1.7\n",
    "b.pdf": b"\xef\xbb\xbf\r\n%PDF-1.4\n",
    "a.jpg": picture("JPEG"),
    "a.JPEG": picture("JPEG"),
    "a.png": picture("PNG"),
    "a.webp": picture("WEBP"),
    "a.heic": HEIC,
    "a.docx": office(),
    "a.xlsx": office(SHEET),
    "a.odt": packed({"mimetype": ODT} | MANIFEST),
    "a.ods": packed({"mimetype": ODS} | MANIFEST),
    "a.txt": "Grüße\n".encode(),
    "b.txt": "Grüße €\r\n\f".encode("cp1252"),
    "c.txt": "Grüße".encode("utf-16"),
    "a.csv": "\ufeffa;b\r\n".encode(),
    "a.xml": ubl(),
    "b.xml": cii(),
}


@pytest.fixture
def written(tmp_path: Path):
    def write(content: bytes) -> Path:
        path = tmp_path / "upload"
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize("name", GOOD)
def test_each_type_is_known(written, name: str) -> None:
    found = recognise(written(GOOD[name]), name, ALL)
    extension = name.lower().partition(".")[2].replace("jpeg", "jpg")
    assert found == filetypes.MEDIA_TYPES[extension]
    assert "/" in found.mime


@pytest.mark.parametrize("name", GOOD)
def test_no_type_passes_for_another(written, name: str) -> None:
    path = written(GOOD[name])
    own = recognise(path, name, ALL).extension
    texts = {"txt", "csv"} if own in ("txt", "csv") else {own}
    for other in ALL - texts:
        if own == "xml" and other in ("txt", "csv"):
            continue  # XML is text
        with pytest.raises(Refused) as refused:
            recognise(path, f"a.{other}", ALL)
        assert refused.value.reason in ("wrong_type", "broken", "not_an_invoice"), other


@pytest.mark.parametrize(
    "name",
    [
        "a.svg", "a.html", "a.exe", "a.docm", "a.js", "a.zip", "a.pdf.exe", "a", "pdf", ".pdf", "", "a.pdf/", "a.",
        "a.pdf::$DATA", "a\u202efdp.exe",
    ],
)  # fmt: skip
def test_other_extensions_are_not_taken(written, name: str) -> None:
    with pytest.raises(Refused, match="not_allowed"):
        recognise(written(GOOD["a.pdf"]), name, ALL)


def test_documents_are_pdf_or_xml_today(written) -> None:
    assert recognise(written(GOOD["a.pdf"]), "A.PDF").extension == "pdf"
    assert recognise(written(GOOD["a.xml"]), "a.xml").extension == "xml"
    for name in ("a.docx", "a.png", "a.txt"):
        with pytest.raises(Refused, match="not_allowed"):
            recognise(written(GOOD[name]), name)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", b"", "empty"),
        ("a.pdf", b"<html><script>", "wrong_type"),
        ("a.pdf", b"MZ\x90\0%PDF-1.7", "wrong_type"),
        ("a.txt", b"a\0b", "wrong_type"),
        ("a.txt", b"\x1b[2J\x07", "wrong_type"),
        ("a.csv", b"\x81\x8d\x8f", "wrong_type"),
        ("a.txt", b"MZ\x90\0\3", "wrong_type"),
        ("a.xml", DTD.encode() + b"<a/>", "dtd"),
        ("a.xml", b"<html/>", "not_an_invoice"),
        ("a.xml", b"<a", "broken"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "broken"),
        ("a.png", huge_png(20_000, 20_000), "bomb"),
        ("a.png", huge_png(12_000, 12_000), "bomb"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "encrypted"),
        ("a.docx", GOOD["a.docx"][:-10], "broken"),
        ("a.docx", packed({"a": "b"}), "wrong_type"),
        ("a.docx", office(SHEET), "wrong_type"),
        ("a.docx", office(**{"word/vbaProject.bin": "x"}), "macros"),
        ("a.xlsx", office(SHEET, **{"xl/macrosheets/sheet1.xml": "x"}), "macros"),
        ("a.xlsx", office("application/vnd.ms-excel.sheet.macroEnabled.main+xml"), "macros"),
        ("a.docx", office(**{"../../etc/x": "x"}), "broken"),
        ("a.docx", office(**{"word/document.xml": "0" * 40_000_000}), "bomb"),
        ("a.docx", office(**{f"e{number}": "" for number in range(6000)}), "bomb"),
        ("a.odt", packed({"mimetype": ODS} | MANIFEST), "wrong_type"),
        ("a.odt", packed({"mimetype": ODT, "Basic/Standard/a.xml": ""} | MANIFEST), "macros"),
        ("a.odt", packed({"mimetype": ODT, "META-INF/manifest.xml": "<encryption-data/>"}), "encrypted"),
        ("a.odt", packed({"mimetype": ODT + "x" * 3_000_000} | MANIFEST), "bomb"),
    ],
)  # fmt: skip
def test_refusals(written, name: str, content: bytes, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        recognise(written(content), name, ALL)
    assert refused.value.reason == reason


def test_an_encrypted_entry_is_refused(written) -> None:
    content = bytearray(office())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Refused, match="encrypted"):
        recognise(written(bytes(content)), "a.docx", ALL)


def test_a_directory_that_would_fill_the_memory_is_not_opened(written, monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytearray(office())
    end = content.rindex(b"PK\x05\x06")
    content[end + 12 : end + 16] = struct.pack("<L", 20_000_000)
    monkeypatch.setattr(filetypes.zipfile, "ZipFile", None)
    with pytest.raises(Refused, match="bomb"):
        recognise(written(bytes(content)), "a.docx", ALL)


def test_25_megabytes_are_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(25_000_000)
    assert recognise(path, "a.pdf").extension == "pdf"
    with path.open("ab") as file:
        file.write(b"x")
    with pytest.raises(Refused, match="too_large"):
        recognise(path, "a.pdf")


@requires_samples
def test_the_samples_are_what_they_say() -> None:
    for folder in ("einvoice", "pdf"):
        for path in (SAMPLES / folder).iterdir():
            if path.suffix in (".pdf", ".xml"):
                assert recognise(path, path.name).extension == path.suffix[1:]
    assert recognise(SAMPLES / "hostile" / "leer#raute-im-namen.pdf", "leer#raute-im-namen.pdf")


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("Rechnung Müller.pdf", "Rechnung Müller.pdf"),
        ("Mu\u0308ller.pdf", "Müller.pdf"),
        ("leer#raute.pdf", "leer#raute.pdf"),
        ("C:\\Users\\x\\a.pdf", "a.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie_ x.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\u200b\u2066b\ufeff.pdf", "ab.pdf"),
        ('<a>:"b"|?*.pdf', "_a___b____.pdf"),
        ("  .hidden. . ", "hidden"),
        ("a\ud800.pdf", "a.pdf"),
        ("a .pdf", "a.pdf"),
        ("..", "file"),
        ("/", "file"),
        ("", "file"),
    ],
)
def test_safe_names(given: str, safe: str) -> None:
    assert safe_name(given) == safe


def test_long_names_keep_their_extension() -> None:
    assert safe_name("ä" * 400 + ".pdf") == "ä" * 146 + ".pdf"
    assert safe_name("x" * 400) == "x" * 150
    assert len(safe_name("a." + "b" * 400)) == 150


@requires_samples
def test_naughty_names_become_harmless() -> None:
    lines = (SAMPLES / "hostile" / "naughty-strings.txt").read_text("utf-8").split("\n")
    for line in lines:
        safe = safe_name(line + ".pdf")
        assert 0 < len(safe) <= 150
        assert safe.isprintable(), safe
        assert not set(safe) & set('/\\<>:"|?*\r\n'), safe
        assert safe_name(safe) == safe
