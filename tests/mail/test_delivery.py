"""Sending by a real mail server, however it behaves: never lost, at most one duplicate, the server's words kept."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from portal.mail import queue, smtp
from portal.models import notices
from portal.models.contact import Contact
from portal.policies import scope as scopes
from tests.mail.desk import Desk, in_seconds, text_of
from tests.smtp import SmtpServer

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def serving(desk: Desk, tmp_path: Path, mode: str = "normal", **more: object) -> Iterator[SmtpServer]:
    with SmtpServer(tmp_path / f"server-{mode}", mode, **more) as server:  # type: ignore[arg-type]
        desk.through(server.url)
        yield server


def test_a_mail_reaches_the_server_once(desk: Desk, tmp_path: Path) -> None:
    desk.queue_reset()
    with serving(desk, tmp_path) as server:
        assert desk.deliver() == 1
        assert desk.deliver() == 0
        (received,) = server.received
    assert (received.sender, received.to) == ("portal@petry.example.com", ["anna@petry.example.com"])
    assert received.message["Message-ID"] == f"<{desk.row.message_id}@petry.example.com>"
    assert len(desk.row.message_id) == 16
    assert "Hello Anna Petry" in text_of(received.message)
    assert (desk.row.state, desk.row.error, desk.row.attempts) == ("sent", "", 1)


def test_headers_name_firm_and_recipient(desk: Desk, tmp_path: Path) -> None:
    desk.queue_reset()
    with serving(desk, tmp_path) as server:
        desk.deliver()
        message = server.received[0].message
    assert str(message["From"]) == "Petry Haustechnik GmbH <portal@petry.example.com>"
    assert str(message["Reply-To"]) == "Petry Haustechnik GmbH <post@petry.example.com>"
    assert str(message["To"]) == "anna@petry.example.com"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "en"


def test_a_silent_server_is_left_after_the_time_limit(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert smtp.STEP_SECONDS == 20
    monkeypatch.setattr(smtp, "STEP_SECONDS", 0.5)
    desk.queue_reset()
    with serving(desk, tmp_path, "silent"):
        begun = time.monotonic()
        desk.deliver()
    assert time.monotonic() - begun < 5
    assert desk.row.state == "queued"
    assert "timed out" in desk.row.error


def test_a_server_that_drips_is_left_too(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "WHOLE_SECONDS", 0.5)
    desk.queue_reset()
    with serving(desk, tmp_path, "drip"):
        begun = time.monotonic()
        desk.deliver()
    assert time.monotonic() - begun < 5
    assert desk.row.state == "queued"
    assert desk.row.error


def test_the_lease_outlives_the_longest_conversation() -> None:
    assert queue.LEASE.total_seconds() > smtp.STEP_SECONDS + smtp.WHOLE_SECONDS


def test_nobody_listening(desk: Desk) -> None:
    desk.through("smtp://127.0.0.1:1")
    desk.queue_reset()
    desk.deliver()
    assert desk.row.state == "queued"
    assert "refused" in desk.row.error.lower()


def test_a_recipient_that_does_not_exist_fails_at_once_and_marks_the_contact(desk: Desk, tmp_path: Path) -> None:
    desk.queue("access", _access(desk), "dora@lindner.example.org")
    with serving(desk, tmp_path, "refuse") as server:
        desk.deliver()
        assert server.received == []
    assert (desk.row.state, desk.row.attempts) == ("failed", 1)
    assert desk.row.error == "550 5.1.1 No such user here"
    assert _email_error(desk) == "550 5.1.1 No such user here"


@pytest.mark.parametrize(
    ("mode", "words"),
    [("busy", "450 4.2.0"), ("policy", "550 5.7.1 Relaying denied"), ("sequence", "503"), ("reject", "554 5.6.0")],
)
def test_what_may_pass_or_is_our_own_fault_is_tried_again(desk: Desk, tmp_path: Path, mode: str, words: str) -> None:
    desk.queue("access", _access(desk), "dora@lindner.example.org")
    with serving(desk, tmp_path, mode):
        desk.deliver()
    assert desk.row.state == "queued"
    assert desk.row.error.startswith(words)
    assert _email_error(desk) is None


def test_pauses_grow_and_then_it_has_failed(desk: Desk, tmp_path: Path) -> None:
    desk.queue_reset()
    pauses = []
    with serving(desk, tmp_path, "busy"):
        while desk.row.state == "queued":
            assert desk.deliver() == 1
            if desk.row.state == "queued":
                pauses.append(round(in_seconds(desk.row.not_before) / 60))
                assert desk.deliver() == 0
                desk.move(minutes=pauses[-1])
                time.sleep(0.05)
                desk.move(seconds=5)
    assert pauses == [1, 5, 30, 120, 360, 1440]
    assert (desk.row.state, desk.row.attempts) == ("failed", 7)
    assert desk.row.error == "450 4.2.0 Greylisted, come back later"


def test_a_server_that_dies_after_data_leads_to_one_duplicate_with_the_same_id(desk: Desk, tmp_path: Path) -> None:
    desk.queue_reset()
    with serving(desk, tmp_path, "die") as dying:
        desk.deliver()
        assert desk.row.state == "queued"
        desk.move(minutes=2)
    with serving(desk, tmp_path) as healthy:
        assert desk.deliver() == 1
        ids = [each.message["Message-ID"] for each in (*dying.received, *healthy.received)]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert desk.row.state == "sent"


@pytest.mark.parametrize(("point", "copies"), [("mail.before_data", 1), ("mail.after_data", 2)])
@pytest.mark.parametrize("by", ["smtp", "files"])
def test_killed_while_sending(desk: Desk, tmp_path: Path, point: str, copies: int, by: str) -> None:
    desk.queue_reset()
    with serving(desk, tmp_path) as server:
        url = server.url if by == "smtp" else ""
        assert _in_a_process(desk, url, crash_at=point).returncode == -9
        assert desk.row.state == "sending"
        assert _in_a_process(desk, url).stdout.strip() == "0", "the claim still holds"
        desk.move(seconds=121)
        assert _in_a_process(desk, url).stdout.strip() == "1"
        received = [each.message["Message-ID"] for each in server.received]
    assert desk.row.state == "sent"
    if by == "smtp":
        assert received == [f"<{desk.row.message_id}@petry.example.com>"] * copies
    else:
        assert len(desk.files) == 1


def test_two_processes_send_each_mail_once(desk: Desk, tmp_path: Path) -> None:
    for _ in range(25):
        desk.queue_reset()
    with serving(desk, tmp_path) as server:
        workers = [threading.Thread(target=_in_a_process, args=(desk, server.url)) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        ids = [each.message["Message-ID"] for each in server.received]
    assert len(ids) == len(set(ids)) == 25
    assert {row.state for row in desk.rows} == {"sent"}


def test_a_claim_is_exclusive_until_it_runs_out(desk: Desk) -> None:
    desk.queue_reset()
    first = queue.claim()
    assert first is not None
    assert queue.claim() is None
    desk.move(seconds=121)
    second = queue.claim()
    assert second is not None
    queue.put_back(first, "too late")
    assert (desk.row.state, desk.row.error) == ("sending", "")
    queue.sent(second)
    assert desk.row.state == "sent"


def test_a_mail_that_kills_every_process_is_parked(desk: Desk) -> None:
    desk.queue_reset()
    for _ in range(8):
        assert queue.claim() is not None
        desk.move(seconds=121)
    desk.deliver()
    assert desk.row.state == "failed"
    assert desk.files == []


def test_what_has_an_end_goes_first_and_never_late(desk: Desk, tmp_path: Path) -> None:
    for _ in range(3):
        desk.queue_reset()
    desk.queue("reset", {}, "anna@petry.example.com", not_after=desk.later(1800))
    assert queue.claim().first.kind == "reset"  # type: ignore[union-attr]
    desk.move(seconds=1801)
    desk.deliver()
    assert [row.state for row in desk.rows] == ["sent", "sent", "sent", "dropped"]
    assert desk.rows[-1].error == "too_late"


def test_not_before_is_kept(desk: Desk) -> None:
    desk.queue("password_changed", {"staff": desk.world.anna}, "anna@petry.example.com", not_before=desk.later(120))
    assert desk.deliver() == 0
    desk.move(seconds=121)
    assert desk.deliver() == 1


def test_nothing_goes_out_while_mail_is_on_hold(desk: Desk) -> None:
    desk.queue_reset()
    notices.put(notices.MAIL_HOLD, "restore")
    assert desk.deliver() == 0
    notices.drop(notices.MAIL_HOLD)
    desk.set(desk.row, held=True)
    assert desk.deliver() == 0
    desk.set(desk.row, held=False)
    assert desk.deliver() == 1


def test_signing_in_and_encryption(desk: Desk, tmp_path: Path) -> None:
    desk.queue_reset()
    with serving(desk, tmp_path, user="post", tls=True) as server:
        desk.deliver()
        (received,) = server.received
    assert received.encrypted
    assert received.user == "post:geheim@"


def test_a_wrong_password_is_said_and_tried_again(desk: Desk, tmp_path: Path) -> None:
    desk.queue_reset()
    with serving(desk, tmp_path, user="post") as server:
        desk.through(server.url.replace("geheim", "falsch"))
        desk.deliver()
        assert server.received == []
    assert desk.row.state == "queued"
    assert desk.row.error.startswith("535")


def test_a_password_is_never_sent_in_the_clear(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "LOOPBACK", frozenset())
    desk.queue_reset()
    with serving(desk, tmp_path, user="post") as server:
        desk.deliver()
        assert server.received == []
    assert "STARTTLS" in desk.row.error


def test_a_certificate_that_nobody_signed_is_refused(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "LOOPBACK", frozenset())
    desk.queue_reset()
    with serving(desk, tmp_path, tls=True) as server:
        desk.deliver()
        assert server.received == []
    assert desk.row.state == "queued"
    assert "certificate" in desk.row.error.lower()


def test_ports_and_passwords_of_the_address() -> None:
    plain = smtp.MailServer.at("smtp://mail.example.com", "https://portal.example.com")
    assert (plain.host, plain.port, plain.tls_at_once, plain.user) == ("mail.example.com", 25, False, "")
    assert plain.hello == "portal.example.com"
    named = smtp.MailServer.at("smtp://us%40er:p%3Aw%2F@mail.example.com", "https://portal.example.com")
    assert (named.port, named.user, named.password) == (587, "us@er", "p:w/")
    assert smtp.MailServer.at("smtps://mail.example.com", "https://portal.example.com").port == 465


def _access(desk: Desk) -> dict[str, object]:
    world = desk.world
    return {"client": world.lindner, "contact": world.dora, "link": world.dora_link, "by": None, "message": ""}


def _email_error(desk: Desk) -> str | None:
    with scopes.of_firm(desk.world.firm) as scope:
        error: str | None = scope.by_id(Contact, desk.world.dora).email_error
        return error


_DELIVER = """
from portal.base.config import load
from portal.mail.outgoing import deliver_next
from portal.operations.boot import open_instance
config = load()
open_instance(config)
count = 0
while deliver_next(config):
    count += 1
print(count)
"""


def _in_a_process(desk: Desk, mail_url: str, crash_at: str = "") -> subprocess.CompletedProcess[str]:
    config = desk.config
    environment = {
        "PORTAL_INSTANCE": str(config.instance),
        "PORTAL_BASE_URL": config.base_url,
        "PORTAL_MAIL_FROM": config.mail_from,
        "PORTAL_CLOCK_OFFSET_FILE": str(config.clock_offset_file),
        "PORTAL_MAIL_URL": mail_url,
        "PORTAL_CRASH_AT": crash_at,
    }
    return subprocess.run(
        [sys.executable, "-c", _DELIVER], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
