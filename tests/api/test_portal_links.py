"""The secret address of a client's portal by API."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.models.client import Client
from portal.models.link import Link
from portal.operations import clients, links
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from tests.api.conftest import Programme, at
from tests.personas import World

LINK = at("K-1042") + "/portal-link"


def opens(app: Flask, address: str) -> int:
    """What a browser gets that opens the address."""
    return app.test_client().get(address.removeprefix("http://localhost")).status_code


def test_the_address_opens_the_portal(app: Flask, linker: Programme, api: Programme) -> None:
    found = linker.get(LINK)
    assert found.status_code == 200
    assert found.json is not None
    assert found.json["client"] == "K-1042"
    assert found.json["url"] == api.get(at("K-1042")).json["portal_url"]  # type: ignore[index]
    assert opens(app, found.json["url"]) == 303
    assert found.headers["Cache-Control"] == "no-store"


def test_the_picture_is_a_qr_code(linker: Programme) -> None:
    picture = linker.get(LINK + ".svg")
    assert picture.mimetype == "image/svg+xml"
    assert picture.text.startswith("<?xml")
    assert "<path" in picture.text


def test_a_new_link_ends_the_old_one(app: Flask, linker: Programme) -> None:
    old = linker.get(LINK).json["url"]  # type: ignore[index]
    made = linker.post(LINK + "/renew")
    assert made.status_code == 201
    new = made.json["url"]  # type: ignore[index]
    assert new != old
    assert linker.get(LINK).json == made.json
    assert (opens(app, new), opens(app, old)) == (303, 410)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", LINK), ("GET", LINK + ".svg"), ("POST", LINK + "/renew"), ("GET", at("K-1042"))]
)
def test_links_are_for_who_has_the_right(writer: Programme, linker: Programme, method: str, path: str) -> None:
    other = linker if path == at("K-1042") else writer
    assert other.call(method, path).status_code == 403


def test_links_alone_change_no_client(linker: Programme) -> None:
    """Renewing is work on a client; nothing else of that comes with the right."""
    assert linker.put(at("K-1042"), {"name": "Neu"}).status_code == 403
    assert linker.delete(at("K-1042") + "/contacts/dora@lindner.example.org").status_code == 403


def test_of_another_firm(foreign: Programme) -> None:
    """Both firms have a K-1042; K-1043 is only ours."""
    assert foreign.get(at("K-1043") + "/portal-link").status_code == 404
    assert foreign.get(at("K-1043") + "/portal-link.svg").status_code == 404
    assert foreign.post(at("K-1043") + "/portal-link/renew").status_code == 404


def test_a_revoked_link_is_said_and_can_be_renewed(app: Flask, api: Programme, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        links.revoke(InstanceActor(world.firm, "test"), scope.by_id(Link, world.lindner_link))
    absent = api.get(LINK)
    assert (absent.status_code, absent.json["code"]) == (404, "revoked")  # type: ignore[index]
    assert api.get(at("K-1042")).json["portal_url"] is None  # type: ignore[index]
    assert opens(app, api.post(LINK + "/renew").json["url"]) == 303  # type: ignore[index]


def test_closed_and_archived_clients_have_none(api: Programme, world: World) -> None:
    api.put(at("K-1042"), {"portal_access": False})
    assert api.get(LINK).json["code"] == "access_off"  # type: ignore[index]
    assert api.post(LINK + "/renew").status_code == 409
    with scopes.of_firm(world.firm) as scope:
        clients.archive(InstanceActor(world.firm, "test"), scope.by_id(Client, world.thode))
    assert api.get(at("K-1043") + "/portal-link").json["code"] == "archived"  # type: ignore[index]
    assert api.get(at("K-1043") + "/portal-link.svg").status_code == 404
    assert api.post(at("K-1043") + "/portal-link/renew").json["code"] == "archived"  # type: ignore[index]
