"""Accepting an offer, as DETAILS 7 has it: what is shown is what is signed; a code above the limit; one decision."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from portal.models.audit_entry import AuditEntry
from portal.models.client import Client
from portal.models.contact import Contact
from portal.models.decision import AWAITING, BINDING
from portal.operations import codes, documents, terms
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from tests import factories
from tests.browser_client import Browser
from tests.client.deciding import (
    address,
    change_firm,
    decisions,
    document,
    form,
    hidden,
    mails,
    sent_code,
    sent_codes,
    token,
)  # fmt: skip
from tests.personas import World

WRONG = "000000"


@pytest.fixture
def mail(app: Flask) -> Iterator[None]:
    """A mail server is set, so that codes can be asked for."""
    codes.configure(mail_available=True)
    yield
    codes.configure(mail_available=False)


# below the limit


def test_the_form_decides_nothing(dora: Browser, world: World) -> None:
    for _ in range(3):
        answer = dora.get(address(world, world.small_offer, "acceptance"))
        assert answer.status_code == 200
    for words in ("Your name", "I have read the offer and the terms", "Place binding order", "€238.00", "AN-2026-0150"):
        assert words in answer.text
    assert "Send code" not in answer.text
    assert 'value="Dora Lindner"' in answer.text
    assert decisions(world, world.small_offer) == []
    assert document(world, world.small_offer).outcome is None


def test_accepting_leaves_a_decision_that_proves_it(dora: Browser, world: World) -> None:
    filled = form(dora, world, world.small_offer)
    answer = dora.post(
        address(world, world.small_offer, "acceptance"), filled, headers={"User-Agent": "Phone 7"},
        environ_overrides={"REMOTE_ADDR": "203.0.113.77"},
    )  # fmt: skip
    assert (answer.status_code, answer.location) == (303, address(world, world.small_offer) + "#decision")
    [decision] = decisions(world, world.small_offer)
    assert (decision.verdict, decision.state, decision.name) == ("accept", BINDING, "Dora Lindner")
    assert (decision.contact_id, decision.identified_by) == (world.dora, "contact_link")
    assert (decision.address, decision.agent) == ("203.0.113.77", "Phone 7"), "from where the act came"
    assert (decision.amount, decision.currency, decision.button) == (238_00, "EUR", "Place binding order")
    assert decision.sha256 == filled["sha256"]
    assert decision.fields_sha256 == filled["fields_sha256"]
    page = dora.get(answer.location).text
    assert "Accepted by Dora Lindner on" in page
    assert ">Certificate<" in page.replace("</svg>Certificate", ">Certificate")
    assert "Accept offer" not in page
    with scopes.of_firm(world.firm) as scope:
        assert len(list(scope.of(AuditEntry).where(AuditEntry.action == "offer.accepted"))) == 1
    assert mails(world, "decision")
    assert mails(world, "decision_receipt")


def test_behind_a_link_of_nobody_the_name_is_typed(holder: Browser, world: World) -> None:
    filled = form(holder, world, world.small_offer)
    assert holder.post(address(world, world.small_offer, "acceptance"), {**filled, "name": " "}).status_code == 422
    assert holder.post(address(world, world.small_offer, "acceptance"), filled).status_code == 303
    [decision] = decisions(world, world.small_offer)
    assert (decision.name, decision.contact_id, decision.identified_by) == ("Dora Lindner", None, "link")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "Please fill this in."),
        ({"name": "x" * 201}, "Field cannot be longer than 200 characters."),
        ({"agreed": ""}, "Please confirm that you have read the offer."),
        ({"name": "", "agreed": ""}, "Please fill this in."),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_the_rest_stays(
    dora: Browser, world: World, change: dict[str, str], said: str
) -> None:
    filled = {**form(dora, world, world.small_offer), **change}
    filled = {name: value for name, value in filled.items() if value or name != "agreed"}
    answer = dora.post(address(world, world.small_offer, "acceptance"), filled)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert answer.text.count(" autofocus") == 1
    if "name" not in change:
        assert 'value="Dora Lindner"' in answer.text
    assert hidden(answer.text)["key"] == filled["key"], "the same attempt goes on"
    assert decisions(world, world.small_offer) == []


@pytest.mark.parametrize(
    "change", [{"version": "2"}, {"sha256": "0" * 64}, {"fields_sha256": "0" * 64}, {"version": "99999999999999999999"}]
)
def test_what_was_not_shown_is_not_accepted(dora: Browser, world: World, change: dict[str, str]) -> None:
    answer = dora.post(
        address(world, world.small_offer, "acceptance"), {**form(dora, world, world.small_offer), **change}
    )
    assert answer.status_code == 409
    assert decisions(world, world.small_offer) == []


@pytest.mark.parametrize("missing", ["version", "sha256", "fields_sha256", "key"])
def test_a_hand_made_request_without_the_proof_is_refused(dora: Browser, world: World, missing: str) -> None:
    filled = form(dora, world, world.small_offer)
    del filled[missing]
    assert dora.post(address(world, world.small_offer, "acceptance"), filled).status_code == 422
    assert decisions(world, world.small_offer) == []


def test_the_same_key_again_is_the_same_answer(dora: Browser, world: World) -> None:
    filled = form(dora, world, world.small_offer)
    for _ in range(3):
        answer = dora.post(address(world, world.small_offer, "acceptance"), filled)
        assert (answer.status_code, answer.location) == (303, address(world, world.small_offer) + "#decision")
    assert len(decisions(world, world.small_offer)) == 1
    assert len(mails(world, "decision_receipt")) == 1


def test_a_second_tab_gets_409_and_the_present_state(dora: Browser, holder: Browser, world: World) -> None:
    first, second = form(dora, world, world.small_offer), form(holder, world, world.small_offer)
    dora.post(address(world, world.small_offer, "acceptance"), first)
    answer = holder.post(address(world, world.small_offer, "acceptance"), {**second, "name": "Kim"})
    assert answer.status_code == 409
    assert "Somebody decided about this offer already." in answer.text
    assert "Accepted by Dora Lindner on" in answer.text
    assert len(decisions(world, world.small_offer)) == 1
    declined = holder.post(address(world, world.small_offer, "decline"), {**second, "name": "Kim"})
    assert declined.status_code == 409
    empty = holder.post(address(world, world.small_offer, "acceptance"), {**second, "name": ""})
    assert empty.status_code == 409, "there is nothing left to correct"
    assert holder.get(address(world, world.small_offer, "acceptance")).status_code == 409


def test_in_a_dialog_the_conflict_is_a_fragment(dora: Browser, holder: Browser, world: World) -> None:
    first, second = form(dora, world, world.small_offer), form(holder, world, world.small_offer)
    dora.post(address(world, world.small_offer, "acceptance"), first)
    answer = holder.post(address(world, world.small_offer, "acceptance"), second, htmx=True)
    assert answer.status_code == 409
    assert "<html" not in answer.text
    assert "Show the present state" in answer.text
    assert address(world, world.small_offer) in answer.text


def test_with_htmx_the_form_comes_as_a_fragment_and_success_leads_to_the_page(dora: Browser, world: World) -> None:
    fragment = dora.get(address(world, world.small_offer, "acceptance"), htmx=True)
    assert fragment.status_code == 200
    assert "<html" not in fragment.text
    assert fragment.text.count("<h2") == 1
    assert "<h1" not in fragment.text
    assert "HX-Request" in fragment.headers["Vary"]
    filled = {**hidden(fragment.text), "name": "", "agreed": "y"}
    bad = dora.post(address(world, world.small_offer, "acceptance"), filled, htmx=True)
    assert bad.status_code == 422
    assert "<html" not in bad.text
    good = dora.post(address(world, world.small_offer, "acceptance"), {**filled, "name": "Dora"}, htmx=True)
    assert good.status_code == 204
    assert good.headers["HX-Redirect"] == address(world, world.small_offer) + "#decision"


def test_an_expired_offer_cannot_be_accepted(dora: Browser, world: World, app: Flask, move_clock: Callable[..., None],
                                             token_of: Callable[[int], str]) -> None:  # fmt: skip
    filled = form(dora, world, world.small_offer)
    move_clock(days=15)
    again = Browser(app)
    again.get(f"/l/{token_of(world.dora_link)}")
    page = again.get(address(world, world.small_offer))
    assert "Expired" in page.text
    assert "Accept offer" not in page.text
    answer = again.post(address(world, world.small_offer, "acceptance"), filled)
    assert answer.status_code == 409
    assert "This offer has expired." in answer.text
    assert again.get(address(world, world.small_offer, "acceptance")).status_code == 409
    assert decisions(world, world.small_offer) == []


def test_a_new_version_meanwhile_is_shown_before_anything_is_accepted(dora: Browser, world: World) -> None:
    import io

    from portal.base import files

    filled = form(dora, world, world.small_offer)
    row = document(world, world.small_offer)
    with files.received(io.BytesIO(factories.pdf("neu"))) as file:
        documents.add_version(
            InstanceActor(world.firm, "test"), row, file=file, filename="neu.pdf", title="Zwei Thermostate tauschen",
            issued_on=row.issued_on, currency="EUR", note="", lines=[], syntax="", warnings=[], pages=1,
            valid_until=row.valid_until, net=400_00, tax=76_00, total=476_00, payable=476_00,
        )  # fmt: skip
    answer = dora.post(address(world, world.small_offer, "acceptance"), filled)
    assert answer.status_code == 409
    assert "The offer was changed while you had it open." in answer.text
    assert "Zwei Thermostate tauschen" in answer.text
    assert "€476.00" in answer.text
    assert decisions(world, world.small_offer) == []
    assert (
        dora.post(address(world, world.small_offer, "acceptance"), form(dora, world, world.small_offer)).status_code
        == 303
    )


@pytest.mark.parametrize(("end", "said"), [("withdraw", "This offer was withdrawn."), ("cancel", "was cancelled")])
@pytest.mark.parametrize("name", ["Dora", ""])
def test_an_offer_that_was_taken_back_shows_its_state(
    dora: Browser, world: World, end: str, said: str, name: str
) -> None:
    filled = {**form(dora, world, world.small_offer), "name": name}
    getattr(documents, end)(InstanceActor(world.firm, "test"), document(world, world.small_offer))
    answer = dora.post(address(world, world.small_offer, "acceptance"), filled)
    assert answer.status_code == 409
    assert said in answer.text
    assert dora.get(address(world, world.small_offer, "acceptance")).status_code == 409
    assert dora.get(address(world, world.small_offer, "decline")).status_code == 409


# terms


def test_terms_are_part_of_what_is_signed(dora: Browser, world: World) -> None:
    _save_terms(world, "Zahlung in 14 Tagen")
    filled = form(dora, world, world.small_offer)
    assert filled["terms_version"] == "1"
    read = dora.get("/portal/terms/1")
    assert read.status_code == 200
    assert "Zahlung in 14 Tagen" in read.text
    _save_terms(world, "Zahlung sofort")
    answer = dora.post(address(world, world.small_offer, "acceptance"), filled)
    assert answer.status_code == 409
    without = {name: value for name, value in filled.items() if name != "terms_version"}
    assert dora.post(address(world, world.small_offer, "acceptance"), without).status_code == 409
    assert decisions(world, world.small_offer) == []
    assert (
        dora.post(address(world, world.small_offer, "acceptance"), form(dora, world, world.small_offer)).status_code
        == 303
    )
    assert decisions(world, world.small_offer)[0].terms_version == 2


def test_a_form_shown_again_keeps_the_terms_it_showed(dora: Browser, world: World) -> None:
    _save_terms(world, "eins")
    filled = {**form(dora, world, world.small_offer), "name": ""}
    _save_terms(world, "zwei")
    again = dora.post(address(world, world.small_offer, "acceptance"), filled)
    assert again.status_code == 422
    assert hidden(again.text)["terms_version"] == "1"


# the code


@pytest.mark.usefixtures("mail")
def test_above_the_limit_a_code_is_sent_on_demand_and_opens_the_way(dora: Browser, world: World) -> None:
    page = dora.get(address(world, world.offer, "acceptance"))
    assert "we send a code to d•••@lindner.example.org" in page.text
    assert sent_codes(world) == [], "looking sends nothing"
    filled = {**form(dora, world, world.offer), "name": "Dora  Lindner"}
    answer = dora.post(address(world, world.offer, "acceptance/code"), filled)
    assert answer.status_code == 200
    assert 'value="Dora  Lindner"' in answer.text, "what was typed stays, also without script"
    assert "checked" in answer.text
    assert "We sent a code to d•••@lindner.example.org" in answer.text
    assert [mail.to for mail in sent_codes(world)] == ["dora@lindner.example.org"]
    assert sent_code(world) not in answer.text
    done = dora.post(
        address(world, world.offer, "acceptance"), {**filled, "code": f" {sent_code(world)[:3]} {sent_code(world)[3:]}"}
    )
    assert done.status_code == 303
    [decision] = decisions(world, world.offer)
    assert (decision.step_up, decision.step_up_to) == ("code", "dora@lindner.example.org")


@pytest.mark.usefixtures("mail")
def test_ordering_without_a_code_sends_one(dora: Browser, world: World) -> None:
    filled = form(dora, world, world.offer)
    answer = dora.post(address(world, world.offer, "acceptance"), filled)
    assert answer.status_code == 422
    assert "We sent a code to d•••@lindner.example.org" in answer.text
    assert len(sent_codes(world)) == 1
    assert decisions(world, world.offer) == []
    again = dora.post(address(world, world.offer, "acceptance"), filled)
    assert again.status_code == 422
    assert len(sent_codes(world)) == 1, "the one that waits is good"
    incomplete = dora.post(address(world, world.offer, "acceptance"), {**filled, "name": ""})
    assert incomplete.status_code == 422
    assert len(sent_codes(world)) == 1
    assert dora.post(address(world, world.offer, "acceptance"), {**filled, "code": sent_code(world)}).status_code == 303


@pytest.mark.usefixtures("mail")
def test_behind_a_link_of_nobody_the_primary_contact_gets_the_code(holder: Browser, world: World) -> None:
    holder.post(address(world, world.offer, "acceptance/code"), form(holder, world, world.offer))
    assert [mail.to for mail in sent_codes(world)] == ["dora@lindner.example.org"]


@pytest.mark.usefixtures("mail")
def test_a_wrong_code_is_said_and_five_end_the_form_not_the_link(
    dora: Browser, world: World, move_clock: Callable[..., None]
) -> None:
    filled = form(dora, world, world.offer)
    dora.post(address(world, world.offer, "acceptance/code"), filled)
    wrong = {**filled, "code": WRONG if sent_code(world) != WRONG else "111111"}
    for _ in range(4):
        answer = dora.post(address(world, world.offer, "acceptance"), wrong)
        assert answer.status_code == 422
        assert "This code is not right." in answer.text
    last = dora.post(address(world, world.offer, "acceptance"), wrong)
    assert last.status_code == 409
    assert "Five codes were wrong." in last.text
    right = {**filled, "code": sent_code(world)}
    assert dora.post(address(world, world.offer, "acceptance"), right).status_code == 409, "voided for good"
    assert decisions(world, world.offer) == []
    move_clock(seconds=61)
    fresh = form(dora, world, world.offer)
    assert dora.post(address(world, world.offer, "acceptance/code"), fresh).status_code == 200
    assert dora.post(address(world, world.offer, "acceptance"), {**fresh, "code": sent_code(world)}).status_code == 303


@pytest.mark.usefixtures("mail")
def test_a_code_lives_ten_minutes(dora: Browser, world: World, move_clock: Callable[..., None]) -> None:
    filled = form(dora, world, world.offer)
    dora.post(address(world, world.offer, "acceptance/code"), filled)
    move_clock(minutes=11)
    answer = dora.post(address(world, world.offer, "acceptance"), {**filled, "code": sent_code(world)})
    assert answer.status_code == 422
    assert "no longer valid" in answer.text
    assert "Send code" in answer.text


@pytest.mark.usefixtures("mail")
def test_a_new_code_comes_once_a_minute_and_five_times_an_hour_and_voids_the_older(
    dora: Browser, world: World, move_clock: Callable[..., None]
) -> None:
    filled = form(dora, world, world.offer)
    dora.post(address(world, world.offer, "acceptance/code"), filled)
    first = sent_code(world)
    soon = dora.post(address(world, world.offer, "acceptance/code"), filled)
    assert soon.status_code == 429
    assert 0 < int(soon.headers["Retry-After"]) <= 61
    assert "You can have another one in 1 minute." in soon.text
    assert 'value="Dora Lindner"' in soon.text, "the form stays"
    move_clock(seconds=61)
    assert dora.post(address(world, world.offer, "acceptance/code"), filled).status_code == 200
    if sent_code(world) != first:
        assert dora.post(address(world, world.offer, "acceptance"), {**filled, "code": first}).status_code == 422
    for _ in range(3):
        move_clock(seconds=61)
        assert dora.post(address(world, world.offer, "acceptance/code"), filled).status_code == 200
    move_clock(seconds=61)
    assert dora.post(address(world, world.offer, "acceptance/code"), filled).status_code == 429
    assert len(sent_codes(world)) == 5


@pytest.mark.usefixtures("mail")
def test_a_code_of_another_session_or_offer_is_worth_nothing(dora: Browser, holder: Browser, world: World) -> None:
    filled, theirs = form(dora, world, world.offer), form(holder, world, world.offer)
    dora.post(address(world, world.offer, "acceptance/code"), filled)
    answer = holder.post(address(world, world.offer, "acceptance"), {**theirs, "code": sent_code(world)})
    assert answer.status_code == 422
    change_firm(world, code_limit=0)
    other = form(dora, world, world.small_offer)
    assert (
        dora.post(address(world, world.small_offer, "acceptance"), {**other, "code": sent_code(world)}).status_code
        == 422
    )


@pytest.mark.usefixtures("mail")
def test_a_stale_page_sends_no_code_and_keeps_what_was_typed(dora: Browser, world: World) -> None:
    filled = {**form(dora, world, world.offer), "name": "Dora die Große"}
    for what in ("acceptance", "acceptance/code"):
        answer = dora.post(address(world, world.offer, what), filled, csrf=False)
        assert answer.status_code == 422
        assert "Dora die Große" in answer.text
        assert "This page was open for a long time" in answer.text
    assert sent_codes(world) == []
    assert decisions(world, world.offer) == []


@pytest.mark.usefixtures("mail")
def test_an_offer_without_a_known_amount_counts_as_above_the_limit(dora: Browser, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        lindner = scope.by_id(Client, world.lindner)
    unknown = factories.document(lindner, number="AN-2026-0199", total=None)
    assert "Send code" in dora.get(address(world, unknown.id, "acceptance")).text


# awaiting confirmation


@pytest.mark.parametrize("why", ["no mail server", "no address", "bounced"])
def test_without_a_usable_address_the_acceptance_awaits_confirmation(
    dora: Browser, world: World, why: str, app: Flask
) -> None:
    codes.configure(mail_available=why != "no mail server")
    try:
        with scopes.of_firm(world.firm) as scope:
            contact = scope.by_id(Contact, world.dora)
            if why == "no address":
                scope.change(contact, email="", email_key=None)
            elif why == "bounced":
                scope.change(contact, email_error="550 unknown")
        page = dora.get(address(world, world.offer, "acceptance"))
        assert "It becomes binding only then." in page.text
        assert "Send code" not in page.text
        filled = {**hidden(page.text), "name": "Dora Lindner", "agreed": "y"}
        assert dora.post(address(world, world.offer, "acceptance/code"), filled).status_code == 409
        assert dora.post(address(world, world.offer, "acceptance"), filled).status_code == 303
    finally:
        codes.configure(mail_available=False)
    [decision] = decisions(world, world.offer)
    assert decision.state == AWAITING
    shown = dora.get(address(world, world.offer)).text
    assert "Awaiting confirmation" in shown
    assert "It binds nobody until we have confirmed it with you" in shown
    assert "We will confirm your acceptance" in dora.get("/portal/").text
    second = dora.post(address(world, world.offer, "decline"), filled)
    assert second.status_code == 409


# who may not


def test_persons_may_decline_and_ask_but_not_accept(emil: Browser, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        okonkwo = scope.by_id(Client, world.okonkwo)
    offer = factories.document(okonkwo, number="AN-2026-0300", total=100_00)
    page = emil.get(address(world, offer.id)).text
    assert "Accept offer" not in page
    assert "Decline offer" in page
    assert emil.get(address(world, offer.id, "acceptance")).status_code == 403
    filled = {**form(emil, world, offer.id, "decline"), "agreed": "y"}
    assert emil.post(address(world, offer.id, "acceptance"), filled).status_code == 403
    assert decisions(world, offer.id) == []
    change_firm(world, persons_accept=True)
    assert "Accept offer" in emil.get(address(world, offer.id)).text
    assert emil.post(address(world, offer.id, "acceptance"), form(emil, world, offer.id)).status_code == 303


def test_the_firm_may_forbid_links_to_decide(dora: Browser, world: World) -> None:
    filled = form(dora, world, world.small_offer)
    change_firm(world, link_decide=False)
    page = dora.get(address(world, world.small_offer)).text
    assert "Accept offer" not in page
    assert "To accept or decline, please call us." in page
    for what in ("acceptance", "acceptance/code", "decline"):
        assert dora.post(address(world, world.small_offer, what), filled).status_code == 403
    assert dora.get(address(world, world.small_offer, "acceptance")).status_code == 403


def test_staff_who_look_may_not_act(anna: Browser, dora: Browser, world: World, token_of: Callable[[int], str]) -> None:
    filled = form(dora, world, world.small_offer)
    anna.post(f"/l/{token_of(world.lindner_link)}/view")
    page = anna.get(address(world, world.small_offer)).text
    assert "Accept offer" not in page
    assert "The client decides here; you only look." in page
    for what in ("acceptance", "acceptance/code", "decline", "comments"):
        assert anna.post(address(world, world.small_offer, what), {**filled, **token(page)}).status_code == 403
    assert decisions(world, world.small_offer) == []


def test_at_the_test_client_staff_may_try_everything(
    anna: Browser, world: World, token_of: Callable[[int], str]
) -> None:
    with scopes.of_firm(world.firm) as scope:
        test_client = scope.by_id(Client, world.test_client)
    offer = factories.document(test_client, number="AN-T-1", total=100_00)
    anna.post(f"/l/{token_of(factories._own_link(test_client).id)}/view")
    start = anna.get("/portal/").text
    assert "this is the test client" in start
    filled = {**form(anna, world, offer.id), **token(start)}
    assert anna.post(address(world, offer.id, "acceptance"), filled).status_code == 303
    assert decisions(world, offer.id)[0].identified_by == "staff_view"


@pytest.mark.parametrize("other", ["thode_offer", "other_offer", "draft"])
@pytest.mark.parametrize("what", ["acceptance", "decline", "acceptance/code", "comments"])
def test_what_is_not_hers_does_not_exist(dora: Browser, world: World, other: str, what: str) -> None:
    filled = form(dora, world, world.small_offer)
    assert dora.post(address(world, getattr(world, other), what), filled).status_code == 404
    if "/" not in what and what != "comments":
        assert dora.get(address(world, getattr(world, other), what)).status_code == 404
    assert decisions(world, getattr(world, other)) == []


@pytest.mark.parametrize("what", ["acceptance", "decline"])
def test_an_invoice_is_nothing_to_decide(dora: Browser, world: World, what: str) -> None:
    assert dora.get(address(world, world.invoice, what)).status_code == 403
    assert dora.post(address(world, world.invoice, what), {"name": "x"}).status_code == 403


def test_signed_out_nothing_is_accepted(nobody: Browser, world: World) -> None:
    assert nobody.post(address(world, world.small_offer, "acceptance"), {"name": "x"}).location == "/portal/door"


def test_in_german_the_button_says_what_it_means(dora: Browser, world: World) -> None:
    page = dora.get(address(world, world.small_offer, "acceptance"), language="de").text
    for words in ("Ihr Name", "Ich habe das Angebot und die Bedingungen gelesen", "Zahlungspflichtig beauftragen"):
        assert words in page
    dora.post(address(world, world.small_offer, "acceptance"), form(dora, world, world.small_offer), language="de")
    [decision] = decisions(world, world.small_offer)
    assert (decision.button, decision.language) == ("Zahlungspflichtig beauftragen", "de")


def _save_terms(world: World, text: str) -> None:
    with scopes.of_firm(world.firm) as scope:
        firm = scope.firm
    terms.save(InstanceActor(world.firm, "test"), firm, text=text)
