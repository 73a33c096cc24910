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
    DQ,
    JOIN,
    OP,
    SQL,
    BaseQuery,
    BlobField,
    Expression,
    Field,
    ForeignKeyField,
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
    # what an INSERT writes stands in its values, so its text says nothing
    if not isinstance(query, InsertQuery) and sql in _approved:
        return
    if not isinstance(query, BaseQuery):
        _refuse_text(sql)
        return
    _check(query, scope, set())
    if isinstance(query, InsertQuery):
        return
    if len(_approved) >= _APPROVED_AT_MOST:
        _approved.clear()
    _approved[sql] = None


def _check(node: Any, scope: OpenScope | None, seen: set[int]) -> None:
    """Look at a node and, through all its attributes, at every query inside it."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, dict):
        _check_all([*node, *node.values()], scope, seen)
    elif isinstance(node, list | tuple | set | frozenset):
        _check_all(node, scope, seen)
    elif isinstance(node, SQL):
        _refuse_text(node.sql)
    elif isinstance(node, DQ):
        raise ScopeMissing("DQ is not for use")
    elif isinstance(node, Node) and not isinstance(node, Field | Model | ModelAlias | type):
        _demand_conditions(node, scope)
        _check_all(vars(node).values(), scope, seen)


def _check_all(nodes: Any, scope: OpenScope | None, seen: set[int]) -> None:
    for node in nodes:
        _check(node, scope, seen)


def _demand_conditions(node: Any, scope: OpenScope | None) -> None:
    if isinstance(node, Select):
        _demand_all(node._from_list, list(_conjuncts(node._where)), scope)
    elif isinstance(node, UpdateQuery | DeleteQuery):
        sources = [node.table, *(getattr(node, "_from", None) or ())]
        _demand_all(sources, list(_conjuncts(node._where)), scope)
        _check_moved(node.table, getattr(node, "_update", None) or {}, scope)
    elif isinstance(node, InsertQuery):
        _check_insert(node, scope)


def _demand_all(items: Any, conditions: list[Any], scope: OpenScope | None) -> None:
    for item in items:
        if isinstance(item, Join):
            on = [*conditions, *_conjuncts(item.__dict__["_on"])]
            _demand_all([item.lhs], on if item.join_type in _ON_BINDS_LEFT else conditions, scope)
            _demand_all([item.rhs], on if item.join_type in _ON_BINDS_RIGHT else conditions, scope)
        else:
            _demand(item, conditions, scope)


# An outer join keeps the rows of one side whatever stands in ON: there, only WHERE holds that side.
_ON_BINDS_LEFT = (JOIN.INNER, JOIN.CROSS, JOIN.LATERAL, JOIN.RIGHT_OUTER)
_ON_BINDS_RIGHT = (JOIN.INNER, JOIN.CROSS, JOIN.LATERAL, JOIN.LEFT_OUTER, JOIN.LEFT_LATERAL)


def _demand(source: Any, conditions: list[Any], scope: OpenScope | None) -> None:
    if isinstance(source, Table):
        raise ScopeMissing("bare tables are not for use; go through a record")
    if not is_tenant(source):
        return
    if scope is None:
        raise ScopeMissing(f"no scope is open for {source}")
    if not any(isinstance(c, ScopeCondition) and c.source is source and c.scope is scope for c in conditions):
        raise ScopeMissing(f"{source} stands in a query without the condition of the scope")


def _conjuncts(node: Any) -> Iterator[Any]:
    if isinstance(node, Expression) and node.op == OP.AND:
        yield from _conjuncts(node.lhs)
        yield from _conjuncts(node.rhs)
    elif node is not None:
        yield node


def _check_insert(query: Any, scope: OpenScope | None) -> None:
    model = query.table
    if not is_tenant(model):
        return
    if scope is None:
        raise ScopeMissing(f"no scope is open for {model}")
    rows = query._insert
    if isinstance(rows, dict):
        rows = [rows]
    if not isinstance(rows, list | tuple) or not all(isinstance(row, dict) for row in rows):
        raise ScopeMissing("INSERT of anything but named values is for the instance's own work")
    for row in rows:
        _check_row(model, _named(row), scope)
    _check_conflict(model, query.__dict__["_on_conflict"], scope)


def _check_row(model: Any, named: dict[str, Any], scope: OpenScope) -> None:
    key = "id" if model._meta.table_name == "firm" else "firm_id"
    if named.get(key) != scope.firm_id:
        raise ScopeMissing(f"a row of {model} for another firm")
    if scope.client_id is not None and named.get("client_id") not in (None, scope.client_id):
        raise ScopeMissing(f"a row of {model} for another client")


def _check_conflict(model: Any, conflict: Any, scope: OpenScope | None) -> None:
    """The row in the way may be changed only where it must be of the same firm: by a key that leads to a row of it."""
    if conflict is None or conflict._action == "IGNORE":
        return
    if not any(isinstance(field, ForeignKeyField) for field in conflict._conflict_target or ()):
        raise ScopeMissing(f"the row of {model} in the way may be another firm's")
    _check_moved(model, conflict._update or {}, scope)


def _check_moved(model: Any, values: dict[Any, Any], scope: OpenScope | None) -> None:
    named = _named(values)
    if is_tenant(model) and "firm_id" in named:
        raise ScopeMissing(f"a row of {model} never moves to another firm")
    if scope is not None and scope.client_id is not None and named.get("client_id", scope.client_id) != scope.client_id:
        raise ScopeMissing(f"a row of {model} would move to another client")


def _named(values: dict[Any, Any]) -> dict[str, Any]:
    columns = (
        (getattr(field, "column_name", None) or getattr(field, "name", None) or field, v) for field, v in values.items()
    )
    return {f"{name}_id" if name in ("firm", "client") else str(name): getattr(v, "id", v) for name, v in columns}


def _refuse_text(sql: str) -> None:
    tables = database.tenant_tables
    if tables is not None and tables.search(sql):
        raise ScopeMissing("hand-written SQL names a tenant table")


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
