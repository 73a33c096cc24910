"""Scopes: the only way to rows. `scope.of(Document)` holds what this actor may see; the rest does not exist.

A scope is opened by the gate for a request, by `@operation` for a write, by the worker for a firm's piece of work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from peewee import JOIN, Expression, ModelAlias, ModelDelete, ModelUpdate

from portal.base.errors import Conflict, NotFound
from portal.models.client import Client
from portal.models.firm import Firm
from portal.models.record import ScopeCondition, TenantRecord, open_scope, opened
from portal.models.staff import Assignment
from portal.policies import visibility
from portal.policies.actors import Actor, ClientActor, StaffActor
from portal.policies.prepared import Prepared, prepared

R = TypeVar("R", bound=TenantRecord)


@dataclass(frozen=True, eq=False)
class Scope:
    """Rows of one firm. Base of the narrower ones; by itself it is what operations and the worker use."""

    firm_id: int | None
    client_id: int | None = None
    guarded: bool = True

    def condition(self, source: Any) -> ScopeCondition:
        """The condition that this scope puts on a table or alias in a query."""
        return ScopeCondition(source, self, self.visible(source))

    def visible(self, source: Any) -> Expression:
        return visibility.of_firm(source, self.firm_id)

    def of(self, model: Any, *columns: Any) -> Any:
        """Rows of a model (or alias) as a query to chain on."""
        return model.select(*columns).where(self.condition(model))

    def join(self, query: Any, model: Any, on: Expression, *, src: Any = None, outer: bool = False) -> Any:
        """Join a model; its condition stands in ON, so that an outer join stays one."""
        kind = JOIN.LEFT_OUTER if outer else JOIN.INNER
        return query.join_from(src or query.model, model, kind, on=(on & self.condition(model)))

    def alias(self, model: type[R], name: str) -> ModelAlias:
        """A second occurrence of a model in one query."""
        return ModelAlias(model, name)

    def get(self, model: type[R], uid: str) -> R:
        """The row with this public id. Raises NotFound."""
        return self._found(model, _by_uid(model)(self, uid=uid))

    def by_id(self, model: type[R], row_id: int | None) -> R:
        """The row with this internal id. Raises NotFound."""
        return self._found(model, _by_id(model)(self, row_id=row_id))

    def _found(self, model: type[R], rows: list[R]) -> R:
        if not rows:
            raise NotFound(model.__name__)
        return rows[0]

    def one(self, query: Any) -> Any:
        """The only row of a query. Raises NotFound."""
        row = self.first(query)
        if row is None:
            raise NotFound(query.model.__name__)
        return row

    def first(self, query: Any) -> Any:
        """The first row or None, read to the end: a half-read cursor would pin the write-ahead log."""
        return next(iter(list(query.limit(1))), None)

    def holds(self, query: Any) -> bool:
        """Whether the query has a row."""
        return bool(list(query.limit(1).tuples()))

    def add(self, model: type[R], **fields: Any) -> R:
        """Insert a row of this firm and return it."""
        row = model(**({} if model is Firm else {"firm": self.firm_id}), **fields)
        values = {
            field: row.__data__[name]
            for name, field in model._meta.fields.items()
            if row.__data__.get(name) is not None
        }
        key = model.insert(values).execute()
        if row.__data__.get("id") is None:
            row.id = key
        return row

    def add_all(self, model: type[R], rows: list[dict[str, Any]]) -> None:
        """Insert many rows of this firm."""
        if rows:
            model.insert_many([{"firm_id": self.firm_id, **row} for row in rows]).execute()

    def update(self, model: type[R], **fields: Any) -> ModelUpdate:
        """An UPDATE over this scope's rows, to chain `.where()` on and execute."""
        return model.update(**fields).where(self.condition(model))

    def change(self, row: R, *expected: Expression, **fields: Any) -> R:
        """Change one row where `expected` still holds in the database. Raises Conflict: somebody was quicker."""
        model = type(row)
        changed = self.update(model, **fields).where(model.id == row.id, *expected).execute()
        if not changed:
            raise Conflict("changed")
        for name, value in fields.items():
            setattr(row, name, value)
        return row

    def delete(self, model: type[R]) -> ModelDelete:
        """A DELETE over this scope's rows."""
        return model.delete().where(self.condition(model))

    @property
    def firm(self) -> Firm:
        return self._found(Firm, _firm(self))


@dataclass(frozen=True, eq=False)
class StaffScope(Scope):
    """What a staff member may work on. `assigned_to`: only clients assigned to this staff member (DETAILS 1)."""

    assigned_to: int | None = None

    def visible(self, source: Any) -> Expression:
        if self.assigned_to is None:
            return visibility.of_firm(source, self.firm_id)
        return visibility.of_adviser(self, source, self.assigned_to)

    def get(self, model: type[R], uid: str) -> R:
        if self.assigned_to is None:
            return super().get(model, uid)
        return visibility.get_as_adviser(self, model, uid)

    def listed_clients(self, *columns: Any) -> Any:
        """All clients of the firm with name, number and status: every adviser sees that they exist."""
        return Client.select(*columns).where(ScopeCondition(Client, self, visibility.of_firm(Client, self.firm_id)))


@dataclass(frozen=True, eq=False)
class ClientScope(Scope):
    """What the firm released to one client, or one document of it. Writing is done by operations."""

    contact_id: int | None = None
    document_id: int | None = None
    sign_in_id: int | None = None

    def visible(self, source: Any) -> Expression:
        return visibility.of_client(self, source)


_firm = prepared(lambda scope: scope.of(Firm))


def _by_uid(model: Any) -> Prepared:
    return _prepared_for(model, "uid", lambda scope, uid: scope.of(model).where(model.uid == uid))


def _by_id(model: Any) -> Prepared:
    return _prepared_for(model, "id", lambda scope, row_id: scope.of(model).where(model.id == row_id))


def _prepared_for(model: Any, way: str, build: Callable[..., Any]) -> Prepared:
    found = _ready.get((model, way))
    if found is None:
        found = _ready[model, way] = prepared(build)
    return found


_ready: dict[tuple[Any, str], Prepared] = {}


def of(actor: Actor) -> Scope:
    """The scope of an actor's request."""
    if isinstance(actor, StaffActor):
        return StaffScope(actor.firm_id, assigned_to=actor.staff_id if actor.restricted else None)
    if isinstance(actor, ClientActor):
        return ClientScope(
            actor.firm_id,
            actor.client_id,
            contact_id=actor.contact_id,
            document_id=actor.document_id,
            sign_in_id=actor.sign_in_id,
        )
    return StaffScope(actor.firm_id)


def firm_scope(firm_id: int | None) -> Scope:
    """All rows of a firm: for the worker, and inside operations, whose subject came through the actor's scope."""
    current_scope = _current_or_none()
    if current_scope is not None and type(current_scope) is Scope and current_scope.firm_id == firm_id:
        return current_scope
    return Scope(firm_id)


def current() -> Scope:
    """The open scope. Raises ScopeMissing."""
    scope = open_scope()
    assert isinstance(scope, Scope)
    return scope


@contextmanager
def instance(why: str) -> Iterator[Scope]:
    """Across firms: for the gate's look-ups, the worker, the command line. Each use is listed in a test."""
    assert why
    scope = Scope(None, guarded=False)
    with opened(scope):
        yield scope


@contextmanager
def of_firm(firm_id: int) -> Iterator[Scope]:
    """Open all rows of one firm: for the worker and the command line."""
    scope = firm_scope(firm_id)
    with opened(scope):
        yield scope


def is_assigned(firm_id: int, staff_id: int, client_id: int) -> bool:
    """Whether a staff member works for a client (DETAILS 1)."""
    with of_firm(firm_id) as scope:
        return scope.holds(scope.of(Assignment).where(Assignment.staff == staff_id, Assignment.client == client_id))


def _current_or_none() -> Any:
    try:
        return open_scope()
    except RuntimeError:
        return None


def opened_scope(scope: Scope) -> Any:
    """Open a scope for a block: where a public page looks into what it has just let somebody into."""
    return opened(scope)
