"""The pages of importing: choosing a list, its columns, the preview, its result, taking it back."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest

from portal.base import files
from portal.base.config import Config
from portal.models.client import Client
from portal.models.client_import import ClientImport
from portal.models.firm import Firm
from portal.operations import client_imports
from portal.policies import scope as scopes
from tests import factories, lists
from tests.browser_client import Browser
from tests.personas import World

LIST = (
    "Kd.Nr.;Firma;Ansprechpartner;E-Mail;PLZ;Ort\n"
    "Q-1;Malermeister Brandt;Frau Eva Brandt;eva@brandt.example.com;20095;Hamburg\n"
    "Q-2;Schreinerei Kock;;kock@schreinerei.example.com;2826;Görlitz\n"
    "Q-3;Ohne Punkt;;ohne@punkt,example.com;20095;Hamburg\n"
)


def upload(browser: Browser, content: str | bytes = LIST, name: str = "kunden.csv", **options: Any) -> Any:
    content = content.encode() if isinstance(content, str) else content
    data = {"file": (io.BytesIO(content), name)}
    return browser.post("/firm/clients/import", data, content_type="multipart/form-data", **options)


def the_import(world: World) -> ClientImport:
    with scopes.of_firm(world.firm) as scope:
        return scope.one(scope.of(ClientImport).order_by(ClientImport.id.desc()))


def columns(of: ClientImport) -> dict[str, str]:
    return {f"column-{place}": target for place, target in enumerate(of.targets)}


def looked_over(browser: Browser, world: World, content: str | bytes = LIST) -> str:
    """Up to the preview; the address of the import."""
    place = upload(browser, content).headers["Location"]
    answer = browser.post(f"{place}/columns", columns(the_import(world)))
    assert answer.status_code == 303, answer.text
    return str(place)


def numbers(world: World) -> set[str]:
    with scopes.of_firm(world.firm) as scope:
        return {client.number for client in scope.of(Client)}


def test_the_whole_way_by_pages_without_script(anna: Browser, world: World) -> None:
    begun = upload(anna)
    assert begun.status_code == 303
    place = begun.headers["Location"]
    page = anna.get(place).text
    assert "malermeister brandt" in page.lower()
    assert re.search(r'<option value="client.number" selected>', page)
    assert anna.post(f"{place}/columns", columns(the_import(world))).status_code == 303
    preview = anna.get(place).text
    assert "Perhaps ohne@punkt.example.com." in preview
    assert "Import 2 clients" in preview
    assert "one for each new contact" not in preview
    assert not numbers(world) & {"Q-1", "Q-2"}, "nothing is imported before the person says so"
    assert anna.post(f"{place}/start").status_code == 303
    assert "0 of 2" in anna.get(place).text
    lists.work()
    result = anna.get(place).text
    assert "Result of the import" in result
    in_bulk = anna.get("/firm/runs").text
    assert "client_import" not in in_bulk
    run = re.search(r"/firm/runs/\w+", in_bulk)
    assert run is not None
    assert anna.get(run[0]).headers["Location"] == place
    assert {"Q-1", "Q-2"} <= numbers(world)
    assert "Q-3" not in numbers(world)
    assert "Malermeister Brandt" in anna.get("/firm/clients?search=malermeister").text


def test_progress_is_a_part_that_asks_again_and_ends_in_the_page(anna: Browser, world: World) -> None:
    place = looked_over(anna, world)
    anna.post(f"{place}/start")
    part = anna.get(place, htmx=True)
    assert part.status_code == 200
    assert "<html" not in part.text
    assert 'hx-trigger="load delay:1s"' in part.text
    assert '<progress max="2" value="0"' in part.text
    lists.work()
    done = anna.get(place, htmx=True)
    assert (done.status_code, done.headers["HX-Redirect"]) == (204, place)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"<html><body><table><tr><td>Name</td></tr></table>", "kunden.csv", "not what its name says"),
        (b"%PDF-1.7", "kunden.csv", "not what its name says"),
        (b"", "kunden.csv", "The file is empty"),
        (b"Name\nA", "kunden.ods", "Only CSV files and Excel workbooks"),
        (b"PK\x03\x04 no workbook", "kunden.xlsx", "is damaged"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words(
    anna: Browser, world: World, content: bytes, name: str, words: str
) -> None:
    answer = upload(anna, content, name)
    assert answer.status_code == 422
    assert words in answer.text
    with scopes.of_firm(world.firm) as scope:
        assert not scope.holds(scope.of(ClientImport))
    assert not list((files.root() / "imports").glob("*"))


def test_a_column_without_a_name_is_asked_for(anna: Browser, world: World) -> None:
    place = upload(anna).headers["Location"]
    answer = anna.post(f"{place}/columns", {**columns(the_import(world)), "column-1": "", "column-2": ""})
    assert answer.status_code == 422
    assert "No column says what a client is called" in answer.text
    wrong = anna.post(f"{place}/columns", {"column-1": "client.password"})
    assert wrong.status_code == 422


def test_columns_chosen_once_are_proposed_again(anna: Browser, world: World) -> None:
    place = upload(anna).headers["Location"]
    anna.post(f"{place}/columns", {**columns(the_import(world)), "column-4": ""})
    again = anna.get(upload(anna).headers["Location"]).text
    assert not re.search(r'<option value="client.postcode" selected>', again)
    with scopes.of_firm(world.other_firm) as scope:
        other = lists.begin(world.other_firm, LIST)
        assert "client.postcode" in other.targets, "another firm's choice is its own"
        assert scope.firm.id == other.firm_id


def test_a_file_is_read_in_another_way(anna: Browser, world: World) -> None:
    place = upload(anna, "Firma;Ort\nMüller;Köln\nMaier, A.;Ulm\n".encode("cp1252")).headers["Location"]

    def read(**how: str) -> str:
        answer = anna.post(f"{place}/reading", {"charset": "cp1252", "separator": ";", "line": "1", **how})
        assert answer.status_code == 303
        return anna.get(answer.headers["Location"]).text

    assert "M¸ller" in read(charset="mac_roman")
    assert "Müller" in read()
    assert "character set that cannot be read" in read(charset="utf-8")
    assert 'id="column-0"' in read(separator=",")
    assert "Firma;Ort" in read(separator=",", line="1")
    page = read(line="0")
    assert "without a header" in page
    assert "no column was recognised" in page
    assert "The list has 3 rows." in page
    assert "Column 2" in page


def test_questions_are_answered_line_by_line(anna: Browser, world: World) -> None:
    place = looked_over(anna, world, "Firma;E-Mail\nLindner Verwaltung;dora@lindner.example.org\n")
    page = anna.get(place).text
    assert "Please answer the questions first." in page
    with scopes.of_firm(world.firm) as scope:
        lindner = scope.by_id(Client, world.lindner)
    assert f'name="answer-2" value="same:{lindner.uid}"' in page
    anna.post(f"{place}/start")
    assert the_import(world).state == "checked", "a question that is open stops it"
    anna.post(f"{place}/choice", {"update": "y", "access": "firm", "answer-2": f"same:{lindner.uid}"})
    assert the_import(world).counts.get("ask") is None
    anna.post(f"{place}/start")
    lists.work()
    with scopes.of_firm(world.firm) as scope:
        assert scope.by_id(Client, world.lindner).name == "Lindner Verwaltung"


def test_problems_may_stop_the_import(anna: Browser, world: World) -> None:
    place = looked_over(anna, world)
    anna.post(f"{place}/choice", {"update": "y", "access": "firm", "problem-email_comma": "stop"})
    assert "stop the import" in anna.get(place).text
    anna.post(f"{place}/start")
    assert the_import(world).state == "checked"
    anna.post(f"{place}/choice", {"update": "y", "access": "firm", "problem-email_comma": "mend"})
    assert "Import 3 clients" in anna.get(place).text
    bad = anna.post(f"{place}/choice", {"update": "y", "access": "everybody"})
    assert bad.status_code == 422


def test_cancelling_leaves_nothing_behind(anna: Browser, world: World) -> None:
    place = looked_over(anna, world)
    path = client_imports.path_of(the_import(world))
    assert path.exists()
    assert anna.post(f"{place}/cancellation").headers["Location"] == "/firm/clients/import"
    assert not path.exists()
    assert anna.get(place).status_code == 404


def test_the_result_is_saved_without_formulas(anna: Browser, world: World) -> None:
    content = 'Nr;Firma;E-Mail\nF-1;"=HYPERLINK(""http://x.example"")";a@example.com\nF-2;Gut;b@example.com\n'
    place = looked_over(anna, world, content)
    rows = list(csv.reader(io.StringIO(anna.get(f"{place}/rows.csv").text.removeprefix("\ufeff"))))
    assert rows[1][2] == '\'=HYPERLINK("http://x.example")'
    assert rows[1][3:] == ["left out", "This begins like a formula."]
    assert rows[2][:4] == ["3", "F-2", "Gut", "not imported yet"]


def test_markup_of_a_list_is_text(anna: Browser, world: World) -> None:
    place = looked_over(anna, world, "Nr;Firma;E-Mail\n1;<script>alert(1)</script> GmbH;x@example.com\n")
    for address in (place, f"{place}/columns"):
        page = anna.get(address).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_what_was_ticked_and_not_saved_counts_at_the_start(anna: Browser, world: World) -> None:
    place = looked_over(anna, world)
    shown = {
        "update": "y",
        "access": "off",
        "email_contact": "y",
        "invite": "y",
        "message": "Hallo",
        "problem-email": "skip",
    }
    anna.post(f"{place}/start", shown)
    of = the_import(world)
    assert (of.state, of.choice["access"], of.choice["invite"], of.choice["message"]) == (
        "running",
        "off",
        True,
        "Hallo",
    )


def test_a_choice_that_changes_what_happens_is_shown_before(anna: Browser, world: World) -> None:
    place = looked_over(anna, world)
    shown = {"update": "y", "access": "firm", "email_contact": "y", "problem-email_comma": "mend"}
    anna.post(f"{place}/start", shown)
    assert the_import(world).state == "checked"
    page = anna.get(place).text
    assert "Please look at the preview once more." in page
    assert "Import 3 clients" in page
    anna.post(f"{place}/start", shown)
    assert the_import(world).state == "running"
    assert anna.post(f"{place}/start", {**shown, "access": "nobody"}).status_code in (303, 422)


def test_whom_the_invitations_reached_is_a_link_away(anna: Browser, world: World) -> None:
    place = looked_over(anna, world)
    choice = {"update": "y", "access": "firm", "email_contact": "y", "invite": "y", "message": "Willkommen"}
    anna.post(f"{place}/choice", choice)
    anna.post(f"{place}/start")
    lists.work()
    shown = re.search(r'href="(/firm/[^"]+)">Show whom they reached', anna.get(place).text)
    assert shown is not None
    assert anna.get(shown[1]).status_code == 200


def test_undo_by_pages(anna: Browser, world: World) -> None:
    place = looked_over(anna, world)
    anna.post(f"{place}/start")
    lists.work()
    assert "are deleted" in anna.get(f"{place}/undo").text
    assert anna.post(f"{place}/undo").status_code == 303
    assert not numbers(world) & {"Q-1", "Q-2"}
    assert "was undone" in anna.get(place).text
    anna.post(f"{place}/undo")
    assert the_import(world).state == "undone"


def test_what_stands_in_the_way_of_an_undo_is_listed(anna: Browser, world: World) -> None:
    place = looked_over(anna, world)
    anna.post(f"{place}/start")
    lists.work()
    with scopes.of_firm(world.firm) as scope:
        brandt = scope.one(scope.of(Client).where(Client.number == "Q-1"))
    factories.document(brandt, number="AN-1")
    page = anna.get(f"{place}/undo")
    assert "Malermeister Brandt</b>" in page.text
    assert "has documents by now" in page.text
    refused = anna.post(f"{place}/undo")
    assert refused.status_code == 409
    assert {"Q-1", "Q-2"} <= numbers(world)


def test_strangers_and_restricted_advisers(
    anna: Browser, clara: Browser, frida: Browser, nobody: Browser, world: World
) -> None:
    place = looked_over(anna, world)
    assert clara.get("/firm/clients/import").status_code == 200, "she works for all clients"
    assert frida.get(place).status_code == 404
    assert frida.post(f"{place}/start").status_code == 404
    assert nobody.get("/firm/clients/import").status_code == 303
    with scopes.of_firm(world.firm) as scope:
        scope.update(Firm, advisers_see_all=False).execute()
    for path in ("/firm/clients/import", place, f"{place}/columns", f"{place}/undo", f"{place}/rows.csv"):
        assert clara.get(path).status_code == 403, path
    for path in ("/firm/clients/import", f"{place}/start", f"{place}/cancellation", f"{place}/undo"):
        assert clara.post(path).status_code == 403, path
    assert the_import(world).state == "checked"


def test_a_page_open_for_long_shows_the_form_again(anna: Browser, world: World) -> None:
    assert upload(anna, csrf=False).status_code == 422
    place = looked_over(anna, world)
    answer = anna.post(f"{place}/choice", {"access": "firm"}, csrf=False)
    assert answer.status_code == 422
    assert "open for a long time" in answer.text


def test_long_lists_wait_for_the_worker(
    anna: Browser, world: World, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.worker.client_imports import ClientImports

    monkeypatch.setattr(client_imports, "AT_ONCE", 2)
    place = looked_over(anna, world)
    assert "is being looked over" in anna.get(place).text
    worker = ClientImports()
    assert worker.step()
    assert not worker.step()
    assert "Preview of the import" in anna.get(place).text


def test_a_list_that_breaks_the_program_is_not_waited_for_for_ever(
    anna: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.worker.client_imports import ClientImports

    def broken(*_args: Any) -> Any:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(client_imports, "AT_ONCE", 0)
    place = looked_over(anna, world)
    monkeypatch.setattr(client_imports, "groups", broken)
    with pytest.raises(RuntimeError):
        ClientImports().step()
    assert "could not read this list" in anna.get(place).text
    assert not ClientImports().step()
