"""What each kind of mail says, in both languages; the German catalogue is read from `translations/`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import parseaddr
from html.parser import HTMLParser
from typing import Any

import pytest

from portal.base import clock, tokens
from portal.mail.kinds import KINDS
from portal.models.client import Client
from portal.models.contact import Contact
from portal.models.document import Document
from portal.models.firm import Firm
from portal.models.identity import Identity
from portal.models.link import Link
from portal.models.staff import Staff
from portal.models.terms import FirmText
from portal.models.ticket import RELEASE, RESET, Ticket
from portal.policies import scope as scopes
from portal.policies.scope import Scope
from tests.mail import rows
from tests.mail.desk import Desk, html_of, text_of

DORA, ANNA, BEN = "dora@lindner.example.org", "anna@petry.example.com", "ben@petry.example.com"
LONG = "Wohnungseigentümergemeinschaft Ährenweg-Österreicher-Straße 112–118, vertreten durch die Hausverwaltung " * 3
HOSTILE = '<script>alert(1)</script> "Müller" & Söhne\u00a0%(name)s {{ 7 * 7 }}'


def _contact(desk: Desk, **more: Any) -> dict[str, Any]:
    return {"client": desk.world.lindner, "contact": desk.world.dora, "link": desk.world.dora_link, **more}


def _invitation(desk: Desk, scope: Scope) -> dict[str, Any]:
    """Dora may set a password."""
    made = rows.ticket(desk, scope, staff=None, contact=desk.world.dora, email_key=DORA)
    subject = {"contact": desk.world.dora, "by": desk.world.anna, "colleague": None}
    return {**subject, "message": "Bis bald", "ticket": made.id}


def _subjects(desk: Desk) -> dict[str, tuple[dict[str, Any], str]]:
    """A subject and recipient for each kind."""
    with scopes.of_firm(desk.world.firm) as scope:
        accepted = rows.decision(desk, scope)
        return {
            "invite": ({"ticket": rows.ticket(desk, scope).id, "by": desk.world.anna}, BEN),
            "reset": ({"ticket": rows.ticket(desk, scope, RESET).id}, BEN),
            "password_changed": ({"staff": desk.world.anna}, ANNA),
            "access": (_contact(desk, by=desk.world.anna, message="Bis bald"), DORA),
            "invitation": (_invitation(desk, scope), DORA),
            "document": (_contact(desk, document=desk.world.invoice), DORA),
            "digest": (_contact(desk, document=desk.world.invoice), DORA),
            "new_link": (_contact(desk), DORA),
            "code": (_contact(desk, code=rows.code(desk, scope).id), DORA),
            "decision": ({"staff": desk.world.anna, "decision": accepted.id}, ANNA),
            "decision_receipt": (_contact(desk, decision=accepted.id), DORA),
            "comment_to_client": (_contact(desk, comment=rows.comment(desk, scope, by_staff=True).id), DORA),
            "comment_to_staff": ({"staff": desk.world.anna, "comment": rows.comment(desk, scope).id}, ANNA),
            "address": (
                {"ticket": rows.new_address(desk, scope).id, "contact": desk.world.dora},
                "dora@neu.example.org",
            ),
            "address_moved": ({"contact": desk.world.dora}, "dora@alt.example.org"),
            "address_changed": (_changed_address(desk, scope), "dora@alt.example.org"),
            "colleague_invited": (
                {
                    "staff": desk.world.anna,
                    "client": desk.world.lindner,
                    "by": desk.world.dora,
                    "membership": desk.world.dora_at_lindner,
                    "outcome": "invited",
                    "name": "Karl Brandt",
                    "email": "karl@lindner.example.org",
                },
                ANNA,
            ),
            "links_exported": ({"staff": desk.world.anna, "by": desk.world.ben, "count": 27}, ANNA),
            "audit_head": ({"staff": desk.world.anna, "number": 12, "hash": "ab" * 32}, ANNA),
        }


def _changed_address(desk: Desk, scope: Scope) -> dict[str, Any]:
    """Anna gave Dora another address."""
    now = clock.now()
    ticket = scope.add(
        Ticket, purpose=RELEASE, contact=desk.world.dora, email_key="dora@alt.example.org", new_email=DORA,
        created_at=now, expires_at=now + timedelta(hours=72),
    )  # fmt: skip
    return {"contact": desk.world.dora, "ticket": ticket.id, "by": desk.world.anna}


def _queue(desk: Desk, kind: str, language: str = "en") -> None:
    subject, to = _subjects(desk)[kind]
    desk.queue(kind, subject, to, language=language)


def test_every_kind_is_tried_here(desk: Desk) -> None:
    assert set(_subjects(desk)) == set(KINDS)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_mail_is_whole(desk: Desk, kind: str, language: str) -> None:
    _queue(desk, kind, language)
    message = desk.sent()
    text, html = text_of(message), html_of(message)
    assert message["Subject"]
    assert ("Guten Tag, " if language == "de" else "Hello ") in text.splitlines()[0]
    assert "Petry Haustechnik GmbH" in text
    assert "Petry Haustechnik GmbH" in html
    for part in (text, html):
        assert not re.search(r"%\(\w+\)s|None|\[(Client|Document|Firm|Staff)\.|\{\{|\{%|Undefined", part)
    _demand_sound(html, language)
    for address in re.findall(r"http://\S+", text):
        assert address.replace("&", "&amp;") in html


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_german_mails_hold_no_english(desk: Desk, kind: str) -> None:
    subject, to = _subjects(desk)[kind]
    desk.queue(kind, subject, to, language="de")
    desk.queue(kind, subject, to, language="en")
    desk.deliver()
    assert [row.state for row in desk.rows] == ["sent", "sent"]
    german, english = sorted(desk.files, key=lambda each: str(each["Content-Language"]))
    ours = {line for line in text_of(english).splitlines() if re.search(r"[a-z]{3,} [a-z]{2,}", line)}
    theirs = {"> Wann kommen Sie?", "> Bis bald"}
    assert ours - theirs, "an English mail has sentences"
    assert not (ours - theirs) & set(text_of(german).splitlines())


@pytest.mark.parametrize("name", [LONG, HOSTILE])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_long_and_hostile_names(desk: Desk, kind: str, name: str) -> None:
    subject, to = _subjects(desk)[kind]
    _rename_everything(desk, name)
    desk.queue(kind, subject, to, language="en")
    message = desk.sent()
    _demand_sound(html_of(message), "en")
    assert "49" not in text_of(message).replace(name, "").split()
    assert len(str(message["Subject"])) <= 200
    raw = next(desk.config.outbox_path.glob("*.eml")).read_bytes()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998, "RFC 5322, 2.1.1"


@pytest.mark.parametrize("field", ["name", "email"])
def test_nobody_adds_headers(desk: Desk, field: str) -> None:
    evil = "Petry\r\nBcc: victim@example.org\r\n\r\n<h1>Hello</h1>"
    with scopes.of_firm(desk.world.firm) as scope:
        scope.change(scope.firm, **{field: evil})
        scope.change(scope.by_id(Client, desk.world.lindner), name=evil)
        scope.change(scope.by_id(Document, desk.world.offer), number="AN-1\nX-Evil: 1", title=evil)
        subject = {"staff": desk.world.anna, "decision": rows.decision(desk, scope).id}
    desk.queue("decision", subject, ANNA, language="en")
    message = desk.sent()
    assert message["Bcc"] is None
    assert message["X-Evil"] is None
    assert set(message.keys()) <= {
        "Content-Type", "MIME-Version", "Subject", "From", "To", "Reply-To", "Date", "Message-ID", "Auto-Submitted",
        "X-Auto-Response-Suppress", "Content-Language",
    }  # fmt: skip
    assert "X-Evil: 1" in message["Subject"]


@pytest.mark.parametrize("name", ['Müller, Söhne & "Co" <gmbh>', "=?utf-8?q?Fake?= Bank", "Ätna " * 30, "a@b.example"])
def test_names_arrive_as_they_are(desk: Desk, name: str) -> None:
    with scopes.of_firm(desk.world.firm) as scope:
        scope.change(scope.firm, name=name)
    desk.queue("invite", {"ticket": _subjects(desk)["invite"][0]["ticket"], "by": None}, BEN, language="en")
    message = desk.sent()
    expected = " ".join(name.split())
    assert _display_name(desk) == (expected, "portal@petry.example.com")
    assert message["Subject"] == f"Invitation to the client portal of {expected}"


@pytest.mark.parametrize("to", ["a@b.example.com\r\nBcc: c@example.org", "a@b.example.com, c@example.org", ""])
def test_a_crooked_recipient_is_refused(desk: Desk, to: str) -> None:
    desk.queue("password_changed", {"staff": desk.world.anna}, to)
    desk.deliver()
    assert desk.row.state == "failed"
    assert desk.files == []


def test_a_domain_with_umlauts_goes_out_in_ascii(desk: Desk) -> None:
    desk.queue("password_changed", {"staff": desk.world.anna}, "anna@straße.example.com")
    assert str(desk.sent()["To"]) == "anna@xn--strae-oqa.example.com"


@pytest.mark.parametrize(
    ("fields", "german", "english"),
    [
        ({"salutation": "ms"}, "Guten Tag, Frau Lindner", "Hello Ms Lindner"),
        ({"salutation": "mr", "title": "Dr."}, "Guten Tag, Herr Dr. Lindner", "Hello Dr. Lindner"),
        ({"salutation": None}, "Guten Tag, Dora Lindner", "Hello Dora Lindner"),
        ({"salutation": "ms", "last_name": ""}, "Guten Tag, Dora", "Hello Dora"),
        ({"first_name": "", "last_name": ""}, "Guten Tag", "Hello"),
    ],
)
def test_salutation(desk: Desk, fields: dict[str, Any], german: str, english: str) -> None:
    with scopes.of_firm(desk.world.firm) as scope:
        scope.change(scope.by_id(Contact, desk.world.dora), **fields)
    for language in ("de", "en"):
        desk.queue("new_link", _contact(desk), DORA, language=language)
    desk.deliver()
    assert {text_of(each).splitlines()[0] for each in desk.files} == {german, english}


def test_tokens_open_what_the_mail_speaks_of(desk: Desk) -> None:
    with scopes.of_firm(desk.world.firm) as scope:
        ticket = rows.ticket(desk, scope)
        link = scope.by_id(Link, desk.world.dora_link)
        code = rows.code(desk, scope)
    desk.queue("invite", {"ticket": ticket.id, "by": None}, BEN)
    desk.queue("access", _contact(desk), DORA)
    desk.queue("code", _contact(desk, code=code.id), DORA)
    desk.deliver()
    everything = "\n".join(text_of(each) for each in desk.files)
    assert f"http://localhost/invite/{tokens.issue('invite', ticket.id, ticket.nonce)}\n" in everything
    assert f"http://localhost/l/{tokens.issue('link', link.id, link.nonce)}\n" in everything
    assert f"\n{tokens.digits('code', code.id, code.nonce)}\n" in everything
    stored = "".join(str(row.subject) + row.error for row in desk.rows)
    assert tokens.issue("link", link.id, link.nonce) not in stored


def test_the_firms_own_text_with_its_placeholders(desk: Desk) -> None:
    with scopes.of_firm(desk.world.firm) as scope:
        scope.add(FirmText, key="send_access.subject", language="de", text="Zugang für [Client.name]")
        text = (
            "Liebe [Client.contact_name],\r\n\r\n[Client.customerportal_url]\r\n\r\n"
            "[Client.number] [Firm.phone] [Firm.email] [Staff.name] [Client.mood] <b>fett</b>"
        )
        scope.add(FirmText, key="send_access.body", language="de", text=text)
    desk.queue("access", _contact(desk, by=desk.world.ben, message="Wie <besprochen>\nIhr Ben"), DORA)
    message = desk.sent()
    assert message["Subject"] == "Zugang für Hausverwaltung Lindner"
    assert "K-1042 040 66969-120 post@petry.example.com Ben Aydin [Client.mood] <b>fett</b>" in text_of(message)
    assert "Liebe Dora Lindner,\n\nhttp://localhost/l/" in text_of(message)
    assert "> Wie <besprochen>\n> Ihr Ben" in text_of(message)
    assert text_of(message).count("/l/") == 1
    assert "&lt;b&gt;fett&lt;/b&gt;" in html_of(message)
    assert "Wie &lt;besprochen&gt;<br>" in html_of(message)


def test_a_text_without_the_address_gets_it_all_the_same(desk: Desk) -> None:
    with scopes.of_firm(desk.world.firm) as scope:
        scope.add(FirmText, key="send_access.body", language="de", text="Willkommen.")
        scope.add(FirmText, key="new_document.body", language="de", text="Etwas Neues.")
    desk.queue("access", _contact(desk), DORA)
    desk.queue("document", _contact(desk, document=desk.world.offer), DORA)
    desk.deliver()
    assert all("/l/" in text_of(each) for each in desk.files)


def test_values_of_the_document(desk: Desk) -> None:
    with scopes.of_firm(desk.world.firm) as scope:
        names = ("number", "title", "date", "due_date", "valid_until", "total", "url")
        body = "\n".join(f"{name}=[Document.{name}]" for name in names)
        scope.add(FirmText, key="new_document.body", language="en", text=body)
        offer = scope.by_id(Document, desk.world.offer)
        scope.change(offer, issued_on=clock.today("Europe/Berlin").replace(year=2026, month=11, day=3))
    desk.queue("document", _contact(desk, document=offer.id), DORA, language="en")
    text = text_of(desk.sent())
    assert "number=AN-2026-0147\ntitle=Neue Heizungspumpe\ndate=3 November 2026\ndue_date=\nvalid_until=" in text
    assert "total=€4,386.34\n" in text
    assert re.search(rf"url=http://localhost/l/[0-9A-Z]{{32}}\?d={offer.uid}\n", text)


def test_documents_of_two_minutes_are_one_mail(desk: Desk) -> None:
    for document in (desk.world.offer, desk.world.invoice, desk.world.report):
        desk.queue("document", _contact(desk, document=document), DORA, not_before=desk.later(120))
        desk.move(seconds=30)
    assert desk.deliver() == 0
    desk.move(seconds=31)
    assert desk.deliver() == 1
    (message,) = desk.files
    for number in ("AN-2026-0147", "RE-2026-0312", "SB-2026-0488"):
        assert number in text_of(message)
        assert number in html_of(message)
    assert {row.state for row in desk.rows} == {"sent"}
    desk.queue("document", _contact(desk, document=desk.world.small_offer), DORA)
    assert desk.deliver() == 1
    assert len(desk.files) == 2


def test_what_was_tried_once_is_joined_by_nothing_later(desk: Desk) -> None:
    eml, desk.config = desk.config, desk.config
    desk.queue("document", _contact(desk, document=desk.world.offer), DORA)
    desk.queue("document", _contact(desk, document=desk.world.invoice), DORA)
    desk.through("smtp://127.0.0.1:1")
    assert desk.deliver() == 1
    desk.queue("document", _contact(desk, document=desk.world.report), DORA, not_before=desk.later(90))
    desk.config = eml
    desk.move(minutes=2)
    assert desk.deliver() == 2
    first, second = sorted(desk.files, key=lambda each: "SB-2026-0488" in text_of(each))
    assert "RE-2026-0312" in text_of(first)
    assert "SB-2026-0488" not in text_of(first)
    assert "AN-2026-0147" not in text_of(second)
    assert first["Message-ID"] != second["Message-ID"]


def test_only_mails_of_the_same_recipient_and_client_join(desk: Desk) -> None:
    world = desk.world
    with scopes.of_firm(world.firm) as scope:
        at_thode = scope.add(
            Link, client=world.thode, contact=world.dora, created_at=clock.now(), extended_at=clock.now()
        )
    desk.queue("document", _contact(desk, document=world.offer), DORA, client_id=world.lindner)
    thode = {"client": world.thode, "contact": world.dora, "link": at_thode.id, "document": world.thode_offer}
    desk.queue("document", thode, DORA, client_id=world.thode)
    assert desk.deliver() == 2
    assert ["AN-2026-0151" in text_of(each) for each in desk.files].count(True) == 1


def test_comments_are_joined_and_quoted(desk: Desk) -> None:
    with scopes.of_firm(desk.world.firm) as scope:
        first = rows.comment(desk, scope, "Erste Frage\nhttps://phishing.example.org <b>hier</b>")
        second = rows.comment(desk, scope, "Zweite Frage")
    for each in (first, second):
        desk.queue("comment_to_staff", {"staff": desk.world.anna, "comment": each.id}, ANNA)
    message = desk.sent()
    assert "> Erste Frage\n> https://phishing.example.org <b>hier</b>\n" in text_of(message)
    assert "> Zweite Frage\n" in text_of(message)
    assert 'href="https://phishing' not in html_of(message)
    assert "&lt;b&gt;hier&lt;/b&gt;" in html_of(message)


@pytest.mark.parametrize(
    ("fields", "subject", "words"),
    [
        ({}, "Hausverwaltung Lindner accepted offer AN-2026-0147", "€4,386.34"),
        ({"verdict": "decline", "reason": "Zu teuer\nleider"}, "declined offer", "> Zu teuer\n> leider"),
        ({"state": "awaiting"}, "Please confirm: Hausverwaltung Lindner accepted", "binding only once"),
    ],
)
def test_decisions_for_staff(desk: Desk, fields: dict[str, Any], subject: str, words: str) -> None:
    with scopes.of_firm(desk.world.firm) as scope:
        row = rows.decision(desk, scope, **fields)
        offer = scope.by_id(Document, desk.world.offer)
    desk.queue("decision", {"staff": desk.world.anna, "decision": row.id}, ANNA, language="en")
    message = desk.sent()
    assert subject in message["Subject"]
    assert words in text_of(message)
    assert f"http://localhost/firm/documents/{offer.uid}" in text_of(message)
    assert "/l/" not in text_of(message), "staff get no client's link"


@pytest.mark.parametrize(
    ("fields", "subject"),
    [
        ({}, "Confirmation of your order: offer AN-2026-0147"),
        ({"state": "confirmed"}, "Confirmation of your order: offer AN-2026-0147"),
        ({"verdict": "decline"}, "You declined offer AN-2026-0147"),
        ({"state": "awaiting"}, "We have received your answer to offer AN-2026-0147"),
    ],
)
def test_receipts(desk: Desk, fields: dict[str, Any], subject: str) -> None:
    with scopes.of_firm(desk.world.firm) as scope:
        row = rows.decision(desk, scope, **fields)
    desk.queue("decision_receipt", _contact(desk, decision=row.id), DORA, language="en")
    message = desk.sent()
    assert message["Subject"] == subject
    is_acceptance = fields.get("verdict") != "decline"
    assert ("Fingerprint of the file (SHA-256): " + "5e" * 32 in text_of(message)) == is_acceptance
    assert ("1. We confirm your order" in text_of(message)) == is_acceptance
    assert ("certificate" in text_of(message)) == (is_acceptance and fields.get("state") != "awaiting")


@pytest.mark.parametrize("change", ["toggles", "link"])
def test_a_receipt_comes_without_address_where_it_would_open_nothing(desk: Desk, change: str) -> None:
    with scopes.of_firm(desk.world.firm) as scope:
        row = rows.decision(desk, scope)
        if change == "toggles":
            _set_membership(scope, desk, notify=False)
        else:
            scope.change(scope.by_id(Link, desk.world.dora_link), revoked_at=clock.now())
    desk.queue("decision_receipt", _contact(desk, decision=row.id), DORA)
    assert "/l/" not in text_of(desk.sent())


def test_a_forgotten_password_goes_to_the_stored_address(desk: Desk) -> None:
    desk.queue("reset", {}, "ANNA@Petry.Example.com", not_after=desk.later(1800))
    message = desk.sent()
    assert str(message["To"]) == ANNA
    with scopes.of_firm(desk.world.firm) as scope:
        ticket = scope.by_id(Ticket, desk.row.subject["ticket"])
    assert tokens.issue("reset", ticket.id, ticket.nonce) in text_of(message)
    assert ticket.purpose == RESET
    assert ticket.is_live(clock.now())


def test_a_second_sending_of_a_reset_carries_the_same_token(desk: Desk) -> None:
    eml = desk.config
    desk.queue("reset", {}, ANNA)
    desk.through("smtp://127.0.0.1:1")
    desk.deliver()
    ticket = desk.row.subject["ticket"]
    desk.config = eml
    desk.move(minutes=2)
    desk.deliver()
    assert desk.row.state == "sent"
    assert desk.row.subject == {"ticket": ticket}


@pytest.mark.parametrize(
    "who", ["nobody@example.org", DORA, "frida@fischer.example.com", "founder@petry.example.com", "not an address"]
)
def test_nobody_else_gets_a_reset(desk: Desk, who: str) -> None:
    desk.queue("reset", {}, who)
    desk.deliver()
    assert (desk.row.state, desk.row.error) == ("dropped", "nobody")
    assert desk.files == []


def _set_membership(scope: Scope, desk: Desk, **fields: Any) -> None:
    from portal.models.contact import Membership

    scope.change(scope.by_id(Membership, desk.world.dora_at_lindner), **fields)


def _revoke(scope: Scope, desk: Desk) -> None:
    scope.change(scope.by_id(Link, desk.world.dora_link), revoked_at=clock.now())


Change = Callable[[Scope, Desk], object]
DROPS: list[tuple[str, Change, str]] = [
    *[
        (kind, change, reason)
        for kind in ("access", "document", "new_link", "comment_to_client")
        for change, reason in (
            (_revoke, "link_revoked"),
            (lambda s, d: s.change(s.by_id(Link, d.world.dora_link), expires_at=clock.now()), "link_expired"),
            (lambda s, d: _set_membership(s, d, login=False), "login_off"),
            (lambda s, d: _set_membership(s, d, ended_at=clock.now()), "membership_ended"),
            (lambda s, d: s.change(s.by_id(Client, d.world.lindner), portal_access=False), "access_off"),
            (lambda s, d: s.change(s.by_id(Client, d.world.lindner), archived_at=clock.now()), "client_archived"),
            (
                lambda s, d: s.change(s.by_id(Contact, d.world.dora), email="x@y.test", email_key="x@y.test"),
                "address_changed",
            ),
        )
    ],
    *[
        (kind, lambda s, d: s.change(s.by_id(Client, d.world.lindner), login_type="password"), "access_off")
        for kind in ("access", "new_link")
    ],
    ("document", lambda s, d: _set_membership(s, d, notify=False), "notify_off"),
    ("comment_to_client", lambda s, d: _set_membership(s, d, notify=False), "notify_off"),
    ("document", lambda s, d: s.change(s.by_id(Document, d.world.invoice), state="withdrawn"), "document_withdrawn"),
    ("document", lambda s, d: s.change(s.by_id(Document, d.world.invoice), state="cancelled"), "document_withdrawn"),
    ("code", lambda s, d: s.change(s.by_id(Client, d.world.lindner), archived_at=clock.now()), "client_archived"),
    (
        "comment_to_client",
        lambda s, d: s.change(s.by_id(Document, d.world.offer), state="withdrawn"),
        "document_withdrawn",
    ),
    (
        "comment_to_staff",
        lambda s, d: s.change(s.by_id(Document, d.world.offer), state="withdrawn"),
        "document_withdrawn",
    ),
    ("comment_to_staff", lambda s, d: s.change(s.by_id(Staff, d.world.anna), mail_comments=False), "switched_off"),
    ("decision", lambda s, d: s.change(s.by_id(Staff, d.world.anna), mail_decisions=False), "switched_off"),
    (
        "decision_receipt",
        lambda s, d: s.change(s.by_id(Client, d.world.lindner), archived_at=clock.now()),
        "client_archived",
    ),
    *[
        (kind, lambda s, d: s.change(s.by_id(Staff, d.world.anna), deactivated_at=clock.now()), "staff_deactivated")
        for kind in ("password_changed", "decision", "comment_to_staff", "links_exported", "audit_head")
    ],
    *[
        (kind, change, reason)
        for kind in ("invite", "reset")
        for change, reason in (
            (lambda s, d: s.change(s.by_id(Staff, d.world.ben), deactivated_at=clock.now()), "staff_deactivated"),
            (lambda s, d: s.update(Ticket, used_at=clock.now()).execute(), "ticket_over"),
            (lambda s, d: s.update(Ticket, cancelled_at=clock.now()).execute(), "ticket_over"),
            (lambda s, d: s.update(Ticket, expires_at=clock.now() - timedelta(seconds=1)).execute(), "ticket_over"),
            (
                lambda s, d: (
                    s.update(Identity, email_key="new@petry.example.com").where(Identity.email_key == BEN).execute()
                ),
                "address_changed",
            ),
        )
    ],
]


@pytest.mark.parametrize(("kind", "change", "reason"), DROPS, ids=[f"{kind}-{reason}" for kind, _, reason in DROPS])
def test_dropped_when_the_subject_was_cancelled(desk: Desk, kind: str, change: Change, reason: str) -> None:
    _queue(desk, kind)
    with scopes.of_firm(desk.world.firm) as scope:
        change(scope, desk)
    desk.deliver()
    assert (desk.row.state, desk.row.error) == ("dropped", reason)
    assert desk.files == []


@pytest.mark.parametrize("field", ["used", "voided"])
def test_a_code_that_is_over_is_not_mailed(desk: Desk, field: str) -> None:
    with scopes.of_firm(desk.world.firm) as scope:
        code = rows.code(desk, scope, **{field: True})
    desk.queue("code", _contact(desk, code=code.id), DORA)
    desk.deliver()
    assert (desk.row.state, desk.row.error) == ("dropped", "code_over")


def test_a_rejected_decision_is_told_to_nobody(desk: Desk) -> None:
    with scopes.of_firm(desk.world.firm) as scope:
        row = rows.decision(desk, scope, state="rejected")
    desk.queue("decision", {"staff": desk.world.anna, "decision": row.id}, ANNA)
    desk.queue("decision_receipt", _contact(desk, decision=row.id), DORA)
    desk.deliver()
    assert [row.error for row in desk.rows] == ["decision_rejected"] * 2


@pytest.mark.parametrize("kind", ["access", "new_link"])
def test_what_a_person_asked_for_comes_with_notify_off(desk: Desk, kind: str) -> None:
    _queue(desk, kind)
    with scopes.of_firm(desk.world.firm) as scope:
        _set_membership(scope, desk, notify=False)
    assert "/l/" in text_of(desk.sent())


def test_a_renewed_link_goes_out_in_place_of_the_old_one(desk: Desk) -> None:
    _queue(desk, "document")
    now = clock.now()
    with scopes.of_firm(desk.world.firm) as scope:
        fresh = scope.add(Link, client=desk.world.lindner, contact=desk.world.dora, created_at=now, extended_at=now)
        scope.change(scope.by_id(Link, desk.world.dora_link), revoked_at=now, successor=fresh.id)
    assert tokens.issue("link", fresh.id, fresh.nonce) in text_of(desk.sent())


def test_a_link_of_somebody_else_is_never_mailed(desk: Desk) -> None:
    for link in (desk.world.lindner_link, desk.world.okonkwo_link):
        desk.queue("access", _contact(desk) | {"link": link}, DORA)
    desk.deliver()
    assert [row.error for row in desk.rows] == ["link_of_another"] * 2


def test_rows_of_another_firm_do_not_exist(desk: Desk) -> None:
    desk.queue("password_changed", {"staff": desk.world.frida}, "frida@fischer.example.com")
    desk.deliver()
    assert (desk.row.state, desk.row.error) == ("dropped", "staff_gone")


def test_one_withdrawn_document_does_not_keep_the_others_back(desk: Desk) -> None:
    for document in (desk.world.offer, desk.world.invoice):
        desk.queue("document", _contact(desk, document=document), DORA)
    with scopes.of_firm(desk.world.firm) as scope:
        scope.change(scope.by_id(Document, desk.world.offer), state="withdrawn")
    text = text_of(desk.sent())
    assert "RE-2026-0312" in text
    assert "AN-2026-0147" not in text


def test_the_firms_colour_has_readable_ink(desk: Desk) -> None:
    with scopes.of_firm(desk.world.firm) as scope:
        scope.update(Firm, colour="#ffe066").execute()
    _queue(desk, "access")
    assert "background: #ffe066; color: #000000" in html_of(desk.sent())


def _display_name(desk: Desk) -> tuple[str, str]:
    """Name and address of From as RFC 2047 reads them; Python's newer parser puts blanks between encoded words."""
    (path,) = desk.config.outbox_path.glob("*.eml")
    name, address = parseaddr(str(message_from_bytes(path.read_bytes())["From"]).replace("\r\n", ""))
    return str(make_header(decode_header(name))), address


def _rename_everything(desk: Desk, name: str) -> None:
    world = desk.world
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.firm, name=name, street=name)
        scope.change(scope.by_id(Client, world.lindner), name=name)
        scope.change(scope.by_id(Contact, world.dora), first_name=name, last_name=name, title=name)
        for staff in (world.anna, world.ben):
            scope.change(scope.by_id(Staff, staff), name=name)
        for document in (world.offer, world.invoice):
            scope.change(scope.by_id(Document, document), title=name)


def _demand_sound(html: str, language: str) -> None:
    page = _Page()
    page.feed(html)
    assert page.open == [], "every element is closed"
    assert page.language == language
    assert page.title.strip()
    assert page.foreign == [], "a mail fetches nothing"
    assert not page.forbidden
    assert "prefers-color-scheme: dark" in html


class _Page(HTMLParser):
    _VOID = frozenset({"meta", "br", "img", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.language: str | None = None
        self.title = ""
        self.foreign: list[str] = []
        self.forbidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "html":
            self.language = values.get("lang")
        if tag in ("script", "img", "link", "iframe", "form", "object"):
            self.forbidden.append(tag)
        self.foreign += [str(value) for name, value in attrs if name in ("src", "background")]
        if tag == "a" and not str(values.get("href")).startswith("http://localhost"):
            self.foreign.append(str(values.get("href")))
        if tag not in self._VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "title":
            self.title += data


class TestAnAddressChangedByStaff:
    def test_says_who_and_offers_the_confirmation(self, desk: Desk) -> None:
        _queue(desk, "address_changed")
        text = text_of(desk.sent())
        assert "was changed to d•••@lindner.example.org by Anna Petry on" in text
        assert DORA not in text
        assert "call us at once: 040 66969-120" in text
        with scopes.of_firm(desk.world.firm) as scope:
            ticket = scope.one(scope.of(Ticket).where(Ticket.purpose == RELEASE))
        assert f"/address/{tokens.issue(RELEASE, ticket.id, ticket.nonce)}" in text

    def test_is_told_also_when_it_was_released_meanwhile(self, desk: Desk) -> None:
        _queue(desk, "address_changed")
        with scopes.of_firm(desk.world.firm) as scope:
            scope.update(Ticket, cancelled_at=clock.now()).where(Ticket.purpose == RELEASE).execute()
        text = text_of(desk.sent())
        assert "was changed to d•••@" in text
        assert "/address/" not in text

    def test_is_dropped_when_the_old_address_is_the_right_one_again(self, desk: Desk) -> None:
        _queue(desk, "address_changed")
        with scopes.of_firm(desk.world.firm) as scope:
            scope.change(scope.by_id(Contact, desk.world.dora), email_key="dora@alt.example.org")
        desk.deliver()
        assert (desk.row.state, desk.row.error) == ("dropped", "address_changed")

    @pytest.mark.parametrize("kind", ["access", "document", "new_link", "code", "comment_to_client"])
    def test_nothing_that_lets_in_goes_to_the_new_one(self, desk: Desk, kind: str) -> None:
        _queue(desk, kind)
        with scopes.of_firm(desk.world.firm) as scope:
            scope.change(scope.by_id(Contact, desk.world.dora), held_until=clock.now() + timedelta(hours=1))
        desk.deliver()
        assert (desk.row.state, desk.row.error) == ("dropped", "address_held")
