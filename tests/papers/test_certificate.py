"""The certificate says all that was recorded, the same each time, whatever stands in it."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from portal.base import pdf
from portal.base.config import Config
from portal.base.language import instant
from portal.base.text import masked_email
from portal.models.audit_entry import AuditEntry
from portal.models.client import Client
from portal.models.contact import Contact
from portal.models.decision import OfferDecision, StepUpCode
from portal.models.document import Document, DocumentVersion
from portal.models.record import opened
from portal.operations import codes, decisions, settings, terms
from portal.papers import apart, certificate
from portal.papers.letterhead import Letterhead
from portal.papers.sheet import Imprint
from portal.policies import scope as scopes
from portal.policies.actors import ClientActor, StaffActor
from portal.queries import certificates
from portal.queries import terms as terms_known
from tests import acting
from tests.personas import World

BUTTON = "Zahlungspflichtig beauftragen"


@pytest.fixture(autouse=True)
def _mail(instance: Config) -> None:
    codes.configure(mail_available=True)


@pytest.fixture
def jana(instance: Config, world: World) -> StaffActor:
    return acting.staff(world.firm, world.anna)


def test_it_tells_all_facts_of_an_acceptance_with_code(instance: Config, world: World, jana: StaffActor) -> None:
    with scopes.of_firm(world.firm) as scope:
        saved = terms.save(jana, scope.firm, text="Es gelten unsere Bedingungen.")
    visitor = acting.by_link(world.firm, world.dora_link)
    document, decision = accepted(visitor, world.offer, name="Dora Lindner")
    text = read(instance, drawn(jana, document, decision))
    assert saved is not None
    for expected in (
        "AN-2026-0147", "Neue Heizungspumpe", "4.386,34 €", decision.sha256, decision.fields_sha256, BUTTON,
        "Dora Lindner", "Hausverwaltung Lindner (K-1042)", masked_email("dora@lindner.example.org"), "203.0.113.7",
        "Test browser", instant(decision.at, "Europe/Berlin", "de"), "Europe/Berlin",
        f"{decision.at:%Y-%m-%d %H:%M:%S} UTC", saved.sha256, "foyer audit verify", decision.uid,
    ):  # fmt: skip
        assert expected in text, expected
    assert "dora@lindner" not in text


def test_staff_see_the_entry_of_the_log_and_clients_do_not(instance: Config, world: World, jana: StaffActor) -> None:
    visitor = acting.by_link(world.firm, world.dora_link)
    document, decision = accepted(visitor, world.small_offer, name="Dora Lindner")
    with scopes.of_firm(world.firm) as scope:
        entry = scope.one(scope.of(AuditEntry).where(AuditEntry.action == "offer.accepted"))
    assert f"{entry.number} of" in read(instance, drawn(jana, document, decision, "en"))
    assert entry.hash in read(instance, drawn(jana, document, decision))
    assert entry.hash not in read(instance, drawn(visitor, document, decision))


def test_the_same_row_gives_the_same_bytes(
    instance: Config, world: World, jana: StaffActor, move_clock: Callable[..., None]
) -> None:
    document, decision = accepted(acting.by_link(world.firm, world.dora_link), world.small_offer, name="Dora Lindner")
    first = drawn(jana, document, decision)
    move_clock(days=3)
    time.sleep(1.1)  # the drawing library asks the system for the time, not our clock
    assert drawn(jana, document, decision) == first


def test_what_waits_says_so_and_how_it_was_confirmed(instance: Config, world: World, jana: StaffActor) -> None:
    codes.configure(mail_available=False)
    visitor = acting.by_link(world.firm, world.lindner_link)
    document, decision = accepted(visitor, world.offer, name="Dora Lindner", code=False)
    waiting = read(instance, drawn(visitor, document, decision, "en"))
    assert "awaiting confirmation by the firm: it binds nobody until then" in waiting
    assert "The secret link of the client, which names no person" in waiting
    decisions.confirm(jana, decision, with_whom="Frau Lindner", how="Telefon 040 66969", when="gestern um zehn")
    text = read(instance, drawn(jana, document, decision, "en"))
    for expected in (
        "binding since the firm confirmed it",
        "Frau Lindner",
        "Telefon 040 66969",
        "gestern um zehn",
        "Anna Petry",
    ):
        assert expected in text, expected
    assert "Anna Petry" not in read(instance, drawn(visitor, document, decision, "en"))


def test_a_rejected_acceptance_leaves_no_trace_in_the_next_one(
    instance: Config, world: World, jana: StaffActor
) -> None:
    codes.configure(mail_available=False)
    visitor = acting.by_link(world.firm, world.lindner_link)
    document, refused = accepted(visitor, world.offer, name="Wer Auch Immer", code=False)
    decisions.reject(jana, refused, reason="Nicht erreicht")
    document, decision = accepted(visitor, world.offer, name="Dora Lindner", code=False, key="second")
    with scopes.of_firm(world.firm) as scope:
        entries = list(scope.of(AuditEntry).where(AuditEntry.action.startswith("offer.")).order_by(AuditEntry.number))
    text = read(instance, drawn(jana, document, decision))
    assert entries[-1].hash in text
    assert not any(entry.hash in text for entry in entries[:-1])
    assert "it bound nobody" in read(instance, drawn(jana, document, refused, "en"))


def test_a_decline_gives_its_reason(instance: Config, world: World, jana: StaffActor) -> None:
    visitor = acting.by_link(world.firm, world.dora_link)
    document, version = offered(world.offer, world.firm)
    reason = "Zu teuer.\nUnd zu spät."
    decision = decisions.decline(
        visitor, document, version=version.number, sha256=version.sha256, fields_sha256=version.fields_sha256,
        name="Dora Lindner", key="no", language="de", button="Ablehnen", reason=reason,
    )  # fmt: skip
    text = read(instance, drawn(jana, document, decision, "en"))
    assert "was declined" in text
    assert all(line in text for line in reason.splitlines())


@pytest.mark.parametrize("language", ["de", "en"])
def test_odd_names_are_drawn(instance: Config, world: World, jana: StaffActor, language: str) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.update(Client, name="Łódź & 株式会社 😀 " + "Donaudampfschifffahrt" * 15).where(
            Client.id == world.lindner
        ).execute()
        scope.update(Contact, last_name="\u202eעברית עربى 👩‍🔧").execute()
        scope.change(scope.firm, name="Wäscherei " + "sehr lange " * 25, phone="")
    visitor = acting.by_link(world.firm, world.dora_link)
    document, decision = accepted(visitor, world.small_offer, name="Zoë \U0001f468\u200d\U0001f469 Nguyễn ‘Ω’ ✓")
    drawing = drawn(jana, document, decision, language)
    text = read(instance, drawing)
    assert "Zoë" in text
    assert "Nguyễn" in text
    assert "Łódź" in text
    assert "✓" in text


def test_a_reason_of_many_pages_is_drawn_whole(instance: Config, world: World, jana: StaffActor) -> None:
    visitor = acting.by_link(world.firm, world.dora_link)
    document, version = offered(world.offer, world.firm)
    decision = decisions.decline(
        visitor, document, version=version.number, sha256=version.sha256, fields_sha256=version.fields_sha256,
        name="Dora Lindner", key="no", language="de", button="Ablehnen",
        reason="\n".join(f"Grund {number}" for number in range(150)),
    )  # fmt: skip
    text = read(instance, drawn(jana, document, decision))
    assert all(f"Grund {number}" in text for number in range(150))


def test_it_is_pdf_a_3_with_its_fonts_inside(instance: Config, world: World, jana: StaffActor) -> None:
    document, decision = accepted(acting.by_link(world.firm, world.dora_link), world.small_offer, name="✓ Dora")
    reader = PdfReader(io.BytesIO(drawn(jana, document, decision)))
    catalog = reader.root_object
    metadata = catalog["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in metadata
    assert catalog["/OutputIntents"]
    fonts = {name: font.get_object() for page in reader.pages for name, font in page["/Resources"]["/Font"].items()}
    assert len(fonts) == 3
    for font in fonts.values():
        inner = font["/DescendantFonts"][0].get_object()
        assert "/FontFile2" in inner["/FontDescriptor"].get_object()


def test_the_logo_of_the_firm_stands_on_it(instance: Config, world: World, jana: StaffActor) -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (640, 120), (200, 30, 60, 128)).save(buffer, "PNG")
    with scopes.of_firm(world.firm) as scope:
        settings.change_logo(jana, scope.firm, content=buffer.getvalue(), name="logo.png")
    document, decision = accepted(acting.by_link(world.firm, world.dora_link), world.small_offer, name="Dora Lindner")
    reader = PdfReader(io.BytesIO(drawn(jana, document, decision)))
    assert [image for page in reader.pages for image in page.images]


def accepted(
    visitor: ClientActor, document_id: int, *, name: str, code: bool = True, key: str = "key"
) -> tuple[Document, OfferDecision]:
    document, version = offered(document_id, visitor.firm_id)
    typed = None
    with scopes.of_firm(visitor.firm_id) as scope:
        asked = codes.needed(scope.firm, document, visitor) and code
        in_force = terms_known.current(scope)
    if asked:
        codes.send(visitor, document, codes.shown(version.number, version.sha256, version.fields_sha256))
        with scopes.of_firm(visitor.firm_id) as scope:
            typed = codes.digits(scope.first(scope.of(StepUpCode).order_by(StepUpCode.created_at.desc())))
    decision = decisions.accept(
        visitor, document, version=version.number, sha256=version.sha256, fields_sha256=version.fields_sha256,
        name=name, agreed=True, key=key, language="de", button=BUTTON, code=typed,
        terms_version=in_force.version if in_force else None,
    )  # fmt: skip
    return document, decision


def offered(document_id: int, firm_id: int) -> tuple[Document, DocumentVersion]:
    with scopes.of_firm(firm_id) as scope:
        document = scope.by_id(Document, document_id)
        version = scope.one(scope.of(DocumentVersion).where(DocumentVersion.document == document_id))
    return document, version


def drawn(actor: StaffActor | ClientActor, document: Document, decision: OfferDecision, language: str = "de") -> bytes:
    scope = scopes.of(actor)
    with opened(scope):
        return certificates.draw(scope, document, decision, language)


def read(config: Config, content: bytes) -> str:
    """The text with line ends where the paper wraps made blanks again."""
    path = Path(config.instance) / "certificate.pdf"
    path.write_bytes(content)
    facts = pdf.inspect(path)
    assert not facts.active
    return " ".join(facts.text.replace("\r", "").replace("\xa0", " ").split())


def test_drawn_apart_it_is_the_same(
    instance: Config, world: World, jana: StaffActor, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, decision = accepted(acting.by_link(world.firm, world.dora_link), world.small_offer, name="Dora Lindner")
    away = drawn(jana, document, decision)
    monkeypatch.setattr(apart, "draw", certificate.draw)
    assert drawn(jana, document, decision) == away


def test_what_cannot_be_drawn_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_plain", lambda _value: "neither a logo nor a day")
    imprint = Imprint("t", "a", "de", datetime(2026, 11, 21, tzinfo=UTC), "", "%(page)s/%(pages)s")
    paper = certificate.Certificate(Letterhead("P", "#0b5a72"), imprint, "h", "b", "v", "s", ())
    with pytest.raises(RuntimeError, match="neither a logo nor a day"):
        apart.draw(paper)
