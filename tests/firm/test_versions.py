"""A new version of a document, in two steps."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from portal.models.document import Document, DocumentVersion
from portal.policies import scope as scopes
from tests import acting, factories
from tests.browser_client import Browser
from tests.personas import World

FIELDS = {"title": "Neu gerechnet", "issued_on": "2026-11-20", "currency": "EUR", "total": "4.000,00", "tax": "638,66"}


def offer(world: World) -> Document:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Document, world.offer)


def address(world: World, rest: str = "") -> str:
    return f"/firm/documents/{offer(world).uid}/versions{rest}"


def send(browser: Browser, world: World, content: bytes, name: str = "neu.pdf") -> TestResponse:
    data = {"file": (io.BytesIO(content), name)}
    return browser.post(address(world, "/new"), data, content_type="multipart/form-data")


def held_in(page: str) -> str:
    found = re.search(r'name="file" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def review(browser: Browser, world: World, content: bytes | None = None) -> str:
    answer = send(browser, world, content or factories.pdf("Neu"))
    assert answer.status_code == 303
    return browser.get(answer.location).text


def test_what_the_file_does_not_tell_stays(anna: Browser, world: World) -> None:
    page = review(anna, world)
    assert 'value="Neue Heizungspumpe"' in page
    assert 'value="4386.34"' in page
    assert f'value="{offer(world).valid_until}"' in page


def test_takes_the_place_of_the_old_one(anna: Browser, holder: Browser, world: World) -> None:
    mails = len(acting.mails(world.firm, "document"))
    until = str(offer(world).issued_on + timedelta(days=30))
    made = anna.post(address(world), {**FIELDS, "valid_until": until, "file": held_in(review(anna, world))})
    assert made.status_code == 303
    changed = offer(world)
    assert (changed.version, changed.title, changed.payable, str(changed.valid_until)) == (
        2,
        "Neu gerechnet",
        4000_00,
        until,
    )
    assert len(acting.mails(world.firm, "document")) == mails + 1
    page = anna.get(made.location).text
    assert "Version 2" in page
    assert "file?version=1" in page
    portal = holder.get(made.location.replace("/firm/", "/portal/")).text
    assert "Neu gerechnet" in portal


def test_the_same_once_more_changes_nothing(anna: Browser, world: World) -> None:
    content = factories.pdf("Neu")
    for _time in range(2):
        assert anna.post(address(world), {**FIELDS, "file": held_in(review(anna, world, content))}).status_code == 303
    assert offer(world).version == 2


def test_errors_keep_what_was_typed(anna: Browser, world: World) -> None:
    held = held_in(review(anna, world))
    answer = anna.post(address(world), {**FIELDS, "title": "", "note": "Bleibt", "file": held})
    assert answer.status_code == 422
    assert "Bleibt" in answer.text
    assert held_in(answer.text) == held
    assert offer(world).version == 1


def test_refuses_files_as_uploading_does(anna: Browser, world: World) -> None:
    answer = send(anna, world, b"%PDF-1.4 kaputt")
    assert answer.status_code == 422
    assert "damaged" in answer.text


def test_a_file_that_is_gone_is_asked_for_again(anna: Browser, world: World) -> None:
    fields = {**FIELDS, "file": held_in(review(anna, world))}
    anna.post(address(world), fields)
    answer = anna.post(address(world), fields)
    assert answer.status_code == 422
    assert "Please choose it once more." in answer.text
    assert offer(world).version == 2


def test_not_of_a_decided_offer_nor_of_a_draft(anna: Browser, world: World) -> None:
    held = held_in(review(anna, world))
    with scopes.of_firm(world.firm) as scope:
        scope.change(offer(world), outcome="accepted")
        draft = scope.by_id(Document, world.draft)
    assert anna.get(address(world, "/new")).status_code == 409
    answer = anna.post(address(world), {**FIELDS, "file": held})
    assert answer.status_code == 409
    assert "The client decided about this offer meanwhile." in answer.text
    assert anna.get(f"/firm/documents/{draft.uid}/versions/new").status_code == 409


def test_not_by_another_firm(frida: Browser, world: World) -> None:
    assert frida.get(address(world, "/new")).status_code == 404
    assert send(frida, world, factories.pdf()).status_code == 404
    assert frida.post(address(world), FIELDS).status_code == 404


@pytest.mark.usefixtures("advisers_restricted")
def test_not_by_an_adviser_of_other_clients(clara: Browser, world: World) -> None:
    assert clara.get(address(world, "/new")).status_code == 403
    assert clara.post(address(world), FIELDS).status_code == 403
    with scopes.of_firm(world.firm) as scope:
        assert len(list(scope.of(DocumentVersion).where(DocumentVersion.document == world.offer))) == 1
