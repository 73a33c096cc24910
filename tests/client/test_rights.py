"""Rights of a contact at a client (X19): what is off is neither shown nor possible, at every door."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from portal.base.einvoice import Line
from portal.models.audit_entry import AuditEntry
from portal.models.client import Client
from portal.models.contact import Membership
from portal.models.decision import BINDING
from portal.models.document import CREDIT_NOTE, DELIVERY_NOTE, INVOICE, OTHER, DocumentVersion
from portal.models.sign_in import SignIn
from portal.operations import codes, decisions, memberships, payments
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.queries import texts
from tests import acting, factories
from tests.browser_client import Browser
from tests.client.deciding import address, change_firm, form, mails
from tests.client.deciding import decisions as made
from tests.client.deciding import document as row_of
from tests.personas import World

EUROS = re.compile(r"€\s?\d|\d\s?€|\bEUR\b|IBAN|GiroCode")
LINES = [Line(title="Pumpe", detail="à 2.000,00 €", quantity="1", unit="C62", amount=3685_99, level=0)]


def limit(world: World, **rights: Any) -> None:
    """Set Dora's rights at Lindner."""
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.by_id(Membership, world.dora_at_lindner), **rights)


@pytest.fixture(params=["dora", "dora_signed_in"])
def visitor(request: pytest.FixtureRequest) -> Browser:
    """By link and by password alike."""
    found: Browser = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def papers(app: Flask, world: World) -> list[int]:
    """Of each kind with money in it one more, with lines, a note that names the amount, and a payment."""
    with scopes.of_firm(world.firm) as scope:
        lindner = scope.by_id(Client, world.lindner)
    note = "Summe: [Document.total] bis [Document.due_date]"
    more = [
        factories.document(lindner, kind=kind, number=f"X-{kind}", total=987_65, note=note, lines=LINES)
        for kind in (INVOICE, CREDIT_NOTE, OTHER)
    ]
    more.append(factories.document(lindner, number="X-offer", total=987_65, note=note, lines=LINES))
    actor = InstanceActor(world.firm, "test")
    payments.record(actor, more[0], amount=100_00, currency="EUR", paid_on=more[0].issued_on, reference="Teil")
    return [world.offer, world.small_offer, world.invoice, *(each.id for each in more)]


# amounts


def test_without_amounts_no_page_names_one(visitor: Browser, world: World, papers: list[int]) -> None:
    pages = ["/portal/", "/portal/documents", "/portal/settings", *(address(world, paper) for paper in papers)]
    seen = [page for page in pages if EUROS.search(visitor.get(page).text)]
    assert len(seen) == len(pages) - 1, "with the right they do, but the settings"
    limit(world, amounts=False)
    for page in pages:
        answer = visitor.get(page)
        assert answer.status_code == 200
        found = EUROS.search(answer.text)
        assert found is None, f"{page}: {answer.text[max(0, found.start() - 90) : found.end() + 20]}"
        assert not re.search(r"4[.,]?386|987[.,]65|456[.,]96|238[.,]00", answer.text), page


@pytest.mark.parametrize("door", ["file", "file?inline=1", "file?version=1", "picture"])
def test_without_amounts_no_paper_opens(visitor: Browser, world: World, papers: list[int], door: str) -> None:
    limit(world, amounts=False)
    assert [visitor.get(address(world, paper, door)).status_code for paper in papers] == [403] * len(papers)
    for paper in papers:
        assert "/file" not in visitor.get(address(world, paper)).text
    report = visitor.get(address(world, world.report, door))
    assert report.status_code in (200, 404), "a report names none; its picture was not drawn yet"
    assert report.status_code == 200 or door == "picture"


def test_a_delivery_note_with_amounts_is_closed_as_well(visitor: Browser, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        lindner = scope.by_id(Client, world.lindner)
    plain = factories.document(lindner, kind=DELIVERY_NOTE, number="L-1", total=None)
    priced = factories.document(lindner, kind=DELIVERY_NOTE, number="L-2", total=50_00)
    limit(world, amounts=False)
    assert visitor.get(address(world, plain.id, "file")).status_code == 200
    assert visitor.get(address(world, priced.id, "file")).status_code == 403


def test_the_note_keeps_all_but_the_amount(dora: Browser, world: World, papers: list[int]) -> None:
    paper = address(world, papers[-1])
    assert "Summe: 987,65" in dora.get(paper).text.replace("\u00a0", " ")
    limit(world, amounts=False)
    assert "Summe: – bis" in dora.get(paper).text


def test_a_note_whose_amount_is_not_found_again_stays_away(dora: Browser, world: World, papers: list[int]) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.update(DocumentVersion, note_filled="Summe: 987.65 EUR").where(
            DocumentVersion.document == papers[-1]
        ).execute()
    limit(world, amounts=False)
    assert "Summe" not in dora.get(address(world, papers[-1])).text


def test_the_lines_stay_without_their_prices(dora: Browser, world: World, papers: list[int]) -> None:
    limit(world, amounts=False)
    page = dora.get(address(world, papers[-1])).text
    assert "Pumpe" in page
    assert "2.000" not in page, "what is written below a line may name a price"


def test_the_certificate_names_the_amount(dora: Browser, world: World) -> None:
    dora.post(address(world, world.small_offer, "acceptance"), form(dora, world, world.small_offer))
    certificate = address(world, world.small_offer, "certificate")
    assert dora.get(certificate).status_code == 200
    assert certificate in dora.get(address(world, world.small_offer)).text
    limit(world, amounts=False)
    assert dora.get(certificate).status_code == 403
    assert certificate not in dora.get(address(world, world.small_offer)).text


def test_without_amounts_nothing_is_decided_or_paid(visitor: Browser, world: World) -> None:
    limit(world, amounts=False)
    for what in ("acceptance", "decline"):
        assert visitor.get(address(world, world.small_offer, what)).status_code == 403
        assert visitor.post(address(world, world.small_offer, what)).status_code == 403
    start = visitor.get("/portal/").text
    assert "Please look at our offer" in start
    assert "Pay the invoice" not in start
    assert "Accept or decline the offer" not in start


def test_who_can_see_them_is_named(dora: Browser, world: World) -> None:
    limit(world, amounts=False)
    call = "Amounts are not shown to you. If you need them, please call us."
    assert call in dora.get(address(world, world.offer)).text
    with scopes.of_firm(world.firm) as scope:
        lindner = scope.by_id(Client, world.lindner)
    karl = factories.contact(lindner, email="karl@lindner.example.org", first_name="Karl", last_name="Lindner")
    memberships.make_primary(InstanceActor(world.firm, "test"), karl)
    for paper in (world.offer, world.invoice):
        assert "Amounts are not shown to you. Karl Lindner can see them." in dora.get(address(world, paper)).text


# mails


@pytest.mark.parametrize("amounts", [True, False])
def test_a_mail_tells_no_more_than_the_portal(app: Flask, world: World, amounts: bool) -> None:

    from portal.mail.outgoing import deliver_next

    limit(world, amounts=amounts)
    with scopes.of_firm(world.firm) as scope:
        from portal.models.outbox import OutboxMail
        from portal.models.terms import FirmText

        lindner = scope.by_id(Client, world.lindner)
        for language in ("de", "en"):
            scope.add(
                FirmText,
                key=texts.NEW_DOCUMENT_BODY,
                language=language,
                text="Betrag [Document.total]!\n\n[Document.url]",
            )
        scope.delete(OutboxMail).execute()
    factories.document(lindner, number="M-1", total=777_77)
    with scopes.of_firm(world.firm) as scope:
        scope.update(OutboxMail, not_before=scope.firm.created_at).execute()
    config = app.config["PORTAL"]
    while deliver_next(config):
        pass
    [written] = [path.read_text(errors="replace") for path in config.outbox_path.glob("*.eml")]
    assert "Betrag" in written
    assert ("777" in written) is amounts


# deciding


@pytest.mark.parametrize(
    ("right", "small", "large"),
    [
        ({"decide": True, "decide_limit": None}, 200, 200),
        ({"decide": True, "decide_limit": 238_00}, 200, 403),
        ({"decide": True, "decide_limit": 237_99}, 403, 403),
        ({"decide": True, "decide_limit": 0}, 403, 403),
        ({"decide": False}, 403, 403),
    ],
)
def test_who_may_decide_up_to_what(
    visitor: Browser, world: World, right: dict[str, Any], small: int, large: int
) -> None:
    limit(world, **right)
    for paper, status in ((world.small_offer, small), (world.offer, large)):
        page = visitor.get(address(world, paper)).text
        for what in ("acceptance", "decline"):
            assert visitor.get(address(world, paper, what)).status_code == status
            assert (address(world, paper, what) in page) is (status == 200)
            filled = {"name": "Dora", "agreed": "y", "version": "1", "sha256": "x", "fields_sha256": "x", "key": "k"}
            refused = visitor.post(address(world, paper, what), filled).status_code
            assert refused == (403 if status == 403 else 409)
        assert visitor.post(address(world, paper, "acceptance/code")).status_code in (
            (403,) if status == 403 else (200, 409)
        )
        assert made(world, paper) == []


def test_the_operation_refuses_by_itself(app: Flask, world: World) -> None:
    from portal.base.errors import NotPermitted

    limit(world, decide_limit=238_00)
    actor = acting.by_link(world.firm, world.dora_link)
    offer = row_of(world, world.offer)
    with scopes.of_firm(world.firm) as scope:
        version = scope.one(scope.of(DocumentVersion).where(DocumentVersion.document == offer.id))
    shown = {"version": 1, "sha256": version.sha256, "fields_sha256": version.fields_sha256, "key": "k"}
    words = {"name": "Dora", "language": "en", "button": "B"}
    with pytest.raises(NotPermitted):
        decisions.accept(actor, offer, **shown, **words, agreed=True)
    with pytest.raises(NotPermitted):
        decisions.decline(actor, offer, **shown, **words)
    with pytest.raises(NotPermitted):
        codes.send(actor, offer, "x")
    assert row_of(world, world.offer).outcome is None


def test_an_unknown_amount_is_above_every_limit(visitor: Browser, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        offer = factories.document(scope.by_id(Client, world.lindner), number="AN-0", total=None)
    limit(world, decide_limit=99_999_999_00)
    assert visitor.get(address(world, offer.id, "acceptance")).status_code == 403
    limit(world, decide_limit=None)
    assert visitor.get(address(world, offer.id, "acceptance")).status_code == 200


def test_above_the_limit_the_page_says_whom_to_ask(dora: Browser, world: World) -> None:
    limit(world, decide_limit=300_00)
    page = dora.get(address(world, world.offer)).text
    assert "You decide about offers up to €300.00. For this one please call us." in page
    assert "actionbar" not in page.split("<main")[1]
    with scopes.of_firm(world.firm) as scope:
        lindner = scope.by_id(Client, world.lindner)
    karl = factories.contact(lindner, email="karl@lindner.example.org", first_name="Karl", last_name="Lindner")
    memberships.make_primary(InstanceActor(world.firm, "test"), karl)
    assert "For this one please ask Karl Lindner." in dora.get(address(world, world.offer)).text
    limit(world, decide=False)
    assert "To accept or decline, please ask Karl Lindner." in dora.get(address(world, world.offer)).text
    change_firm(world, link_decide=False)
    assert "To accept or decline, please call us." in dora.get(address(world, world.offer)).text, "no lack of hers"


# paying


def test_without_paying_there_are_no_bank_details(visitor: Browser, world: World) -> None:
    assert "DE89 3704" in visitor.get(address(world, world.invoice)).text
    limit(world, pay=False)
    page = visitor.get(address(world, world.invoice)).text
    for words in ("DE89", "IBAN", "GiroCode", "Pay by bank transfer"):
        assert words not in page, words
    assert "€456.96" in page
    start = visitor.get("/portal/").text
    assert "Please pay the invoice" not in start
    assert "Pay the invoice" not in start


# who is not narrowed


def test_a_link_of_nobody_may_what_the_firm_allows(holder: Browser, world: World) -> None:
    limit(world, amounts=False, decide=False, pay=False)
    assert "€4,386.34" in holder.get(address(world, world.offer)).text
    assert holder.get(address(world, world.small_offer, "acceptance")).status_code == 200
    assert "DE89" in holder.get(address(world, world.invoice)).text


def test_rights_are_of_one_client(app: Flask, dora_signed_in: Browser, world: World) -> None:
    limit(world, amounts=False)
    at_thode = Browser(app).sign_in_contact(world.dora_at_thode, world.firm)
    assert "€119.00" in at_thode.get("/portal/documents").text
    assert "€" not in dora_signed_in.get("/portal/documents").text


def test_staff_who_look_see_what_the_clients_link_sees(app: Flask, world: World) -> None:
    from portal.operations import sign_ins

    limit(world, amounts=False, decide=False, pay=False)
    anna = acting.staff(world.firm, world.anna)
    with scopes.of_firm(world.firm) as scope:
        lindner = scope.by_id(Client, world.lindner)
    browser = Browser(app)
    browser._hold("foyer-client", sign_ins.view_as_client(anna, lindner), world.firm)
    assert "€4,386.34" in browser.get(address(world, world.offer)).text
    assert browser.get(address(world, world.offer, "file")).status_code == 200
    assert "DE89" in browser.get(address(world, world.invoice)).text
    for what in ("acceptance", "decline"):
        assert browser.post(address(world, world.small_offer, what)).status_code == 403
    for path in ("/portal/settings", "/portal/settings/details", "/portal/switch", "/portal/settings/colleague"):
        assert browser.post(path, {"language": "de", "mail": "none"}).status_code == 403
    assert browser.get("/portal/settings").status_code == 200


# signed in with a password


def test_a_password_is_proof_enough(app: Flask, dora_signed_in: Browser, world: World) -> None:
    codes.configure(mail_available=True)
    try:
        page = dora_signed_in.get(address(world, world.offer, "acceptance")).text
        assert "Send code" not in page
        assert 'value="Dora Lindner"' in page
        filled = form(dora_signed_in, world, world.offer)
        assert dora_signed_in.post(address(world, world.offer, "acceptance"), filled).status_code == 303
    finally:
        codes.configure(mail_available=False)
    [decision] = made(world, world.offer)
    assert (decision.state, decision.identified_by, decision.step_up) == (BINDING, "password", "")
    assert decision.contact_id == world.dora
    assert mails(world, "code") == []
    with scopes.of_firm(world.firm) as scope:
        [entry] = list(scope.of(AuditEntry).where(AuditEntry.action == "offer.accepted"))
        session = scope.one(scope.of(SignIn).where(SignIn.contact == world.dora, SignIn.ended_at.is_null()))
    assert entry.facts["session"] == session.uid
    assert "link" not in entry.facts
    assert entry.actor.startswith("contact:")


def test_the_certificate_and_staff_read_it(app: Flask, dora_signed_in: Browser, anna: Browser, world: World) -> None:
    import io

    from pypdf import PdfReader

    filled = form(dora_signed_in, world, world.offer)
    dora_signed_in.post(address(world, world.offer, "acceptance"), filled)
    paper = dora_signed_in.get(address(world, world.offer, "certificate")).data
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)
    assert "signed in with e-mail address and password" in " ".join(text.split())
    uid = row_of(world, world.offer).uid
    assert "Signed in with a password: Dora Lindner" in anna.get(f"/firm/documents/{uid}").text


def test_a_comment_bears_the_persons_name(dora_signed_in: Browser, anna: Browser, world: World) -> None:
    path = address(world, world.offer, "comments")
    assert dora_signed_in.post(path, {"text": "Wann?", "key": "k", "author": "Jemand"}).status_code == 303
    page = dora_signed_in.get(address(world, world.offer)).text
    assert "<b>Dora Lindner</b>" in page
    assert "Jemand" not in page
