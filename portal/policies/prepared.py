"""Queries that are rendered once: for the pages that are asked for most.

peewee writes the SQL of a query anew each time, which costs more than the query itself, above all in a client's scope
with its sub-selects. A prepared query is built once for each shape of scope, with placeholders for what the scope and
the caller bring; the guard sees it then, and the values of the open scope are put in at each call.

    _by_uid = prepared(lambda scope, uid: scope.of(Document).where(Document.uid == uid))
    rows = _by_uid(scope, uid=uid)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from peewee import Node

from portal.base.database import database
from portal.models.record import DayField, InstantField, ScopeMissing, open_scope, opened

if TYPE_CHECKING:
    from portal.policies.scope import Scope

_OF_SCOPE = ("firm_id", "client_id", "contact_id", "document_id", "sign_in_id", "assigned_to")
_INSTANT, _DAY = InstantField(), DayField()


class Param(Node):
    """A value that is not known yet."""

    def __init__(self, name: str, *, of_scope: bool = False) -> None:
        self.name, self.of_scope = name, of_scope

    def __sql__(self, ctx: Any) -> Any:
        ctx._values.append(self)
        return ctx.literal(ctx.state.param or "?")


@dataclass(frozen=True)
class _Rendered:
    sql: str
    values: list[Any]
    query: Any
    wrapper: list[Any]


class Prepared:
    """Call it with the open scope and the values by name; it answers a list of rows, read to the end."""

    def __init__(self, build: Callable[..., Any]) -> None:
        self._build = build
        self._rendered: dict[tuple[Any, ...], _Rendered] = {}

    def __call__(self, scope: Scope, **values: Any) -> list[Any]:
        if open_scope() is not scope:
            raise ScopeMissing("a query of one scope was run in another")
        shape = _shape(scope)
        rendered = self._rendered.get(shape)
        if rendered is None:
            rendered = self._rendered[shape] = self._render(scope, values)
        cursor = database.run_approved(rendered.sql, [_value(each, scope, values) for each in rendered.values])
        rows = cursor.fetchall()
        if not rendered.wrapper:
            wrapper = rendered.query._get_cursor_wrapper(cursor)
            wrapper.initialize()
            rendered.wrapper.append(wrapper)
        process = rendered.wrapper[0].process_row
        return [process(row) for row in rows]

    def first(self, scope: Scope, **values: Any) -> Any:
        """The first row or None."""
        return next(iter(self(scope, **values)), None)

    def _render(self, scope: Scope, values: dict[str, Any]) -> _Rendered:
        symbolic = _symbolic(scope)
        with opened(symbolic):
            query = self._build(symbolic, **{name: Param(name) for name in values})
            sql, found = database.get_sql_context().sql(query).query()
            if database.guard is not None:
                database.guard(query, sql)
        return _Rendered(sql, list(found), query, [])


def prepared(build: Callable[..., Any]) -> Prepared:
    """Prepare `build(scope, **params) -> query`. Its shape may depend on the scope, never on a parameter's value."""
    return Prepared(build)


def _symbolic(scope: Scope) -> Scope:
    known = {field.name for field in fields(scope)} & set(_OF_SCOPE)
    present = {name: Param(name, of_scope=True) for name in known if getattr(scope, name) is not None}
    return replace(scope, **present)


def _shape(scope: Scope) -> tuple[Any, ...]:
    return (type(scope), scope.guarded, *[getattr(scope, name, None) is None for name in _OF_SCOPE])


def _value(each: Any, scope: Scope, values: dict[str, Any]) -> Any:
    if type(each) is not Param:
        return each
    value = getattr(scope, each.name) if each.of_scope else values[each.name]
    if isinstance(value, datetime):
        return _INSTANT.db_value(value)
    return _DAY.db_value(value) if isinstance(value, date) else value
