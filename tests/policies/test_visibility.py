"""What a restricted adviser and a client see of every table (DETAILS 1, 6; TRUST, Tenancy)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from portal.base import clock
from portal.base.config import Config
from portal.base.errors import NotFound, NotPermitted
from portal.models.client import Client
from portal.models.contact import Contact
from portal.models.decision import StepUpCode
from portal.models.document import Comment, Document, DocumentVersion
from portal.models.link import DOCUMENT, Link
from portal.models.record import TenantRecord, opened, tenant_records
from portal.models.sign_in import SignIn
from portal.models.staff import Assignment
from portal.models.stored_file import StoredFile
from portal.operations import clients, comments, documents, links
from portal.operations import codes as step_up
from portal.policies import permissions, rules
from portal.policies import scope as scopes
from portal.policies.actors import ApiActor, InstanceActor, Stranger
from portal.policies.permissions import Permission, Rights
from portal.policies.scope import ClientScope, Scope, StaffScope
from tests import acting
from tests.personas import World

TABLES = [model for model in tenant_records() if model._meta.table_name not in ("firm_record", "tenant_record")]


@pytest.fixture
def furnished(instance: Config, world: World) -> World:
    """Rows of every kind at assigned and other clients."""
    for client_id, offer, link in (
        (world.lindner, world.offer, world.lindner_link),
        (world.thode, world.thode_offer, None),
    ):
        client = _row(world, Client, client_id)
        own = _row(world, Link, link) if link else _own_link(world, client_id)
        person = acting.by_link(world.firm, own.id)
        comments.write_as_client(person, _row(world, Document, offer), text="Frage", author="Wer", key="k")
        links.make(InstanceActor(world.firm, "test"), client, document=_row(world, Document, offer))
        with scopes.of_firm(world.firm) as scope:
            scope.add(
                StepUpCode, sign_in=person.sign_in_id, client=client_id, document=offer, shown="x",
                sent_to="x@example.com", created_at=clock.now(), expires_at=clock.now() + timedelta(minutes=10),
            )  # fmt: skip
    return world


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_a_restricted_adviser_sees_rows_of_assigned_clients_only(furnished: World, model: type[TenantRecord]) -> None:
    world = furnished
    everything = _seen(Scope(world.firm), model)
    ben = _seen(StaffScope(world.firm, assigned_to=world.ben), model)
    clara = _seen(StaffScope(world.firm, assigned_to=world.clara), model)
    assert ben <= everything
    assert _clients_of(world, model, ben) <= {world.lindner, None}
    assert _clients_of(world, model, clara) <= {None}
    if world.lindner in _clients_of(world, model, everything):
        assert world.lindner in _clients_of(world, model, ben), "what is assigned is there"


@pytest.mark.parametrize("model", [Contact, StoredFile], ids=lambda model: model.__name__)
def test_what_hangs_on_clients_without_naming_them_follows(furnished: World, model: Any) -> None:
    world = furnished
    assert _seen(StaffScope(world.firm, assigned_to=world.clara), model) == set()
    found = _seen(StaffScope(world.firm, assigned_to=world.ben), model)
    assert found
    if model is Contact:
        assert found == {world.dora}


def test_an_adviser_sees_only_her_own_assignments(furnished: World) -> None:
    scope = StaffScope(furnished.firm, assigned_to=furnished.clara)
    assert _seen(scope, Assignment) == set()


def test_what_exists_but_is_not_assigned_is_forbidden_and_what_is_foreign_does_not_exist(furnished: World) -> None:
    world = furnished
    thode, foreign = _row(world, Client, world.thode), _row(world, Client, world.other_client, world.other_firm)
    with opened(scope := StaffScope(world.firm, assigned_to=world.ben)):
        assert scope.get(Client, _row(world, Client, world.lindner).uid).id == world.lindner
        with pytest.raises(NotPermitted):
            scope.get(Client, thode.uid)
        with pytest.raises(NotFound):
            scope.get(Client, foreign.uid)
        with pytest.raises(NotFound):
            scope.get(Client, "nothing")


def test_every_adviser_sees_that_clients_exist(furnished: World) -> None:
    with opened(scope := StaffScope(furnished.firm, assigned_to=furnished.clara)):
        assert len(list(scope.listed_clients())) >= 3


def test_a_document_link_opens_this_document_only(furnished: World) -> None:
    world = furnished
    scope = ClientScope(world.firm, world.lindner, document_id=world.offer)
    assert _seen(scope, Document) == {world.offer}
    assert _documents_of(world, DocumentVersion, _seen(scope, DocumentVersion)) == {world.offer}
    assert len(_seen(scope, StoredFile)) == 1
    assert _documents_of(world, Comment, _seen(scope, Comment)) == {world.offer}
    other = ClientScope(world.firm, world.lindner, document_id=world.invoice)
    assert _seen(other, Comment) == set()


def test_a_document_of_another_client_in_the_link_opens_nothing(furnished: World) -> None:
    scope = ClientScope(furnished.firm, furnished.lindner, document_id=furnished.thode_offer)
    assert _seen(scope, Document) == set()


def test_of_what_was_withdrawn_a_client_sees_the_head_and_no_file(furnished: World) -> None:
    world = furnished
    documents.withdraw(InstanceActor(world.firm, "test"), _row(world, Document, world.small_offer))
    scope = ClientScope(world.firm, world.lindner)
    assert world.small_offer in _seen(scope, Document)
    assert world.small_offer not in _documents_of(world, DocumentVersion, _seen(scope, DocumentVersion))
    with opened(scope), pytest.raises(NotFound):
        scope.by_id(StoredFile, _file_of(world, world.small_offer))


def test_a_draft_does_not_exist_for_clients(furnished: World) -> None:
    scope = ClientScope(furnished.firm, furnished.lindner)
    assert furnished.draft not in _seen(scope, Document)
    assert furnished.draft not in _documents_of(furnished, DocumentVersion, _seen(scope, DocumentVersion))
    with opened(scope), pytest.raises(NotFound):
        scope.by_id(StoredFile, _file_of(furnished, furnished.draft))


def test_a_visit_sees_its_own_session_and_codes_only(furnished: World) -> None:
    world = furnished
    mine = acting.by_link(world.firm, world.dora_link)
    with opened(scope := scopes.of(mine)):
        assert {row.id for row in scope.of(SignIn)} == {mine.sign_in_id}
        assert list(scope.of(StepUpCode)) == []
        assert {row.id for row in scope.of(Contact)} == {world.dora}
        assert step_up.contact_of(scope, mine) is not None


def test_nobodys_link_shows_no_contact(furnished: World) -> None:
    with opened(scope := ClientScope(furnished.firm, furnished.lindner)):
        assert list(scope.of(Contact)) == []


# rules: what the operation asks again, whoever brought the subject


def test_a_permission_and_the_subjects_firm_and_client_are_demanded(furnished: World) -> None:
    world = furnished
    dora, anna = acting.by_link(world.firm, world.dora_link), acting.staff(world.firm, world.anna)
    mine, thodes = _row(world, Document, world.offer), _row(world, Document, world.thode_offer)
    foreign = _row(world, Document, world.other_offer, world.other_firm)
    rules.demand(dora, Permission.PORTAL_DECIDE, mine)
    rules.demand(anna, Permission.CLIENT_WORK, thodes)
    for actor, permission, subject, error in (
        (dora, Permission.PORTAL_DECIDE, thodes, NotFound),
        (dora, Permission.PORTAL_DECIDE, foreign, NotFound),
        (dora, Permission.CLIENT_WORK, mine, NotPermitted),
        (anna, Permission.PORTAL_DECIDE, mine, NotPermitted),
        (anna, Permission.CLIENT_WORK, foreign, NotFound),
        (Stranger(world.firm), Permission.CLIENT_WORK, mine, NotPermitted),
        (Stranger(world.firm), Permission.PUBLIC, foreign, NotFound),
    ):
        with pytest.raises(error):
            rules.demand(actor, permission, subject)


def test_a_restricted_adviser_may_not_work_for_a_client_that_is_not_assigned(furnished: World) -> None:
    world = furnished
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.firm, advisers_see_all=False)
    clara, ben = acting.staff(world.firm, world.clara), acting.staff(world.firm, world.ben)
    lindner = _row(world, Client, world.lindner)
    rules.demand(ben, Permission.CLIENT_WORK, lindner)
    rules.demand(ben, Permission.CLIENT_WORK, _row(world, Document, world.offer))
    for subject in (lindner, _row(world, Document, world.offer), _row(world, Link, world.dora_link)):
        with pytest.raises(NotPermitted):
            rules.demand(clara, Permission.CLIENT_WORK, subject)
    with pytest.raises(NotPermitted):
        rules.demand(ben, Permission.CLIENT_WORK, _row(world, Client, world.thode))


@pytest.mark.parametrize("permission", list(Permission))
def test_who_has_which_permission(furnished: World, permission: Permission) -> None:
    world = furnished
    acting.give_password(world.firm, world.dora)
    signed_in = acting.by_password(world.firm, world.dora_at_lindner)
    holders = {
        "stranger": Stranger(world.firm),
        "adviser": acting.staff(world.firm, world.clara),
        "admin": acting.staff(world.firm, world.anna),
        "link": acting.by_link(world.firm, world.lindner_link),
        "contact": signed_in,
        "viewer": acting.viewing(acting.staff(world.firm, world.anna), world.lindner),
        "viewer of the test client": acting.viewing(acting.staff(world.firm, world.anna), world.test_client),
        "reader": ApiActor(world.firm, 1, "x", "x", frozenset({"read"})),
        "nobody's token": ApiActor(world.firm, 1, "x", "x", frozenset()),
    }
    clients_may = {"link", "contact", "viewer of the test client"}
    staff = {"adviser", "admin"}
    expected = {
        Permission.PUBLIC: set(holders),
        Permission.FIRM_VIEW: staff,
        Permission.CLIENT_WORK: staff,
        Permission.PORTAL_VIEW: clients_may | {"viewer"},
        Permission.PORTAL_COMMENT: clients_may,
        Permission.PORTAL_AMOUNTS: clients_may | {"viewer"},
        Permission.PORTAL_DECIDE: clients_may,
        Permission.PORTAL_PAY: clients_may | {"viewer"},
        Permission.PORTAL_UPLOAD: clients_may,
        Permission.PORTAL_INVITE: set(),
        Permission.PORTAL_ACCOUNT: {"contact"},
        Permission.API_READ: {"reader"},
        Permission.API_WRITE: set(),
        Permission.API_LINKS: set(),
        Permission.INSTANCE: set(),
    }.get(permission, {"admin"})
    assert {name for name, actor in holders.items() if actor.may(permission)} == expected


@pytest.mark.parametrize(("comment", "decide"), [(True, True), (True, False), (False, True), (False, False)])
def test_what_links_may_do_is_the_firms_choice(comment: bool, decide: bool) -> None:
    allowed = permissions.of_link(Rights(), comment=comment, decide=decide)
    assert (Permission.PORTAL_COMMENT in allowed, Permission.PORTAL_DECIDE in allowed) == (comment, decide)
    assert Permission.PORTAL_VIEW in allowed
    assert Permission.PORTAL_ACCOUNT not in allowed


@pytest.mark.parametrize(
    ("rights", "lost"),
    [
        (Rights(amounts=False), {Permission.PORTAL_AMOUNTS, Permission.PORTAL_DECIDE, Permission.PORTAL_PAY}),
        (Rights(decide=False), {Permission.PORTAL_DECIDE}),
        (Rights(pay=False), {Permission.PORTAL_PAY}),
        (Rights(upload=False), {Permission.PORTAL_UPLOAD}),
    ],
    ids=lambda each: str(each) if isinstance(each, Rights) else "",
)
def test_a_right_that_was_taken_is_gone_by_link_and_by_password(rights: Rights, lost: set[Permission]) -> None:
    by_link = permissions.of_link(Rights(), comment=True, decide=True)
    assert by_link - permissions.of_link(rights, comment=True, decide=True) == lost
    assert permissions.of_password(Rights()) - permissions.of_password(rights) == lost


def test_only_who_signed_in_and_has_the_right_invites() -> None:
    may_invite = Rights(invite=True)
    assert Permission.PORTAL_INVITE in permissions.of_password(may_invite)
    assert Permission.PORTAL_INVITE not in permissions.of_password(Rights())
    assert Permission.PORTAL_INVITE not in permissions.of_link(may_invite, comment=True, decide=True)


def test_the_firms_choice_holds_from_the_next_request_on(furnished: World) -> None:
    world = furnished
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.firm, link_comment=False, link_decide=False)
    actor = acting.by_link(world.firm, world.lindner_link)
    assert not actor.may(Permission.PORTAL_COMMENT)
    assert not actor.may(Permission.PORTAL_DECIDE)


def test_who_acts_is_named_without_personal_text(furnished: World) -> None:
    world = furnished
    anna = acting.staff(world.firm, world.anna)
    actors: list[tuple[Callable[[], Any], str]] = [
        (lambda: anna, "staff:"),
        (lambda: acting.by_link(world.firm, world.dora_link), "contact:"),
        (lambda: acting.by_link(world.firm, world.lindner_link), "link:"),
        (lambda: acting.viewing(anna, world.lindner), "staff:"),
    ]
    for make, kind in actors:
        who = make().who
        assert who.startswith(kind)
        assert "Dora" not in who
        assert "Anna" not in who
    assert " as client:" in acting.viewing(anna, world.lindner).who


def test_an_archived_client_cannot_be_viewed(furnished: World) -> None:
    world = furnished
    anna = acting.staff(world.firm, world.anna)
    clients.archive(anna, _row(world, Client, world.thode))
    with pytest.raises(Exception, match="archived"):
        acting.viewing(anna, world.thode)


def _seen(scope: Scope, model: Any) -> set[int]:
    with opened(scope):
        return {row_id for (row_id,) in scope.of(model, model.id).tuples()}


def _row(world: World, model: Any, row_id: int, firm: int | None = None) -> Any:
    with scopes.of_firm(firm or world.firm) as scope:
        return scope.by_id(model, row_id)


def _own_link(world: World, client_id: int) -> Link:
    with scopes.of_firm(world.firm) as scope:
        found: Link = scope.one(
            scope.of(Link).where(Link.client == client_id, Link.contact.is_null(), Link.kind != DOCUMENT)
        )
        return found


def _clients_of(world: World, model: Any, ids: set[int]) -> set[int | None]:
    with scopes.of_firm(world.firm) as scope:
        rows = list(scope.of(model).where(model.id.in_(ids)))
    if model is Client:
        return {row.id for row in rows}
    return {getattr(row, "client_id", None) for row in rows}


def _documents_of(world: World, model: Any, ids: set[int]) -> set[int]:
    with scopes.of_firm(world.firm) as scope:
        return {row.document_id for row in scope.of(model).where(model.id.in_(ids))}


def _file_of(world: World, document_id: int) -> int:
    with scopes.of_firm(world.firm) as scope:
        row = scope.one(scope.of(DocumentVersion).where(DocumentVersion.document == document_id))
        file_id: int = row.file_id
        return file_id
