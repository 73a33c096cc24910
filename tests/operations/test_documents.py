"""Documents: their states and versions exactly as the table of DETAILS 6 says, and who hears of them."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from portal.base import clock, files
from portal.base.config import Config
from portal.base.einvoice import Line
from portal.base.errors import Conflict, Invalid, NotFound, NotPermitted
from portal.models.audit_entry import AuditEntry
from portal.models.client import Client
from portal.models.contact import Contact
from portal.models.document import (
    CANCELLED,
    CREDIT_NOTE,
    DRAFT,
    INVOICE,
    OFFER,
    OTHER,
    PAID,
    PART_PAID,
    PUBLISHED,
    WITHDRAWN,
    Document,
    DocumentVersion,
)
from portal.models.firm import Firm
from portal.models.link import Link
from portal.models.stored_file import StoredFile
from portal.operations import documents, payments
from portal.operations.documents import Made
from portal.operations.reading import Reading
from portal.policies import scope as scopes
from portal.policies.actors import ApiActor, InstanceActor
from tests import acting, factories
from tests.personas import World
from tests.samples import SAMPLES, requires_samples

pytestmark = pytest.mark.usefixtures("instance")
TODAY = date(2026, 11, 20)


def row(world: World, model: type[Any], row_id: int) -> Any:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(model, row_id)


def make(
    world: World, *, content: bytes = b"%PDF-1.4 one", actor: Any = None, client: Client | None = None, **values: Any
) -> Made:
    defaults = {"kind": OTHER, "number": "D-1", "title": "Ein Papier", "issued_on": TODAY, "filename": "papier.pdf"}
    with files.received(io.BytesIO(content)) as file:
        return documents.create(
            actor or acting.staff(world.firm, world.anna), client or row(world, Client, world.lindner),
            file=file, **{**defaults, **values},
        )  # fmt: skip


def correct(world: World, document: Document, *, content: bytes = b"%PDF-1.4 two", **values: Any) -> Made:
    defaults = {"title": "Korrigiert", "issued_on": TODAY, "filename": "neu.pdf"}
    with files.received(io.BytesIO(content)) as file:
        return documents.add_version(
            acting.staff(world.firm, world.anna), document, file=file, **{**defaults, **values}
        )


def stored(config: Config) -> list[str]:
    return [path.name for path in (config.files_path).rglob("*") if path.is_file()]


class TestCreate:
    def test_makes_a_draft_with_its_first_version(self, world: World) -> None:
        made = make(world, number=" A 1 ", net=100, tax=19, note="Hallo")
        assert (made.created, made.document.number, made.document.state, made.document.payable) == (
            True,
            "A 1",
            DRAFT,
            119,
        )
        with scopes.of_firm(world.firm) as scope:
            version = scope.one(scope.of(DocumentVersion).where(DocumentVersion.document == made.document.id))
            file = scope.by_id(StoredFile, version.file_id)
        assert files.path_of(file.path).read_bytes() == b"%PDF-1.4 one"
        assert (version.number, version.total, version.sha256) == (1, 119, file.sha256)
        assert acting.mails(world.firm, "document")[-1].subject["document"] != made.document.id

    def test_same_number_and_bytes_again_is_the_same_document(self, world: World, config: Config) -> None:
        first = make(world)
        count = len(stored(config))
        again = make(world, title="Anderer Titel")
        assert (again.created, again.document.id, again.document.title) == (False, first.document.id, "Ein Papier")
        assert len(stored(config)) == count

    def test_first_version_sent_again_after_a_second_is_still_the_same(self, world: World) -> None:
        first = make(world, publish=True)
        correct(world, first.document)
        assert make(world).document.version == 2

    def test_same_number_with_other_bytes_names_the_existing(self, world: World) -> None:
        first = make(world)
        with pytest.raises(Conflict) as conflict:
            make(world, content=b"%PDF-1.4 other")
        assert (conflict.value.code, conflict.value.existing) == ("number", first.document.uid)

    def test_same_number_for_another_client_is_a_conflict(self, world: World) -> None:
        make(world)
        with pytest.raises(Conflict, match="number"):
            make(world, client=row(world, Client, world.thode))

    def test_the_number_counts_within_the_kind(self, world: World) -> None:
        assert make(world).created
        assert make(world, kind=OFFER).created

    def test_a_draft_sent_again_to_be_published_is_published(self, world: World) -> None:
        make(world)
        again = make(world, publish=True)
        assert (again.created, again.document.state) == (False, PUBLISHED)

    @pytest.mark.parametrize(
        ("values", "field", "code"),
        [
            ({"kind": "letter"}, "kind", "bad"),
            ({"kind": ""}, "kind", "missing"),
            ({"number": "  "}, "number", "missing"),
            ({"number": "1" * 65}, "number", "too_long"),
            ({"title": ""}, "title", "missing"),
            ({"title": "x" * 201}, "title", "too_long"),
            ({"note": "x" * 5001}, "note", "too_long"),
            ({"issued_on": None}, "issued_on", "missing"),
            ({"currency": "Euro"}, "currency", "bad"),
            ({"total": 10**16}, "total", "amount"),
            ({"kind": INVOICE}, "total", "missing"),
            ({"kind": CREDIT_NOTE}, "total", "missing"),
            ({"kind": INVOICE, "total": 100, "warnings": ["not_an_invoice"]}, "kind", "order"),
            ({"filename": "papier.exe"}, "file", "not_allowed"),
        ],
    )
    def test_refuses(self, world: World, config: Config, values: dict[str, Any], field: str, code: str) -> None:
        before = stored(config)
        with pytest.raises(Invalid) as refused:
            make(world, **values)
        assert refused.value.errors[field] == [code]
        assert stored(config) == before

    def test_not_for_archived_clients(self, world: World) -> None:
        client = row(world, Client, world.thode)
        with scopes.of_firm(world.firm) as scope:
            scope.change(client, archived_at=clock.now())
        with pytest.raises(Conflict, match="archived"):
            make(world, client=client)

    def test_replaces_only_an_offer_of_the_same_client(self, world: World) -> None:
        old = row(world, Document, world.offer)
        assert make(world, kind=OFFER, replaces=old).document.replaces == old.id
        with pytest.raises(Invalid):
            make(world, kind=OFFER, number="D-2", replaces=row(world, Document, world.thode_offer))

    def test_strangers_and_readers_may_not(self, world: World) -> None:
        with pytest.raises(NotFound):
            make(world, actor=acting.staff(world.other_firm, world.frida))
        reader = ApiActor(world.firm, 1, "t", "reader", frozenset({"read"}))
        with pytest.raises(NotPermitted):
            make(world, actor=reader)

    @pytest.mark.usefixtures("advisers_off")
    def test_an_adviser_without_assignment_may_not(self, world: World) -> None:
        with pytest.raises(NotPermitted):
            make(world, actor=acting.staff(world.firm, world.clara))
        assert make(world, actor=acting.staff(world.firm, world.ben)).created


@pytest.fixture
def advisers_off(instance: Config, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.firm, advisers_see_all=False)


class TestPublish:
    def test_tells_who_wants_to_know_and_names_who_does_not(self, world: World) -> None:
        client = row(world, Client, world.lindner)
        factories.contact(client, first_name="Ohne", last_name="Adresse")
        factories.contact(client, email="stumm@lindner.example.org", first_name="Stumm", notify=False)
        bounced = factories.contact(client, email="weg@lindner.example.org", first_name="Weg")
        with scopes.of_firm(world.firm) as scope:
            scope.change(scope.by_id(Contact, bounced.contact_id), email_error="550 no such user")
        made = make(world, publish=True)
        assert {r.contact.first_name: r.missing for r in made.recipients} == {
            "Dora": (), "Ohne": ("no_email",), "Stumm": ("notify_off",), "Weg": ("bounced",),
        }  # fmt: skip
        mail = acting.mails(world.firm, "document")[-1]
        assert (mail.to, mail.subject["document"]) == ("dora@lindner.example.org", made.document.id)
        assert mail.not_before - mail.created_at >= timedelta(seconds=119)

    def test_nobody_is_told_when_the_portal_is_closed_to_the_client(self, world: World) -> None:
        with scopes.of_firm(world.firm) as scope:
            scope.change(scope.by_id(Client, world.lindner), portal_access=False)
        made = make(world, publish=True)
        assert [r.missing for r in made.recipients] == [("access_off",)]

    def test_fills_the_note_for_good(self, world: World) -> None:
        note = (
            "Für [Client.name]: [Document.total] bis [Document.due_date], siehe [Client.customerportal_url] [Unknown.x]"
        )
        made = make(world, note=note, total=119_00, due_on=date(2026, 12, 4), publish=True)
        with scopes.of_firm(world.firm) as scope:
            version = scope.one(scope.of(DocumentVersion).where(DocumentVersion.document == made.document.id))
        assert version.note == note
        assert version.note_filled == (
            "Für Hausverwaltung Lindner: 119,00\xa0€ bis 4. Dezember 2026,"
            " siehe [Client.customerportal_url] [Unknown.x]"
        )
        assert version.fields_sha256 == documents.fields_hash(version, version.note_filled)
        assert version.fields_sha256 != documents.fields_hash(version, version.note)

    def test_prolongs_the_links_of_the_client(self, world: World, move_clock: Callable[..., None]) -> None:
        before = row(world, Link, world.lindner_link).expires_at
        move_clock(days=30)
        make(world, publish=True)
        assert row(world, Link, world.lindner_link).expires_at - before > timedelta(days=29)

    def test_happens_once(self, world: World) -> None:
        draft = make(world).document
        actor = acting.staff(world.firm, world.anna)
        documents.publish(actor, draft)
        with pytest.raises(Conflict):
            documents.publish(actor, row(world, Document, draft.id))

    def test_an_invoice_with_nothing_to_pay_is_paid(self, world: World) -> None:
        made = make(world, kind=INVOICE, total=100, payable=0, publish=True)
        assert made.document.outcome == PAID


class TestVersions:
    def test_adds_one_and_keeps_the_old(self, world: World) -> None:
        first = make(world, publish=True).document
        second = correct(world, first).document
        with scopes.of_firm(world.firm) as scope:
            versions = list(
                scope.of(DocumentVersion).where(DocumentVersion.document == first.id).order_by(DocumentVersion.number)
            )
        assert [(v.number, v.title) for v in versions] == [(1, "Ein Papier"), (2, "Korrigiert")]
        assert (second.version, second.title, second.number) == (2, "Korrigiert", "D-1")

    def test_same_file_and_fields_change_nothing(self, world: World) -> None:
        first = make(world, publish=True).document
        same = correct(world, first, content=b"%PDF-1.4 one", title="Ein Papier")
        assert (same.created, same.document.version) == (False, 1)

    def test_same_file_with_another_title_is_a_version(self, world: World) -> None:
        first = make(world, publish=True).document
        assert correct(world, first, content=b"%PDF-1.4 one", title="Anders").document.version == 2

    def test_moves_what_is_owed(self, world: World) -> None:
        invoice = make(world, kind=INVOICE, total=100_00, publish=True).document
        actor = acting.staff(world.firm, world.anna)
        payments.record(actor, invoice, amount=100_00, currency="EUR", paid_on=TODAY)
        assert correct(world, invoice, total=150_00).document.outcome == PART_PAID

    @pytest.mark.parametrize("outcome", ["accepted", "declined", "awaiting_confirmation"])
    def test_not_of_an_offer_that_was_decided(self, world: World, outcome: str) -> None:
        offer = row(world, Document, world.offer)
        with scopes.of_firm(world.firm) as scope:
            scope.change(offer, outcome=outcome)
        with pytest.raises(Conflict, match="decided"):
            correct(world, offer)

    @pytest.mark.parametrize("state", [DRAFT, WITHDRAWN, CANCELLED])
    def test_only_of_published_ones(self, world: World, state: str) -> None:
        document = make(world).document
        with scopes.of_firm(world.firm) as scope:
            scope.change(document, state=state)
        with pytest.raises(Conflict, match=state):
            correct(world, document)


class TestEnds:
    def test_withdraws_an_open_offer(self, world: World) -> None:
        offer = documents.withdraw(acting.staff(world.firm, world.ben), row(world, Document, world.offer))
        assert offer.state == WITHDRAWN
        assert offer.closed_at is not None

    @pytest.mark.parametrize("outcome", ["accepted", "awaiting_confirmation"])
    def test_keeps_a_decided_offer(self, world: World, outcome: str) -> None:
        offer = row(world, Document, world.offer)
        with scopes.of_firm(world.firm) as scope:
            scope.change(offer, outcome=outcome)
        with pytest.raises(Conflict, match="decided"):
            documents.withdraw(acting.staff(world.firm, world.anna), offer)

    def test_keeps_an_invoice_of_which_something_was_paid(self, world: World) -> None:
        actor, invoice = acting.staff(world.firm, world.anna), row(world, Document, world.invoice)
        payments.record(actor, invoice, amount=1, currency="EUR", paid_on=TODAY)
        with pytest.raises(Conflict, match="paid"):
            documents.withdraw(actor, row(world, Document, world.invoice))

    def test_cancels_what_was_paid_and_keeps_the_payments(self, world: World) -> None:
        actor = acting.staff(world.firm, world.anna)
        payments.mark_paid(actor, row(world, Document, world.invoice), paid_on=TODAY)
        cancelled = documents.cancel(actor, row(world, Document, world.invoice))
        assert (cancelled.state, cancelled.paid) == (CANCELLED, 456_96)

    def test_cancels_once(self, world: World) -> None:
        actor = acting.staff(world.firm, world.anna)
        documents.cancel(actor, row(world, Document, world.report))
        with pytest.raises(Conflict, match="cancelled"):
            documents.cancel(actor, row(world, Document, world.report))

    def test_deletes_a_draft_with_its_file(self, world: World, config: Config) -> None:
        before = stored(config)
        draft = make(world).document
        documents.delete_draft(acting.staff(world.firm, world.anna), draft)
        assert stored(config) == before
        with pytest.raises(NotFound):
            row(world, Document, draft.id)

    def test_keeps_the_file_that_another_document_needs(self, world: World) -> None:
        draft, other = make(world).document, make(world, number="D-2", content=b"%PDF-1.4 b").document
        with scopes.of_firm(world.firm) as scope:
            version = scope.one(scope.of(DocumentVersion).where(DocumentVersion.document == draft.id))
            scope.update(DocumentVersion, file=version.file_id).where(DocumentVersion.document == other.id).execute()
            path = scope.by_id(StoredFile, version.file_id).path
        documents.delete_draft(acting.staff(world.firm, world.anna), draft)
        assert files.path_of(path).exists()

    def test_never_deletes_what_was_published(self, world: World) -> None:
        with pytest.raises(Conflict, match="changed"):
            documents.delete_draft(acting.staff(world.firm, world.anna), row(world, Document, world.offer))


class TestHash:
    def test_changes_with_every_field(self, world: World) -> None:
        made = make(world, lines=[Line("Pumpe", "", "1", "H87", 100, 0)], publish=True)
        with scopes.of_firm(world.firm) as scope:
            version = scope.one(scope.of(DocumentVersion).where(DocumentVersion.document == made.document.id))
        seen = {documents.fields_hash(version, "")}
        changes: dict[str, Any] = {
            "title": "x", "lines": [], "currency": "CHF", "net": 1, "tax": 2, "total": 3, "payable": 4,
            "issued_on": TODAY + timedelta(days=1), "due_on": TODAY, "valid_until": TODAY,
        }  # fmt: skip
        for name, value in changes.items():
            before = getattr(version, name)
            setattr(version, name, value)
            seen.add(documents.fields_hash(version, ""))
            setattr(version, name, before)
        seen.add(documents.fields_hash(version, "Notiz"))
        assert len(seen) == len(changes) + 2


def read(world: World, path: Path) -> Reading:
    with scopes.of_firm(world.firm), files.received(io.BytesIO(path.read_bytes())) as file:
        return documents.read_upload(file, path.name)


class TestReading:
    @requires_samples
    def test_takes_everything_from_an_e_invoice(self, world: World) -> None:
        reading = read(world, SAMPLES / "einvoice" / "zf24-basic-taxifahrt.pdf")
        assert (reading.kind, reading.number, reading.currency, reading.total) == (INVOICE, "TX-471102", "EUR", 1808)
        assert reading.issued_on is not None
        assert (reading.media_type, reading.pages) == ("application/pdf", 2)
        assert reading.lines
        assert "other_seller" in reading.warnings

    @requires_samples
    @pytest.mark.parametrize(
        ("name", "warning"),
        [
            ("einvoice/zf2-en16931-mustang-508-bom.pdf", "page_number"),
            ("einvoice/zf2-en16931-weclapp-re1001-cent-abweichung.pdf", "page_total"),
            ("einvoice/zf24-extended-bau-schlussrechnung.pdf", "due_before_issued"),
            ("hostile/einvoice-zwei-xml-zf1-und-zf2.pdf", "two_invoices"),
            ("hostile/einvoice-xml-kaputte-deklaration.pdf", "einvoice_unreadable"),
            ("hostile/orderx-bestellung-keine-rechnung.pdf", "not_an_invoice"),
            ("hostile/pdf-javascript-doc-actions.pdf", "active"),
        ],
    )
    def test_points_out(self, world: World, name: str, warning: str) -> None:
        assert warning in read(world, SAMPLES / name).warnings

    @requires_samples
    @pytest.mark.parametrize(
        ("name", "code"),
        [
            ("pdf-passwort-noetig.pdf", "encrypted"),
            ("pdf-fuzz-poppler-395.pdf", "broken"),
            ("xml-billion-laughs.xml", "dtd"),
            ("xml-externe-entitaet-datei.xml", "dtd"),
            ("naughty-strings.txt", "not_allowed"),
        ],
    )
    def test_refuses(self, world: World, name: str, code: str) -> None:
        with pytest.raises(Invalid) as refused:
            read(world, SAMPLES / "hostile" / name)
        assert refused.value.errors == {"file": [code]}

    def test_points_out_a_template_nobody_filled(self, world: World, tmp_path: Path) -> None:
        path = tmp_path / "brief.pdf"
        path.write_bytes(factories.pdf("Ihr Portal: [Client.customerportal_url]"))
        assert read(world, path).warnings == ("placeholder",)

    @requires_samples
    def test_the_firms_own_invoice_has_no_warning(self, world: World) -> None:
        with scopes.of_firm(world.firm) as scope:
            scope.update(Firm, name="Taxiunternehmen TX GmbH").execute()
        assert read(world, SAMPLES / "einvoice" / "zf24-basic-taxifahrt.pdf").warnings == ()

    @requires_samples
    def test_an_xml_alone_is_read(self, world: World) -> None:
        reading = read(world, SAMPLES / "einvoice" / "xrechnung30-cii-03.06a.xml")
        assert (reading.media_type, reading.pages, reading.number) == ("application/xml", None, "112233")


@requires_samples
class TestMatching:
    def matched(self, world: World) -> list[str]:
        reading = read(world, SAMPLES / "einvoice" / "zf24-basic-taxifahrt.pdf")
        buyer = replace(reading.buyer, number="K-77", vat_id="DE123456789", name="Metallbau  Leipzig", postcode="04109")
        with scopes.of_firm(world.firm) as scope:
            return [client.name for client in documents.match_client(scope, replace(reading, buyer=buyer))]

    def test_nobody(self, world: World) -> None:
        assert self.matched(world) == []

    def test_by_name_and_postcode_then_vat_id_then_number(self, world: World) -> None:
        factories.client(world.firm, name="METALLBAU Leipzig", postcode="04109", number="1")
        factories.client(world.firm, name="Metallbau Leipzig", postcode="04110", number="2")
        assert self.matched(world) == ["METALLBAU Leipzig"]
        factories.client(world.firm, name="Nach USt", vat_id="DE123456789", number="3")
        assert self.matched(world) == ["Nach USt"]
        factories.client(world.firm, name="Nach Nummer", number="k-77")
        assert self.matched(world) == ["Nach Nummer"]

    def test_several_are_all_named(self, world: World) -> None:
        factories.client(world.firm, name="Eins", vat_id="DE123456789", number="3")
        factories.client(world.firm, name="Zwei", vat_id="DE123456789", number="4")
        assert self.matched(world) == ["Eins", "Zwei"]

    def test_never_the_client_of_another_firm(self, world: World) -> None:
        factories.client(world.other_firm, name="Fremd", number="k-77")
        assert self.matched(world) == []


CRASH = """
import io, sys
from datetime import date
from portal.base import config, files
from portal.operations import boot, documents
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.models.client import Client
boot.open_instance(config.load({"PORTAL_INSTANCE": sys.argv[1], "PORTAL_CRASH_AT": sys.argv[2]}))
firm, client = int(sys.argv[3]), int(sys.argv[4])
with scopes.of_firm(firm) as scope:
    row = scope.by_id(Client, client)
with files.received(io.BytesIO(b"%PDF-1.4 crash")) as file:
    documents.create(InstanceActor(firm, "test"), row, file=file, filename="x.pdf", kind="other", number="CRASH",
                     title="Titel", issued_on=date(2026, 11, 20), publish=True)
"""


@pytest.mark.parametrize(
    ("point", "there"),
    [
        ("file.before_rename", False),
        ("file.after_rename", False),
        ("operation.before_commit:documents.create", False),
        ("operation.after_commit:documents.create", True),
    ],
)
def test_a_killed_upload_leaves_all_or_nothing(world: World, config: Config, point: str, there: bool) -> None:
    mails = len(acting.mails(world.firm, "document"))
    done = subprocess.run(
        [sys.executable, "-c", CRASH, str(config.instance), point, str(world.firm), str(world.lindner)],
        env={"PATH": os.environ["PATH"]}, cwd=Path(__file__).parents[2], check=False, capture_output=True,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    with scopes.of_firm(world.firm) as scope:
        found = scope.first(scope.of(Document).where(Document.number == "CRASH"))
        versions = list(scope.of(DocumentVersion).where(DocumentVersion.title == "Titel"))
        kept = [scope.by_id(StoredFile, version.file_id) for version in versions]
    assert (found is not None, len(versions)) == (there, int(there))
    assert len(acting.mails(world.firm, "document")) == mails + there
    assert all(files.path_of(file.path).exists() for file in kept)


def test_everything_is_in_the_audit_log(world: World) -> None:
    actor, draft = acting.staff(world.firm, world.anna), make(world).document
    documents.publish(actor, draft)
    correct(world, draft)
    documents.cancel(InstanceActor(world.firm, "test"), row(world, Document, draft.id))
    with scopes.of_firm(world.firm) as scope:
        query = scope.of(AuditEntry).where(AuditEntry.subject == f"document:{draft.uid}").order_by(AuditEntry.number)
        entries = [(entry.action, entry.actor.partition(":")[0]) for entry in query]
    assert entries == [
        ("document.created", "staff"), ("document.published", "staff"), ("document.version_added", "staff"),
        ("document.cancelled", "instance"),
    ]  # fmt: skip
