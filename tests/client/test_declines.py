"""Declining an offer: a name, a reason if one likes, never a code; final like accepting."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from portal.models.client import Client
from portal.operations import codes
from portal.policies import scope as scopes
from tests import factories
from tests.browser_client import Browser
from tests.client.deciding import address, decisions, document, form, mails, sent_codes
from tests.personas import World


@pytest.fixture(autouse=True)
def mail(app: Flask) -> Iterator[None]:
    """A mail server is set: declining asks for no code all the same."""
    codes.configure(mail_available=True)
    yield
    codes.configure(mail_available=False)


def test_the_form_asks_for_a_name_and_a_reason(dora: Browser, world: World) -> None:
    page = dora.get(address(world, world.offer, "decline"))
    assert page.status_code == 200
    for words in ("Your name", "Reason", "(optional)", "Decline offer"):
        assert words in page.text
    assert "Code" not in page.text
    assert document(world, world.offer).outcome is None


@pytest.mark.parametrize("reason", ["", "Zu teuer.\nVielleicht <später>."])
def test_declining_leaves_a_decision(dora: Browser, world: World, reason: str) -> None:
    filled = {**form(dora, world, world.offer, "decline"), "reason": reason}
    answer = dora.post(address(world, world.offer, "decline"), filled)
    assert (answer.status_code, answer.location) == (303, address(world, world.offer) + "#decision")
    [decision] = decisions(world, world.offer)
    assert (decision.verdict, decision.reason, decision.button) == ("decline", reason, "Decline")
    assert document(world, world.offer).outcome == "declined"
    page = dora.get(answer.location).text
    assert "Declined by Dora Lindner on" in page
    assert "<später>" not in page
    assert "Decline offer" not in page
    assert sent_codes(world) == []
    assert mails(world, "decision")


def test_it_is_final(dora: Browser, world: World) -> None:
    accepting = form(dora, world, world.small_offer)
    dora.post(address(world, world.small_offer, "decline"), form(dora, world, world.small_offer, "decline"))
    answer = dora.post(address(world, world.small_offer, "acceptance"), accepting)
    assert answer.status_code == 409
    assert "Declined by Dora Lindner" in answer.text
    assert [d.verdict for d in decisions(world, world.small_offer)] == ["decline"]


def test_the_same_key_again_is_the_same_answer_and_no_acceptance(dora: Browser, world: World) -> None:
    filled = form(dora, world, world.small_offer, "decline")
    for _ in range(2):
        assert dora.post(address(world, world.small_offer, "decline"), filled).status_code == 303
    assert dora.post(address(world, world.small_offer, "acceptance"), filled).status_code == 409
    assert len(decisions(world, world.small_offer)) == 1


@pytest.mark.parametrize("change", [{"name": ""}, {"reason": "x" * 2001}, {"name": "x" * 201}])
def test_errors_stand_at_their_fields_and_what_was_typed_stays(
    dora: Browser, world: World, change: dict[str, str]
) -> None:
    filled = {**form(dora, world, world.offer, "decline"), "reason": "Zu teuer", **change}
    answer = dora.post(address(world, world.offer, "decline"), filled)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert filled["reason"] in answer.text
    assert decisions(world, world.offer) == []


def test_a_stale_page_declines_nothing_and_keeps_the_reason(dora: Browser, world: World) -> None:
    filled = {**form(dora, world, world.offer, "decline"), "reason": "Zu teuer"}
    answer = dora.post(address(world, world.offer, "decline"), filled, csrf=False)
    assert answer.status_code == 422
    assert "Zu teuer" in answer.text
    assert decisions(world, world.offer) == []


def test_with_htmx_the_dialog_holds_a_fragment(dora: Browser, world: World) -> None:
    fragment = dora.get(address(world, world.offer, "decline"), htmx=True)
    assert "<html" not in fragment.text
    assert fragment.text.count("<h2") == 1
    answer = dora.post(address(world, world.offer, "decline"), form(dora, world, world.offer, "decline"), htmx=True)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, address(world, world.offer) + "#decision")


def test_persons_may_decline(emil: Browser, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        okonkwo = scope.by_id(Client, world.okonkwo)
    offer = factories.document(okonkwo, number="AN-2026-0301")
    assert emil.post(address(world, offer.id, "decline"), form(emil, world, offer.id, "decline")).status_code == 303


def test_in_german(dora: Browser, world: World) -> None:
    page = dora.get(address(world, world.offer, "decline"), language="de").text
    for words in ("Ihr Name", "Grund", "Ablehnen"):
        assert words in page
