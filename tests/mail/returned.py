"""What mail servers send back, as Postfix, Exim, qmail and people's programs write it; all names invented."""

from __future__ import annotations

WORDS = "550 5.1.1 <{to}>: Recipient address rejected: User unknown"


def report(
    to: str, message_id: str, *, action: str = "failed", status: str = "5.1.1", words: str = WORDS,
    returned: str = "message/rfc822", original: str = "",
) -> bytes:  # fmt: skip
    """A delivery report (RFC 3464)."""
    original_line = f"Original-Recipient: rfc822;{original}\n" if original else ""
    return _lines(f"""Return-Path: <>
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: portal@petry.example.com
Auto-Submitted: auto-replied
Message-ID: <20261121110000.4F2A1@mx.example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"

--cut
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.net.

--cut
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Sat, 21 Nov 2026 11:00:00 +0000 (UTC)

Final-Recipient: rfc822; {to if not original else "moved@elsewhere.example.net"}
{original_line}Action: {action}
Status: {status}
Remote-MTA: dns; mail.lindner.example.org
Diagnostic-Code: smtp; {words.format(to=to)}

--cut
Content-Type: {returned}

From: Petry <portal@petry.example.com>
To: {to}
Subject: Ihr Zugang
Message-ID: <{message_id}@petry.example.com>

Guten Tag

--cut--
""")


def exim(to: str, message_id: str) -> bytes:
    """A free form: Exim's."""
    return _lines(f"""Return-path: <>
From: Mail Delivery System <Mailer-Daemon@mx.example.net>
To: portal@petry.example.com
Subject: Mail delivery failed: returning message to sender
Auto-Submitted: auto-replied
Content-Type: text/plain; charset=utf-8

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {to}
    host mail.lindner.example.org [192.0.2.9]
    SMTP error from remote mail server after RCPT TO:<{to}>:
    550 No such user

------ This is a copy of the message, including all the headers. ------

To: {to}
Message-ID: <{message_id}@petry.example.com>
""")


def qmail(to: str, message_id: str) -> bytes:
    """Another: qmail's."""
    return _lines(f"""From: MAILER-DAEMON@mx.example.net
To: portal@petry.example.com
Subject: failure notice

Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.

<{to}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Message-ID: <{message_id}@petry.example.com>
""")


def vacation(to: str, message_id: str) -> bytes:
    """Somebody is away; the answer names our mail and, as such answers do, a number or two."""
    return _lines(f"""Return-Path: <>
From: {to}
To: portal@petry.example.com
Subject: Abwesenheit
Auto-Submitted: auto-replied
In-Reply-To: <{message_id}@petry.example.com>
References: <{message_id}@petry.example.com>

{to}: bis zum 5.12. bin ich nicht im Haus, Telefon 550 1234.
""")


def later(to: str, message_id: str) -> bytes:
    """A free form that says: not yet."""
    return exim(to, message_id).replace(
        b"Mail delivery failed: returning message to sender", b"Warning: message delayed"
    )


def _lines(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()
