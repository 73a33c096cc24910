"""The mail that asks a contact in: what it says, what it opens, and when it is not sent any more (T2, B8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from portal.base import clock, tokens
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.firm import PASSWORD
from portal.models.identity import Identity
from portal.models.link import Link
from portal.models.terms import FirmText
from portal.models.ticket import RESET, Ticket
from portal.operations import access
from portal.policies import scope as scopes
from portal.policies.scope import Scope
from portal.queries import texts
from tests import acting
from tests.mail import rows
from tests.mail.desk import Desk, html_of, text_of

DORA = "dora@lindner.example.org"


def _ticket(desk: Desk, scope: Scope, **fields: Any) -> Ticket:
    return rows.ticket(desk, scope, **{"staff": None, "contact": desk.world.dora, "email_key": DORA, **fields})


def _queue(desk: Desk, *, language: str = "en", with_ticket: bool = True, **more: Any) -> str:
    """Queue the mail; the token that it is to bring, if any."""
    with scopes.of_firm(desk.world.firm) as scope:
        made = _ticket(desk, scope) if with_ticket else None
    subject = {"contact": desk.world.dora, "by": desk.world.anna, "colleague": None, "message": ""}
    desk.queue(
        "invitation", {**subject, "ticket": made.id if made is not None else None, **more}, DORA, language=language
    )
    return tokens.issue("invite", made.id, made.nonce) if made is not None else ""


def _by_password(desk: Desk, *clients: int) -> None:
    with scopes.of_firm(desk.world.firm) as scope:
        for client_id in clients or (desk.world.lindner, desk.world.thode):
            scope.change(scope.by_id(Client, client_id), login_type=PASSWORD)


def _names(desk: Desk) -> tuple[str, str]:
    with scopes.of_firm(desk.world.firm) as scope:
        lindner, thode = (scope.by_id(Client, each) for each in (desk.world.lindner, desk.world.thode))
    return lindner.name, thode.name


def test_it_says_who_for_whom_and_how(desk: Desk) -> None:
    _by_password(desk)
    token = _queue(desk, message="Bis bald im Portal")
    message = desk.sent()
    for part in (text_of(message), html_of(message)):
        assert "Anna Petry invites you to the client portal of Petry Haustechnik GmbH." in part
        assert "Bis bald im Portal" in part
        assert all(name in part for name in _names(desk))
        assert DORA in part
        assert f"http://localhost/invite/{token}" in part
        assert "valid until" in part
        assert "/l/" not in part
    assert message["Subject"] == "Your invitation to the client portal of Petry Haustechnik GmbH"


def test_no_token_stands_in_the_row_and_a_second_sending_carries_the_same(desk: Desk) -> None:
    token = _queue(desk)
    assert token not in str(desk.row.subject)
    files = desk.config
    desk.through("smtp://127.0.0.1:1")
    desk.deliver()
    desk.config = files
    desk.move(minutes=2)
    assert token in text_of(desk.sent())


def test_a_colleague_invites_by_name(desk: Desk) -> None:
    _queue(desk, by=None, colleague=desk.world.emil)
    with scopes.of_firm(desk.world.firm) as scope:
        emil = scope.by_id(Contact, desk.world.emil).name
    assert f"{emil} invites you" in text_of(desk.sent())


def test_the_firm_itself_invites_in_nobodys_name(desk: Desk) -> None:
    _queue(desk, by=None)
    assert "invites you" not in text_of(desk.sent())


def test_portals_by_link_stand_with_their_own_link(desk: Desk, world: Any) -> None:
    _by_password(desk, desk.world.thode)
    token = _queue(desk)
    with scopes.of_firm(desk.world.firm) as scope:
        link = scope.by_id(Link, desk.world.dora_link)
    message = desk.sent()
    own = f"http://localhost/l/{tokens.issue('link', link.id, link.nonce)}"
    for part in (text_of(message), html_of(message)):
        assert own in part
        assert f"/invite/{token}" in part
        assert "These portals you also open without a password" in part
    lindner, thode = _names(desk)
    text = text_of(message)
    assert text.index(thode) < text.index(lindner) < text.index(own), "the link stands at its client"


def test_without_any_password_there_are_links_only(desk: Desk) -> None:
    _queue(desk, with_ticket=False)
    text = text_of(desk.sent())
    assert "/l/" in text
    assert "You need no password" in text
    assert "user name" not in text
    assert "/login" not in text


def test_who_has_a_password_is_led_to_the_sign_in(desk: Desk) -> None:
    _by_password(desk)
    acting.give_password(desk.world.firm, desk.world.dora)
    _queue(desk, with_ticket=False)
    text = text_of(desk.sent())
    assert "http://localhost/f/petry/login" in text
    assert "You have a password already" in text
    assert "/invite/" not in text
    assert "valid until" not in text


def test_the_firms_own_words(desk: Desk) -> None:
    _by_password(desk)
    own = (
        "An [Client.contact_name], für [Client.name] ([Client.number]):\n\n[Client.customerportal_url]\n\n[Staff.name]"
    )
    with scopes.of_firm(desk.world.firm) as scope:
        for key, text in ((texts.INVITATION_SUBJECT, "Kommen Sie zu [Firm.name]"), (texts.INVITATION_BODY, own)):
            scope.add(FirmText, key=key, language="de", text=text)
    token = _queue(desk, language="de")
    message = desk.sent()
    text = text_of(message)
    lindner, thode = sorted(_names(desk))
    assert message["Subject"] == "Kommen Sie zu Petry Haustechnik GmbH"
    assert f"für {lindner}, {thode} (" in text or f"für {thode}, {lindner} (" in text
    assert "Anna Petry" in text
    assert text.count(f"/invite/{token}") == 1, "the address stands where the firm put it"
    assert html_of(message).count('class="action"') == 1


def test_clients_that_were_closed_meanwhile_are_not_named(desk: Desk) -> None:
    _by_password(desk)
    with scopes.of_firm(desk.world.firm) as scope:
        scope.change(scope.by_id(Client, desk.world.thode), portal_access=False)
    _queue(desk)
    lindner, thode = _names(desk)
    text = text_of(desk.sent())
    assert lindner in text
    assert thode not in text


Change = Callable[[Scope, Desk], object]


def _close(scope: Scope, desk: Desk, **fields: Any) -> None:
    for client_id in (desk.world.lindner, desk.world.thode):
        scope.change(scope.by_id(Client, client_id), **fields)


def _leave(scope: Scope, desk: Desk, **fields: Any) -> None:
    for membership_id in (desk.world.dora_at_lindner, desk.world.dora_at_thode):
        scope.change(scope.by_id(Membership, membership_id), **fields)


def _dora(scope: Scope, desk: Desk, **fields: Any) -> None:
    scope.change(scope.by_id(Contact, desk.world.dora), **fields)


DROPS: list[tuple[str, Change, str]] = [
    ("used", lambda s, d: s.update(Ticket, used_at=clock.now()).execute(), "ticket_over"),
    ("cancelled", lambda s, d: s.update(Ticket, cancelled_at=clock.now()).execute(), "ticket_over"),
    ("expired", lambda s, d: s.update(Ticket, expires_at=clock.now()).execute(), "ticket_over"),
    ("login", lambda s, d: _leave(s, d, login=False), "access_off"),
    ("ended", lambda s, d: _leave(s, d, ended_at=clock.now()), "access_off"),
    ("closed", lambda s, d: _close(s, d, portal_access=False), "access_off"),
    ("archived", lambda s, d: _close(s, d, archived_at=clock.now()), "access_off"),
    ("address", lambda s, d: _dora(s, d, email="x@y.test", email_key="x@y.test"), "address_changed"),
    ("ticket's address", lambda s, d: s.update(Ticket, email_key="x@y.test").execute(), "address_changed"),
    ("held", lambda s, d: _dora(s, d, held_until=clock.now() + timedelta(days=1)), "address_held"),
]


@pytest.mark.parametrize(("name", "change", "reason"), DROPS, ids=[name for name, _, _ in DROPS])
def test_it_is_not_sent_when_it_lost_its_reason(desk: Desk, name: str, change: Change, reason: str) -> None:
    _by_password(desk)
    _queue(desk)
    with scopes.of_firm(desk.world.firm) as scope:
        change(scope, desk)
    desk.deliver()
    assert (desk.row.state, desk.row.error) == ("dropped", reason)
    assert desk.files == []


def test_a_password_that_is_gone_brings_nobody_to_the_sign_in(desk: Desk) -> None:
    _by_password(desk)
    _queue(desk, with_ticket=False)
    desk.deliver()
    assert (desk.row.state, desk.row.error) == ("dropped", "ticket_over")


def test_who_asked_for_a_new_one_gets_a_mail_of_its_own(desk: Desk) -> None:
    _by_password(desk)
    with scopes.of_firm(desk.world.firm) as scope:
        access.refresh_all(scope.firm)
    desk.queue("invitation", {"contact": desk.world.dora}, DORA)
    desk.deliver()
    assert [(row.state, row.error) for row in desk.rows] == [("dropped", "answered"), ("sent", "")]
    (message,) = desk.files
    assert "/invite/" in text_of(message)


def test_who_may_not_have_one_gets_none(desk: Desk) -> None:
    acting.give_password(desk.world.firm, desk.world.dora)
    desk.queue("invitation", {"contact": desk.world.dora}, DORA)
    desk.deliver()
    assert (desk.row.state, desk.row.error) == ("dropped", "nobody")


# passwords of contacts


def test_a_forgotten_password_of_a_contact_goes_to_the_stored_address(desk: Desk) -> None:
    acting.give_password(desk.world.firm, desk.world.dora)
    desk.queue("reset", {}, "DORA@Lindner.example.org", language="de", not_after=desk.later(1800))
    message = desk.sent()
    assert str(message["To"]) == DORA
    with scopes.of_firm(desk.world.firm) as scope:
        made = scope.by_id(Ticket, desk.row.subject["ticket"])
    assert f"/password/reset/{tokens.issue('reset', made.id, made.nonce)}" in text_of(message)
    assert "This mail was sent by the client portal" not in text_of(message)


def test_who_never_set_a_password_is_invited_instead(desk: Desk) -> None:
    _by_password(desk)
    with scopes.of_firm(desk.world.firm) as scope:
        access.refresh_all(scope.firm)
    desk.queue("reset", {}, DORA)
    desk.deliver()
    assert [(row.kind, row.state, row.error) for row in desk.rows] == [
        ("reset", "dropped", "invited"), ("invitation", "sent", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda s, d: _dora(s, d, email="x@y.test", email_key="x@y.test"), "address_changed"),
        (lambda s, d: _dora(s, d, held_until=clock.now() + timedelta(days=1)), "address_held"),
        (lambda s, d: s.update(Identity, email_key="x@y.test").where(Identity.email_key == DORA).execute(),
         "address_changed"),
        (lambda s, d: s.update(Ticket, used_at=clock.now()).execute(), "ticket_over"),
    ],
)  # fmt: skip
def test_a_reset_queued_for_an_address_that_changed_is_not_sent(desk: Desk, change: Change, reason: str) -> None:
    acting.give_password(desk.world.firm, desk.world.dora)
    with scopes.of_firm(desk.world.firm) as scope:
        made = _ticket(desk, scope, purpose=RESET)
        desk.queue("reset", {"ticket": made.id}, DORA)
        change(scope, desk)
    desk.deliver()
    assert (desk.row.state, desk.row.error) == ("dropped", reason)


def test_a_contact_is_told_of_a_new_password(desk: Desk) -> None:
    desk.queue("password_changed", {"contact": desk.world.dora}, DORA, language="en")
    text = text_of(desk.sent())
    assert "http://localhost/f/petry/password/forgot" in text
    assert "tell us" in text
    assert "portal admin" not in text


# new links that were asked for


@pytest.mark.parametrize("login_type", ["secret_link", PASSWORD])
def test_who_asked_at_a_link_gets_a_mail_of_its_own(desk: Desk, login_type: str) -> None:
    with scopes.of_firm(desk.world.firm) as scope:
        scope.change(scope.firm, login_type=login_type)
        access.refresh_all(scope.firm)
    desk.queue("new_link", {"asked": desk.world.lindner_link}, "")
    desk.deliver()
    kind = "new_link" if login_type == "secret_link" else "invitation"
    assert [(row.kind, row.to, row.state, row.error) for row in desk.rows] == [
        ("new_link", "", "dropped", "answered"), (kind, DORA, "sent", ""),
    ]  # fmt: skip


def test_a_revoked_link_brings_no_mail(desk: Desk) -> None:
    with scopes.of_firm(desk.world.firm) as scope:
        scope.change(scope.by_id(Link, desk.world.dora_link), revoked_at=clock.now())
    desk.queue("new_link", {"asked": desk.world.dora_link}, "")
    desk.deliver()
    assert (desk.row.state, desk.row.error) == ("dropped", "nobody")
    assert desk.files == []
