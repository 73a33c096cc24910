"""One's own account."""

from __future__ import annotations

import re

from flask import Flask

from portal.models.sign_in import SignIn
from portal.models.staff import Staff
from portal.operations import sign_ins
from portal.policies import scope as scopes
from portal.policies.actors import Stranger
from portal.web.devices import device
from tests.browser_client import Browser
from tests.personas import PASSWORD, World

NEW = "vier nasse Regenschirme"


def me(world: World) -> Staff:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Staff, world.ben)


def test_the_account_is_saved_and_speaks_the_language_at_once(ben: Browser, world: World) -> None:
    typed = {"name": "Ben A.", "language": "de", "mail_comments": "y"}
    answer = ben.post("/firm/account", typed)
    assert (answer.status_code, answer.location) == (303, "/firm/account")
    row = me(world)
    assert (row.name, row.shortcuts, row.mail_decisions, row.mail_comments) == ("Ben A.", False, False, True)
    page = ben.get("/firm/account").text
    assert '<html lang="de"' in page
    assert 'data-keys="off"' in page
    ben.post("/firm/account", {**typed, "language": ""})
    assert '<html lang="en"' in ben.get("/firm/account").text


def test_a_nameless_account_comes_back(ben: Browser, world: World) -> None:
    assert ben.post("/firm/account", {"name": " ", "language": "de"}).status_code == 422
    assert ben.post("/firm/account", {"name": "Ben", "language": "fr"}).status_code == 422
    assert me(world).name == "Ben Aydin"


def test_a_new_password_ends_the_other_devices(app: Flask, ben: Browser, world: World) -> None:
    elsewhere = Browser(app).sign_in_staff(world.ben, world.firm)
    wrong = ben.post("/firm/account/password", {"current": "falsch", "new": NEW})
    assert wrong.status_code == 422
    assert NEW not in wrong.text
    assert ben.post("/firm/account/password", {"current": PASSWORD, "new": "kurz"}).status_code == 422
    assert ben.post("/firm/account/password", {"current": PASSWORD, "new": NEW}).status_code == 303
    assert ben.get("/firm/account").status_code == 200
    assert elsewhere.get("/firm/account").status_code == 303
    assert sign_ins.authenticate(Stranger(world.firm), "ben@petry.example.com", NEW) is not None


def test_one_device_or_all_others_are_signed_out(app: Flask, ben: Browser, world: World) -> None:
    second, third = (Browser(app).sign_in_staff(world.ben, world.firm) for _ in range(2))
    uids = re.findall(r"/firm/account/sessions/(\w{16})/end", ben.get("/firm/account").text)
    assert len(uids) == 2
    assert ben.post(f"/firm/account/sessions/{uids[0]}/end").status_code == 303
    assert sorted(browser.get("/firm/account").status_code for browser in (second, third)) == [200, 303]
    assert ben.post(f"/firm/account/sessions/{uids[0]}/end").status_code == 404
    assert ben.post("/firm/account/sessions/end").status_code == 303
    assert [browser.get("/firm/account").status_code for browser in (second, third)] == [303, 303]
    assert ben.get("/firm/account").status_code == 200


def test_nobody_ends_the_session_of_another(ben: Browser, clara: Browser, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        theirs = scope.one(scope.of(SignIn).where(SignIn.staff == world.clara))
    assert ben.post(f"/firm/account/sessions/{theirs.uid}/end").status_code == 404
    assert clara.get("/firm/account").status_code == 200


def test_the_shortcuts_are_a_page_and_a_dialog(ben: Browser) -> None:
    assert "<h1" in ben.get("/firm/account/shortcuts").text
    part = ben.get("/firm/account/shortcuts", htmx=True).text
    assert "<html" not in part
    assert "<h2>" in part


def test_strangers_are_shown_the_door(nobody: Browser) -> None:
    assert nobody.get("/firm/account").location == "/login"


def test_devices_are_named_as_people_know_them() -> None:
    windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Mobile/15E148 Safari/604.1"
    assert device(windows) == "Firefox, Windows"
    assert device(phone) == "Safari, iPhone"
    assert device("curl/8.5.0") == "curl"
    assert device("") == ""
