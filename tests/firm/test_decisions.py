"""An acceptance that waits: confirming and rejecting; what was decided is shown with its certificate."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from portal.models.decision import AWAITING, CONFIRMED, REJECTED, OfferDecision
from portal.models.document import ACCEPTED, Document
from portal.operations import codes
from portal.policies import scope as scopes
from tests import acting
from tests.browser_client import Browser
from tests.operations.test_decisions import accept, decline
from tests.personas import World

SAID = {"with_whom": "Dora Lindner", "how": "By phone", "when": "heute, 10 Uhr"}


def offer(world: World, row_id: int | None = None) -> Document:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Document, row_id or world.offer)


def page_of(world: World, rest: str = "") -> str:
    return f"/firm/documents/{offer(world).uid}{rest}"


def decision(world: World) -> OfferDecision:
    with scopes.of_firm(world.firm) as scope:
        return scope.one(scope.of(OfferDecision))


@pytest.fixture
def waiting(app: object, world: World) -> Iterator[None]:
    """Dora accepted while no mail goes out."""
    codes.configure(mail_available=False)
    accept(acting.by_link(world.firm, world.dora_link), offer(world))
    yield
    codes.configure(mail_available=True)


@pytest.mark.usefixtures("waiting")
class TestWaiting:
    def test_the_page_offers_both(self, anna: Browser, world: World) -> None:
        page = anna.get(page_of(world)).text
        assert "Awaiting confirmation" in page
        assert page_of(world, "/decision/confirmation") in page
        assert page_of(world, "/decision/rejection") in page
        assert page_of(world, "/versions/new") not in page

    def test_confirms(self, anna: Browser, world: World) -> None:
        assert "best by calling" in anna.get(page_of(world, "/decision/confirmation")).text
        answer = anna.post(page_of(world, "/decision/confirmation"), SAID)
        assert (answer.status_code, answer.location.rpartition("#")[2]) == (303, "decision")
        assert (decision(world).state, decision(world).settled_how) == (CONFIRMED, "By phone")
        assert offer(world).outcome == ACCEPTED
        assert "with Dora Lindner (By phone, heute, 10 Uhr)" in anna.get(page_of(world)).text

    def test_wants_to_know_all(self, anna: Browser, world: World) -> None:
        answer = anna.post(page_of(world, "/decision/confirmation"), {**SAID, "how": "", "when": ""})
        assert answer.status_code == 422
        assert answer.text.count("Please fill this in.") >= 2
        assert "Dora Lindner" in answer.text
        assert decision(world).state == AWAITING

    def test_htmx_gets_the_form_alone(self, anna: Browser, world: World) -> None:
        answer = anna.post(page_of(world, "/decision/confirmation"), {}, htmx=True)
        assert answer.status_code == 422
        assert answer.text.lstrip().startswith("<form")

    def test_rejects(self, anna: Browser, world: World) -> None:
        assert anna.post(page_of(world, "/decision/rejection"), {"reason": ""}).status_code == 422
        answer = anna.post(page_of(world, "/decision/rejection"), {"reason": "Niemand weiß davon"})
        assert answer.status_code == 303
        assert (decision(world).state, offer(world).outcome) == (REJECTED, None)
        assert "Niemand weiß davon" in anna.get(page_of(world)).text

    def test_the_second_of_two_sees_what_the_first_did(self, anna: Browser, ben: Browser, world: World) -> None:
        anna.post(page_of(world, "/decision/confirmation"), SAID)
        for act, fields in (("confirmation", SAID), ("rejection", {"reason": "x"})):
            answer = ben.post(page_of(world, f"/decision/{act}"), fields)
            assert answer.status_code == 409
            assert "confirmed or rejected meanwhile" in answer.text
        assert decision(world).state == CONFIRMED

    def test_not_by_another_firm(self, frida: Browser, world: World) -> None:
        for act in ("confirmation", "rejection"):
            assert frida.get(page_of(world, f"/decision/{act}")).status_code == 404
            assert frida.post(page_of(world, f"/decision/{act}"), SAID).status_code == 404

    @pytest.mark.usefixtures("advisers_restricted")
    def test_not_by_an_adviser_of_other_clients(self, clara: Browser, world: World) -> None:
        assert clara.post(page_of(world, "/decision/confirmation"), SAID).status_code == 403
        assert decision(world).state == AWAITING


def test_nothing_to_confirm_is_nothing_there(anna: Browser, world: World) -> None:
    assert anna.get(page_of(world, "/decision/confirmation")).status_code == 404
    assert anna.post(page_of(world, "/decision/confirmation"), SAID).status_code == 409


def test_an_acceptance_is_shown_with_its_certificate(anna: Browser, world: World) -> None:
    small = offer(world, world.small_offer)
    accept(acting.by_link(world.firm, world.dora_link), small)
    page = anna.get(f"/firm/documents/{small.uid}").text
    for text in ("Accepted", "Dora Lindner", "Secret link of Dora Lindner", "Certificate"):
        assert text in page
    with anna.get(f"/firm/documents/{small.uid}/certificate") as paper:
        assert paper.data.startswith(b"%PDF")
        assert paper.headers["Content-Disposition"].startswith("attachment")


def test_a_refusal_is_shown_with_its_reason(anna: Browser, world: World) -> None:
    decline(acting.by_link(world.firm, world.dora_link), offer(world), reason="Zu <teuer>")
    page = anna.get(page_of(world)).text
    assert "Declined" in page
    assert "Zu &lt;teuer&gt;" in page
