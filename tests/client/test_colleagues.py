"""The page for inviting a colleague: there for those with the right, the same answer for every address."""

from __future__ import annotations

import pytest

from portal.models.contact import Contact, Membership
from portal.policies import scope as scopes
from tests.browser_client import Browser
from tests.client.deciding import mails
from tests.personas import World

KARL = {"first_name": "Karl", "last_name": "Brandt", "email": "karl@lindner.example.org"}
PATH = "/portal/settings/colleague"


@pytest.fixture
def inviter(dora_signed_in: Browser, world: World) -> Browser:
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.by_id(Membership, world.dora_at_lindner), invite=True)
    return dora_signed_in


@pytest.mark.parametrize("htmx", [False, True])
def test_a_colleague_is_invited(inviter: Browser, anna: Browser, world: World, htmx: bool) -> None:
    assert PATH in inviter.get("/portal/settings").text
    assert inviter.get(PATH).status_code == 200
    assert inviter.post(PATH, KARL, htmx=htmx).status_code == (204 if htmx else 303)
    assert "an e-mail is on its way" in inviter.get("/portal/settings").text
    with scopes.of_firm(world.firm) as scope:
        from portal.models.client import Client

        uid = scope.by_id(Client, world.lindner).uid
    assert "Dora Lindner invited the colleague Karl Brandt." in anna.get(f"/firm/clients/{uid}/activity").text


def test_the_answer_says_nothing_about_whom_the_firm_knows(inviter: Browser, world: World) -> None:
    people = [
        KARL,
        {**KARL, "email": "emil@okonkwo.example.org"},
        {"first_name": "Emil", "last_name": "Okonkwo", "email": "emil@okonkwo.example.org"},
        {"first_name": "Dora", "last_name": "Lindner", "email": "dora@lindner.example.org"},
        {**KARL, "email": "dora@lindner.example.org"},
        {**KARL, "email": "anna@petry.example.com"},
    ]
    answers = []
    for each in people:
        answer = inviter.post(PATH, each)
        page = inviter.get("/portal/settings").text
        answers.append((answer.status_code, answer.location, answer.data, "an e-mail is on its way" in page))
    assert set(answers) == {(303, "/portal/settings", answers[0][2], True)}


@pytest.mark.parametrize("change", [{"first_name": ""}, {"last_name": " "}, {"email": "karl"}, {"email": ""}])
def test_what_cannot_be_comes_back(inviter: Browser, world: World, change: dict[str, str]) -> None:
    answer = inviter.post(PATH, {**KARL, **change})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert 'value="Brandt"' in answer.text or "last_name" in change
    with scopes.of_firm(world.firm) as scope:
        assert not scope.holds(scope.of(Contact).where(Contact.last_name == "Brandt"))


def test_only_with_the_right_and_a_password(
    dora_signed_in: Browser, dora: Browser, holder: Browser, world: World
) -> None:
    for browser in (dora_signed_in, dora, holder):
        assert browser.get(PATH).status_code == 403
        assert browser.post(PATH, KARL).status_code == 403
        assert PATH not in browser.get("/portal/settings").text
    assert mails(world, "colleague_invited") == []
