"""Every tenant table x every way to it: rows of another firm or client are not there, whichever way one comes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from portal.base.config import Config
from portal.base.errors import NotFound
from portal.models.record import ScopeMissing, TenantRecord, opened, tenant_records
from portal.policies import scope as scopes
from portal.policies.scope import ClientScope, Scope, StaffScope
from tests.personas import World

MODELS = [model for model in tenant_records() if model._meta.table_name not in ("firm_record", "tenant_record")]
# what clients have no way to at all
NOT_FOR_CLIENTS = {
    "Identity", "Staff", "Assignment", "Membership", "Link", "LinkFetch", "Opening", "Ticket", "OutboxMail",
    "AuditEntry", "AuditText", "ApiToken", "KeptFigures", "Run", "RunRow", "ClientImport", "ImportRow", "ColumnChoice",
}  # fmt: skip


def by_select(scope: Scope, model: Any) -> set[int]:
    return {row.id for row in scope.of(model)}


def by_columns(scope: Scope, model: Any) -> set[int]:
    return {row_id for (row_id,) in scope.of(model, model.id).tuples()}


def by_alias(scope: Scope, model: Any) -> set[int]:
    other = scope.alias(model, "other")
    return {row.id for row in scope.of(other)}


def by_join(scope: Scope, model: Any) -> set[int]:
    other = scope.alias(model, "other")
    query = scope.join(scope.of(model, other.id.alias("found")), other, other.id == other.id, src=model)
    return {row["found"] for row in query.dicts()}


def by_sub_select(scope: Scope, model: Any) -> set[int]:
    inner = scope.of(model, model.id)
    outer = scope.alias(model, "outer_one")
    return {row.id for row in scope.of(outer).where(outer.id.in_(inner))}


WAYS: list[Callable[[Scope, Any], set[int]]] = [by_select, by_columns, by_alias, by_join, by_sub_select]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_staff_see_their_firm_only(instance: Config, world: World, model: type[TenantRecord], way: Any) -> None:
    foreign = _ids(model, world.other_firm)
    with opened(scope := StaffScope(world.firm)):
        found = way(scope, model)
    assert found == _ids(model, world.firm)
    assert not found & foreign or model.__name__ == "Firm"


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_clients_see_their_own_only(instance: Config, world: World, model: type[TenantRecord], way: Any) -> None:
    with opened(scope := ClientScope(world.firm, world.lindner, contact_id=world.dora)):
        if model.__name__ in NOT_FOR_CLIENTS:
            with pytest.raises(ScopeMissing):
                way(scope, model)
            return
        found = way(scope, model)
    with scopes.of_firm(world.firm) as whole:
        rows = list(whole.of(model).where(model.id.in_(found)))
    assert len(rows) == len(found), "rows of another firm"
    strangers = [row for row in rows if getattr(row, "client_id", world.lindner) != world.lindner]
    assert not strangers
    if model.__name__ == "Document":
        assert found == {world.offer, world.small_offer, world.invoice, world.report}, "drafts stay hidden"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_restricted_adviser_sees_assigned_clients_only(
    instance: Config, world: World, model: type[TenantRecord]
) -> None:
    with opened(scope := StaffScope(world.firm, assigned_to=world.ben)):
        rows = list(scope.of(model))
    with opened(scope := StaffScope(world.firm, assigned_to=world.clara)):
        none = list(scope.of(model))
    key = "id" if model.__name__ == "Client" else "client_id"
    if hasattr(model, "client") or hasattr(model, "client_id") or model.__name__ == "Client":
        assert {getattr(row, key) for row in rows} <= {world.lindner, None}
        assert {getattr(row, key) for row in none} <= {None}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_no_write_reaches_another_firm(instance: Config, world: World, model: type[TenantRecord]) -> None:
    if model.__name__ in ("AuditEntry", "AuditText"):
        return  # the triggers refuse every UPDATE
    foreign = _ids(model, world.other_firm)
    with opened(scope := StaffScope(world.firm)):
        touched = scope.update(model, id=model.id)  # any column would do
        assert touched.where(model.id.in_(foreign or {0})).execute() == 0
        deleted = scope.delete(model).where(model.id.in_(foreign or {0})).execute()
    assert deleted == 0
    assert _ids(model, world.other_firm) == foreign


@pytest.mark.parametrize("model", [m for m in MODELS if "uid" in m._meta.fields], ids=lambda model: model.__name__)
def test_a_foreign_public_id_does_not_exist(instance: Config, world: World, model: Any) -> None:
    with scopes.of_firm(world.other_firm) as theirs:
        foreign = next((row.uid for row in theirs.of(model)), None)
    if foreign is None:
        pytest.skip("the other firm has no such row")
    with opened(scope := StaffScope(world.firm)), pytest.raises(NotFound):
        scope.get(model, foreign)


def _ids(model: Any, firm_id: int) -> set[int]:
    with scopes.of_firm(firm_id) as scope:
        return {row.id for row in scope.of(model)}
