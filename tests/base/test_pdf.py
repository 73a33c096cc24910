"""PDFs through the child process: ordinary ones, hostile ones, and what the page says beside the XML."""

import io
import subprocess
import sys
import threading
import time
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from portal.base import child, einvoice, pdf
from portal.base.pdf import PdfFacts
from portal.base.refusal import Refused
from tests.base.test_einvoice import cii
from tests.samples import SAMPLES, expected_invoices, requires_samples

PAGE = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R {more} >>"
FONT = "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"


def stream(content: bytes, more: str = "") -> bytes:
    return f"<< /Length {len(content)} {more} >>\nstream\n".encode() + content + b"\nendstream"


def raw_pdf(*further: bytes, text: str = "Hallo", drawn: bytes = b"", page: str = FONT, catalog: str = "") -> bytes:
    """A PDF of one page, object by object: 1 catalogue, 2 pages, 3 page, 4 what it draws, 5.. `further`."""
    return assembled(
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        PAGE.format(more=page).encode(),
        drawn or stream(f"BT /F1 12 Tf 40 700 Td ({text}) Tj ET".encode()),
        *further,
    )


def with_image(content: bytes, more: str) -> bytes:
    """A page that an image fills."""
    image = stream(content, f"/Type /XObject /Subtype /Image /ColorSpace /DeviceGray {more}")
    drawn = stream(b"q 595 0 0 842 0 0 cm /I Do Q")
    return raw_pdf(image, drawn=drawn, page="/Resources << /XObject << /I 5 0 R >> >>")


def assembled(*objects: bytes) -> bytes:
    out, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + head + table + end


def with_attachments(**contents: bytes) -> bytes:
    """Attachments in the order given; `_` in a name stands for the dot."""
    names, objects = [], []
    for name, content in contents.items():
        spec, file = 5 + len(objects), 6 + len(objects)
        name = name.replace("_", ".")
        names.append(f"({name}) {spec} 0 R")
        objects.append(f"<< /Type /Filespec /F ({name}) /UF ({name}) /EF << /F {file} 0 R >> >>".encode())
        objects.append(stream(zlib.compress(content), "/Type /EmbeddedFile /Filter /FlateDecode"))
    return raw_pdf(*objects, catalog=f"/Names << /EmbeddedFiles << /Names [{' '.join(names)}] >> >>")


@pytest.fixture
def written(tmp_path: Path):
    def write(content: bytes) -> Path:
        path = tmp_path / "upload"
        path.write_bytes(content)
        return path

    return write


def test_an_ordinary_page(written) -> None:
    facts = pdf.inspect(written(raw_pdf()))
    assert (facts.pages, facts.encrypted, facts.active) == (1, False, False)
    assert (facts.text.strip(), facts.text_complete, facts.placeholder) == ("Hallo", True, False)
    assert (facts.attachments, facts.xml_name, facts.xml) == ((), None, None)


def test_a_forgotten_placeholder_is_seen_through_blanks(written) -> None:
    assert pdf.inspect(written(raw_pdf(text="Hallo [Client .name]"))).placeholder


@pytest.mark.parametrize(
    ("attachments", "name"),
    [
        ({"logo_png": b"p", "Factur-X_XML": b"<x/>"}, "Factur-X.XML"),
        ({"ZUGFeRD-invoice_xml": b"<old/>", "factur-x_xml": b"<x/>"}, "factur-x.xml"),
        ({"ZUGFeRD-invoice_xml": b"<x/>"}, "ZUGFeRD-invoice.xml"),
        ({"zugferd-invoice_xml": b"<x/>"}, "zugferd-invoice.xml"),
        ({"order-x_xml": b"<o/>", "xrechnung_xml": b"<x/>"}, "xrechnung.xml"),
    ],
)
def test_embedded_invoices_by_their_names(written, attachments: dict[str, bytes], name: str) -> None:
    facts = pdf.inspect(written(with_attachments(**attachments)))
    assert (facts.xml_name, facts.xml) == (name, b"<x/>")
    assert facts.attachments == tuple(key.replace("_", ".") for key in attachments)


def test_other_attachments_are_no_invoice(written) -> None:
    facts = pdf.inspect(written(with_attachments(additional_xml=b"<x/>")))
    assert (facts.attachments, facts.xml_name) == (("additional.xml",), None)


def test_an_invoice_that_bursts_is_named_but_not_taken(written) -> None:
    facts = pdf.inspect(written(with_attachments(**{"factur-x_xml": b" " * 9_000_000})))
    assert (facts.xml_name, facts.xml) == ("factur-x.xml", None)


@pytest.mark.parametrize(
    "catalog",
    [
        "/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>",
        "/OpenAction << /S /Launch /F (calc.exe) >>",
        "/AA << /WC << /S /JavaScript /JS (1) >> >>",
        "/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (1) >>] >> >>",
        "/AcroForm << /Fields [<< /T (a) /AA << /K << /S /JavaScript /JS (1) >> >> >>] >>",
        "/AcroForm << /XFA 4 0 R >>",
    ],
)
def test_scripts_and_actions_are_noticed(written, catalog: str) -> None:
    assert pdf.inspect(written(raw_pdf(catalog=catalog))).active


@pytest.mark.parametrize(
    ("annotation", "active"),
    [
        ("<< /Subtype /Link /A << /S /URI /URI (https://example.com) >> >>", False),
        ("<< /Subtype /Link /A << /S /Launch /F (a.exe) >> >>", True),
        ("<< /Subtype /Widget /AA << /E << /S /JavaScript /JS (1) >> >> >>", True),
    ],
)
def test_links_are_harmless_other_annotations_not(written, annotation: str, active: bool) -> None:
    assert pdf.inspect(written(raw_pdf(page=f"{FONT} /Annots [{annotation}]"))).active == active


def test_a_page_to_open_at_is_no_action(written) -> None:
    assert not pdf.inspect(written(raw_pdf(catalog="/OpenAction << /S /GoTo /D [3 0 R /Fit] >>"))).active


@pytest.mark.parametrize("filters", ["/JBIG2Decode", "[/FlateDecode /DCTDecode]"])
def test_contents_packed_as_an_image_are_a_bomb(written, tmp_path: Path, filters: str) -> None:
    path = written(raw_pdf(drawn=stream(b"\x97JB2\r\n\x1a\n", f"/Filter {filters}")))
    assert refusal(pdf.inspect, path) == "bomb"
    assert refusal(pdf.picture, path, tmp_path / "page.webp") == "bomb"


def test_an_image_too_large_is_not_drawn(written, tmp_path: Path) -> None:
    more = "/Width 100000 /Height 100000 /BitsPerComponent 1 /Filter /FlateDecode"
    target = tmp_path / "page.webp"
    assert refusal(pdf.picture, written(with_image(zlib.compress(b"\0"), more)), target) == "bomb"
    assert not target.exists()


@pytest.mark.parametrize("packed", ["once", "twice"])
def test_contents_that_unpack_without_end_come_to_an_end(written, tmp_path: Path, packed: str) -> None:
    content = zlib.compress(b"0 0 m 1 1 l S " * 15_000_000, 9)
    filters = "/FlateDecode"
    if packed == "twice":
        content, filters = zlib.compress(content, 9), "[/FlateDecode /FlateDecode]"
    bomb = raw_pdf(drawn=stream(content, f"/Filter {filters}"))
    began = time.monotonic()
    for act in (lambda path: pdf.inspect(path), lambda path: pdf.picture(path, tmp_path / "p.webp")):
        refusal(act, written(bomb))
    assert time.monotonic() - began < 2 * pdf._child.seconds + 2


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"%PDF-1.7\n" + b"\0" * 5000, b"<html>"])
def test_rubbish_is_broken(written, content: bytes) -> None:
    assert refusal(pdf.inspect, written(content)) == "broken"


def test_a_missing_file_is_broken_for_whoever_asks(tmp_path: Path) -> None:
    assert refusal(pdf.inspect, tmp_path / "none") == "broken"


def test_picture_of_page_one(written, tmp_path: Path) -> None:
    target = tmp_path / "page.webp"
    pdf.picture(written(raw_pdf()), target)
    with Image.open(target) as image:
        assert image.format == "WEBP"
        assert image.width == 1000
        assert image.getextrema()[0][0] < 60
    assert target.stat().st_size <= 60_000


def test_a_picture_full_of_noise_still_weighs_little(written, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.effect_noise((1500, 2100), 120).save(buffer, "JPEG", quality=90)
    more = "/Width 1500 /Height 2100 /BitsPerComponent 8 /Filter /DCTDecode"
    content = with_image(buffer.getvalue(), more)
    target = tmp_path / "page.webp"
    pdf.picture(written(content), target)
    assert 5_000 < target.stat().st_size <= 60_000


def test_a_child_that_takes_too_long_is_ended(written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_child", replace(pdf._child, seconds=0.001))
    assert refusal(pdf.inspect, written(raw_pdf())) == "bomb"


@pytest.mark.parametrize(
    ("work", "reason"),
    [
        ("while True: pass", "bomb"),
        ("bytearray(700_000_000)", "bomb"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "broken"),
        ("import os; os.abort()", "bomb"),  # so libraries end that got no memory
        ("open(sys.argv[2], 'wb').write(bytes(30_000_000))", "broken"),
    ],
    ids=["processor", "memory", "crash", "abort", "disk"],
)
def test_the_child_keeps_its_own_limits(
    work: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = (
        "import sys; from portal.base import pdf_child as child\n"
        "child.PROCESSOR_SECONDS = 1\n"
        f"def work(path):\n    {work}\n"
        "child.inspect = work\nsys.exit(child.main(sys.argv[1:]))"
    )
    real = subprocess.run

    def run(command: list[str], **more):
        return real([sys.executable, "-I", "-c", program, *command[4:]], **more)

    monkeypatch.setattr(child.subprocess, "run", run)
    assert refusal(pdf.inspect, tmp_path / "file") == reason


def test_two_children_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, guard = 0, 0, threading.Lock()

    def run(command: list[str], stdout, **_more):
        nonlocal running, most
        with guard:
            running += 1
            most = max(most, running)
        time.sleep(0.05)
        stdout.write(b'{"refused": "broken"}')
        with guard:
            running -= 1
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(child.subprocess, "run", run)
    threads = [threading.Thread(target=refusal, args=(pdf.inspect, tmp_path / "f")) for _ in range(7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


def test_who_waits_too_long_is_told_to_come_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "_WAIT_SECONDS", 0.01)
    monkeypatch.setattr(pdf, "_child", replace(pdf._child, turns=threading.BoundedSemaphore(1)))
    with pdf._child.turns:
        assert refusal(pdf.inspect, tmp_path / "f") == "busy"


def test_the_child_gets_none_of_our_environment(written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_MAIL_URL", "smtp://user:secret@mail.example.com")
    real, seen = subprocess.run, {}

    def run(command: list[str], **more):
        seen.update(more["env"])
        return real(command, **more)

    monkeypatch.setattr(child.subprocess, "run", run)
    pdf.inspect(written(raw_pdf()))
    assert set(seen) == {"LC_ALL"}


def facts_saying(text: str, *, complete: bool = True) -> PdfFacts:
    return PdfFacts(1, False, text, complete, False, (), None, None, False)


def invoice(number: str = "RE-1001", total: int | None = 123456) -> einvoice.EInvoice:
    return replace(einvoice.read(cii()), number=number, total=total)


@pytest.mark.parametrize(
    "amount",
    [
        "1234,56", "1.234,56", "1,234.56", "1 234,56", "1\u00a0234,56", "1\u202f234,56", "1'234.56",
        "1’234.56", "-1.234,56 EUR", "\u2212 1234,56", "EUR1234.56€", "1 .234 ,56", "(1.234,56)",
    ],
)  # fmt: skip
def test_the_total_in_many_writings(amount: str) -> None:
    assert pdf.page_agrees(facts_saying(f"Nr. RE-1001 Summe {amount} dankend"), invoice()) == []


@pytest.mark.parametrize("amount", ["1.234,57", "11.234,56", "1.234,560", "234,56", "1.234", "51.234,56", "0"])
def test_another_total(amount: str) -> None:
    assert pdf.page_agrees(facts_saying(f"RE-1001 {amount}"), invoice()) == ["total"]


@pytest.mark.parametrize(
    ("cents", "shown", "agrees"),
    [
        (30000, "300", True),
        (30000, "300,-", True),
        (30000, "300,00", True),
        (30000, "1.300,00", False),
        (30000, "300,50", False),
        (25210, "252,1", True),
        (25210, "252,10", True),
        (0, "0,00", True),
        (5, "0,05", True),
        (5, "10,05", False),
        (123456789012, "1.234.567.890,12", True),
    ],
)
def test_whole_small_and_large_totals(cents: int, shown: str, agrees: bool) -> None:
    assert (pdf.page_agrees(facts_saying(f"RE-1001 x {shown} x"), invoice(total=cents)) == []) is agrees


@pytest.mark.parametrize(
    ("number", "shown", "agrees"),
    [
        ("RE-1001", "re\u20111001", True),
        ("RE-1001", "RE- 1001", True),
        ("RE-1001", "Nr.RE-1001Datum", True),
        ("RE-1001", "RE-10012", False),
        ("RE-1001", "RE-1002", False),
        ("018304 / 28865", "018304/28865", True),
        ("7", "17", False),
        ("7", "Nr. 7", True),
        ("A.1", "AB1", False),
    ],
)
def test_the_number_on_the_page(number: str, shown: str, agrees: bool) -> None:
    differs = pdf.page_agrees(facts_saying(f"{shown} Summe 1.234,56"), invoice(number))
    assert (differs == []) is agrees


def test_nothing_is_said_about_pages_nobody_read() -> None:
    assert pdf.page_agrees(facts_saying(" \n"), invoice()) == []
    assert pdf.page_agrees(facts_saying("anders", complete=False), invoice()) == []
    assert pdf.page_agrees(facts_saying("anders"), invoice()) == ["number", "total"]
    assert pdf.page_agrees(facts_saying("anders"), invoice(number="", total=None)) == []


PDF_ROWS = [row for row in expected_invoices() if row["file"].endswith(".pdf")]


@requires_samples
@pytest.mark.parametrize("row", PDF_ROWS, ids=lambda row: row["file"].partition("/")[2])
def test_every_sample(row: dict[str, str]) -> None:
    facts = pdf.inspect(SAMPLES / row["file"])
    assert facts.xml is not None
    assert facts.xml_name == row["xml_name"]
    assert sorted(facts.attachments) == sorted(row["attachments"].split(";"))
    assert (facts.encrypted, facts.active, facts.placeholder) == (False, False, False)
    differs = {"yes": [], "DIFFERS: number": ["number"], "DIFFERS: gross": ["total"]}
    assert pdf.page_agrees(facts, einvoice.read(facts.xml)) == differs[row["page_agrees"]]


@requires_samples
@pytest.mark.parametrize(
    ("file", "answer", "drawn"),
    [
        ("einvoice-zwei-xml-zf1-und-zf2.pdf", "factur-x.xml", "ok"),
        ("einvoice-xml-kaputte-deklaration.pdf", "factur-x.xml", "ok"),
        ("einvoice-anlage-nicht-erreichbar.pdf", None, "broken"),
        ("orderx-bestellung-keine-rechnung.pdf", "order-x.xml", "ok"),
        ("pdf-15-bytes.pdf", "broken", "broken"),
        ("pdf-jbig2-bombe.pdf", "bomb", "bomb"),
        ("pdf-zyklischer-seitenbaum.pdf", "broken", "broken"),
        ("pdf-fuzz-poppler-395.pdf", "broken", "broken"),
        ("pdf-fuzz-redhat-1531897.pdf", "broken", "broken"),
        ("pdf-javascript-doc-actions.pdf", None, "ok"),
        ("pdf-passwort-noetig.pdf", "encrypted", "encrypted"),
        ("pdf-nur-rechtepasswort.pdf", None, "ok"),
        ("leer#raute-im-namen.pdf", None, "ok"),
    ],
)
def test_hostile_samples(file: str, answer: str | None, drawn: str, tmp_path: Path) -> None:
    began = time.monotonic()
    try:
        found: str | None = pdf.inspect(SAMPLES / "hostile" / file).xml_name
    except Refused as refused:
        found = refused.reason
    assert found == answer
    assert refusal(pdf.picture, SAMPLES / "hostile" / file, tmp_path / "p.webp") == drawn
    assert (tmp_path / "p.webp").exists() is (drawn == "ok")
    assert time.monotonic() - began < 20


@requires_samples
def test_what_the_odd_samples_hold() -> None:
    hostile = SAMPLES / "hostile"
    assert pdf.inspect(hostile / "pdf-nur-rechtepasswort.pdf").encrypted
    script = pdf.inspect(hostile / "pdf-javascript-doc-actions.pdf")
    assert (script.pages, script.active) == (3, True)


@requires_samples
@pytest.mark.parametrize("file", ["servicebericht-handschriftlich-scan.pdf", "libreoffice-formular.pdf"])
def test_ordinary_samples(file: str, tmp_path: Path) -> None:
    facts = pdf.inspect(SAMPLES / "pdf" / file)
    assert (facts.pages, facts.xml_name, facts.active) == (1, None, False)
    assert bool(facts.text.strip()) is ("scan" not in file)
    pdf.picture(SAMPLES / "pdf" / file, tmp_path / "p.webp")
    assert (tmp_path / "p.webp").stat().st_size <= 60_000


def refusal(act, *arguments) -> str:
    """The reason of the refusal, or "ok"."""
    try:
        act(*arguments)
    except Refused as refused:
        return refused.reason
    return "ok"
