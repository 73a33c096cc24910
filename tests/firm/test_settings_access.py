"""Staff: how clients sign in, and whose access comes by itself (B2, B5)."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from portal.models.contact import Membership
from portal.models.firm import ALL, FUTURE, NOBODY, PASSWORD, SECRET_LINK, Firm
from portal.models.run import Run
from portal.policies import scope as scopes
from tests.browser_client import Browser
from tests.personas import World

PATH = "/firm/settings/access"


def firm(world: World) -> Firm:
    with scopes.of_firm(world.firm) as scope:
        return scope.firm


def runs_of(world: World) -> int:
    with scopes.of_firm(world.firm) as scope:
        return int(scope.of(Run).count())


@pytest.fixture
def emil_off(app: Flask, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.update(Membership, login=False).where(Membership.id == world.emil_at_okonkwo).execute()


def test_the_page_stands_among_the_settings(anna: Browser) -> None:
    assert f'href="{PATH}"' in anna.get("/firm/settings").text
    page = anna.get(PATH).text
    assert "How clients sign in" in page
    assert page.count(" checked") == 2


def test_what_concerns_nobody_is_kept_at_once(anna: Browser, world: World) -> None:
    answer = anna.post(PATH, {"login_type": SECRET_LINK, "default_access": NOBODY})
    assert answer.status_code == 303
    assert answer.location == PATH
    assert firm(world).default_access == NOBODY
    assert runs_of(world) == 0


def test_all_says_what_happens_and_then_runs(anna: Browser, world: World, emil_off: None) -> None:
    form = {"login_type": SECRET_LINK, "default_access": ALL, "key": "k"}
    review = anna.post(PATH, form)
    assert review.status_code == 200
    assert "Login is switched on for 1 contact." in review.text
    assert firm(world).default_access == FUTURE, "nothing has happened yet"
    answer = anna.post(f"{PATH}/changes", {**form, "invite": "y"})
    assert "/firm/runs/" in answer.location
    assert anna.get(answer.location).status_code == 200
    assert (firm(world).default_access, runs_of(world)) == (ALL, 1)
    assert anna.post(f"{PATH}/changes", {**form, "invite": "y"}).location == PATH, "there is nothing left to change"
    assert runs_of(world) == 1


def test_a_new_login_type_counts_who_needs_an_invitation(anna: Browser, world: World) -> None:
    form = {"login_type": PASSWORD, "default_access": FUTURE, "key": "k"}
    review = anna.post(PATH, form)
    assert "2 contacts need an invitation to come in then." in review.text
    assert "2 people would get one e-mail each" in review.text
    assert firm(world).login_type == SECRET_LINK
    answer = anna.post(f"{PATH}/changes", form)
    assert answer.location == PATH, "no invitations wanted"
    assert firm(world).login_type == PASSWORD
    assert "changed who gets in, and how." in anna.get("/firm/audit").text


def test_unknown_words(anna: Browser, world: World) -> None:
    assert anna.post(PATH, {"login_type": "none", "default_access": ALL}).status_code == 422
    assert anna.post(f"{PATH}/changes", {"login_type": SECRET_LINK}).status_code == 422
    assert firm(world).default_access == FUTURE


def test_a_stale_page_changes_nothing(anna: Browser, world: World) -> None:
    for path in (PATH, f"{PATH}/changes"):
        answer = anna.post(path, {"login_type": PASSWORD, "default_access": ALL}, csrf=False)
        assert answer.status_code == 422
    assert firm(world).login_type == SECRET_LINK


def test_for_portal_admins_only(ben: Browser, dora: Browser, world: World) -> None:
    assert ben.get(PATH).status_code == 403
    assert ben.post(f"{PATH}/changes", {"login_type": PASSWORD, "default_access": ALL}).status_code == 403
    assert dora.get(PATH).status_code == 303
    assert firm(world).login_type == SECRET_LINK


def test_the_form_for_a_contact_follows(anna: Browser, world: World) -> None:
    path = anna.get("/firm/clients").text.split('class="rowlink" href="')[1].split('"')[0] + "/contacts/new"
    ticked = re.compile(r'name="login"[^>]* checked')
    assert ticked.search(anna.get(path).text)
    anna.post(PATH, {"login_type": SECRET_LINK, "default_access": NOBODY})
    assert not ticked.search(anna.get(path).text)
