"""Secret links: renewed, revoked, extended, given away, exported (B2, B7, B8; DETAILS 3, 9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from portal.base import clock, journal, tokens
from portal.base.config import Config
from portal.base.errors import Conflict, Invalid, NotFound, NotPermitted, StepUpNeeded
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.document import Document
from portal.models.link import DOCUMENT, PORTAL, Link
from portal.models.record import opened
from portal.operations import access, access_mails, clients, contacts, invitations, links, memberships
from portal.policies import scope as scopes
from portal.policies.actors import StaffActor
from portal.queries import access_mails as preview_queries
from portal.queries import links as queries
from tests import acting, factories
from tests.personas import World

pytestmark = pytest.mark.usefixtures("instance")
BASE = "https://portal.example.com"


def anna(world: World) -> StaffActor:
    return acting.staff(world.firm, world.anna)


def row(world: World, model: type, row_id: int) -> object:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(model, row_id)


def link_of(world: World, link_id: int) -> Link:
    return row(world, Link, link_id)


def lindner(world: World) -> Client:
    return row(world, Client, world.lindner)


def dora_at_lindner(world: World) -> Membership:
    return row(world, Membership, world.dora_at_lindner)


def url(world: World, client_id: int) -> str | None:
    with scopes.of_firm(world.firm) as scope:
        return queries.portal_url(BASE, scope, scope.by_id(Client, client_id), scope.firm)


def test_renewing_puts_a_new_link_in_its_place(world: World, instance: Config) -> None:
    before = url(world, world.lindner)
    new = links.renew(anna(world), link_of(world, world.lindner_link))
    old = link_of(world, world.lindner_link)
    assert old.revoked_at is not None
    assert (old.successor, old.revoked_by_id) == (new.id, world.anna)
    assert url(world, world.lindner) == queries.address(BASE, new) != before
    line = next(iter(journal.read(instance.instance / "journal")))
    assert (line["act"], line["link"]) == ("link.revoked", world.lindner_link)
    with pytest.raises(Conflict):
        links.renew(anna(world), old)


def test_a_renewed_link_of_a_contact_stays_the_contacts(world: World) -> None:
    new = links.renew(anna(world), link_of(world, world.dora_link))
    assert (new.contact_id, new.client_id, new.kind) == (world.dora, world.lindner, PORTAL)


def test_revoked_without_successor_leaves_no_address_until_one_is_made(world: World) -> None:
    links.revoke(anna(world), link_of(world, world.lindner_link))
    assert url(world, world.lindner) is None
    with pytest.raises(Conflict):
        links.revoke(anna(world), link_of(world, world.lindner_link))
    made = links.make(anna(world), lindner(world))
    assert url(world, world.lindner) == queries.address(BASE, made)
    with pytest.raises(Conflict) as conflict:
        links.make(anna(world), lindner(world))
    assert (conflict.value.code, conflict.value.existing) == ("exists", made.uid)


def test_the_address_is_the_login_type_s(world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.update(Client, login_type="password").where(Client.id == world.lindner).execute()
    assert url(world, world.lindner) == f"{BASE}/f/petry/login", "the instance has several firms"
    clients.archive(anna(world), lindner(world))
    assert url(world, world.lindner) is None
    with scopes.of_firm(world.firm) as scope:
        thode = scope.by_id(Client, world.thode)
    clients.set_access(anna(world), thode, False)
    assert url(world, world.thode) is None


def test_qr_codes_hold_capitals_only(world: World) -> None:
    payload = queries.qr_payload(BASE, link_of(world, world.lindner_link))
    assert payload == payload.upper()
    assert payload.startswith("HTTPS://PORTAL.EXAMPLE.COM/L/")


def test_an_expired_link_lives_again_and_a_revoked_one_never(world: World, move_clock: Callable[..., None]) -> None:
    links.revoke(anna(world), link_of(world, world.dora_link))
    move_clock(days=400)
    assert not link_of(world, world.lindner_link).is_live(clock.now())
    links.copied(anna(world), link_of(world, world.lindner_link))
    assert link_of(world, world.lindner_link).is_live(clock.now() + timedelta(days=364))
    assert not link_of(world, world.dora_link).is_live(clock.now())
    with pytest.raises(Conflict):
        links.copied(anna(world), link_of(world, world.dora_link))


def test_copying_extends_once_a_day(world: World, move_clock: Callable[..., None]) -> None:
    before = link_of(world, world.lindner_link).extended_at
    move_clock(hours=23)
    links.copied(anna(world), link_of(world, world.lindner_link))
    assert link_of(world, world.lindner_link).extended_at == before
    move_clock(hours=2)
    links.copied(anna(world), link_of(world, world.lindner_link))
    assert link_of(world, world.lindner_link).extended_at > before + timedelta(hours=24)


def test_a_document_link_outlives_the_last_date_of_its_document(world: World) -> None:
    document: Document = row(world, Document, world.offer)
    contact: Contact = row(world, Contact, world.dora)
    made = links.make(anna(world), lindner(world), contact=contact, document=document)
    assert made.kind == DOCUMENT
    assert made.expires_at == clock.end_of(document.valid_until + timedelta(days=90), "Europe/Berlin")
    with scopes.of_firm(world.firm) as scope:
        access.extend(world.lindner)
        scope.change(document, valid_until=document.valid_until + timedelta(days=30))
        access.follow_document(document)
    assert link_of(world, made.id).expires_at == clock.end_of(
        document.valid_until + timedelta(days=90), "Europe/Berlin"
    )


def test_links_are_made_within_the_client_only(world: World) -> None:
    emil: Contact = row(world, Contact, world.emil)
    thode_offer: Document = row(world, Document, world.thode_offer)
    with pytest.raises(NotFound):
        links.make(anna(world), lindner(world), contact=emil)
    with pytest.raises(NotFound):
        links.make(anna(world), lindner(world), document=thode_offer)


def test_a_contact_keeps_its_link_and_gets_one_when_it_has_none(world: World, move_clock: Callable[..., None]) -> None:
    thode: Membership = row(world, Membership, world.dora_at_thode)
    made = links.take(anna(world), thode)
    assert links.take(anna(world), thode).id == made.id
    move_clock(days=400)
    assert links.take(anna(world), thode).id != made.id
    memberships.end(anna(world), thode)
    with pytest.raises(Conflict):
        links.take(anna(world), row(world, Membership, world.dora_at_thode))


def test_colliding_ids_are_drawn_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ids, defaults = iter([world.lindner_link, world.dora_link, 77]), Link._meta.get_default_dict
    monkeypatch.setattr(Link._meta, "get_default_dict", lambda: {**defaults(), "id": next(ids)})
    with scopes.of_firm(world.firm) as scope:
        contact = scope.by_id(Contact, world.dora)
    assert links.make(anna(world), lindner(world), contact=contact).id == 77


def test_access_is_sent_with_the_contacts_own_link(world: World) -> None:
    memberships.set_login(anna(world), row(world, Membership, world.dora_at_thode), False)
    invitations.send(anna(world), dora_at_lindner(world), message="Guten Tag\r\nBis bald")
    (mail,) = acting.mails(world.firm, "access")
    link = link_of(world, mail.subject["link"])
    assert (mail.to, link.contact_id, link.client_id) == ("dora@lindner.example.org", world.dora, world.lindner)
    assert (mail.subject["message"], mail.subject["by"], mail.client_id) == (
        "Guten Tag\nBis bald",
        world.anna,
        world.lindner,
    )
    assert "token" not in str(mail.subject)
    assert tokens.issue("link", link.id, link.nonce) not in str(mail.subject)


@pytest.mark.parametrize("wrong", ["login", "bounced", "none", "client", "archived"])
def test_access_is_not_sent_where_it_would_open_nothing(world: World, wrong: str) -> None:
    membership = dora_at_lindner(world)
    if wrong == "login":
        memberships.set_login(anna(world), membership, False)
    elif wrong == "client":
        clients.set_access(anna(world), lindner(world), False)
    elif wrong == "archived":
        clients.archive(anna(world), lindner(world))
    elif wrong == "none":
        contacts.change(anna(world), membership, email="")
    else:
        with scopes.of_firm(world.firm) as scope:
            scope.update(Contact, email_error="550").where(Contact.id == world.dora).execute()
    field = {"login": "login", "bounced": "email", "none": "email"}.get(wrong, "client")
    with pytest.raises(Invalid) as refused:
        invitations.send(anna(world), dora_at_lindner(world))
    assert set(refused.value.errors) == {field}
    assert acting.mails(world.firm, "access") == []


def test_sending_mends_what_is_missing_or_does_nothing(world: World) -> None:
    added = contacts.add(anna(world), lindner(world), last_name="Vogt", login=False)
    with pytest.raises(Invalid):
        access_mails.send(anna(world), added, login=True)
    assert not row(world, Membership, added.id).login
    with pytest.raises(Invalid):
        access_mails.send(anna(world), added, email="no address", login=True)
    access_mails.send(anna(world), added, email="vogt@lindner.example.org", login=True)
    assert row(world, Membership, added.id).login
    assert [mail.to for mail in acting.mails(world.firm, "access")] == ["vogt@lindner.example.org"]


def test_the_preview_has_the_text_but_no_address(world: World) -> None:
    scope = scopes.StaffScope(world.firm)
    with opened(scope):
        contact = scope.by_id(Contact, world.dora)
        preview = preview_queries.preview(scope, scope.firm, scope.by_id(Client, world.lindner), contact, "Anna")
    assert "Petry Haustechnik GmbH" in preview.subject
    assert preview.before
    assert preview.after
    assert "[" not in preview.before + preview.after + preview.subject
    assert "/l/" not in preview.before + preview.after


def test_the_export_needs_a_young_sign_in_and_tells_all_admins(world: World, move_clock: Callable[..., None]) -> None:
    with scopes.of_firm(world.firm) as scope:
        firm = scope.firm
    actor = anna(world)
    move_clock(minutes=16)
    with pytest.raises(StepUpNeeded):
        links.exported(actor, firm, count=4)
    assert acting.mails(world.firm, "links_exported") == []
    links.exported(replace(actor, proved_at=clock.now()), firm, count=4)
    told = {mail.to for mail in acting.mails(world.firm, "links_exported")}
    assert "anna@petry.example.com" in told
    assert not told & {"ben@petry.example.com", "frida@fischer.example.com"}
    with pytest.raises(NotPermitted):
        links.exported(acting.staff(world.firm, world.ben), firm, count=4)


def test_the_export_has_each_client_once_by_number(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "_BATCH", 2)
    links.revoke(anna(world), link_of(world, world.okonkwo_link))
    clients.archive(anna(world), row(world, Client, world.thode))
    factories.client(world.firm, number="A-1", name='=HYPERLINK("http://evil.example")')
    with scopes.of_firm(world.firm) as scope:
        rows = list(queries.export_rows(BASE, scope, scope.firm))
        count = queries.export_count(scope)
    numbers = [found.client_number for found in rows]
    assert numbers == sorted(numbers)
    assert len(rows) == count == len(set(numbers))
    by_number = {found.client_number: found.portal_url for found in rows}
    assert by_number["K-1056"] == ""
    assert by_number["K-1042"] == queries.address(BASE, link_of(world, world.lindner_link))
    assert "K-1043" not in by_number
    assert queries.csv_lines(rows).startswith("A-1,\"'=HYPERLINK(")


def test_figures_of_fetched_opened_and_confirmed_stand_apart(world: World) -> None:
    from portal.operations import sign_ins
    from portal.policies.actors import Stranger

    link = link_of(world, world.dora_link)
    for _ in range(3):
        sign_ins.open_link(Stranger(world.firm, "203.0.113.7", "Scanner"), link)
    visitor = acting.by_link(world.firm, world.dora_link)
    sign_ins.note_opening(visitor, lindner(world))
    scope = scopes.StaffScope(world.firm)
    with opened(scope):
        found = queries.of_client(scope, scope.by_id(Client, world.lindner), scope.firm, clock.now())
    by_link = {each.link.id: each for each in found}
    mine, own = by_link[world.dora_link], by_link[world.lindner_link]
    assert (mine.fetched, mine.opened, mine.confirmed, mine.contact_name) == (4, 1, 0, "Dora Lindner")
    assert (own.fetched, own.opened, own.opens, own.membership_uid) == (0, 0, True, "")
