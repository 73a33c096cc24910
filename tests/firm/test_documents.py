"""Documents for staff: list, page, file, upload in two steps, publishing, withdrawing, cancelling, deleting."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from portal.base import files
from portal.base.config import Config
from portal.models.client import Client
from portal.models.contact import Contact
from portal.models.document import CANCELLED, DRAFT, PUBLISHED, WITHDRAWN, Document, DocumentVersion
from portal.models.outbox import OutboxMail
from portal.operations import uploads
from portal.policies import scope as scopes
from tests import factories
from tests.browser_client import Browser
from tests.personas import World
from tests.samples import SAMPLES, requires_samples

NEW = "/firm/documents/new"
FIELDS = {
    "kind": "invoice", "number": "RE-77", "title": "Wartung", "issued_on": "2026-11-20", "due_on": "4.12.2026",
    "currency": "EUR", "total": "1.190,00", "tax": "190", "client": "K-1042", "note": "Danke",
}  # fmt: skip


def row(world: World, model: type[Any], row_id: int) -> Any:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(model, row_id)


def page_of(world: World, row_id: int, rest: str = "") -> str:
    return f"/firm/documents/{row(world, Document, row_id).uid}{rest}"


def by_number(world: World, number: str) -> Document | None:
    with scopes.of_firm(world.firm) as scope:
        return scope.first(scope.of(Document).where(Document.number == number))


def send(browser: Browser, content: bytes, name: str = "brief.pdf", path: str = NEW, **more: str) -> TestResponse:
    data = {"file": (io.BytesIO(content), name), **more}
    return browser.post(path, data, content_type="multipart/form-data")


def headers(browser: Browser, path: str) -> Headers:
    """Of a file, which is read to its end."""
    with browser.get(path) as answer:
        assert answer.status_code == 200
        assert answer.data
        return answer.headers


def held_in(response: TestResponse) -> str:
    found = re.search(r'name="file" value="([^"]+)"', response.text)
    assert found is not None
    return found[1]


def review(browser: Browser, content: bytes, name: str = "brief.pdf", **more: str) -> TestResponse:
    answer = send(browser, content, name, **more)
    assert answer.status_code == 303, answer.text
    return browser.get(answer.location)


class TestList:
    def test_shows_all_of_the_firm_and_none_of_another(self, anna: Browser) -> None:
        page = anna.get("/firm/documents").text
        for title in ("Neue Heizungspumpe", "Heizungswartung", "Noch nicht fertig", "Backofen anschließen"):
            assert title in page
        assert "Fremdes Angebot" not in page

    @pytest.mark.parametrize(
        ("query", "there", "not_there"),
        [
            ("q=0147", "Neue Heizungspumpe", "Heizungswartung"),
            ("q=heizungsw", "Heizungswartung", "Neue Heizungspumpe"),
            ("q=thode", "Backofen anschließen", "Heizungswartung"),
            ("q=ANSCHLIEßEN", "Backofen anschließen", "Heizungswartung"),
            ("kind=invoice", "Heizungswartung", "Neue Heizungspumpe"),
            ("status=draft", "Noch nicht fertig", "Heizungswartung"),
            ("status=open", "Heizungswartung", "Noch nicht fertig"),
            ("status=published", "Wartungsbericht", "Heizungswartung"),
            ("kind=offer&status=open&q=heizung", "Neue Heizungspumpe", "Thermostat tauschen"),
            ("status=expired", "No document fits", "Neue Heizungspumpe"),
            ("kind=nonsense&status=nonsense", "Neue Heizungspumpe", "No document fits"),
            ("q=100%25", "No document fits", "Neue Heizungspumpe"),
        ],
    )
    def test_finds(self, anna: Browser, query: str, there: str, not_there: str) -> None:
        page = anna.get(f"/firm/documents?{query}").text
        assert there in page
        assert not_there not in page

    def test_of_one_client(self, anna: Browser, world: World) -> None:
        page = anna.get(f"/firm/documents?client={row(world, Client, world.thode).uid}").text
        assert "Backofen anschließen" in page
        assert "Heizungswartung" not in page

    def test_htmx_gets_the_list_alone(self, anna: Browser) -> None:
        answer = anna.get("/firm/documents?q=0147", htmx=True)
        assert answer.text.lstrip().startswith('<section class="card tbl region" id="documents"')
        assert "<html" not in answer.text

    def test_walks_by_key_there_and_back(self, anna: Browser, world: World) -> None:
        client = row(world, Client, world.thode)
        for number in range(60):
            factories.document(client, number=f"W-{number:03d}", title=f"Walk {number:03d}", publish=False)
        address, seen = f"/firm/documents?client={client.uid}", []
        pages = []
        while address:
            page = anna.get(address).text
            pages.append(re.findall(r"Walk \d+", page))
            seen += pages[-1]
            following = re.search(r'rel="next" href="([^"]+)"', page)
            address = following[1].replace("&amp;", "&") if following else ""
        assert seen == [f"Walk {number:03d}" for number in reversed(range(60))]
        before = re.search(r'rel="prev" href="([^"]+)"', page)
        assert before is not None
        assert re.findall(r"Walk \d+", anna.get(before[1].replace("&amp;", "&")).text) == pages[-2]

    def test_survives_a_cursor_nobody_wrote(self, anna: Browser) -> None:
        assert anna.get("/firm/documents?after=%C3%A4&before=zzzz").status_code == 200

    @pytest.mark.usefixtures("advisers_restricted")
    def test_a_restricted_adviser_sees_the_own_clients(self, ben: Browser, clara: Browser) -> None:
        assert "Backofen" not in ben.get("/firm/documents").text
        assert "Neue Heizungspumpe" in ben.get("/firm/documents").text
        assert "Neue Heizungspumpe" not in clara.get("/firm/documents").text

    def test_asks_the_database_as_often_for_many(self, anna: Browser, world: World) -> None:
        from portal.base.database import statements

        def count() -> int:
            before = statements.count
            anna.get("/firm/documents")
            return statements.count - before

        anna.get("/firm/documents")
        few = count()
        for number in range(30):
            factories.document(row(world, Client, world.thode), number=f"W-{number}", publish=False)
        assert count() == few


class TestPage:
    def test_tells_what_it_is(self, anna: Browser, world: World) -> None:
        page = anna.get(page_of(world, world.offer)).text
        for text in ("Neue Heizungspumpe", "AN-2026-0147", "€4,386.34", "Hausverwaltung Lindner", "Not opened yet"):
            assert text in page
        assert "dora@lindner.example.org" in page

    def test_offers_only_what_is_possible(self, anna: Browser, world: World) -> None:
        draft, invoice = anna.get(page_of(world, world.draft)).text, anna.get(page_of(world, world.invoice)).text
        assert "/publication" in draft
        assert "/deletion" in draft
        assert "/withdrawal" not in draft
        assert "/payments/rest" in invoice
        assert "/deletion" not in invoice

    def test_says_who_gets_no_mail(self, anna: Browser, world: World) -> None:
        with scopes.of_firm(world.firm) as scope:
            scope.change(scope.by_id(Contact, world.dora), email_error="550")
        assert "Mail to this address came back." in anna.get(page_of(world, world.draft)).text

    def test_an_opening_is_counted_and_called_opened(self, anna: Browser, holder: Browser, world: World) -> None:
        path = page_of(world, world.offer).replace("/firm/", "/portal/")
        assert holder.get(path, headers={"Sec-Fetch-Mode": "navigate", "User-Agent": "Mozilla/5.0"}).status_code == 200
        assert "Opened 1 time" in anna.get(page_of(world, world.offer)).text

    def test_markup_in_texts_stays_text(self, anna: Browser, world: World) -> None:
        evil = "<script>alert(1)</script>"
        made = factories.document(row(world, Client, world.thode), number=evil, title=evil, note=evil)
        page = anna.get(f"/firm/documents/{made.uid}").text
        assert evil not in page
        assert "&lt;script&gt;" in page

    def test_unknown_placeholders_are_pointed_out(self, anna: Browser, world: World) -> None:
        made = factories.document(row(world, Client, world.thode), number="N", note="[Client.nme] [Client.name]")
        page = anna.get(f"/firm/documents/{made.uid}").text
        assert "stay as they are: [Client.nme]" in page
        assert "Bäckerei Thode" in page

    def test_of_another_firm_does_not_exist(self, frida: Browser, world: World) -> None:
        for rest in (
            "",
            "/file",
            "/picture",
            "/publication",
            "/withdrawal",
            "/cancellation",
            "/deletion",
            "/certificate",
        ):
            assert frida.get(page_of(world, world.offer, rest)).status_code == 404

    @pytest.mark.usefixtures("advisers_restricted")
    def test_of_a_client_of_somebody_else_is_forbidden(self, clara: Browser, ben: Browser, world: World) -> None:
        for rest in ("", "/file", "/withdrawal", "/cancellation"):
            assert clara.get(page_of(world, world.offer, rest)).status_code == 403
            with ben.get(page_of(world, world.offer, rest)) as answer:
                assert answer.status_code == 200
        assert clara.post(page_of(world, world.offer, "/withdrawal")).status_code == 403
        assert row(world, Document, world.offer).state == PUBLISHED

    def test_signed_out_leads_to_the_door(self, nobody: Browser, world: World) -> None:
        assert nobody.get(page_of(world, world.offer)).status_code == 303


class TestFile:
    def test_comes_as_a_download_in_which_nothing_runs(self, anna: Browser, world: World) -> None:
        with anna.get(page_of(world, world.offer, "/file")) as answer:
            assert answer.data.startswith(b"%PDF")
            assert answer.headers["Content-Disposition"].startswith("attachment")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "sandbox" in answer.headers["Content-Security-Policy"]

    def test_is_shown_in_the_browser_when_asked(self, anna: Browser, world: World) -> None:
        shown = headers(anna, page_of(world, world.offer, "/file?inline=1"))
        assert shown["Content-Disposition"].startswith("inline")

    def test_of_an_earlier_version(self, anna: Browser, world: World) -> None:
        assert headers(anna, page_of(world, world.offer, "/file?version=1"))
        assert anna.get(page_of(world, world.offer, "/file?version=2")).status_code == 404

    def test_no_picture_before_it_was_drawn(self, anna: Browser, world: World) -> None:
        assert anna.get(page_of(world, world.offer, "/picture")).status_code == 404

    def test_no_certificate_before_the_decision(self, anna: Browser, world: World) -> None:
        assert anna.get(page_of(world, world.offer, "/certificate")).status_code == 404

    @requires_samples
    def test_with_a_hash_in_its_name(self, anna: Browser) -> None:
        page = review(anna, (SAMPLES / "hostile" / "leer#raute-im-namen.pdf").read_bytes(), "leer#raute-im-namen.pdf")
        made = anna.post("/firm/documents", {**FIELDS, "file": held_in(page)})
        assert "leer#raute-im-namen.pdf" in headers(anna, f"{made.location}/file")["Content-Disposition"]


class TestUpload:
    def test_an_ordinary_pdf_in_two_steps(self, anna: Browser, world: World) -> None:
        page = review(anna, factories.pdf("Brief"))
        assert "An ordinary PDF" in page.text
        made = anna.post("/firm/documents", {**FIELDS, "file": held_in(page), "publish": "y"})
        assert made.status_code == 303
        document = by_number(world, "RE-77")
        assert document is not None
        assert (document.state, document.payable, document.client_id) == (PUBLISHED, 1190_00, world.lindner)
        with scopes.of_firm(world.firm) as scope:
            version = scope.one(scope.of(DocumentVersion).where(DocumentVersion.document == document.id))
        assert (version.net, version.tax, version.total, version.pages) == (1000_00, 190_00, 1190_00, 1)
        assert (str(version.issued_on), str(version.due_on)) == ("2026-11-20", "2026-12-04")
        assert "Published. 1 contact gets an e-mail." in anna.get(made.location).text

    def test_without_the_tick_it_stays_a_draft(self, anna: Browser, world: World) -> None:
        anna.post("/firm/documents", {**FIELDS, "file": held_in(review(anna, factories.pdf()))})
        document = by_number(world, "RE-77")
        assert document is not None
        assert document.state == DRAFT
        with scopes.of_firm(world.firm) as scope:
            assert all(m.subject.get("document") != document.id for m in scope.of(OutboxMail))

    @requires_samples
    def test_an_e_invoice_fills_everything(self, anna: Browser, world: World) -> None:
        factories.client(world.firm, name="Taxi-Gast", number="GE2020211", vat_id="DE111")
        content = (SAMPLES / "einvoice" / "zf24-en16931-einfach-duedate.pdf").read_bytes()
        page = review(anna, content, "rechnung.pdf").text
        assert 'value="471102"' in page
        assert '<option value="invoice" selected>' in page
        assert 'value="529.87"' in page
        assert "Taxi-Gast" in page
        assert "The seller named in the invoice is not your firm." in page

    @requires_samples
    def test_what_was_read_is_kept_with_net_and_lines(self, anna: Browser, world: World) -> None:
        content = (SAMPLES / "einvoice" / "zf24-en16931-einfach-duedate.pdf").read_bytes()
        page = review(anna, content, "rechnung.pdf")
        fields = {"total": "529.87", "tax": "56.87", "number": "471102", "due_on": ""}
        anna.post("/firm/documents", {**FIELDS, **fields, "file": held_in(page)})
        document = by_number(world, "471102")
        assert document is not None
        with scopes.of_firm(world.firm) as scope:
            version = scope.one(scope.of(DocumentVersion).where(DocumentVersion.document == document.id))
        assert (version.net, version.syntax) == (473_00, "CII")
        assert version.lines[0]["title"].startswith("Trennblätter")

    @requires_samples
    def test_an_xml_alone_is_shown_as_a_page(self, anna: Browser, world: World) -> None:
        page = review(anna, (SAMPLES / "einvoice" / "xrechnung30-cii-03.06a.xml").read_bytes(), "x.xml")
        made = anna.post("/firm/documents", {**FIELDS, "file": held_in(page)})
        shown = anna.get(made.location).text
        for text in (
            "What the electronic invoice says",
            "Testverkäufer",
            "Neumotor",
            "€1,804.00",
            "VAT 19% on €1,600.00",
        ):
            assert text in shown

    def test_the_client_of_the_page_one_came_from(self, anna: Browser, world: World) -> None:
        uid = row(world, Client, world.thode).uid
        assert "Bäckerei Thode" in anna.get(f"{NEW}?client={uid}").text
        page = review(anna, factories.pdf(), client=uid)
        assert 'value="K-1043"' in page.text
        anna.post("/firm/documents", {**FIELDS, "file": held_in(page), "client": "K-1043", "client_uid": uid})
        document = by_number(world, "RE-77")
        assert document is not None
        assert document.client_id == world.thode

    def test_a_client_typed_over_the_one_shown_counts(self, anna: Browser, world: World) -> None:
        uid = row(world, Client, world.thode).uid
        page = review(anna, factories.pdf(), client=uid)
        anna.post(
            "/firm/documents", {**FIELDS, "file": held_in(page), "client": "hausverwaltung lindner", "client_uid": uid}
        )
        document = by_number(world, "RE-77")
        assert document is not None
        assert document.client_id == world.lindner

    def test_several_clients_are_asked_for(self, anna: Browser, world: World) -> None:
        factories.client(world.firm, name="Lindner und Sohn", number="K-2000")
        page = review(anna, factories.pdf())
        answer = anna.post("/firm/documents", {**FIELDS, "file": held_in(page), "client": "lindner"})
        assert answer.status_code == 422
        assert "Several clients fit" in answer.text
        assert answer.text.count('name="client_uid"') == 3  # the bakery's contact is a Lindner too
        assert 'value="RE-77"' in answer.text

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"client": ""}, "Please say whose document this is."),
            ({"client": "gibt es nicht"}, "No client was found."),
            ({"kind": ""}, "Please fill this in."),
            ({"number": ""}, "Please fill this in."),
            ({"title": ""}, "Please fill this in."),
            ({"total": "viel"}, "Please enter an amount"),
            ({"total": ""}, "Please fill this in."),
            ({"issued_on": "31.02.2026"}, "Please enter a date."),
            ({"currency": "Euro"}, "Please check this entry."),
        ],
    )
    def test_errors_keep_what_was_typed(self, anna: Browser, world: World, wrong: dict[str, str], words: str) -> None:
        held = held_in(review(anna, factories.pdf()))
        answer = anna.post("/firm/documents", {**FIELDS, **wrong, "note": "Bleibt stehen", "file": held})
        assert answer.status_code == 422
        assert words in answer.text
        assert "Bleibt stehen" in answer.text
        assert held_in(answer) == held
        assert by_number(world, "RE-77") is None

    def test_the_same_number_with_another_file_leads_to_the_existing(self, anna: Browser, world: World) -> None:
        page = review(anna, factories.pdf("Anders"))
        fields = {**FIELDS, "number": "RE-2026-0312", "file": held_in(page)}
        answer = anna.post("/firm/documents", fields)
        assert answer.status_code == 409
        assert page_of(world, world.invoice) in answer.text

    def test_a_second_click_finds_the_first(self, anna: Browser, world: World) -> None:
        fields = {**FIELDS, "file": held_in(review(anna, factories.pdf()))}
        first, second = anna.post("/firm/documents", fields), anna.post("/firm/documents", fields)
        assert (second.status_code, second.location) == (303, first.location)

    def test_a_file_that_is_gone_is_asked_for_again(self, anna: Browser) -> None:
        held = held_in(review(anna, factories.pdf()))
        for path in (files.root() / "held").iterdir():
            path.unlink()
        answer = anna.post("/firm/documents", {**FIELDS, "file": held})
        assert answer.status_code == 422
        assert "Please choose it once more." in answer.text

    def test_a_name_nobody_signed_is_no_file(self, anna: Browser, frida: Browser) -> None:
        held = held_in(review(anna, factories.pdf()))
        assert anna.get(f"/firm/documents/new/review?file={held}x").status_code == 404
        assert frida.get(f"/firm/documents/new/review?file={held}").status_code == 404

    @pytest.mark.parametrize(
        ("content", "name", "words"),
        [
            (b"", "leer.pdf", "The file is empty."),
            (b"%PDF-1.4 kaputt", "kaputt.pdf", "damaged"),
            (b"MZ", "prog.exe", "Only PDF files and electronic invoices"),
            (b"<html></html>", "seite.pdf", "cannot be taken here"),
            (b"<order/>", "bestellung.xml", "not an invoice"),
            (b'<!DOCTYPE x [<!ENTITY a "a">]><x>&a;</x>', "x.xml", "declarations that are not allowed"),
        ],
    )
    def test_refuses_in_words_and_stores_nothing(
        self, anna: Browser, config: Config, content: bytes, name: str, words: str
    ) -> None:
        before = list((config.files_path).rglob("*"))
        answer = send(anna, content, name, client="")
        assert answer.status_code == 422
        assert words in answer.text
        assert list((config.files_path).rglob("*")) == before

    def test_too_large_is_said_at_the_field(self, anna: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "LARGEST", 1000)
        answer = send(anna, b"%PDF-1.4" + b"x" * 2000)
        assert answer.status_code == 422
        assert "The limit is 25 MB." in answer.text

    def test_without_a_file(self, anna: Browser) -> None:
        answer = anna.post(NEW, {}, content_type="multipart/form-data")
        assert answer.status_code == 422
        assert "Please choose a file." in answer.text

    @requires_samples
    def test_hostile_samples_are_refused_or_kept_as_they_are(self, anna: Browser) -> None:
        taken = {
            "einvoice-zwei-xml-zf1-und-zf2.pdf",
            "einvoice-xml-kaputte-deklaration.pdf",
            "einvoice-anlage-nicht-erreichbar.pdf",
            "einvoice-mojibake-name.ubl.xml",
            "orderx-bestellung-keine-rechnung.pdf",
            "pdf-javascript-doc-actions.pdf",
            "pdf-nur-rechtepasswort.pdf",
            "leer#raute-im-namen.pdf",
        }
        for path in sorted((SAMPLES / "hostile").iterdir()):
            answer = send(anna, path.read_bytes(), path.name)
            assert answer.status_code == (303 if path.name in taken else 422), path.name

    def test_an_order_is_not_taken_as_an_invoice(self, anna: Browser) -> None:
        path = SAMPLES / "hostile" / "orderx-bestellung-keine-rechnung.pdf"
        if not path.exists():
            pytest.skip("the sample files are not there")
        page = review(anna, path.read_bytes(), path.name)
        answer = anna.post("/firm/documents", {**FIELDS, "file": held_in(page)})
        assert answer.status_code == 422
        assert "order, not an invoice" in answer.text

    def test_a_stale_page_keeps_everything(self, anna: Browser, world: World) -> None:
        held = held_in(review(anna, factories.pdf()))
        answer = anna.post("/firm/documents", {**FIELDS, "file": held}, csrf=False)
        assert answer.status_code == 422
        assert "send it once more" in answer.text
        assert 'value="RE-77"' in answer.text

    def test_suggests_clients(self, anna: Browser) -> None:
        answer = anna.get("/firm/documents/clients?client=lindn", htmx=True).text
        assert '<option value="K-1042">Hausverwaltung Lindner' in answer

    @pytest.mark.usefixtures("advisers_restricted")
    def test_a_restricted_adviser_finds_only_the_own_clients(self, clara: Browser, world: World) -> None:
        held = held_in(review(clara, factories.pdf()))
        assert clara.post("/firm/documents", {**FIELDS, "file": held}).status_code == 422
        assert "K-1042" not in clara.get("/firm/documents/clients?client=lindner").text
        assert clara.get(f"{NEW}?client={row(world, Client, world.lindner).uid}").status_code == 403

    def test_left_over_files_go_after_a_day(self, anna: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
        review(anna, factories.pdf("eins"))
        monkeypatch.setattr(uploads, "KEPT_SECONDS", -1)
        send(anna, factories.pdf("zwei"))
        assert len(list((files.root() / "held").iterdir())) == 1


class TestState:
    @pytest.mark.parametrize(
        ("act", "which", "words"),
        [
            ("publication", "draft", "Publish AN-2026-0160?"),
            ("withdrawal", "offer", "Withdraw AN-2026-0147?"),
            ("cancellation", "offer", "Cancel AN-2026-0147?"),
            ("deletion", "draft", "Delete the draft AN-2026-0160?"),
        ],
    )
    def test_asks_as_a_page_and_as_a_dialog(
        self, anna: Browser, world: World, act: str, which: str, words: str
    ) -> None:
        address = page_of(world, getattr(world, which), f"/{act}")
        page, dialog = anna.get(address).text, anna.get(address, htmx=True).text
        assert words in page
        assert words in dialog
        assert "<html" in page
        assert "<html" not in dialog

    def test_publishes(self, anna: Browser, world: World) -> None:
        answer = anna.post(page_of(world, world.draft, "/publication"))
        assert answer.status_code == 303
        assert row(world, Document, world.draft).state == PUBLISHED
        again = anna.post(page_of(world, world.draft, "/publication"))
        assert again.status_code == 409
        assert "nothing was changed" in again.text.lower()

    def test_withdraws_cancels_and_deletes(self, anna: Browser, world: World) -> None:
        assert anna.post(page_of(world, world.offer, "/withdrawal")).status_code == 303
        assert row(world, Document, world.offer).state == WITHDRAWN
        assert anna.post(page_of(world, world.report, "/cancellation")).status_code == 303
        assert row(world, Document, world.report).state == CANCELLED
        draft = page_of(world, world.draft)
        assert anna.post(f"{draft}/deletion").status_code == 303
        assert anna.get(draft).status_code == 404
        assert "Withdrawn on" in anna.get(page_of(world, world.offer)).text

    def test_the_second_of_two_sees_the_present_state(self, anna: Browser, ben: Browser, world: World) -> None:
        anna.post(page_of(world, world.offer, "/cancellation"))
        answer = ben.post(page_of(world, world.offer, "/withdrawal"))
        assert answer.status_code == 409
        assert "This document was cancelled meanwhile." in answer.text

    def test_never_by_get(self, anna: Browser, world: World) -> None:
        for act in ("publication", "withdrawal", "cancellation", "deletion"):
            anna.get(page_of(world, world.draft, f"/{act}"))
        assert row(world, Document, world.draft).state == DRAFT

    @pytest.mark.parametrize("act", ["publication", "withdrawal", "cancellation", "deletion"])
    def test_not_for_another_firm(self, frida: Browser, world: World, act: str) -> None:
        assert frida.post(page_of(world, world.draft, f"/{act}")).status_code == 404
