"""The page of the API tokens."""

from __future__ import annotations

import re

from portal.base import tokens
from portal.models.api_token import ApiToken
from portal.operations import api_tokens
from portal.policies import scope as scopes
from tests.browser_client import Browser
from tests.personas import World


def made(browser: Browser) -> str:
    answer = browser.post("/firm/settings/tokens", {"name": "Billing", "rights": ["read", "links"]})
    assert answer.status_code == 200
    found = re.search(r'value="(foyer_[^"]+)"', answer.text)
    assert found is not None
    assert answer.headers["Cache-Control"] == "no-store"
    return found[1]


def row(world: World) -> ApiToken:
    with scopes.of_firm(world.firm) as scope:
        return scope.one(scope.of(ApiToken))


def test_a_token_is_shown_once_and_works(anna: Browser, world: World) -> None:
    text = made(anna)
    assert text not in anna.get("/firm/settings/tokens").text
    found = api_tokens.find(tokens.fingerprint(text), address="127.0.0.1")
    assert found is not None
    assert found.rights == {"read", "links"}
    assert "Billing" in anna.get("/firm/settings/tokens").text


def test_a_token_without_name_or_rights_is_none(anna: Browser, world: World) -> None:
    answer = anna.post("/firm/settings/tokens", {"name": "Billing"})
    assert answer.status_code == 422
    assert 'value="Billing"' in answer.text
    assert anna.post("/firm/settings/tokens", {"name": "", "rights": ["read"]}).status_code == 422
    with scopes.of_firm(world.firm) as scope:
        assert not scope.holds(scope.of(ApiToken))


def test_revoking_is_asked_first_and_cannot_be_done_twice(anna: Browser, world: World) -> None:
    text = made(anna)
    address = f"/firm/settings/tokens/{row(world).uid}/revocation"
    assert "Revoke “Billing”?" in anna.get(address).text
    assert row(world).revoked_at is None
    assert anna.post(address).status_code == 303
    assert api_tokens.find(tokens.fingerprint(text), address="") is None
    assert "Revoked" in anna.get("/firm/settings/tokens").text
    assert anna.post(address).status_code == 409


def test_others_do_not_revoke(anna: Browser, ben: Browser, frida: Browser, world: World) -> None:
    made(anna)
    address = f"/firm/settings/tokens/{row(world).uid}/revocation"
    assert ben.post(address).status_code == 403
    assert frida.get(address).status_code == 404
    assert frida.post(address).status_code == 404
    assert row(world).revoked_at is None
