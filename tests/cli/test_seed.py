"""Seeded rows: the same each time, and what the operations would have written."""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from portal.base import files
from portal.base.database import database
from portal.demo import rows
from portal.demo.crowd import Crowd
from portal.models import search
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.document import Document, DocumentVersion, Payment
from portal.models.firm import Firm
from portal.models.link import Link
from portal.models.stored_file import StoredFile
from portal.operations import clients, contacts, documents, firms, links, payments, sign_ins
from portal.operations import lines as document_lines
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor, Stranger
from tests import acting
from tests.cli.conftest import foyer, open_at

# what is somebody's own, or a matter of the hour at which it was written
_OWN = {"id", "firm", "uid", "client", "contact", "document", "file", "nonce", "sha256"}
_HOURS = {
    "created_at", "published_at", "closed_at", "extended_at", "recorded_at", "expires_at", "reachable_until",
    "activated_at", "seen_at",
}  # fmt: skip
_VISITS = {"last_seen_at", "used_at"}
_OF_CLIENTS = (Membership, Contact, Link, Document, DocumentVersion, Payment)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("seed") / "instance"
    done = foyer(folder, "seed", "--clients", "60", "--json")
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout)


def test_it_tells_what_it_made(seeded: tuple[Path, dict[str, Any]]) -> None:
    (firm,) = seeded[1]["firms"]
    assert (firm["slug"], firm["clients"], firm["documents"]) == ("seed-1", 60, 180)
    assert (firm["first_number"], firm["last_number"]) == ("10001", "10060")
    open_at(seeded[0])
    with firm_scope() as scope:
        assert scope.of(Client).where(~Client.is_test).count() == 60
        assert scope.of(Document).count() == 180
        person = sign_ins.authenticate(Stranger(scope.firm.id), firm["admin"], firm["password"])
    assert person is not None
    assert person.staff is not None
    assert person.staff.role == "admin"


def test_a_second_time_gives_the_same(seeded: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    assert foyer(tmp_path / "again", "seed", "--clients", "60").returncode == 0
    both = []
    for folder in (seeded[0], tmp_path / "again"):
        open_at(folder)
        with firm_scope() as scope:
            both.append([
                [(c.uid, c.number, c.name, c.search_text, c.portal_access) for c in scope.of(Client) if not c.is_test],
                [(m.uid, m.primary) for m in scope.of(Membership)],
                [(d.uid, d.number, d.title, d.payable, d.paid) for d in scope.of(Document)],
                [v.fields_sha256 for v in scope.of(DocumentVersion)],
            ])  # fmt: skip
        database.close()
    assert both[0] == both[1]


def test_every_column_is_as_operations_write_it(seeded: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    """Seeded clients are made once more by hand, in a firm beside, and compared column by column."""
    shutil.copytree(seeded[0], tmp_path / "copy")
    open_at(tmp_path / "copy")
    with firm_scope() as scope:
        seeded_firm = scope.firm
        originals = list(scope.of(Client).where(~Client.is_test).order_by(Client.id))
    assert {client.kind for client in originals} == {"company", "person"}
    assert {client.portal_access for client in originals} == {True, False}
    beside, _ticket = firms.create(
        InstanceActor(None, "test"), name="Von Hand", admin_email="hand@example.com", slug="by-hand"
    )
    for original in originals[:25]:
        with scopes.of_firm(seeded_firm.id) as scope:
            expected = {model: rows_of(scope, model, original) for model in _OF_CLIENTS}
            told = Told.of(scope, original)
        by_hand = made_by_hand(beside, original, told)
        with scopes.of_firm(beside.id) as scope:
            assert columns(original) == columns(by_hand)
            for model in _OF_CLIENTS:
                assert rows_of(scope, model, by_hand) == expected[model], model.__name__


def test_status_and_links_agree(seeded: tuple[Path, dict[str, Any]]) -> None:
    open_at(seeded[0])
    with firm_scope() as scope:
        links = {link.client_id: link for link in scope.of(Link).where(Link.contact.is_null())}
        for client in scope.of(Client).where(~Client.is_test):
            link = links[client.id]
            published = [d.published_at for d in scope.of(Document).where(Document.client == client.id)]
            assert link.extended_at == max([client.created_at, *published])
            assert link.expires_at == link.extended_at + timedelta(days=365)
            is_open = client.portal_access and not client.is_archived
            assert client.reachable_until == (link.expires_at if is_open else None)
            assert client.login_granted == is_open


def test_it_is_whole(seeded: tuple[Path, dict[str, Any]]) -> None:
    assert foyer(seeded[0], "audit", "verify").returncode == 0
    open_at(seeded[0])
    with database.unguarded("a test"):
        assert database.execute_sql("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute_sql("PRAGMA integrity_check").fetchall() == [("ok",)]
    with firm_scope() as scope:
        last = scope.one(scope.of(Client).where(Client.number == "10060"))
        assert search.find(scope.firm.id, [last.search_text.split()[1]], 10) == [last.id]
        for file in scope.of(StoredFile):
            assert files.path_of(file.path).stat().st_size == file.size


def test_more_firms_and_a_second_run_go_beside_the_first(tmp_path: Path) -> None:
    first = foyer(tmp_path, "seed", "--firms", "2", "--clients", "3", "--documents", "0", "--json")
    second = foyer(tmp_path, "seed", "--clients", "3", "--documents", "1", "--json")
    slugs = [firm["slug"] for done in (first, second) for firm in json.loads(done.stdout)["firms"]]
    assert slugs == ["seed-1", "seed-2", "seed-3"]
    assert foyer(tmp_path, "audit", "verify").returncode == 0


def test_what_it_refuses(tmp_path: Path) -> None:
    assert foyer(tmp_path, "seed", "--clients", "0").returncode == 1
    done = foyer(tmp_path / "else", "seed", env={"PORTAL_BASE_URL": "https://portal.example.com"})
    assert done.returncode == 2
    assert "loopback" in done.stderr
    assert not (tmp_path / "else").exists()


def test_batches_continue_where_the_one_before_ended(tmp_path: Path) -> None:
    """Ids, numbers of documents and links go on over the border of a batch."""
    from portal.demo import seeding
    from portal.models import schema

    open_at(tmp_path)
    schema.upgrade()
    before, seeding.BATCH = seeding.BATCH, 7
    try:
        list(seeding.seed(firms_wanted=1, clients=20, documents=2))
    finally:
        seeding.BATCH = before
    with firm_scope() as scope:
        assert sorted(d.number for d in scope.of(Document)) == sorted(
            f"{prefix}-{2 * place + each:07d}" for place in range(20) for each, prefix in ((1, "AN"), (2, "RE"))
        )
        assert [c.number for c in scope.of(Client).where(~Client.is_test).order_by(Client.id)] == [
            str(10001 + place) for place in range(20)
        ]


def test_the_crowd_is_believable() -> None:
    crowd = list(Crowd("test", 3000, 3))
    names = [client.name for client in crowd]
    assert sum("GmbH" in name for name in names) > 600
    assert names.count(names[-1]) == 1
    assert sum(client.kind == "person" for client in crowd) > 500
    assert 1 < max(len(client.people) for client in crowd) <= 3
    assert all(
        member.email == "" or member.email.endswith(".example.com") for client in crowd for member in client.people
    )
    assert crowd == list(Crowd("test", 3000, 3))


def test_short_ways_lead_to_the_same_keys() -> None:
    from portal.base.text import searchable

    for text in ("AN-0000001", "Müller  GmbH & Co. KG", "10001", "Kaya ", "ÇELİK"):
        assert rows._plain(text) == searchable(text)


@dataclass(frozen=True)
class Told:
    """What of a seeded client the operations are given."""

    people: list[Contact]
    documents: list[Document]
    versions: list[DocumentVersion]

    @classmethod
    def of(cls, scope: scopes.Scope, client: Client) -> Told:
        return cls(*(in_order(scope, model, client) for model in (Contact, Document, DocumentVersion)))


def made_by_hand(firm: Firm, original: Client, told: Told) -> Client:
    actor = InstanceActor(firm.id, "test")
    names = (
        "number", "name", "kind", "vat_id", "email", "phone", "street", "postcode", "city", "country",
    )  # fmt: skip
    with scopes.of_firm(firm.id):
        client = clients.create(actor, firm, **{name: getattr(original, name) for name in names})
    for person in told.people:
        contacts.add(
            actor, client, email=person.email, salutation=person.salutation, first_name=person.first_name,
            last_name=person.last_name, role=person.role, phone=person.phone,
        )  # fmt: skip
    if original.last_seen_at is not None:
        visit(actor, client)
    if not original.portal_access:
        clients.set_access(actor, client, False)
    for document, version in zip(told.documents, told.versions, strict=True):
        publish_again(actor, client, document, version)
    if original.is_archived:
        clients.archive(actor, client)
    with scopes.of_firm(firm.id) as scope:
        return scope.by_id(Client, client.id)


def visit(actor: InstanceActor, client: Client) -> None:
    """The first contact was there."""
    with scopes.of_firm(client.firm_id) as scope:
        first = scope.one(scope.of(Membership).where(Membership.client == client.id, Membership.primary))
    visitor = acting.by_link(client.firm_id, links.take(actor, first).id)
    sign_ins.note_opening(visitor, client)


def publish_again(actor: InstanceActor, client: Client, document: Document, version: DocumentVersion) -> None:
    with files.received(io.BytesIO(b"%PDF-1.7 again")) as file:
        made = documents.create(
            actor, client, file=file, filename="a.pdf", kind=document.kind, number=document.number, publish=True,
            title=version.title, issued_on=version.issued_on, due_on=version.due_on, valid_until=version.valid_until,
            net=version.net, tax=version.tax, total=version.total, pages=version.pages,
            lines=document_lines.of_version(version.lines),
        ).document  # fmt: skip
    if document.paid:
        payments.record(
            actor, made, amount=document.paid, currency="EUR", paid_on=document.issued_on,
            reference=f"Kontoauszug, {document.number}",
        )  # fmt: skip


def rows_of(scope: scopes.Scope, model: Any, client: Client) -> list[dict[str, Any]]:
    found = in_order(scope, model, client)
    if model is Link:
        # publishing made links for the contacts that were told; the client's own is what both have
        found = [link for link in found if link.contact_id is None]
    return [columns(row) for row in found]


def in_order(scope: scopes.Scope, model: Any, client: Client) -> list[Any]:
    if model is Contact:
        query = scope.join(scope.of(Contact), Membership, Membership.contact == Contact.id)
        return list(query.where(Membership.client == client.id).order_by(Contact.id))
    return list(scope.of(model).where(model.client == client.id).order_by(model.id))


def columns(row: Any) -> dict[str, Any]:
    """All columns but those that differ by nature; of an instant whether there is one."""
    found = {name: value for name, value in row.__data__.items() if name not in _OWN | _VISITS}
    return {name: (value is not None) if name in _HOURS else value for name, value in found.items()}


def firm_scope() -> Any:
    with scopes.instance("a test looks which firm it is") as scope:
        firm = scope.first(scope.of(Firm).order_by(Firm.id))
    return scopes.of_firm(firm.id)
