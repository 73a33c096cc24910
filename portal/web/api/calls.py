"""Calls of the API: declared with their description, limited per token."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from flask import Flask, g, request

from portal.base.errors import Unavailable
from portal.operations import limits
from portal.policies.permissions import Permission
from portal.web.api.fields import Field, Object
from portal.web.routing import Area, View

# far more than a first transfer of all clients needs: against loops that run wild, not against work
MOST, SECONDS = 12_000, 60
# bought by the block, so that reading writes seldom; a process holds at most one block unused
BLOCK = 100


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the description says of a call. `answers`: names of shapes by status, "" without a body, or a media type;
    `errors`: problems besides those of every call."""

    says: str
    answers: Mapping[int, str]
    errors: tuple[int, ...] = ()
    body: Object | None = None
    form: Object | None = None
    query: Mapping[str, Field] = field(default_factory=dict)
    more: str = ""


@dataclass(frozen=True)
class Call:
    """A declared call: `path` as in the routes, below the area's prefix."""

    method: str
    path: str
    name: str
    allow: Permission
    told: Told


class ApiArea(Area):
    """The area of the API: its calls know what to say of themselves."""

    def __init__(self, name: str, *, prefix: str) -> None:
        super().__init__(name, prefix=prefix, door="api")
        self.calls: list[Call] = []
        self.open = Area(name, prefix=prefix, door="public")

    def call(
        self, method: str, path: str, *, allow: Permission, files: bool = False, told: Told | None = None
    ) -> Callable[[View], View]:
        """Declare a call with what the description says of it; `files`: it takes uploads."""
        if told is None:
            raise TypeError(f"{method} {path} is not described")
        declare = super().call(method, path, allow=allow, files=files)

        def keep(view: View) -> View:
            name = f"{view.__module__.rpartition('.')[2]}.{view.__name__}"
            self.calls.append(Call(method, path, name, allow, told))
            declare(_limited(view))
            return view

        return keep

    def register(self, app: Flask, package: ModuleType | None = None) -> None:
        """Put the calls into the app, and what may be read without a token."""
        super().register(app, package)
        self.open.register(app)


_bought: dict[int, int] = {}
_buying = threading.Lock()


def _limited(view: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(view)
    def run(*args: Any, **kwargs: Any) -> Any:
        if request.method not in ("GET", "HEAD"):
            _spend(g.actor.token_id)
        else:
            with suppress(Unavailable):  # a full disk ends writing, reading goes on (TRUST, Keys, faults, restore)
                _spend(g.actor.token_id)
        return view(*args, **kwargs)

    return run


def _spend(token_id: int) -> None:
    with _buying:
        left = _bought.get(token_id, 0)
        _bought[token_id] = max(left - 1, 0)
    if left == 0:
        limits.spend(f"api:{token_id}", most=MOST // BLOCK, seconds=SECONDS)
        with _buying:
            _bought[token_id] = BLOCK - 1
