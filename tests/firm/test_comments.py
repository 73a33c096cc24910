"""Answers of staff to comments."""

from __future__ import annotations

import re

import pytest

from portal.models.document import Comment, Document
from portal.policies import scope as scopes
from tests import acting
from tests.browser_client import Browser
from tests.personas import World


def page_of(world: World, row_id: int | None = None) -> str:
    with scopes.of_firm(world.firm) as scope:
        return f"/firm/documents/{scope.by_id(Document, row_id or world.offer).uid}"


def comments(world: World) -> list[Comment]:
    with scopes.of_firm(world.firm) as scope:
        return list(scope.of(Comment))


def test_writes_under_the_own_name(ben: Browser, world: World) -> None:
    answer = ben.post(f"{page_of(world)}/comments", {"text": "Gern,\nam Montag."})
    assert (answer.status_code, answer.location.rpartition("#")[2]) == (303, "comments")
    (comment,) = comments(world)
    assert (comment.author, comment.by_staff, comment.text) == ("Ben Aydin", True, "Gern,\nam Montag.")
    assert "Gern,<br>am Montag." in ben.get(page_of(world)).text
    assert len(acting.mails(world.firm, "comment_to_client")) == 1


def test_the_client_reads_it(ben: Browser, holder: Browser, world: World) -> None:
    ben.post(f"{page_of(world)}/comments", {"text": "Bis Montag"})
    assert "Bis Montag" in holder.get(page_of(world).replace("/firm/", "/portal/")).text


def test_htmx_gets_the_thread_with_an_empty_field(ben: Browser, world: World) -> None:
    answer = ben.post(f"{page_of(world)}/comments", {"text": "Bis Montag"}, htmx=True)
    assert answer.text.lstrip().startswith('<section class="card" id="comments"')
    assert answer.text.count("Bis Montag") == 1
    assert "toast" in answer.headers["HX-Trigger"]


def test_a_second_click_writes_once(ben: Browser, world: World) -> None:
    key = re.search(r'name="key" value="([^"]+)"', ben.get(page_of(world)).text)
    assert key is not None
    for _click in range(2):
        assert ben.post(f"{page_of(world)}/comments", {"text": "Bis Montag", "key": key[1]}).status_code == 303
    assert len(comments(world)) == 1


@pytest.mark.parametrize(("text", "words"), [("", "Please fill this in."), ("x" * 5001, "This is too long.")])
def test_refuses_and_keeps_what_was_typed(ben: Browser, world: World, text: str, words: str) -> None:
    for htmx in (False, True):
        answer = ben.post(f"{page_of(world)}/comments", {"text": text}, htmx=htmx)
        assert answer.status_code == 422
        assert words in answer.text
        assert text in answer.text
        assert ("<html" in answer.text) is not htmx
    assert comments(world) == []


def test_not_on_a_draft(ben: Browser, world: World) -> None:
    answer = ben.post(f"{page_of(world, world.draft)}/comments", {"text": "x"})
    assert answer.status_code == 409
    assert "This is still a draft." in answer.text


def test_not_by_another_firm(frida: Browser, world: World) -> None:
    assert frida.post(f"{page_of(world)}/comments", {"text": "x"}).status_code == 404


@pytest.mark.usefixtures("advisers_restricted")
def test_not_by_an_adviser_of_other_clients(clara: Browser, world: World) -> None:
    assert clara.post(f"{page_of(world)}/comments", {"text": "x"}).status_code == 403
    assert comments(world) == []
