"""The pages of the team."""

from __future__ import annotations

import pytest

from portal.models.staff import ADMIN, Staff
from portal.policies import scope as scopes
from tests import acting
from tests.browser_client import Browser
from tests.personas import World


def staff(world: World, staff_id: int) -> Staff:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Staff, staff_id)


def test_the_list_shows_everybody_to_the_admin_only(anna: Browser, ben: Browser, frida: Browser) -> None:
    page = anna.get("/firm/team").text
    for name in ("Anna Petry", "Ben Aydin", "Clara Voss"):
        assert name in page
    assert "Ben Aydin" not in frida.get("/firm/team").text
    assert ben.get("/firm/team").status_code == 403


def test_somebody_is_invited(anna: Browser, world: World) -> None:
    answer = anna.post("/firm/team", {"email": "gesa@petry.example.com", "name": "Gesa", "role": "adviser"})
    assert (answer.status_code, answer.location) == (303, "/firm/team")
    page = anna.get("/firm/team").text
    assert "Gesa" in page
    assert "Invited, until" in page
    assert [mail.to for mail in acting.mails(world.firm, "invite")] == ["gesa@petry.example.com"]


def test_a_wrong_invitation_comes_back_as_typed(anna: Browser, world: World) -> None:
    answer = anna.post("/firm/team", {"email": "gesa", "name": "Gesa Holm", "role": "adviser"})
    assert answer.status_code == 422
    assert 'value="Gesa Holm"' in answer.text
    again = anna.post("/firm/team", {"email": "ben@petry.example.com", "role": "adviser"})
    assert again.status_code == 409
    assert "in the team already" in again.text
    assert acting.mails(world.firm, "invite") == []


def test_the_role_is_changed_and_the_last_admin_stays(anna: Browser, ben: Browser, world: World) -> None:
    me, other = staff(world, world.anna).uid, staff(world, world.ben).uid
    refused = anna.post(f"/firm/team/{me}/role", {"role": "adviser"})
    assert refused.status_code == 409
    assert "last portal admin" in refused.text
    assert "last portal admin" in anna.get(f"/firm/team/{me}").text
    assert anna.post(f"/firm/team/{other}/role", {"role": "owner"}).status_code == 422
    assert anna.post(f"/firm/team/{other}/role", {"role": "admin"}).status_code == 303
    assert staff(world, world.ben).role == ADMIN
    assert ben.get("/firm/account").status_code == 303


def test_deactivating_is_asked_first_and_ends_access_at_once(anna: Browser, ben: Browser, world: World) -> None:
    uid = staff(world, world.ben).uid
    assert ben.get("/firm/account").status_code == 200
    asked = anna.get(f"/firm/team/{uid}/deactivation")
    assert "Deactivate Ben Aydin?" in asked.text
    assert "<html" not in anna.get(f"/firm/team/{uid}/deactivation", htmx=True).text
    assert staff(world, world.ben).is_active
    assert anna.post(f"/firm/team/{uid}/deactivation").status_code == 303
    assert ben.get("/firm/account").status_code == 303
    assert "Deactivated" in anna.get("/firm/team").text
    assert anna.post(f"/firm/team/{uid}/deactivation").status_code == 409
    assert anna.post(f"/firm/team/{uid}/activation").status_code == 303
    assert staff(world, world.ben).is_active


def test_the_last_admin_is_not_deactivated(anna: Browser, world: World) -> None:
    uid = staff(world, world.anna).uid
    answer = anna.post(f"/firm/team/{uid}/deactivation")
    assert answer.status_code == 409
    assert "last portal admin" in answer.text
    assert staff(world, world.anna).is_active


def test_invitation_and_new_password_are_mailed_again(anna: Browser, world: World) -> None:
    anna.post("/firm/team", {"email": "gesa@petry.example.com", "name": "Gesa", "role": "adviser"})
    with scopes.of_firm(world.firm) as scope:
        gesa = scope.one(scope.of(Staff).where(Staff.name == "Gesa"))
    assert anna.post(f"/firm/team/{gesa.uid}/invitation").status_code == 303
    assert len(acting.mails(world.firm, "invite")) == 2
    assert anna.post(f"/firm/team/{staff(world, world.ben).uid}/reset").status_code == 303
    assert [mail.to for mail in acting.mails(world.firm, "reset")] == ["ben@petry.example.com"]
    assert anna.post(f"/firm/team/{staff(world, world.ben).uid}/invitation").status_code == 409


@pytest.mark.parametrize("act", ["", "/deactivation"])
def test_a_stranger_of_another_firm_finds_nobody(frida: Browser, world: World, act: str) -> None:
    assert frida.get(f"/firm/team/{staff(world, world.ben).uid}{act}").status_code == 404


@pytest.mark.parametrize("act", ["role", "deactivation", "activation", "invitation", "reset"])
def test_who_may_not_does_nothing(ben: Browser, frida: Browser, world: World, act: str) -> None:
    uid = staff(world, world.clara).uid
    assert ben.post(f"/firm/team/{uid}/{act}", {"role": "admin"}).status_code == 403
    assert frida.post(f"/firm/team/{uid}/{act}", {"role": "admin"}).status_code == 404
    assert staff(world, world.clara).is_active
    assert staff(world, world.clara).role == "adviser"
