"""Quiet mail: news at once, once a day, or not at all, as the person chose; one click ends them (RFC 8058)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.document import Document
from portal.models.outbox import OutboxMail
from portal.operations import comments, documents, news, recipients
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor, Stranger
from portal.queries import mail_doors
from tests.mail import rows
from tests.mail.desk import Desk, html_of, in_seconds, text_of

DORA = "dora@lindner.example.org"
BERLIN = ZoneInfo("Europe/Berlin")


def test_each_thing_at_once_is_the_rule(desk: Desk) -> None:
    _comment(desk, "Wir kommen am Montag")
    (row,) = _hers(desk)
    assert row.kind == "comment_to_client"
    assert 590 < in_seconds(row.not_before) <= 600


def test_a_day_in_one_mail(desk: Desk) -> None:
    _choose(desk, "daily")
    _comment(desk, "Wir kommen am Montag")
    _comment(desk, "oder am Dienstag")
    _draft_published(desk)
    assert {row.kind for row in _hers(desk)} == {"digest"}
    assert {row.not_before.astimezone(BERLIN).strftime("%H:%M") for row in _hers(desk)} == {"07:00"}
    assert all(0 < in_seconds(row.not_before) <= 86400 for row in _hers(desk))
    desk.move(hours=18)
    desk.deliver()
    assert _mails_to_dora(desk) == 0, "6 o'clock"
    desk.move(hours=1, minutes=1)
    desk.deliver()
    (message,) = [each for each in desk.files if DORA in each["To"]]
    for words in ("Wir kommen am Montag", "oder am Dienstag", "/l/"):
        assert words in text_of(message)
        assert words in html_of(message)


def test_the_morning_is_that_of_the_firm_also_when_clocks_change(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with scopes.of_firm(desk.world.firm) as scope:
        firm = scope.firm
    for now, morning in (
        ("2026-10-24T12:00+02:00", "2026-10-25T07:00+01:00"),
        ("2026-10-25T06:59+01:00", "2026-10-25T07:00+01:00"),
        ("2026-10-25T07:00+01:00", "2026-10-26T07:00+01:00"),
        ("2027-03-28T01:00+01:00", "2027-03-28T07:00+02:00"),
    ):
        monkeypatch.setattr(news.clock, "now", lambda now=now: datetime.fromisoformat(now))
        assert news.next_morning(firm) == datetime.fromisoformat(morning)


def test_not_at_all(desk: Desk) -> None:
    _choose(desk, "none")
    _comment(desk, "Wir kommen am Montag")
    assert _hers(desk) == []
    told = _recipient(desk)
    assert not told.is_told
    assert told.missing == ("unwanted",)
    assert told.may_have_address, "what is no news still leads into the portal"


@pytest.mark.parametrize("kind", ["document", "comment_to_client", "digest"])
def test_what_waits_is_dropped_when_she_wants_none(desk: Desk, kind: str) -> None:
    _queue(desk, kind, not_before=desk.later(120))
    _choose(desk, "none")
    assert (desk.row.state, desk.row.error) == ("dropped", "unwanted")


@pytest.mark.parametrize("kind", ["document", "comment_to_client", "digest"])
def test_what_was_tried_before_is_dropped_too(desk: Desk, kind: str) -> None:
    _queue(desk, kind)
    with scopes.of_firm(desk.world.firm) as scope:
        scope.change(scope.by_id(Membership, desk.world.dora_at_lindner), mail="none")
    desk.deliver()
    assert (desk.row.state, desk.row.error) == ("dropped", "unwanted")


@pytest.mark.parametrize("kind", ["access", "new_link"])
def test_what_is_no_news_comes_whatever_was_chosen(desk: Desk, kind: str) -> None:
    _queue(desk, kind)
    _choose(desk, "none")
    message = desk.sent()
    assert "List-Unsubscribe" not in message
    assert "/unsubscribe/" not in text_of(message)


def test_a_digest_comes_at_once_when_she_wants_each(desk: Desk) -> None:
    _choose(desk, "daily")
    _comment(desk, "Wir kommen am Montag")
    _choose(desk, "each")
    desk.deliver()
    assert _mails_to_dora(desk) == 1


def test_the_choice_is_about_one_client(desk: Desk) -> None:
    _choose(desk, "none")
    world = desk.world
    with scopes.of_firm(world.firm) as scope:
        at_thode = [
            r for r in recipients.of_client(scope, scope.by_id(Client, world.thode)) if r.contact.id == world.dora
        ]
    assert [each.membership.mail for each in at_thode] == ["each"]


@pytest.mark.parametrize("kind", ["document", "comment_to_client", "digest"])
def test_one_click_ends_it(desk: Desk, kind: str) -> None:
    _queue(desk, kind)
    message = desk.sent()
    with scopes.of_firm(desk.world.firm) as scope:
        token = mail_doors.token_of(scope.by_id(Membership, desk.world.dora_at_lindner))
    address = f"{desk.config.base_url}/unsubscribe/{token}"
    assert f"\nList-Unsubscribe: <{address}>" in _raw(desk)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address in text_of(message)
    assert f'href="{address}"' in html_of(message)


def test_no_address_to_click_without_https(desk: Desk) -> None:
    desk.config = replace(desk.config, base_url="http://portal.example.com")
    _queue(desk, "document")
    assert "List-Unsubscribe" not in desk.sent()


def test_a_new_version_while_the_first_mail_waits_is_one_mail(desk: Desk) -> None:
    for version in (1, 2):
        subject = _subject(desk, document=desk.world.offer)
        desk.queue("document", subject, DORA, key=f"{desk.world.offer}:{version}", not_before=desk.later(120))
    desk.move(seconds=121)
    message = desk.sent()
    with scopes.of_firm(desk.world.firm) as scope:
        uid = scope.by_id(Document, desk.world.offer).uid
    assert text_of(message).count(f"?d={uid}") == 1


def _raw(desk: Desk) -> str:
    (path,) = desk.config.outbox_path.glob("*.eml")
    return path.read_bytes().decode("ascii")


def _choose(desk: Desk, choice: str) -> None:
    with scopes.of_firm(desk.world.firm) as scope:
        membership = scope.by_id(Membership, desk.world.dora_at_lindner)
    news.choose(Stranger(desk.world.firm), membership, choice=choice)


def _comment(desk: Desk, text: str) -> None:
    with scopes.of_firm(desk.world.firm) as scope:
        offer = scope.by_id(Document, desk.world.offer)
    comments.write(InstanceActor(desk.world.firm, "test"), offer, text=text, author="Anna Petry")


def _draft_published(desk: Desk) -> None:
    with scopes.of_firm(desk.world.firm) as scope:
        draft = scope.by_id(Document, desk.world.draft)
    documents.publish(InstanceActor(desk.world.firm, "test"), draft)


def _recipient(desk: Desk) -> recipients.Recipient:
    with scopes.of_firm(desk.world.firm) as scope:
        found = recipients.of_client(scope, scope.by_id(Client, desk.world.lindner))
    return next(each for each in found if each.contact.id == desk.world.dora)


def _queue(desk: Desk, kind: str, **more: object) -> None:
    with scopes.of_firm(desk.world.firm) as scope:
        comment = rows.comment(desk, scope, by_staff=True).id
    about = {
        "document": {"document": desk.world.offer},
        "comment_to_client": {"comment": comment},
        "digest": {"document": desk.world.offer},
    }.get(kind, {"by": None, "message": ""})
    desk.queue(kind, _subject(desk, **about), DORA, client_id=desk.world.lindner, **more)  # type: ignore[arg-type]


def _subject(desk: Desk, **more: object) -> dict[str, object]:
    world = desk.world
    return {"client": world.lindner, "contact": world.dora, "link": world.dora_link, **more}


def _hers(desk: Desk) -> list[OutboxMail]:
    with scopes.of_firm(desk.world.firm) as scope:
        key = scope.by_id(Contact, desk.world.dora).email_key
    return [row for row in desk.rows if row.to_key == key]


def _mails_to_dora(desk: Desk) -> int:
    return len([each for each in desk.files if DORA in each["To"]])
