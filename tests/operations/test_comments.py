"""Comments, both ways: who may, who hears of them, and that none is written twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.base.errors import Conflict, Invalid, NotFound, NotPermitted
from portal.models.client import Client
from portal.models.document import Comment, Document
from portal.models.staff import Staff
from portal.operations import comments, documents
from portal.policies import scope as scopes
from portal.policies.actors import ClientActor, StaffActor
from tests import acting, factories
from tests.personas import World

pytestmark = pytest.mark.usefixtures("instance")


def document(world: World, row_id: int | None = None) -> Document:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Document, row_id or world.offer)


@pytest.fixture
def ben(world: World) -> StaffActor:
    return acting.staff(world.firm, world.ben)


@pytest.fixture
def dora(world: World) -> ClientActor:
    return acting.by_link(world.firm, world.dora_link)


def test_staff_write_and_the_contacts_hear_ten_minutes_later(world: World, ben: StaffActor) -> None:
    comment = comments.write(ben, document(world), text=" Gern.\r\nBis Montag ", author=ben.name)
    assert (comment.text, comment.author, comment.by_staff) == ("Gern.\nBis Montag", "Ben Aydin", True)
    (mail,) = acting.mails(world.firm, "comment_to_client")
    assert (mail.to, mail.subject["comment"]) == ("dora@lindner.example.org", comment.id)
    assert timedelta(seconds=599) <= mail.not_before - mail.created_at <= timedelta(seconds=601)
    assert acting.mails(world.firm, "comment_to_staff") == []


def test_a_client_writes_and_the_adviser_hears(world: World, dora: ClientActor) -> None:
    comments.write_as_client(dora, document(world), text="Wann?", author="Dora Lindner")
    assert [mail.to for mail in acting.mails(world.firm, "comment_to_staff")] == ["ben@petry.example.com"]
    assert acting.mails(world.firm, "comment_to_client") == []


def test_who_published_hears_too(world: World, dora: ClientActor) -> None:
    with scopes.of_firm(world.firm) as scope:
        client = scope.by_id(Client, world.lindner)
    draft = factories.document(client, number="C-1", publish=False)
    documents.publish(acting.staff(world.firm, world.clara), draft)
    comments.write_as_client(dora, draft, text="Wann?", author="Dora")
    assert {m.to for m in acting.mails(world.firm, "comment_to_staff")} == {
        "ben@petry.example.com",
        "clara@petry.example.com",
    }


def test_all_admins_hear_when_nobody_is_responsible(world: World, dora: ClientActor) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.by_id(Staff, world.ben), deactivated_at=document(world).created_at)
    comments.write_as_client(dora, document(world), text="Wann?", author="Dora")
    assert "anna@petry.example.com" in {mail.to for mail in acting.mails(world.firm, "comment_to_staff")}


def test_who_switched_it_off_hears_nothing(world: World, dora: ClientActor) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.by_id(Staff, world.ben), mail_comments=False)
    comments.write_as_client(dora, document(world), text="Wann?", author="Dora")
    assert acting.mails(world.firm, "comment_to_staff") == []


def test_the_same_key_writes_once(world: World, dora: ClientActor) -> None:
    first = comments.write_as_client(dora, document(world), text="Wann?", author="Dora", key="k" * 200)
    again = comments.write_as_client(dora, document(world), text="Wann?", author="Dora", key="k" * 200)
    assert first.id == again.id
    assert len(acting.mails(world.firm, "comment_to_staff")) == 1
    other = comments.write_as_client(dora, document(world, world.invoice), text="Wann?", author="Dora", key="k" * 200)
    assert other.id != first.id


@pytest.mark.parametrize(
    ("text", "author", "field"),
    [("  ", "Dora", "text"), ("x" * 5001, "Dora", "text"), ("x", "\t", "author"), ("x", "y" * 201, "author")],
)
def test_refuses(world: World, dora: ClientActor, text: str, author: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        comments.write_as_client(dora, document(world), text=text, author=author)
    assert list(refused.value.errors) == [field]


def test_takes_five_thousand_letters(world: World, dora: ClientActor) -> None:
    assert len(comments.write_as_client(dora, document(world), text="ä" * 5000, author="Dora").text) == 5000


def test_a_draft_does_not_exist_for_clients(world: World, dora: ClientActor, ben: StaffActor) -> None:
    with pytest.raises(NotFound):
        comments.write_as_client(dora, document(world, world.draft), text="x", author="Dora")
    with pytest.raises(Conflict, match="draft"):
        comments.write(ben, document(world, world.draft), text="x", author="Ben")


def test_nothing_more_is_said_about_a_withdrawn_one_but_about_a_cancelled(
    world: World, dora: ClientActor, ben: StaffActor
) -> None:
    documents.withdraw(ben, document(world))
    with pytest.raises(Conflict, match="withdrawn"):
        comments.write_as_client(dora, document(world), text="x", author="Dora")
    documents.cancel(ben, document(world, world.invoice))
    assert comments.write_as_client(dora, document(world, world.invoice), text="x", author="Dora")


def test_only_where_the_firm_lets_links_comment(world: World, dora: ClientActor) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.firm, link_comment=False)
    with pytest.raises(NotPermitted):
        comments.write_as_client(acting.by_link(world.firm, world.dora_link), document(world), text="x", author="Dora")


def test_not_about_what_is_not_hers(world: World, dora: ClientActor) -> None:
    with pytest.raises(NotFound):
        comments.write_as_client(dora, document(world, world.thode_offer), text="x", author="Dora")


def test_who_looks_as_the_client_may_not_except_at_the_test_client(world: World) -> None:
    anna = acting.staff(world.firm, world.anna)
    with pytest.raises(NotPermitted):
        comments.write_as_client(acting.viewing(anna, world.lindner), document(world), text="x", author="Anna")
    with scopes.of_firm(world.firm) as scope:
        test_client = scope.by_id(Client, world.test_client)
    tried = factories.document(test_client, number="T-1")
    assert comments.write_as_client(acting.viewing(anna, world.test_client), tried, text="x", author="Anna")


def test_clients_do_not_write_as_staff(world: World, dora: ClientActor) -> None:
    with pytest.raises(NotPermitted):
        comments.write(dora, document(world), text="x", author="Petry")
    with scopes.of_firm(world.firm) as scope:
        assert not scope.holds(scope.of(Comment))
