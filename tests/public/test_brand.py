"""The firm's style sheet and logo under addresses that may be kept for a year."""

from __future__ import annotations

import io

from PIL import Image

from portal.base import colour
from portal.models.firm import Firm
from portal.models.stored_file import StoredFile
from portal.operations import settings
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.web.public.brand import stylesheet_address
from tests.browser_client import Browser
from tests.personas import World


def firm_of(world: World) -> Firm:
    with scopes.of_firm(world.firm) as scope:
        return scope.firm


def test_the_sheet_is_the_firms_and_may_be_kept(nobody: Browser, anna: Browser, world: World) -> None:
    address = stylesheet_address(firm_of(world))
    assert f'href="{address}"' in anna.get("/firm/settings").text
    answer = nobody.get(address)
    assert answer.text == colour.brand_css(firm_of(world).colour)
    assert answer.mimetype == "text/css"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_another_colour_is_another_address(world: World, instance: object) -> None:
    before = stylesheet_address(firm_of(world))
    settings.change_look(InstanceActor(world.firm, "test"), firm_of(world), colour="#0b5a72", background="plain")
    assert stylesheet_address(firm_of(world)) != before
    assert stylesheet_address(None) == ""


def test_an_old_address_is_served_but_not_kept_and_nonsense_is_none(nobody: Browser) -> None:
    answer = nobody.get("/brand/0b5a720000000000.css")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"
    assert nobody.get("/brand/zzzzzz.css").status_code == 404


def test_the_preview_shows_both_schemes_and_takes_colours_only(nobody: Browser) -> None:
    sheet = nobody.get("/brand/preview.css?colour=ffcc00").text
    assert f"--brand-solid: {colour.light('#ffcc00')['--brand-solid']};" in sheet
    assert f"--canvas: {colour.dark('#ffcc00')['--canvas']};" in sheet
    for wrong in ("", "red", "fff;}*{color:red"):
        assert nobody.get("/brand/preview.css", query_string={"colour": wrong}).status_code == 404


def test_the_present_logo_is_served_and_no_other_file(nobody: Browser, world: World) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (300, 100), (11, 90, 114)).save(buffer, "PNG")
    settings.change_logo(InstanceActor(world.firm, "test"), firm_of(world), content=buffer.getvalue(), name="logo.png")
    name = firm_of(world).logo
    answer = nobody.get(f"/brand/petry/{name}.png")
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.data.startswith(b"\x89PNG")
    assert "immutable" in answer.headers["Cache-Control"]
    with scopes.of_firm(world.firm) as scope:
        secret = next(row.path for row in scope.of(StoredFile) if row.path != name)
    for path in (f"/brand/petry/{secret}.png", f"/brand/fischer/{name}.png", "/brand/petry/..%2f..%2fkeys.png"):
        assert nobody.get(path).status_code == 404
