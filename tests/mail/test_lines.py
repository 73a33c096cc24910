"""Many mails over one line, what is waited for first, and a server that cannot be talked to costs nobody's tries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from portal.mail import outgoing, queue, smtp
from portal.mail.kinds import BULK, KINDS, URGENT
from portal.mail.outgoing import Outgoing
from portal.mail.smtp import MailLine
from tests.mail.desk import Desk
from tests.smtp import SmtpServer


@contextmanager
def sending(desk: Desk, tmp_path: Path, mode: str = "normal") -> Iterator[tuple[SmtpServer, Outgoing]]:
    with SmtpServer(tmp_path / f"server-{mode}", mode) as server:
        desk.through(server.url)
        worker = Outgoing(desk.config)
        try:
            yield server, worker
        finally:
            worker.close()


def test_many_mails_share_a_line(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "MOST_MESSAGES", 20)
    _queue(desk, 50)
    with sending(desk, tmp_path) as (server, worker):
        _work(worker)
        peers = [each.peer for each in server.received]
    assert len(peers) == 50
    assert len(set(peers)) == 3
    assert {row.state for row in desk.rows} == {"sent"}


@pytest.mark.parametrize("mode", ["tired", "rude"])
def test_a_line_that_ends_between_two_mails_costs_none(desk: Desk, tmp_path: Path, mode: str) -> None:
    _queue(desk, 10)
    with sending(desk, tmp_path, mode) as (server, worker):
        _work(worker)
        ids = [each.message["Message-ID"] for each in server.received]
    assert len(ids) == len(set(ids)) == 10
    assert {(row.state, row.attempts) for row in desk.rows} == {("sent", 1)}


def test_every_tenth_refused_keeps_none_of_the_others_back(desk: Desk, tmp_path: Path) -> None:
    _queue(desk, 40)
    with sending(desk, tmp_path, "tenth") as (server, worker):
        _work(worker)
        peers = {each.peer for each in server.received}
    assert sorted(row.state for row in desk.rows) == ["failed"] * 4 + ["sent"] * 36
    assert len(peers) == 1, "RSET is enough"


def test_what_is_waited_for_goes_before_bulk(desk: Desk) -> None:
    for _ in range(30):
        desk.queue("access", {}, "a@b.test", not_after=desk.later(600))
    desk.queue("reset", {}, "anna@petry.example.com", not_after=desk.later(1800))
    desk.queue("password_changed", {"staff": desk.world.anna}, "anna@petry.example.com")
    assert [each.first.kind for each in queue.claim_some(20)] == ["reset", "password_changed"]
    assert {each.first.kind for each in queue.claim_some(20)} == {"access"}


def test_kinds_are_urgent_unless_they_are_bulk() -> None:
    assert {"code", "reset", "new_link", "invite", "password_changed"} <= set(URGENT)
    assert set(URGENT) | (BULK & set(KINDS)) == set(KINDS)


def test_what_was_tried_before_comes_alone(desk: Desk) -> None:
    _queue(desk, 5)
    assert len(queue.claim_some(20)) == 5
    desk.move(seconds=121)
    assert [len(queue.claim_some(20)) for _ in range(6)] == [1, 1, 1, 1, 1, 0]


def test_a_server_that_is_away_costs_one_mail_its_try(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "STEP_SECONDS", 0.3)
    monkeypatch.setattr(outgoing, "FIRST_SILENCE", 0.5)
    _queue(desk, 25)
    with sending(desk, tmp_path, "silent") as (_server, worker):
        assert not worker.step()
        assert not worker.step(), "it is quiet for a while"
    assert sorted((row.state, row.attempts) for row in desk.rows) == [("queued", 0)] * 24 + [("queued", 1)]
    assert all(row.leased_until is None for row in desk.rows)


def test_who_stops_gives_back_what_was_not_begun(desk: Desk, tmp_path: Path) -> None:
    _queue(desk, 5)
    with SmtpServer(tmp_path / "server") as server:
        desk.through(server.url)
        worker = Outgoing(desk.config, is_stopping=lambda: len(server.received) >= 2)
        worker.step()
        worker.close()
    assert sorted((row.state, row.attempts) for row in desk.rows) == [("queued", 0)] * 3 + [("sent", 1)] * 2


def test_a_mail_that_cannot_be_made_gives_back_the_rest(desk: Desk, tmp_path: Path) -> None:
    desk.queue("access", {"client": "nonsense"}, "a@b.test")
    with SmtpServer(tmp_path / "server") as server:
        desk.through(server.url)
        _queue(desk, 3)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(MailLine, "send", _broken)
            with pytest.raises(ZeroDivisionError):
                Outgoing(desk.config).step()
    assert sorted((row.state, row.attempts) for row in desk.rows if row.kind != "access") == [
        ("queued", 0), ("queued", 0), ("sending", 1),
    ]  # fmt: skip


def _broken(*_message: object) -> None:
    raise ZeroDivisionError


def _queue(desk: Desk, count: int) -> None:
    for _ in range(count):
        desk.queue_reset()


def _work(worker: Outgoing) -> None:
    while worker.step():
        pass
