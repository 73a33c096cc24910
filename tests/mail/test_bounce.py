"""Which returned mail is a bounce of ours, for whom and why."""

from __future__ import annotations

import time

import pytest

from portal.mail import bounce
from tests.mail import returned

TO, ID, DOMAIN = "Dora@lindner.example.org", "0123456789abcdef", "petry.example.com"
KEY = "dora@lindner.example.org"


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_a_delivery_report(kind: str) -> None:
    found = bounce.read(returned.report(TO, ID, returned=kind), DOMAIN)
    assert found is not None
    assert found.message_ids == (ID,)
    assert found.failed == {KEY: f"550 5.1.1 <{TO}>: Recipient address rejected: User unknown"}


def test_the_address_that_was_written_to_counts_not_only_where_it_was_led_to() -> None:
    found = bounce.read(returned.report(TO, ID, original=TO), DOMAIN)
    assert found is not None
    assert KEY in found.failed


@pytest.mark.parametrize("form", [returned.exim, returned.qmail])
def test_free_forms(form: object) -> None:
    found = bounce.read(form(TO, ID), DOMAIN)  # type: ignore[operator]
    assert found is not None
    assert found.message_ids == (ID,)
    assert list(found.failed) == [KEY]
    assert "no" in found.failed[KEY].lower()


@pytest.mark.parametrize(
    "content",
    [
        returned.report(TO, ID, action="delayed", status="4.4.1"),
        returned.report(TO, ID, action="failed", status="4.4.7"),
        returned.report(TO, ID, action="relayed", status="5.0.0"),
        returned.report(TO, ID, action="delivered", status="2.0.0"),
        returned.vacation(TO, ID),
        returned.later(TO, ID),
        returned.qmail(TO, ID).replace(b"MAILER-DAEMON@mx", b"postfach@mx"),
        returned.report(TO, ID).replace(b"petry.example.com", b"other.example.com"),
        returned.report(TO, "short"),
        b"",
        b"\xff\xfe\x00" * 1000,
    ],
)
def test_what_is_none(content: bytes) -> None:
    assert bounce.read(content, DOMAIN) is None


def test_words_are_one_line_of_bounded_length() -> None:
    long = "550 5.1.1 \x1b[31m<b>" + "no such user " * 200
    found = bounce.read(returned.report(TO, ID, words=long), DOMAIN)
    assert found is not None
    (words,) = found.failed.values()
    assert len(words) <= 500
    assert words.isprintable()


@pytest.mark.parametrize(
    "hostile",
    [
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\nContent-Type: message/rfc822\r\n\r\n" * 20_000,
        b"Content-Type: multipart/report; boundary=a\r\n\r\n" + b"--a\r\n\r\n" * 200_000,
        b"".join(
            b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (depth, depth) for depth in range(5_000)
        ),
        b"From: mailer-daemon@example.net\r\n\r\n" + b"a@b " * 500_000,
        b"From: mailer-daemon@example.net\r\n\r\n" + b"x" * 5_000_000,
        b"From: mailer-daemon@example.net\r\n\r\n" + b"-" * 200_000,
        b"Content-Type: multipart/report; boundary=a\r\n\r\n--a\r\nContent-Type: message/delivery-status\r\n\r\n"
        + b"Action: failed\r\n\r\n" * 100_000,
        b'Content-Type: text/plain; charset="nonsense\x00"\r\nFrom: mailer-daemon@x\r\n\r\n550 \xff',
        b"From: mailer-daemon@x\r\nContent-Type: text/plain; charset=base64\r\n\r\n<a@b>: 550",
    ],
)  # fmt: skip
def test_what_was_made_to_hurt_does_not(hostile: bytes) -> None:
    began = time.monotonic()
    assert bounce.read(hostile, DOMAIN) is None
    assert time.monotonic() - began < 5
