"""A new address that waits: staff are told before and after, a portal admin lets it go with a reason (TRUST)."""

from __future__ import annotations

from portal.models.audit_entry import AuditEntry
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.operations import address_changes
from portal.policies import scope as scopes
from tests import acting
from tests.browser_client import Browser
from tests.personas import World

DATA = {"email": "dora@neu.example.com", "first_name": "Dora", "last_name": "Lindner", "salutation": "ms"}


def at(world: World, end: str, membership_id: int | None = None) -> str:
    with scopes.of_firm(world.firm) as scope:
        return f"/firm/memberships/{scope.by_id(Membership, membership_id or world.dora_at_lindner).uid}/{end}"


def is_held(world: World) -> bool:
    with scopes.of_firm(world.firm) as scope:
        return address_changes.is_held(scope.by_id(Contact, world.dora))


def client_page(world: World) -> str:
    with scopes.of_firm(world.firm) as scope:
        return f"/firm/clients/{scope.by_id(Client, world.lindner).uid}"


def test_the_form_says_beforehand_what_will_happen(anna: Browser, world: World) -> None:
    assert "for 72 hours no link, code or invitation goes to the new one" in anna.get(at(world, "contact")).text


def test_a_change_is_held_and_shown(anna: Browser, dora: Browser, world: World) -> None:
    assert anna.post(at(world, "contact"), DATA).status_code == 303
    assert is_held(world)
    assert dora.get("/portal/").status_code == 303
    page = anna.get(client_page(world)).text
    assert "New address waits until" in page
    assert "Nothing goes to the new address until" in page
    assert "unless the old address confirms the change" in anna.get(at(world, "contact")).text
    (mail,) = acting.mails(world.firm, "address_changed")
    assert mail.to == "dora@lindner.example.org"


def test_a_portal_admin_releases_it(anna: Browser, world: World) -> None:
    anna.post(at(world, "contact"), DATA)
    assert "May mail go to dora@neu.example.com at once?" in anna.get(at(world, "hold")).text
    refused = anna.post(at(world, "hold"), {"reason": ""})
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.text
    assert is_held(world)
    answer = anna.post(at(world, "hold"), {"reason": "zurückgerufen"}, htmx=True, headers={"HX-Target": "hold"})
    assert answer.status_code == 200
    assert "New address waits" not in answer.text
    assert not is_held(world)
    assert anna.post(at(world, "hold"), {"reason": "noch einmal"}).status_code == 409
    with scopes.of_firm(world.firm) as scope:
        assert scope.holds(scope.of(AuditEntry).where(AuditEntry.action == "contact.address_released"))
    assert (
        "let mail go to the new address of Dora Lindner at once: zurückgerufen"
        in anna.get(f"{client_page(world)}/activity").text
    )


def test_releasing_is_not_for_others(anna: Browser, ben: Browser, frida: Browser, world: World) -> None:
    anna.post(at(world, "contact"), DATA)
    for browser, status in ((ben, 403), (frida, 404)):
        assert browser.get(at(world, "hold")).status_code == status
        assert browser.post(at(world, "hold"), {"reason": "weil"}).status_code == status
    assert "data-dialog-url>Release" not in ben.get(client_page(world)).text
    assert is_held(world)
