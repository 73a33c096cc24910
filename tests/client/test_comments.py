"""A client's questions and remarks on a document."""

from __future__ import annotations

import pytest

from portal.models.document import Comment
from portal.operations import comments as writing
from portal.operations import documents
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from tests.browser_client import Browser
from tests.client.deciding import address, change_firm, document, mails
from tests.personas import World

TEXT = {"text": "Ist die Entsorgung enthalten?\nDanke", "key": "k1"}


def test_a_contact_writes_under_her_name(dora: Browser, world: World) -> None:
    answer = dora.post(address(world, world.offer, "comments"), {**TEXT, "author": "Somebody Else"})
    assert (answer.status_code, answer.location) == (303, address(world, world.offer) + "#comments")
    [comment] = _comments(world)
    assert (comment.author, comment.by_staff) == ("Dora Lindner", False)
    page = dora.get(answer.location).text
    assert "Ist die Entsorgung enthalten?<br>Danke" in page
    assert "Your message was sent." in page
    assert "Your message was sent." not in dora.get(address(world, world.offer)).text, "once"
    assert mails(world, "comment_to_staff")


def test_behind_a_link_of_nobody_the_name_is_typed_once(holder: Browser, world: World) -> None:
    nameless = holder.post(address(world, world.offer, "comments"), TEXT)
    assert nameless.status_code == 422
    assert "Ist die Entsorgung enthalten?" in nameless.text
    holder.post(address(world, world.offer, "comments"), {**TEXT, "author": "Kim Yıldız"})
    assert [comment.author for comment in _comments(world)] == ["Kim Yıldız"]
    assert 'value="Kim Yıldız"' in holder.get(address(world, world.offer)).text


def test_the_same_key_again_writes_nothing_twice(dora: Browser, world: World) -> None:
    for _ in range(3):
        assert dora.post(address(world, world.offer, "comments"), TEXT).status_code == 303
    assert len(_comments(world)) == 1


@pytest.mark.parametrize("text", ["", "   ", "x" * 5001])
def test_errors_stand_at_the_field_and_what_was_typed_stays(dora: Browser, world: World, text: str) -> None:
    answer = dora.post(address(world, world.offer, "comments"), {"text": text, "key": "k"})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert text.strip() in answer.text
    assert "<h1" in answer.text
    assert _comments(world) == []


def test_a_stale_page_sends_nothing_and_keeps_the_text(dora: Browser, world: World) -> None:
    answer = dora.post(address(world, world.offer, "comments"), TEXT, csrf=False)
    assert answer.status_code == 422
    assert "Ist die Entsorgung enthalten?" in answer.text
    assert "This page was open for a long time" in answer.text
    assert _comments(world) == []


def test_with_htmx_only_the_thread_comes_back_with_an_empty_form(dora: Browser, world: World) -> None:
    answer = dora.post(address(world, world.offer, "comments"), TEXT, htmx=True)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert answer.text.strip().startswith('<section class="card no-print" id="comments"')
    assert answer.text.count("Ist die Entsorgung enthalten?") == 1
    assert 'value="k1"' not in answer.text
    assert "toast" in answer.headers["HX-Trigger"]
    bad = dora.post(address(world, world.offer, "comments"), {"text": "", "key": "k2"}, htmx=True)
    assert bad.status_code == 422
    assert "<html" not in bad.text


def test_answers_of_the_firm_bear_its_name(dora: Browser, world: World) -> None:
    writing.write(
        InstanceActor(world.firm, "t"),
        document(world, world.offer),
        text="Ja <b>sicher</b>",
        author="Ben Aydin",
        key="s",
    )
    page = dora.get(address(world, world.offer)).text
    assert "Ben Aydin" in page
    assert "<b>sicher</b>" not in page


def test_the_firm_may_switch_comments_off(dora: Browser, world: World) -> None:
    change_firm(world, link_comment=False)
    page = dora.get(address(world, world.offer)).text
    assert "Your question or message" not in page
    assert "If you have a question, please call us." in page
    assert dora.post(address(world, world.offer, "comments"), TEXT).status_code == 403


def test_on_what_was_withdrawn_nothing_is_written(dora: Browser, world: World) -> None:
    documents.withdraw(InstanceActor(world.firm, "t"), document(world, world.small_offer))
    answer = dora.post(address(world, world.small_offer, "comments"), TEXT)
    assert answer.status_code == 409
    assert "withdrawn" in answer.text
    assert _comments(world) == []


def _comments(world: World) -> list[Comment]:
    with scopes.of_firm(world.firm) as scope:
        return list(scope.of(Comment).order_by(Comment.id))
