"""The base of all tables, and the guard that keeps one firm's rows from another's.

Every tenant table in FROM, JOIN, sub-select and CTE of a finished query must carry a `ScopeCondition` of the
open scope (ARCHITECTURE, Scope; DETAILS 11). `policies/scope.py` makes these conditions; nothing else does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from peewee import (
    CTE,
    DQ,
    BlobField,
    CompoundSelectQuery,
    Expression,
    Field,
    IntegerField,
    Join,
    Model,
    ModelAlias,
    Node,
    Select,
    Table,
    TextField,
    WrappedNode,
)
from peewee import Delete as DeleteQuery
from peewee import Insert as InsertQuery
from peewee import Update as UpdateQuery
from playhouse.sqlite_ext import AutoIncrementField

from portal.base.database import database
from portal.base.text import uid

__all__ = [
    "BlobField",
    "DayField",
    "InstantField",
    "IntegerField",
    "JsonField",
    "Record",
    "ScopeCondition",
    "TenantRecord",
]


class ScopeMissing(RuntimeError):
    """A query on a tenant table without an open scope, or without the scope's condition on that table."""


class OpenScope(Protocol):
    """What the guard needs to know of a scope. `guarded` is False for the instance's own work."""

    @property
    def guarded(self) -> bool: ...
    @property
    def firm_id(self) -> int | None: ...
    @property
    def client_id(self) -> int | None: ...


_open: ContextVar[OpenScope | None] = ContextVar("scope", default=None)


def open_scope() -> OpenScope:
    """The scope that is open. Raises ScopeMissing."""
    scope = _open.get()
    if scope is None:
        raise ScopeMissing("no scope is open")
    return scope


@contextmanager
def opened(scope: OpenScope) -> Iterator[None]:
    """Open a scope for the block."""
    token = _open.set(scope)
    try:
        yield
    finally:
        _open.reset(token)


class ScopeCondition(WrappedNode):
    """The condition that a scope puts on one table of a query. Renders only while that scope is open."""

    def __init__(self, source: Any, scope: OpenScope, condition: Expression) -> None:
        super().__init__(condition)
        self.source = source
        self.scope = scope

    def __sql__(self, ctx: Any) -> Any:
        if _open.get() is not self.scope:
            raise ScopeMissing("a query of one scope was run in another")
        # the mark lets the guard know an approved query by its text alone
        return ctx.literal("/*scope*/ ").sql(self.node)


class InstantField(Field):
    """An aware instant in UTC, stored as whole microseconds since 1970."""

    field_type = "BIGINT"
    _epoch = datetime(1970, 1, 1, tzinfo=UTC)

    def db_value(self, value: datetime | None) -> int | None:
        if value is None or isinstance(value, int):
            return value
        return (value - self._epoch) // timedelta(microseconds=1)

    def python_value(self, value: int | None) -> datetime | None:
        return None if value is None else self._epoch + timedelta(microseconds=value)


class DayField(Field):
    """A plain date in the firm's zone, stored as YYYY-MM-DD."""

    field_type = "DATE"

    def db_value(self, value: date | None) -> str | None:
        return value.isoformat() if isinstance(value, date) else value

    def python_value(self, value: str | None) -> date | None:
        return None if value is None else date.fromisoformat(value)


class JsonField(TextField):
    """JSON in its canonical form: keys sorted, no blanks."""

    def db_value(self, value: Any) -> str | None:
        return None if value is None else canonical(value)

    def python_value(self, value: str | None) -> Any:
        return None if value is None else json.loads(value)


def canonical(value: Any) -> str:
    """One text per value, for hashing: sorted keys, no blanks, UTF-8 as it is."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Record(Model):
    """A row. `id` never leaves the house and is never used twice."""

    id = AutoIncrementField()

    class Meta:
        database = database
        legacy_table_names = False

    @classmethod
    def raw(cls, *_args: Any, **_kwargs: Any) -> Any:
        raise RuntimeError("no hand-written SQL on records")


class TenantRecord(Record):
    """A row of exactly one firm. Reached through a scope only."""

    firm_id: int

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """`client_id` and the like: peewee makes them at run time."""

    @classmethod
    def alias(cls, alias: str | None = None) -> Any:
        raise RuntimeError("use scope.alias(Model, name)")


def public_id() -> TextField:
    """The column of random ids that stand in addresses."""
    return TextField(default=uid, unique=True)


def is_tenant(source: Any) -> bool:
    model = source.model if isinstance(source, ModelAlias) else source
    return isinstance(model, type) and issubclass(model, TenantRecord)


_approved: dict[str, None] = {}
_APPROVED_AT_MOST = 5000


def guard(query: Any, sql: str) -> None:
    """Raise ScopeMissing unless each tenant table of the query carries the open scope's condition."""
    scope = _open.get()
    if scope is not None and not scope.guarded:
        return
    if isinstance(query, InsertQuery):
        _check_insert(query, scope)
        return
    if sql in _approved:
        return
    _check(query, scope)
    if len(_approved) >= _APPROVED_AT_MOST:
        _approved.clear()
    _approved[sql] = None


def _check(node: Any, scope: OpenScope | None) -> None:
    if isinstance(node, Select):
        _check_select(node, scope)
    elif isinstance(node, UpdateQuery | DeleteQuery):
        _check_write(node, scope)
    elif isinstance(node, CompoundSelectQuery):
        _check(node.lhs, scope)
        _check(node.rhs, scope)
    elif isinstance(node, CTE):
        _check(node.__dict__["_query"], scope)
    else:
        _check_inside(_parts(node), scope)


def _check_write(query: Any, scope: OpenScope | None) -> None:
    values = getattr(query, "_update", {}).values()
    _demand([query.table], list(_conjuncts(query._where)), scope)
    _check_inside([query._where, *values], scope)


def _check_select(query: Any, scope: OpenScope | None) -> None:
    sources: list[Any] = []
    conditions = list(_conjuncts(query._where))
    for item in query._from_list:
        _collect(item, sources, conditions, scope)
    _demand(sources, conditions, scope)
    for cte in query._cte_list or ():
        _check(cte, scope)
    _check_inside(
        [query._returning, query._where, query._order_by, query._having, query._group_by, query._limit], scope
    )


def _collect(item: Any, sources: list[Any], conditions: list[Any], scope: OpenScope | None) -> None:
    if isinstance(item, Join):
        _collect(item.lhs, sources, conditions, scope)
        _collect(item.rhs, sources, conditions, scope)
        on = item.__dict__["_on"]
        conditions.extend(_conjuncts(on))
        _check_inside([on], scope)
    elif isinstance(item, Select | CompoundSelectQuery | CTE):
        _check(item, scope)
    else:
        sources.append(item)


def _demand(sources: list[Any], conditions: list[Any], scope: OpenScope | None) -> None:
    for source in sources:
        if isinstance(source, Table):
            raise ScopeMissing("bare tables are not for use; go through a record")
        if not is_tenant(source):
            continue
        if scope is None:
            raise ScopeMissing(f"no scope is open for {source}")
        if not any(isinstance(c, ScopeCondition) and c.source is source and c.scope is scope for c in conditions):
            raise ScopeMissing(f"{source} stands in a query without the condition of the scope")


def _conjuncts(node: Any) -> Iterator[Any]:
    if isinstance(node, Expression) and node.op == "AND":
        yield from _conjuncts(node.lhs)
        yield from _conjuncts(node.rhs)
    elif node is not None:
        yield node


def _check_inside(nodes: Any, scope: OpenScope | None) -> None:
    for node in nodes:
        if isinstance(node, Select | CompoundSelectQuery):
            _check(node, scope)
        elif isinstance(node, list | tuple | set):
            _check_inside(node, scope)
        elif isinstance(node, Node) and not isinstance(node, Field):
            _check_inside(_parts(node), scope)


_PARTS = (
    "lhs",
    "rhs",
    "node",
    "nodes",
    "arguments",
    "_filter",
    "expression_tuples",
    "default",
    "partition_by",
    "order_by",
)


def _parts(node: Any) -> list[Any]:
    if isinstance(node, DQ):
        raise ScopeMissing("DQ is not for use")
    found = [node.__dict__.get(name) for name in _PARTS]
    return [part for part in found if part is not None]


def _check_insert(query: Any, scope: OpenScope | None) -> None:
    model = query.table
    if not is_tenant(model):
        return
    if scope is None:
        raise ScopeMissing(f"no scope is open for {model}")
    rows = query._insert
    if not isinstance(rows, list | tuple | dict):
        raise ScopeMissing("INSERT from a query is for the instance's own work")
    for row in [rows] if isinstance(rows, dict) else rows:
        named = {getattr(field, "column_name", field): value for field, value in row.items()}
        if named.get("firm_id") != scope.firm_id:
            raise ScopeMissing(f"a row of {model} for another firm")
        if scope.client_id is not None and "client_id" in named and named["client_id"] != scope.client_id:
            raise ScopeMissing(f"a row of {model} for another client")


def install_guard() -> None:
    """Called once all models are known."""
    names = sorted(model._meta.table_name for model in tenant_records())
    database.tenant_tables = re.compile(r'(?<![\w])"?(' + "|".join(names) + r')"?(?![\w])', re.IGNORECASE)
    database.guard = guard


def tenant_records() -> list[type[TenantRecord]]:
    """All tenant tables."""
    return sorted(_below(TenantRecord), key=lambda model: model.__name__)


def _below(model: type[Any]) -> set[type[Any]]:
    return {c for sub in model.__subclasses__() for c in ({sub} | _below(sub))}
