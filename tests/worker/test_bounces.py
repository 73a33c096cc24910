"""Bounced mails read from a real mailbox: they mark the one contact they are about, once, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from portal.base.config import Config
from portal.base.database import transaction
from portal.mail import mailbox
from portal.mail.mailbox import Unreachable
from portal.mail.outgoing import deliver_next
from portal.models import outbox
from portal.models.audit_entry import AuditEntry
from portal.models.contact import Contact
from portal.models.outbox import OutboxMail
from portal.operations import bounces as bounce_acts
from portal.policies import scope as scopes
from portal.worker import bounces
from portal.worker.bounces import Bounces
from tests.imap import ImapServer
from tests.mail import returned
from tests.personas import World

DORA = "dora@lindner.example.org"
WORDS = f"550 5.1.1 <{DORA}>: Recipient address rejected: User unknown"


@pytest.fixture(scope="module")
def server() -> Iterator[ImapServer]:
    with ImapServer() as running:
        yield running


@pytest.fixture
def settings(instance: Config, server: ImapServer) -> Config:
    """The instance with an empty mailbox and outbox."""
    for folder in ("INBOX", mailbox.FOLDER):
        with server.signed_in() as line:
            if line.select(f'"{folder}"')[0] == "OK":
                line.store("1:*", "+FLAGS", r"(\Deleted)")
                line.expunge()
    with scopes.instance("a test begins with an empty outbox") as scope:
        scope.delete(OutboxMail).execute()
    return replace(instance, bounce_url=server.url, mail_from="portal@petry.example.com")


def test_a_bounced_mail_marks_its_contact_and_is_put_aside(settings: Config, server: ImapServer, world: World) -> None:
    mail = _sent(settings, world)
    server.put(b"From: emil@example.org\r\nSubject: Frage\r\n\r\nWann kommen Sie?\r\n")
    server.put(returned.report(DORA, mail.message_id))
    assert bounces.look(settings) == 1
    assert _errors(world) == {world.dora: WORDS}
    (row,) = _rows(world)
    assert (row.state, row.error) == ("failed", WORDS), "it stands on Today with its words"
    (entry,) = _entries(world)
    assert entry.client_id == world.lindner
    assert server.subjects(criterion="UNSEEN") == ["Frage"], "other mail stays as it was"
    assert server.subjects() == ["Frage"]
    assert server.subjects(mailbox.FOLDER) == ["Undelivered Mail Returned to Sender"]


def test_killed_between_noting_and_putting_aside_nothing_is_noted_twice(
    settings: Config, server: ImapServer, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = _sent(settings, world)
    server.put(returned.report(DORA, mail.message_id))
    with monkeypatch.context() as patched:
        patched.setattr(mailbox.Mailbox, "put_aside", _killed)
        with pytest.raises(KeyboardInterrupt):
            bounces.look(settings)
    assert len(_entries(world)) == 1
    assert bounces.look(settings) == 1
    assert len(_entries(world)) == 1
    assert server.subjects() == []


@pytest.mark.parametrize("case", ["delayed", "vacation", "unknown", "another address"])
def test_what_marks_nobody_stays_where_it_is(settings: Config, server: ImapServer, world: World, case: str) -> None:
    known = _sent(settings, world).message_id
    content = {
        "delayed": returned.report(DORA, known, action="delayed", status="4.4.1"),
        "vacation": returned.vacation(DORA, known),
        "unknown": returned.report(DORA, "0" * 16),
        "another address": returned.report("emil@okonkwo.example.org", known),
    }[case]
    server.put(content)
    assert bounces.look(settings) == 0
    assert _errors(world) == {}
    assert _entries(world) == []
    assert len(server.subjects(criterion="UNSEEN")) == 1


def test_a_mail_that_was_never_tried_cannot_have_come_back(settings: Config, server: ImapServer, world: World) -> None:
    _queue(world)
    server.put(returned.report(DORA, _rows(world)[0].message_id))
    assert bounces.look(settings) == 0
    assert _errors(world) == {}


def test_an_address_that_was_corrected_meanwhile_is_not_marked(
    settings: Config, server: ImapServer, world: World
) -> None:
    mail = _sent(settings, world)
    with scopes.of_firm(world.firm) as scope:
        scope.change(
            scope.by_id(Contact, world.dora), email="neu@lindner.example.org", email_key="neu@lindner.example.org"
        )
    server.put(returned.report(DORA, mail.message_id))
    bounces.look(settings)
    assert _errors(world) == {}


def test_another_firms_contact_of_the_same_address_is_not_marked(
    settings: Config, server: ImapServer, world: World
) -> None:
    mail = _sent(settings, world)
    with scopes.of_firm(world.other_firm) as scope:
        twin = scope.add(Contact, email=DORA, email_key=DORA, created_at=mail.created_at)
    server.put(returned.report(DORA, mail.message_id))
    bounces.look(settings)
    assert _errors(world) == {world.dora: WORDS}
    with scopes.of_firm(world.other_firm) as scope:
        assert scope.by_id(Contact, twin.id).email_error is None


def test_what_was_looked_through_is_not_read_again(
    settings: Config, server: ImapServer, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put(b"Subject: Frage\r\n\r\nHallo\r\n")
    bounces.look(settings)
    read: list[int] = []
    content = mailbox.Mailbox.content
    monkeypatch.setattr(mailbox.Mailbox, "content", lambda box, number: read.append(number) or content(box, number))
    server.put(returned.report(DORA, _sent(settings, world).message_id))
    assert bounces.look(settings) == 1
    assert len(read) == 1
    assert bounces.look(settings) == 0
    assert len(read) == 1


def test_what_somebody_has_read_is_left_to_them(settings: Config, server: ImapServer, world: World) -> None:
    server.put(returned.report(DORA, _sent(settings, world).message_id), seen=True)
    assert bounces.look(settings) == 0
    assert _errors(world) == {}
    assert len(server.subjects()) == 1


def test_the_task_looks_every_five_minutes_in_its_own_thread(
    settings: Config, server: ImapServer, world: World, move_clock: Callable[..., None]
) -> None:
    task = Bounces(settings)
    assert not task.step()
    first = task.last_look
    assert first is not None
    first.join(20)
    task.step()
    assert task.last_look is first
    move_clock(minutes=6)
    server.put(returned.report(DORA, _sent(settings, world).message_id))
    task.step()
    assert task.last_look is not first
    task.last_look.join(20)  # type: ignore[union-attr]
    assert _errors(world) == {world.dora: WORDS}


def test_a_mailbox_that_cannot_be_read_says_why_without_the_password(settings: Config, server: ImapServer) -> None:
    wrong = replace(settings, bounce_url=server.url.replace("geheim", "falsch"))
    with pytest.raises(Unreachable) as caught:
        bounces.look(wrong)
    assert caught.value.words
    assert "falsch" not in caught.value.words
    nobody = replace(settings, bounce_url="imap://a:falsch@127.0.0.1:1/INBOX")
    with pytest.raises(Unreachable):
        bounces.look(nobody)


def test_told_twice_is_noted_once(settings: Config, world: World) -> None:
    mail = _sent(settings, world)
    actor = bounce_acts.InstanceActor(world.firm, "worker")
    bounce_acts.note(actor, mail, words="550 first")
    bounce_acts.note(actor, mail, words="550 second")
    assert _errors(world) == {world.dora: "550 first"}
    assert len(_entries(world)) == 1


def _killed(_box: object, _number: int) -> None:
    raise KeyboardInterrupt


def _sent(settings: Config, world: World) -> OutboxMail:
    _queue(world)
    assert deliver_next(settings)
    row = _rows(world)[-1]
    assert row.state == "sent"
    return row


def _queue(world: World) -> None:
    subject = {"client": world.lindner, "contact": world.dora, "link": world.dora_link, "by": None, "message": ""}
    with scopes.of_firm(world.firm), transaction():
        outbox.enqueue("access", subject, DORA, key=outbox.text.uid(), language="de", client_id=world.lindner)


def _rows(world: World) -> list[OutboxMail]:
    with scopes.of_firm(world.firm) as scope:
        return list(scope.of(OutboxMail).order_by(OutboxMail.id))


def _errors(world: World) -> dict[int, str]:
    with scopes.of_firm(world.firm) as scope:
        marked = scope.of(Contact).where(Contact.email_error.is_null(False), Contact.id == world.dora)
        return {row.id: row.email_error for row in list(marked)}


def _entries(world: World) -> list[AuditEntry]:
    with scopes.of_firm(world.firm) as scope:
        return list(scope.of(AuditEntry).where(AuditEntry.action == "contact.bounced"))
