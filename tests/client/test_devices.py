"""Signed-in devices of a contact: all clients of hers, nobody else's."""

from __future__ import annotations

import re

from flask import Flask

from portal.models.sign_in import SignIn
from portal.policies import scope as scopes
from tests import acting
from tests.browser_client import Browser
from tests.personas import World

AGENT = {"User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"}


def ends(browser: Browser) -> list[str]:
    return re.findall(r"/portal/settings/devices/(\w{16})/end", browser.get("/portal/settings").text)


def test_one_device_or_all_others(app: Flask, dora_signed_in: Browser, world: World) -> None:
    at_thode = Browser(app).sign_in_contact(world.dora_at_thode, world.firm)
    by_link = Browser(app).open_link(world.dora_link, world.firm)
    by_link.get("/portal/", headers=AGENT)
    page = dora_signed_in.get("/portal/settings").text
    assert "by secret link" in page
    assert "· Bäckerei Thode" in page
    assert page.count("This device") == 1
    uids = ends(dora_signed_in)
    assert len(uids) == 2
    assert dora_signed_in.post(f"/portal/settings/devices/{uids[0]}/end").status_code == 303
    assert sorted(browser.get("/portal/settings").status_code for browser in (at_thode, by_link)) == [200, 303]
    assert dora_signed_in.post(f"/portal/settings/devices/{uids[0]}/end").status_code == 404
    assert dora_signed_in.post("/portal/settings/devices/end").status_code == 303
    assert [browser.get("/portal/settings").status_code for browser in (at_thode, by_link)] == [303, 303]
    assert dora_signed_in.get("/portal/settings").status_code == 200


def test_what_a_mail_scanner_fetched_is_no_device(app: Flask, dora_signed_in: Browser, world: World) -> None:
    Browser(app).open_link(world.dora_link, world.firm)
    assert ends(dora_signed_in) == []


def test_nobody_elses(app: Flask, dora_signed_in: Browser, holder: Browser, anna: Browser, world: World) -> None:
    acting.give_password(world.firm, world.emil)
    emil = Browser(app).sign_in_contact(world.emil_at_okonkwo, world.firm)
    holder.get("/portal/", headers=AGENT)
    assert ends(dora_signed_in) == []
    with scopes.of_firm(world.firm) as scope:
        uids = [row.uid for row in scope.of(SignIn).where((SignIn.contact != world.dora) | SignIn.contact.is_null())]
    assert len(uids) == 3
    for uid in uids:
        assert dora_signed_in.post(f"/portal/settings/devices/{uid}/end").status_code == 404
    dora_signed_in.post("/portal/settings/devices/end")
    assert [each.get("/portal/settings").status_code for each in (emil, holder)] == [200, 200]
    assert anna.get("/firm/").status_code == 200
