"""Importing a list: matching, questions, what is written, being killed half-way, and taking it back."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from portal.base import database as base
from portal.base import files, journal, spreadsheet
from portal.base.config import Config
from portal.base.errors import Conflict, Invalid, NotPermitted
from portal.models import search
from portal.models.audit_entry import AuditEntry
from portal.models.client import Client
from portal.models.client_import import ClientImport, ColumnChoice, ImportRow
from portal.models.contact import Contact, Membership
from portal.models.firm import NOBODY, Firm
from portal.models.link import Link
from portal.models.outbox import OutboxMail
from portal.models.ticket import Ticket
from portal.operations import (
    access,
    client_import_undo,
    client_imports,
    clients,
    contacts,
    invitations,
    links,
    memberships,
    sign_ins,
)
from portal.operations.client_matches import Choice
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor, Stranger
from portal.queries import audit_chain
from portal.queries import clients as client_lists
from portal.worker.runs import Runs
from tests import acting, factories, lists
from tests.operations.test_client_lists import LISTS
from tests.personas import World
from tests.samples import requires_samples

ROOT = Path(__file__).resolve().parents[2]
HEAD = "Kundennummer;Firma;Vorname;Nachname;E-Mail;PLZ;Ort;Telefon"


@pytest.fixture(autouse=True)
def _opened(instance: Config) -> None:
    """All of these work on a copy of the instance."""


def client(firm_id: int, number: str) -> Client:
    with scopes.of_firm(firm_id) as scope:
        return scope.one(scope.of(Client).where(Client.number == number))


def people(firm_id: int, number: str) -> list[tuple[Membership, Contact]]:
    of = client(firm_id, number)
    with scopes.of_firm(firm_id) as scope:
        query = scope.join(scope.of(Membership, Membership, Contact), Contact, on=Membership.contact == Contact.id)
        rows = list(query.where(Membership.client == of.id, Membership.ended_at.is_null()).order_by(Membership.id))
    return [(row, row.contact) for row in rows]


def count(firm_id: int, model: Any) -> int:
    with scopes.of_firm(firm_id) as scope:
        return int(scope.of(model).count())


def found(firm_id: int, words: str) -> set[str]:
    with scopes.of_firm(firm_id) as scope:
        return {row.number for row in client_lists.page(scope, search=words).rows}


def rows(of: ClientImport) -> dict[int, ImportRow]:
    with scopes.of_firm(of.firm_id) as scope:
        return {row.line: row for row in scope.of(ImportRow).where(ImportRow.client_import == of.id)}


def kinds(of: ClientImport) -> dict[int, list[str]]:
    return {line: [each["kind"] for each in row.problems] for line, row in rows(of).items() if row.problems}


# ---- new clients


@requires_samples
@pytest.mark.parametrize(
    ("name", "made", "persons"),
    [
        ("billomat-kunden.csv", 15, 15), ("datev-debitoren-extf-15-kunden.csv", 15, 15),
        ("google-contacts.csv", 15, 15), ("lexware-office-kontakte-export.csv", 15, 16),
        ("outlook-kontakte-deutsch.csv", 15, 15), ("sevdesk-kontakte-vorlage.csv", 15, 15),
        ("taxdome-import.csv", 15, 16), ("datev-debitoren-kreditoren-extf.csv", 1, 1),
    ],
)  # fmt: skip
def test_each_sample_is_imported_and_then_there_is_nothing_to_do(
    world: World, name: str, made: int, persons: int
) -> None:
    before = count(world.firm, Client), count(world.firm, Contact)
    of = lists.imported(world.firm, LISTS / name)
    assert of.state == "done"
    assert (of.counts["outcome:made"], of.counts["made_contacts"]) == (made, persons)
    assert (count(world.firm, Client) - before[0], count(world.firm, Contact) - before[1]) == (made, persons)
    again = lists.checked(world.firm, LISTS / name, for_all={"email": "same", "name": "same"})
    assert again.counts.get("same", 0) == made, "the same list once more changes nothing"
    assert not {"new", "change", "ask"} & set(again.counts)
    assert audit_chain.verify().intact


@requires_samples
def test_one_client_over_several_rows_gets_several_contacts(world: World) -> None:
    lists.imported(world.firm, LISTS / "taxdome-import.csv")
    with scopes.of_firm(world.firm) as scope:
        name = "Hausverwaltung Grünwald & Partner mbB"
        number = scope.one(scope.of(Client).where(Client.name == name)).number
    assert [(membership.primary, contact.name) for membership, contact in people(world.firm, number)] == [
        (True, "Änne Grünwald"),
        (False, "Anton Beirat"),
    ]


@requires_samples
def test_the_list_kept_by_hand_is_asked_about_and_its_good_rows_are_imported(world: World) -> None:
    name = LISTS / "handgepflegte-excel-liste-mit-fehlern.csv"
    of = lists.checked(world.firm, name)
    assert set(kinds(of)) == {7, 8, 9, 10, 13, 14}
    twin = rows(of)[5]
    assert (twin.decision, twin.question, twin.candidates[0]["line"]) == ("ask", "twice", 4)
    assert (of.counts["new"], of.counts["ask"], of.counts["skip"]) == (5, 1, 7)
    with scopes.of_firm(world.firm), pytest.raises(Conflict) as error:
        client_imports.start(InstanceActor(world.firm, "test"), of)
    assert error.value.code == "asked"
    done = lists.imported(world.firm, name, answers={"5": "same:4"})
    assert done.counts["outcome:made"] == 5
    assert client(world.firm, "1").name == "Kunden AG Mitte"
    with scopes.of_firm(world.firm) as scope:
        made = scope.of(Client).where(Client.number.in_([str(number) for number in range(1, 13)]))
        assert {row.number for row in made} == {"1", "3", "8", "9", "12"}
    assert len(people(world.firm, "1")) == 1


def test_what_is_made_is_as_the_operations_make_it(world: World) -> None:
    content = f"{HEAD}\nZ-1;Öko Bau GmbH;Eva;Groß;eva@oeko.example.com;2826;Görlitz;+49 89 1234-5\n"
    lists.imported(world.firm, content)
    imported = client(world.firm, "Z-1")
    by_hand = factories.client(
        world.firm, name="Öko Bau GmbH", number="Z-2", postcode="02826", city="Görlitz", phone="+49 89 1234-5",
        email="eva@oeko.example.com",
    )  # fmt: skip
    contacts.add(InstanceActor(world.firm, "test"), by_hand, first_name="Eva", last_name="Groß")
    by_hand = client(world.firm, "Z-2")
    own = {"id", "uid", "number", "number_key", "created_at", "search_text", "reachable_until", "invited_at"}
    assert {n: v for n, v in imported.__data__.items() if n not in own} == {
        n: v for n, v in by_hand.__data__.items() if n not in own
    }
    assert (imported.name_key, imported.number_key) == ("oeko bau gmbh", "z-1")
    ((membership, contact),) = people(world.firm, "Z-1")
    assert (membership.login, membership.notify, membership.email_sync, membership.primary) == (True, True, False, True)
    assert (contact.email_key, contact.pending) == ("eva@oeko.example.com", True)
    assert found(world.firm, "oeko bau") == {"Z-1", "Z-2"}
    for words in ("eva@oeko", "08912345", "goerlitz"):
        assert "Z-1" in found(world.firm, words), words
    with scopes.of_firm(world.firm) as scope:
        (link,) = list(scope.of(Link).where(Link.client == imported.id))
        entry = scope.one(scope.of(AuditEntry).where(AuditEntry.client_id == imported.id))
        status = imported.reachable_until, imported.login_granted
        access.refresh(imported.id)
        again = scope.by_id(Client, imported.id)
    assert link.contact_id is None
    assert status == (again.reachable_until, again.login_granted), "the kept status is the one that is computed"
    assert (entry.action, entry.facts["contacts"]) == ("client.imported", 1)
    assert sign_ins.open_link(Stranger(world.firm), link)


def test_numbers_are_given_where_the_list_has_none(world: World) -> None:
    factories.client(world.firm, number="20000", name="Vorhanden")
    factories.client(world.firm, number="20002", name="Auch da")
    lists.imported(world.firm, "Firma;Ort\nA;X\nB;X\nC;X\n")
    with scopes.of_firm(world.firm) as scope:
        made = {row.name: row.number for row in scope.of(Client).where(Client.name.in_(["A", "B", "C"]))}
    assert made == {"A": "20003", "B": "20004", "C": "20005"}


def test_a_workbook_with_a_hidden_row(world: World, tmp_path: Path) -> None:
    path = tmp_path / "kunden.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Kunden")
    head = [["Kunden Stand heute"], ["Kundennummer", "Firma", "PLZ", "Ort"]]
    content = [[70001.0, "Weiß GmbH", 2826, "Görlitz"], [70002.0, "Gut GmbH", 20095, "Hamburg"]]
    for number, row in enumerate([*head, *content]):
        sheet.write_row(number, 0, row)
    sheet.set_row(2, None, None, {"hidden": True})
    book.close()
    of = lists.imported(world.firm, path)
    assert (client(world.firm, "70001").postcode, client(world.firm, "70002").postcode) == ("02826", "20095")
    assert {line: [each["kind"] for each in row.notes] for line, row in rows(of).items()} == {
        3: ["hidden", "postcode_zero"],
        4: [],
    }


def test_columns_for_the_switches_and_primary(world: World) -> None:
    head = "Kundennummer;Firma;Ansprechpartner;E-Mail;Login;Benachrichtigung;Hauptkontakt"
    lists.imported(
        world.firm,
        f"{head}\nS-1;A;Eva Eins;eins@a.example.com;nein;ja;\nS-1;A;Zoe Zwei;zwei@a.example.com;ja;nein;ja\n",
    )
    assert [(c.last_name, m.login, m.notify, m.primary) for m, c in people(world.firm, "S-1")] == [
        ("Eins", False, True, False),
        ("Zwei", True, False, True),
    ]


@pytest.mark.parametrize(
    ("default", "chosen", "login"),
    [
        ("all", "firm", True),
        ("future", "firm", True),
        (NOBODY, "firm", False),
        (NOBODY, "on", True),
        ("all", "off", False),
    ],
)
def test_access_of_new_contacts(world: World, default: str, chosen: str, login: bool) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.update(Firm, default_access=default).execute()
    lists.imported(world.firm, "Kundennummer;Firma;E-Mail\nA-1;A;a@example.com\n", access=chosen)
    ((membership, _contact),) = people(world.firm, "A-1")
    assert membership.login is login


# ---- clients that are there


def test_the_number_is_the_client_and_an_empty_cell_removes_nothing(world: World) -> None:
    of = lists.imported(
        world.firm,
        "Kundennummer;Firma;Ort;Telefon\nk-1042;hausverwaltung lindner;;040 123\nK-1043;Bäckerei Thode;Kiel;\n",
    )
    assert (of.counts["change"], of.counts["outcome:changed"]) == (2, 2)
    lindner, thode = client(world.firm, "k-1042"), client(world.firm, "K-1043")
    assert (lindner.id, lindner.city, lindner.phone, lindner.street) == (
        world.lindner,
        "Hamburg",
        "040 123",
        "Lindenstraße 4",
    )
    assert thode.city == "Kiel"
    assert "K-1043" in found(world.firm, "kiel")


def test_existing_clients_are_left_alone_when_asked_to(world: World) -> None:
    of = lists.checked(world.firm, "Kundennummer;Firma;Ort\nK-1043;Bäckerei Thode;Kiel\nN-1;Neu;X\n", update=False)
    assert (of.counts["leave"], of.counts["new"]) == (1, 1)
    lists.start(of)
    assert client(world.firm, "K-1043").city == "Hamburg"


def test_a_number_with_another_name_is_asked(world: World) -> None:
    content = "Kundennummer;Firma\nK-1043;Ganz was anderes\n"
    of = lists.checked(world.firm, content)
    assert rows(of)[2].question == "number"
    assert lists.checked(world.firm, content, for_all={"number": "skip"}).counts["skip"] == 1
    assert lists.checked(world.firm, content, answers={"2": "new"}).counts["ask"] == 1, "it cannot be another one"
    lists.imported(world.firm, content, for_all={"number": "same"})
    assert client(world.firm, "K-1043").name == "Ganz was anderes"


def test_e_mail_then_name_are_asked_not_guessed(world: World) -> None:
    content = (
        "Firma;E-Mail\nLindner HV;DORA@lindner.example.org\nfamilie okonkwo;neu@example.com\nFremd;x@example.com\n"
    )
    of = lists.checked(world.firm, content)
    by_line = rows(of)
    assert [(by_line[line].decision, by_line[line].question) for line in (2, 3, 4)] == [
        ("ask", "email"),
        ("ask", "name"),
        ("new", ""),
    ]
    assert {each["number"] for each in by_line[2].candidates} == {"K-1042", "K-1043"}
    one = client(world.firm, "K-1056")
    done = lists.imported(world.firm, content, answers={"2": "skip", "3": f"same:{one.uid}"})
    assert (done.counts["outcome:made"], done.counts["outcome:changed"], done.counts["skip"]) == (1, 1, 1)
    assert {contact.email for _m, contact in people(world.firm, "K-1056")} == {
        "emil@okonkwo.example.org",
        "neu@example.com",
    }


def test_an_answer_of_another_question_does_not_count(world: World) -> None:
    foreign = client(world.other_firm, "K-1042")
    of = lists.checked(world.firm, "Firma\nfamilie okonkwo\n", answers={"2": f"same:{foreign.uid}"})
    assert of.counts["ask"] == 1
    of = lists.checked(
        world.firm, "Firma\nfamilie okonkwo\n", answers={"2": f"same:{client(world.firm, 'K-1042').uid}"}
    )
    assert of.counts["ask"] == 1, "Lindner was no candidate"


def test_archived_clients_and_the_test_client_are_left_out(world: World) -> None:
    clients.archive(InstanceActor(world.firm, "test"), client(world.firm, "K-1043"))
    with scopes.of_firm(world.firm) as scope:
        test = scope.by_id(Client, world.test_client)
    of = lists.checked(world.firm, f"Kundennummer;Firma\nK-1043;Bäckerei Thode\n{test.number};{test.name}\n")
    assert {line: row.reason for line, row in rows(of).items()} == {2: "archived", 3: "test_client"}


def test_contacts_are_matched_by_address_then_by_name(world: World) -> None:
    lindner = client(world.firm, "K-1042")
    contacts.add(InstanceActor(world.firm, "test"), lindner, first_name="Otto", last_name="Alt")
    content = (
        "Kundennummer;Firma;Vorname;Nachname;E-Mail;Position\n"
        "K-1042;Hausverwaltung Lindner;Dora;Lindner;dora@lindner.example.org;Inhaberin\n"
        "K-1042;Hausverwaltung Lindner;Otto;Alt;otto@lindner.example.org;\n"
        "K-1042;Hausverwaltung Lindner;Nina;Neu;nina@lindner.example.org;\n"
    )
    of = lists.imported(world.firm, content)
    assert of.counts["made_contacts"] == 1
    assert [(c.name, c.email, c.role) for _m, c in people(world.firm, "K-1042")] == [
        ("Dora Lindner", "dora@lindner.example.org", "Inhaberin"),
        ("Otto Alt", "otto@lindner.example.org", ""),
        ("Nina Neu", "nina@lindner.example.org", ""),
    ]
    assert "K-1043" in found(world.firm, "dora lindner"), "her other client still finds her"


def test_cells_full_of_at_signs_are_no_addresses(world: World) -> None:
    """Looked at pair by pair, each of them would take half a second, and nobody else would get a turn."""
    cell = "<" + "a@" * 4900
    lines = "".join(f"N-{number};Neu {number};{cell}\n" for number in range(100))
    of = lists.checked(world.firm, f"Kundennummer;Firma;E-Mail\n{lines}")
    assert set(map(tuple, kinds(of).values())) == {("email",)}


def test_an_address_by_a_list_is_held_as_one_by_staff(world: World) -> None:
    """Taking the address away and giving another one by a list would otherwise let the wrong person in, untold."""
    acting.give_password(world.firm, world.emil)
    with scopes.of_firm(world.firm) as scope:
        membership = scope.by_id(Membership, world.emil_at_okonkwo)
    contacts.change(acting.staff(world.firm, world.ben), membership, email="")
    content = "Kundennummer;Firma;Vorname;Nachname;E-Mail\nK-1056;Familie Okonkwo;Emil;Okonkwo;dieb@example.com\n"
    of = lists.imported(world.firm, content)
    ((_membership, emil),) = people(world.firm, "K-1056")
    assert emil.email == "dieb@example.com"
    assert emil.held_until is not None
    told = acting.mails(world.firm, "address_changed")
    assert [mail.to for mail in told] == ["emil@okonkwo.example.org"] * 2
    with scopes.of_firm(world.firm) as scope:
        assert [scope.by_id(Ticket, mail.subject["ticket"]).new_email for mail in told] == ["", "dieb@example.com"]
    assert undo(of).state == "undone"


def test_a_contact_of_another_client_by_another_name_is_pointed_out(world: World) -> None:
    content = "Kundennummer;Firma;Vorname;Nachname;E-Mail\nN-1;Neu GmbH;Petra;Anders;dora@lindner.example.org\n"
    of = lists.checked(world.firm, content)
    assert kinds(of) == {2: ["name_on_file"]}
    assert rows(of)[2].problems[0]["hint"] == "Dora Lindner"
    choice: dict[str, Any] = {"problems": {"name_on_file": "mend"}, "for_all": {"email": "new"}}
    lists.imported(world.firm, content, **choice)
    ((membership, contact),) = people(world.firm, "N-1")
    assert (contact.id, contact.name) == (world.dora, "Dora Lindner")
    assert membership.login


def test_a_name_stays_when_the_contact_came_to_another_client_since_the_preview(world: World) -> None:
    content = "Kundennummer;Firma;Vorname;Nachname;E-Mail\nK-1056;Familie Okonkwo;Emilio;Neu;emil@okonkwo.example.org\n"
    of = lists.checked(world.firm, content)
    assert kinds(of) == {}, "this client is the only one: the name may change"
    actor = InstanceActor(world.firm, "test")
    contacts.add(actor, client(world.firm, "K-1043"), email="emil@okonkwo.example.org")
    lists.start(of)
    ((_membership, emil),) = people(world.firm, "K-1056")
    assert emil.name == "Emil Okonkwo"
    lists.imported(world.firm, f"{HEAD}\nK-1042;Hausverwaltung Lindner;Nina;Alt;nina@l.example.org;;;\n")
    lists.imported(world.firm, f"{HEAD}\nK-1042;Hausverwaltung Lindner;Nina;Neu;nina@l.example.org;;;\n")
    assert [each.last_name for _m, each in people(world.firm, "K-1042")] == ["Lindner", "Neu"]


def test_a_client_without_people_can_be_entered_by_its_link(world: World) -> None:
    lists.imported(world.firm, "Kundennummer;Firma\nN-1;A\n")
    made = client(world.firm, "N-1")
    assert made.reachable_until is not None
    assert not made.login_granted
    assert found(world.firm, "n-1") == {"N-1"}


def test_one_address_with_two_names_in_the_list(world: World) -> None:
    head = "Kundennummer;Firma;Vorname;Nachname;E-Mail"
    content = f"{head}\nN-1;A;Eva;Eins;info@a.example.com\nN-2;B;Zoe;Zwei;INFO@a.example.com\n"
    assert kinds(lists.checked(world.firm, content)) == {3: ["name_on_file"]}
    lists.imported(world.firm, content, problems={"name_on_file": "mend"})
    assert (
        [c.name for _m, c in people(world.firm, "N-1")]
        == [c.name for _m, c in people(world.firm, "N-2")]
        == ["Eva Eins"]
    )
    assert count(world.firm, Contact) == 3


def test_one_number_with_two_names_in_the_list(world: World) -> None:
    of = lists.checked(world.firm, "Kundennummer;Firma\nN-1;A\nN-1;A\nn-1;B\n")
    assert kinds(of) == {4: ["duplicate_number"]}
    assert rows(of)[4].problems[0]["hint"] == "2"
    assert (of.counts["new"], of.counts["skip"]) == (1, 1)


def test_a_further_row_need_not_say_the_name_again(world: World) -> None:
    content = f"{HEAD}\nN-1;A GmbH;Eva;Eins;eva@a.example.com;;;\nN-1;;Zoe;Zwei;zoe@a.example.com;;;\n"
    of = lists.imported(world.firm, content)
    assert of.counts["outcome:made"] == 1
    assert [c.last_name for _m, c in people(world.firm, "N-1")] == ["Eins", "Zwei"]


# ---- nothing half-done


def test_nothing_happens_before_the_start(world: World) -> None:
    before = count(world.firm, Client), count(world.firm, Contact), count(world.firm, OutboxMail)
    of = lists.checked(world.firm, f"{HEAD}\nN-1;A;Eva;Eins;eva@a.example.com;;;\n", invite=True, message="Hallo")
    assert lists.work() == 0
    assert (count(world.firm, Client), count(world.firm, Contact), count(world.firm, OutboxMail)) == before
    assert of.state == "checked"


def test_started_twice_it_is_done_once(world: World) -> None:
    of = lists.checked(world.firm, "Kundennummer;Firma\nN-1;A\nN-2;B\n")
    actor = InstanceActor(world.firm, "test")
    with scopes.of_firm(world.firm):
        client_imports.start(actor, of)
        client_imports.start(actor, of)
        with pytest.raises(Conflict):
            client_imports.decide(actor, of, choice=Choice(update=False))
        with pytest.raises(Conflict):
            client_imports.drop(actor, of)
    lists.work()
    assert lists.fresh(of).counts["outcome:made"] == 2


def test_what_happened_since_the_preview_is_not_overwritten(world: World) -> None:
    of = lists.checked(world.firm, "Kundennummer;Firma;Ort\nN-1;A;X\nN-2;B;X\nK-1043;Bäckerei Thode;Kiel\n")
    factories.client(world.firm, number="n-1", name="Kam dazwischen")
    clients.archive(InstanceActor(world.firm, "test"), client(world.firm, "K-1043"))
    done = lists.start(of)
    assert (done.counts["outcome:made"], done.counts["outcome:failed"]) == (1, 2)
    assert {line: row.reason for line, row in rows(done).items() if row.reason} == {2: "number_taken", 4: "archived"}
    assert client(world.firm, "n-1").name == "Kam dazwischen"


def test_a_killed_import_goes_on_where_it_stopped(world: World, config: Config) -> None:
    content = "Kundennummer;Firma;E-Mail\n" + "".join(f"N-{n};Firma {n};x{n}@example.com\n" for n in range(1200))
    of = lists.checked(world.firm, content)
    with scopes.of_firm(world.firm):
        client_imports.start(InstanceActor(world.firm, "test"), of)
    base.database.close()
    code = (
        "from portal.base.config import load; from portal.operations.boot import open_instance;"
        "from portal.worker.runs import Runs; open_instance(load()); r = Runs(); r.step(); "
        "import portal.base.crash as c; c.configure('operation.before_commit:runs.advance'); r.step()"
    )
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")},
        "PORTAL_INSTANCE": str(config.instance), "PORTAL_BASE_URL": "http://localhost",
        "PORTAL_CLOCK_OFFSET_FILE": str(config.clock_offset_file),
    }  # fmt: skip
    killed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert killed.returncode == -9, killed.stderr
    with scopes.of_firm(world.firm) as scope:
        assert scope.of(Client).where(Client.number.startswith("N-")).count() == 500, "the second batch left no trace"
        # the lease of the one who was killed
        from portal.models.run import Run

        scope.update(Run, leased_until=None).execute()
    lists.work()
    done = lists.fresh(of)
    assert (done.state, done.counts["outcome:made"]) == ("done", 1200)
    with scopes.of_firm(world.firm) as scope:
        assert scope.of(Client).where(Client.number.startswith("N-")).count() == 1200
        assert scope.of(Contact).where(Contact.email.startswith("x")).count() == 1200
    assert audit_chain.verify().intact


def test_a_row_that_breaks_does_not_hold_up_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.operations.client_writing import Writing

    add = Writing.add

    def broken(self: Writing, fields: Any, people: Any) -> Any:
        if fields["number"] == "N-2":
            raise RuntimeError("a mistake of ours")
        return add(self, fields, people)

    monkeypatch.setattr(Writing, "add", broken)
    of = lists.checked(world.firm, "Kundennummer;Firma\nN-1;A\nN-2;B\nN-3;C\n")
    with scopes.of_firm(world.firm):
        client_imports.start(InstanceActor(world.firm, "test"), of)
    runs, tries = Runs(), 0
    while lists.fresh(of).state == "running" and tries < 20:
        tries += 1
        try:
            runs.step()
        except RuntimeError:
            base.roll_back_open()
    done = lists.fresh(of)
    assert (done.state, done.counts["outcome:made"], done.counts["outcome:failed"]) == ("done", 2, 1)
    assert rows(done)[3].reason == "mistake"


def test_invitations_follow_the_import(world: World) -> None:
    anna = acting.staff(world.firm, world.anna)
    content = "Kundennummer;Firma;E-Mail;Login\nN-1;A;a@a.example.com;ja\nN-2;B;b@b.example.com;nein\nN-3;C;;\n"
    lists.imported(world.firm, content, by=anna, invite=True, message="Willkommen, [Client.contact_name]")
    with scopes.of_firm(world.firm) as scope:
        mails = list(scope.of(OutboxMail).where(OutboxMail.kind.in_(invitations.KINDS)))
    assert [mail.to for mail in mails] == ["a@a.example.com"], (
        "granting is not inviting, and who may not in is not asked"
    )
    assert mails[0].subject["message"].startswith("Willkommen")
    assert mails[0].subject["by"] == world.anna


def test_without_being_asked_nobody_is_written_to(world: World) -> None:
    before = count(world.firm, OutboxMail)
    lists.imported(world.firm, f"{HEAD}\nN-1;A;Eva;Eins;eva@a.example.com;;;\n")
    assert count(world.firm, OutboxMail) == before


def test_restricted_advisers_may_not(world: World) -> None:
    clara = replace(acting.staff(world.firm, world.clara), restricted=True)
    with pytest.raises(NotPermitted):
        lists.begin(world.firm, "Firma\nA\n", by=clara)
    of = lists.checked(world.firm, "Firma\nA\n")
    for act in (client_imports.start, client_imports.drop, client_import_undo.undo, client_imports.reread):
        with scopes.of_firm(world.firm), pytest.raises(NotPermitted):
            act(clara, of)


def test_a_firm_never_sees_anothers(world: World) -> None:
    of = lists.checked(world.other_firm, "Kundennummer;Firma;E-Mail\nK-1043;X;dora@lindner.example.org\n")
    assert of.counts == {**of.counts, "new": 1}
    lists.start(of)
    assert client(world.firm, "K-1043").name == "Bäckerei Thode"
    assert count(world.firm, ImportRow) == count(world.firm, ColumnChoice) == 0


# ---- undo


def undo(of: ClientImport) -> ClientImport:
    with scopes.of_firm(of.firm_id):
        return client_import_undo.undo(InstanceActor(of.firm_id, "test"), of)


def reasons(of: ClientImport) -> list[tuple[int, str]]:
    with scopes.of_firm(of.firm_id):
        return [(each.line, each.reason) for each in client_import_undo.obstacles(of)]


def snapshot(firm_id: int) -> dict[str, Any]:
    """All rows of clients and people as they are."""
    with scopes.of_firm(firm_id) as scope:
        return {
            model.__name__: {row.id: dict(row.__data__) for row in scope.of(model)}
            for model in (Client, Contact, Membership, Link)
        }


def mixed(world: World) -> ClientImport:
    content = (
        "Kundennummer;Firma;Vorname;Nachname;E-Mail;Ort;Login\n"
        "N-1;A GmbH;Eva;Eins;eva@a.example.com;Kiel;\n"
        "N-1;A GmbH;Zoe;Zwei;zoe@a.example.com;;\n"
        "K-1043;Bäckerei Thode;Dora;Lindner;dora@lindner.example.org;Kiel;nein\n"
        "K-1056;Familie Okonkwo;Nina;Neu;nina@okonkwo.example.org;Wedel;\n"
    )
    return lists.imported(world.firm, content)


def test_undo_notes_access_that_it_takes_away_in_the_journal(world: World, instance: Config) -> None:
    with scopes.of_firm(world.firm) as scope:
        memberships.set_login(InstanceActor(world.firm, "test"), scope.by_id(Membership, world.emil_at_okonkwo), False)
        clients.set_access(InstanceActor(world.firm, "test"), scope.by_id(Client, world.okonkwo), False)
    head, row = "Kundennummer;Firma;E-Mail;Login;Portalzugang", "K-1056;Familie Okonkwo;emil@okonkwo.example.org;ja;ja"
    of = lists.imported(world.firm, f"{head}\n{row}\n")
    assert people(world.firm, "K-1056")[0][0].login
    before = len(list(journal.read(instance.instance / "journal")))
    assert undo(of).state == "undone"
    acts = list(journal.read(instance.instance / "journal"))[before:]
    assert {(act["act"], act.get("membership"), act.get("client")) for act in acts} == {
        ("membership.login_off", world.emil_at_okonkwo, None),
        ("client.access_off", None, world.okonkwo),
    }
    assert not people(world.firm, "K-1056")[0][0].login


def test_a_list_is_read_while_others_may_write(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook takes up to 40 seconds, and whoever writes holds the only lock."""
    locked, real = [], spreadsheet.read

    def read(*args: Any, **how: Any) -> Any:
        locked.append(base.database.in_transaction())
        return real(*args, **how)

    monkeypatch.setattr(spreadsheet, "read", read)
    of = lists.begin(world.firm, "Kundennummer;Firma\nN-1;Neu\n")
    client_imports.reread(InstanceActor(world.firm, "test"), of, separator=";")
    assert locked == [False, False]


def test_undo_leaves_everything_as_it_was(world: World) -> None:
    before = snapshot(world.firm)
    newest = max(before["Client"])
    of = mixed(world)
    assert snapshot(world.firm) != before
    assert found(world.firm, "kiel") == {"N-1", "K-1043"}
    assert reasons(of) == []
    done = undo(of)
    assert done.state == "undone"
    assert snapshot(world.firm) == before
    assert found(world.firm, "kiel") == found(world.firm, "nina") == found(world.firm, "eva@a") == set()
    for words in ("nina", "eva@a", "zoe", "gmbh"):
        assert search.find(world.firm, [words], 10) == [], "nothing is left in the index"
    assert audit_chain.verify().intact
    with scopes.of_firm(world.firm) as scope:
        last = scope.first(scope.of(AuditEntry).order_by(AuditEntry.number.desc()))
        assert not scope.holds(scope.of(ImportRow)), "names and addresses of the list are gone"
    assert (last.action, last.facts) == ("import.undone", {"clients": 1, "contacts": 3, "changed": 2})
    again = factories.client(world.firm, number="N-1", name="Der Nächste")
    assert again.id > newest + 1, "an id is never used again"
    with pytest.raises(Conflict):
        undo(of)
    assert base.database.execute_sql("PRAGMA foreign_keys").fetchone()[0] == 1
    with base.database.unguarded("test"):
        assert base.database.execute_sql("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize(
    ("depend", "expected"),
    [
        ("document", [(2, "documents")]),
        ("opened", [(2, "opened")]),
        ("password", [(2, "password")]),
        ("elsewhere", [(2, "elsewhere")]),
        ("changed", [(4, "changed")]),
        ("renamed", [(2, "changed")]),
        ("switched", [(2, "changed")]),
        ("link", [(2, "changed")]),
    ],
)
def test_what_depends_on_it_keeps_all_of_it(world: World, depend: str, expected: list[tuple[int, str]]) -> None:
    actor = InstanceActor(world.firm, "test")
    of = mixed(world)
    made = client(world.firm, "N-1")
    membership, contact = people(world.firm, "N-1")[0]
    with scopes.of_firm(world.firm) as scope:
        own = scope.one(scope.of(Link).where(Link.client == made.id))
    if depend == "document":
        factories.document(made, number="AN-77")
    elif depend == "opened":
        acting.by_link(world.firm, own.id)
    elif depend == "password":
        acting.give_password(world.firm, contact.id)
    elif depend == "elsewhere":
        contacts.add(actor, client(world.firm, "K-1042"), email=contact.email)
    elif depend == "changed":
        clients.change(actor, client(world.firm, "K-1043"), city="Lübeck")
    elif depend == "renamed":
        clients.change(actor, made, name="Anders")
    elif depend == "switched":
        memberships.set_notify(actor, membership, False)
    else:
        links.renew(actor, own)
    before = snapshot(world.firm)
    assert reasons(of) == expected
    with pytest.raises(Conflict) as error:
        undo(of)
    assert error.value.code == "depends"
    assert snapshot(world.firm) == before


def test_an_address_by_which_somebody_came_in_stays(world: World) -> None:
    contacts.add(InstanceActor(world.firm, "test"), client(world.firm, "K-1042"), first_name="Otto", last_name="Alt")
    of = lists.imported(
        world.firm,
        "Kundennummer;Firma;Vorname;Nachname;E-Mail\nK-1042;Hausverwaltung Lindner;Otto;Alt;otto@lindner.example.org\n",
    )
    assert reasons(of) == []
    (otto,) = [contact for _membership, contact in people(world.firm, "K-1042") if contact.last_name == "Alt"]
    acting.give_password(world.firm, otto.id)
    assert reasons(of) == [(2, "password")]
    with pytest.raises(Conflict):
        undo(of)


def test_an_invitation_nobody_used_does_not_stand_in_the_way(world: World) -> None:
    anna = acting.staff(world.firm, world.anna)
    of = lists.imported(world.firm, f"{HEAD}\nN-1;A;Eva;Eins;eva@a.example.com;;;\n", by=anna, invite=True)
    with scopes.of_firm(world.firm) as scope:
        (mail,) = list(scope.of(OutboxMail).where(OutboxMail.to == "eva@a.example.com"))
    assert mail.state == "queued"
    assert undo(of).state == "undone"
    with scopes.of_firm(world.firm) as scope:
        assert scope.by_id(OutboxMail, mail.id).state == "dropped", "nobody is asked in to what is no more"


def test_after_thirty_days_the_rows_are_gone_and_it_stays(world: World, move_clock: Callable[..., None]) -> None:
    of = mixed(world)
    begun = lists.begin(world.firm, "Firma\nA\n")
    move_clock(days=31)
    client_imports.sweep(InstanceActor(None, "test"))
    with pytest.raises(Conflict) as error:
        undo(of)
    assert error.value.code == "past"
    assert count(world.firm, ImportRow) == 0
    assert lists.fresh(begun).state == "dropped", "a list nobody went on with"
    assert not list((files.root() / "imports").glob("*"))
    assert client(world.firm, "N-1")


def test_the_file_is_gone_after_the_import(world: World) -> None:
    of = lists.checked(world.firm, "Firma\nA\n")
    path = client_imports.path_of(of)
    assert path.exists()
    done = lists.start(of)
    assert not path.exists()
    assert done.path == ""


def test_no_entry_of_the_log_holds_the_list(world: World) -> None:
    mixed(world)
    with scopes.of_firm(world.firm) as scope:
        facts = " ".join(str(entry.facts) for entry in scope.of(AuditEntry))
    for word in ("Eins", "eva@a", "A GmbH", "Kiel"):
        assert word not in facts


def test_unknown_choices_are_refused(world: World) -> None:
    actor = InstanceActor(world.firm, "test")
    of = lists.checked(world.firm, "Firma\nA\n")
    for choice in (
        Choice(access="all"), Choice(problems={"required": "mend"}), Choice(problems={"x": "skip"}),
        Choice(for_all={"number": "new"}), Choice(message="x" * 2001),
    ):  # fmt: skip
        with scopes.of_firm(world.firm), pytest.raises(Invalid):
            client_imports.decide(actor, of, choice=choice)


def test_a_long_list_takes_several_batches(world: World) -> None:
    """How long 20,000 rows take: `bench/many.py`."""
    lines = (
        f"{30000 + n};Firma {n} GmbH;Hans;Meier {n};h{n}@firma{n}.example.com;20095;Hamburg;040 {n}"
        for n in range(1_600)
    )
    content = "\n".join([HEAD, *lines])
    of = lists.start(lists.checked(world.firm, content))
    assert of.counts["outcome:made"] == 1_600
    assert found(world.firm, "h1599@firma1599") == {"31599"}
    assert client(world.firm, "31599").login_granted
    assert lists.checked(world.firm, content).counts["same"] == 1_600
    assert undo(of).state == "undone"
    assert found(world.firm, "firma 1599") == set()
