"""*Send me a new link*: who gets what, and who gets nothing (DETAILS 3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from portal.base import clock
from portal.base.config import Config
from portal.models.audit_entry import AuditEntry
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.document import Document
from portal.models.link import Link
from portal.models.outbox import OutboxMail
from portal.operations import links, new_links
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor, Stranger
from tests.personas import World


def ask(world: World, link_id: int) -> OutboxMail | None:
    """Ask at the door of a link and let the worker decide; the mail that was queued, if any."""
    new_links.ask(Stranger(world.firm), _row(world, Link, link_id))
    before = {mail.id for mail in _mails(world)}
    new_links.answer(InstanceActor(world.firm, "worker"), _row(world, Link, link_id))
    fresh = [mail for mail in _mails(world) if mail.id not in before]
    return fresh[0] if fresh else None


def test_a_live_link_of_a_contact_is_mailed_as_it_is(instance: Config, world: World) -> None:
    mail = ask(world, world.dora_link)
    assert mail is not None
    assert (mail.to, mail.subject["link"]) == ("dora@lindner.example.org", world.dora_link)
    assert mail.not_after is not None


def test_an_expired_one_gets_a_successor(instance: Config, world: World, move_clock: Callable[..., None]) -> None:
    move_clock(days=366)
    mail = ask(world, world.dora_link)
    assert mail is not None
    new = _row(world, Link, mail.subject["link"])
    assert new.id != world.dora_link
    assert new.is_live(clock.now())
    assert new.contact_id == world.dora


def test_behind_nobodys_link_the_primary_contact_gets_hers(instance: Config, world: World) -> None:
    mail = ask(world, world.lindner_link)
    assert mail is not None
    assert mail.to == "dora@lindner.example.org"
    assert _row(world, Link, mail.subject["link"]).contact_id == world.dora, "a link of nobody is never mailed"


def test_the_mail_goes_to_the_stored_address_and_names_no_token(instance: Config, world: World) -> None:
    mail = ask(world, world.dora_link)
    assert mail is not None
    assert set(mail.subject) == {"client", "contact", "link"}


def test_asked_again_within_the_hour_one_mail_is_enough(
    instance: Config, world: World, move_clock: Callable[..., None]
) -> None:
    assert ask(world, world.dora_link) is not None
    assert ask(world, world.dora_link) is None
    move_clock(hours=1)
    assert ask(world, world.dora_link) is not None


def test_after_a_renewal_the_old_one_leads_to_the_new(instance: Config, world: World) -> None:
    new = links.renew(InstanceActor(world.firm, "t"), _row(world, Link, world.dora_link))
    mail = ask(world, world.dora_link)
    assert mail is not None
    assert mail.subject["link"] == new.id


def test_where_the_last_of_a_line_was_revoked_nothing_is_sent(instance: Config, world: World) -> None:
    actor = InstanceActor(world.firm, "t")
    second = links.renew(actor, _row(world, Link, world.dora_link))
    third = links.renew(actor, second)
    links.revoke(actor, third)
    for link_id in (world.dora_link, second.id, third.id):
        assert ask(world, link_id) is None


@pytest.mark.parametrize(
    "change",
    ["revoked", "access", "archived", "login", "ended", "no address", "bounced"],
)
def test_nothing_is_sent_where_there_is_no_way_in(instance: Config, world: World, change: str) -> None:
    with scopes.of_firm(world.firm) as scope:
        client, contact = scope.by_id(Client, world.lindner), scope.by_id(Contact, world.dora)
        membership = scope.by_id(Membership, world.dora_at_lindner)
        if change == "access":
            scope.change(client, portal_access=False)
        elif change == "archived":
            scope.change(client, archived_at=clock.now())
        elif change == "login":
            scope.change(membership, login=False)
        elif change == "ended":
            scope.change(membership, ended_at=clock.now(), primary=False)
        elif change == "no address":
            scope.change(contact, email="", email_key=None)
        elif change == "bounced":
            scope.change(contact, email_error="550")
    if change == "revoked":
        links.revoke(InstanceActor(world.firm, "t"), _row(world, Link, world.dora_link))
    assert ask(world, world.dora_link) is None
    with scopes.of_firm(world.firm) as scope:
        assert list(scope.of(AuditEntry).where(AuditEntry.action == "link.asked")) == []


def test_a_document_link_is_answered_with_the_contacts_portal_link(instance: Config, world: World) -> None:
    link = links.make(
        InstanceActor(world.firm, "t"), _row(world, Client, world.lindner), document=_row(world, Document, world.offer)
    )
    mail = ask(world, link.id)
    assert mail is not None
    assert mail.subject["link"] == world.dora_link


def _row(world: World, model: Any, row_id: int) -> Any:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(model, row_id)


def _mails(world: World) -> list[OutboxMail]:
    with scopes.of_firm(world.firm) as scope:
        return list(scope.of(OutboxMail).where(OutboxMail.kind == "new_link").order_by(OutboxMail.id))
