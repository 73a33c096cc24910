"""The proof of a decision by API."""

from __future__ import annotations

from collections.abc import Callable

from portal.models.decision import OfferDecision
from portal.models.document import Document, DocumentVersion
from portal.models.firm import Firm
from portal.operations import codes, decisions
from portal.policies import scope as scopes
from tests import acting
from tests.api.conftest import Programme
from tests.personas import World


def decide(world: World, document_id: int, *, accept: bool) -> OfferDecision:
    """The holder of Dora's link decides the offer as it is shown to her."""
    with scopes.of_firm(world.firm) as scope:
        document = scope.by_id(Document, document_id)
        version = scope.one(scope.of(DocumentVersion).where(DocumentVersion.document == document.id))
    shown = {"version": 1, "sha256": version.sha256, "fields_sha256": version.fields_sha256}
    said = {"name": "Dora Lindner", "key": "k1", "language": "de"}
    actor = acting.by_link(world.firm, world.dora_link)
    if accept:
        return decisions.accept(actor, document, **shown, **said, agreed=True, button="Zahlungspflichtig beauftragen")  # type: ignore[arg-type]
    return decisions.decline(actor, document, **shown, **said, button="Ablehnen", reason="Zu teuer")  # type: ignore[arg-type]


def test_an_accepted_offer_is_proved(
    api: Programme, reader: Programme, uid_of: Callable[[int], str], world: World
) -> None:
    offer = f"/documents/{uid_of(world.small_offer)}"
    assert reader.get(offer + "/acceptance").status_code == 404
    decision = decide(world, world.small_offer, accept=True)
    found = reader.get(offer + "/acceptance")
    assert found.status_code == 200
    proof, document = found.json, api.get(offer).json
    assert proof is not None
    assert document is not None
    assert (proof["id"], proof["document"]) == (decision.uid, document["id"])
    assert proof["sha256"] == document["sha256"]
    assert proof["amount"] == document["payable"] == {"amount": "238.00", "currency": "EUR"}
    assert (proof["verdict"], proof["state"], proof["version"]) == ("accepted", "binding", 1)
    assert (proof["name"], proof["contact"]) == ("Dora Lindner", "Dora Lindner")
    assert proof["button"] == "Zahlungspflichtig beauftragen"
    assert proof["identified_by"] == "contact_link"
    assert (proof["address"], proof["agent"]) == ("203.0.113.7", "Test browser")
    assert proof["at"].endswith("+00:00")
    assert document["status"] == "accepted"


def test_a_declined_offer_is_answered_with_its_reason(
    reader: Programme, uid_of: Callable[[int], str], world: World
) -> None:
    decide(world, world.small_offer, accept=False)
    proof = reader.get(f"/documents/{uid_of(world.small_offer)}/acceptance").json
    assert proof is not None
    assert (proof["verdict"], proof["reason"], proof["terms_version"]) == ("declined", "Zu teuer", None)


def test_an_offer_without_known_amount_waits_for_staff(
    api: Programme, uid_of: Callable[[int], str], world: World
) -> None:
    """No mail server: nobody can be asked for a code, so the acceptance awaits confirmation (DETAILS 7)."""
    with scopes.of_firm(world.firm) as scope:
        scope.update(Firm, code_limit=1).execute()
    codes.configure(mail_available=False)
    decide(world, world.small_offer, accept=True)
    offer = f"/documents/{uid_of(world.small_offer)}"
    assert api.get(offer).json["status"] == "awaiting_confirmation"  # type: ignore[index]
    assert api.get(offer + "/acceptance").json["state"] == "awaiting"  # type: ignore[index]


def test_a_decided_offer_is_neither_corrected_nor_withdrawn(
    api: Programme, uid_of: Callable[[int], str], world: World
) -> None:
    decide(world, world.small_offer, accept=True)
    offer = f"/documents/{uid_of(world.small_offer)}"
    assert api.upload(to=offer + "/versions").json["code"] == "decided"  # type: ignore[index]
    assert api.post(offer + "/withdraw").json["code"] == "decided"  # type: ignore[index]
    assert api.post(offer + "/cancel").json["status"] == "cancelled"  # type: ignore[index]
    assert api.get(offer + "/acceptance").status_code == 200, "the proof stays"
