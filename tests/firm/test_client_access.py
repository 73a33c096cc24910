"""The access overview of a client: contacts, links, sessions, and *revoke all* (X15)."""

from __future__ import annotations

import pytest

from portal.models.client import Client
from portal.models.contact import Membership
from portal.models.link import Link
from portal.models.sign_in import SignIn
from portal.policies import scope as scopes
from tests import acting
from tests.browser_client import Browser
from tests.personas import World


def uid(world: World, client_id: int | None = None) -> str:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Client, client_id or world.lindner).uid


def session_uid(world: World, sign_in_id: int) -> str:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(SignIn, sign_in_id).uid


def living_links(world: World, client_id: int) -> int:
    with scopes.of_firm(world.firm) as scope:
        return scope.of(Link).where(Link.client == client_id, Link.revoked_at.is_null()).count()


def test_shows_who_has_access_and_who_is_inside(anna: Browser, dora_signed_in: Browser, world: World) -> None:
    acting.by_link(world.firm, world.lindner_link)
    dora_signed_in.get("/portal/")
    page = anna.get(f"/firm/clients/{uid(world)}/access").text
    assert "Does this contact have access?" in page
    assert "Yes. Dora Lindner signs in with a password; last here on" in page
    assert "By password" in page
    assert "By secret link" in page
    assert "203.0.113.7" in page
    assert "Somebody with the client's link" in page
    assert page.count("No page opened: perhaps a machine") == 1
    assert "fetched 1×" in page
    assert "/l/" not in page


def test_whoever_lost_login_is_not_called_signed_in(anna: Browser, dora_signed_in: Browser, world: World) -> None:
    dora_signed_in.get("/portal/")
    address = f"/firm/clients/{uid(world)}/access"
    assert "By password" in anna.get(address).text
    with scopes.of_firm(world.firm) as scope:
        member = scope.by_id(Membership, world.dora_at_lindner)
    assert member is not None
    anna.post(f"/firm/memberships/{member.uid}/login", {"on": "0"})
    assert "By password" not in anna.get(address).text


def test_a_visit_of_the_firm_is_told_apart(anna: Browser, world: World) -> None:
    anna.post(f"/firm/clients/{uid(world)}/view")
    page = anna.get(f"/firm/clients/{uid(world)}/access").text
    assert "Looks at the portal as the client does" in page


def test_revokes_all_after_a_question(
    anna: Browser, dora: Browser, holder: Browser, emil: Browser, world: World
) -> None:
    address = f"/firm/clients/{uid(world)}/revocation"
    assert "Revoke all access to Hausverwaltung Lindner?" in anna.get(address).text
    assert anna.get(address, htmx=True).text.startswith('<form class="in g4" id="revocation"')
    assert living_links(world, world.lindner) > 0
    answer = anna.post(address)
    assert (answer.status_code, answer.location) == (303, f"/firm/clients/{uid(world)}/access")
    assert living_links(world, world.lindner) == 0
    assert (dora.get("/portal/").status_code, holder.get("/portal/").status_code) == (303, 303)
    assert emil.get("/portal/").status_code == 200
    assert "Revoked: " in anna.get(answer.location).text


def test_says_who_can_come_in_again(anna: Browser, dora_signed_in: Browser, world: World) -> None:
    page = anna.get(f"/firm/clients/{uid(world)}/revocation").text
    assert "A password stays good: Dora Lindner can sign in again." in page


def test_ends_one_session(anna: Browser, dora: Browser, holder: Browser, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        session = scope.one(scope.of(SignIn).where(SignIn.link_id == world.dora_link))
    answer = anna.post(f"/firm/sessions/{session.uid}/end")
    assert (answer.status_code, answer.location) == (303, f"/firm/clients/{uid(world)}/access#sessions")
    assert (dora.get("/portal/").status_code, holder.get("/portal/").status_code) == (303, 200)
    assert anna.post(f"/firm/sessions/{session.uid}/end").status_code == 409


def test_no_session_of_staff_ends_here(anna: Browser, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        own = scope.one(scope.of(SignIn).where(SignIn.staff == world.anna))
    assert anna.post(f"/firm/sessions/{own.uid}/end").status_code == 404
    assert anna.get("/firm/").status_code == 200


def test_is_for_this_firm_only(frida: Browser, dora: Browser, world: World) -> None:
    session = session_uid(world, acting.by_link(world.firm, world.dora_link).sign_in_id)
    assert frida.get(f"/firm/clients/{uid(world)}/access").status_code == 404
    assert frida.get(f"/firm/clients/{uid(world)}/revocation").status_code == 404
    assert frida.post(f"/firm/clients/{uid(world)}/revocation").status_code == 404
    assert frida.post(f"/firm/sessions/{session}/end").status_code == 404
    assert dora.get(f"/firm/clients/{uid(world)}/access").status_code == 303
    assert living_links(world, world.lindner) > 0


@pytest.mark.usefixtures("advisers_restricted")
def test_is_not_for_advisers_not_assigned(ben: Browser, clara: Browser, world: World) -> None:
    address = f"/firm/clients/{uid(world)}"
    session = session_uid(world, acting.by_link(world.firm, world.dora_link).sign_in_id)
    assert (ben.get(f"{address}/access").status_code, clara.get(f"{address}/access").status_code) == (200, 403)
    assert clara.post(f"{address}/revocation").status_code == 403
    assert clara.post(f"/firm/sessions/{session}/end").status_code == 403
    assert ben.post(f"/firm/sessions/{session}/end").status_code == 303
