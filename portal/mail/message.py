"""From a letter to the bytes that go over the line: headers that nobody can add to, text and HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email import charset, policy
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr

from email_validator import validate_email

from portal.base.text import one_line, valid_email

LONGEST_HEADER = 200
_PLAIN = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+", re.ASCII)
_WIRE = policy.compat32.clone(linesep="\r\n", max_line_length=78)
# quoted-printable keeps a text readable for whoever looks at the source; base64 would also cost spam points
_UTF8 = charset.Charset("utf-8")
_UTF8.body_encoding = charset.QP


@dataclass(frozen=True)
class Letter:
    """What a kind of mail says. `html` is a whole document without anything from elsewhere."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Envelope:
    """Whose mail it is. `message_id` without angle brackets, the same each time the mail is sent.

    `unsubscribe`: an address that ends such mails by one click (RFC 8058); empty where they are no news.
    """

    sender: str
    sender_name: str
    reply_to: str
    to: str
    message_id: str
    language: str
    date: datetime
    unsubscribe: str = ""


def compose(letter: Letter, envelope: Envelope) -> bytes:
    """The message with CRLF line ends. Whatever stands in names and subject stays in its header."""
    message = MIMEMultipart("alternative")
    message["Subject"] = _words(letter.subject, "Subject")
    message["From"] = _address(envelope.sender, "From", envelope.sender_name)
    message["To"] = _address(envelope.to, "To")
    if valid_email(envelope.reply_to):
        message["Reply-To"] = _address(envelope.reply_to, "Reply-To", envelope.sender_name)
    message["Date"] = format_datetime(envelope.date)
    message["Message-ID"] = f"<{envelope.message_id}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if envelope.unsubscribe:
        message["List-Unsubscribe"] = f"<{envelope.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Content-Language"] = envelope.language
    message.attach(_part(letter.text, "plain"))
    message.attach(_part(letter.html, "html"))
    # an address cannot be folded; the generator would leave its first line empty, which mail programs read as no header
    return message.as_bytes(policy=_WIRE).replace(b"\r\nList-Unsubscribe: \r\n <", b"\r\nList-Unsubscribe: <", 1)


def wire_address(address: str) -> str:
    """The address as mail servers take it: the domain in ASCII (IDNA 2008). Raises ValueError where that cannot be."""
    if _PLAIN.fullmatch(address):
        return address
    found = validate_email(address, check_deliverability=False, test_environment=True)
    if found.ascii_email is None:
        raise ValueError(address)
    return found.ascii_email


def _address(address: str, header: str, name: str = "") -> str:
    return formataddr((_words(name, header), wire_address(address)))


def _words(text: str, header: str) -> str:
    """One line in ASCII: as it is, or as encoded words (RFC 2047), the first short enough for the header's line."""
    line = one_line(text)
    if len(line) > LONGEST_HEADER:
        line = line[: LONGEST_HEADER - 1].rstrip() + "…"
    # "=?" would be read as the start of an encoded word
    if line.isascii() and "=?" not in line:
        return line
    return Header(line, "utf-8", header_name=header).encode().replace("\n ", " ")


def _part(text: str, subtype: str) -> MIMEText:
    return MIMEText(text, subtype, _UTF8)  # type: ignore[arg-type]
