"""Declaring routes. A route without a permission fails at import; an undeclared endpoint stops the start."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal, TypeVar

from flask import Flask

from portal.policies.permissions import Permission

Door = Literal["staff", "client", "public", "api"]
View = TypeVar("View", bound=Callable[..., Any])
SMALL_BODY = 256 * 1024
FILE_BODY = 60 * 1024 * 1024


@dataclass(frozen=True)
class Limit:
    """At most so many requests from one address in so many seconds."""

    most: int
    seconds: int


@dataclass(frozen=True)
class Rule:
    """What a route declares. `form`: its view shows the form again when the token is stale; `body` in bytes.

    `by_token`: a POST of machines, which hold neither cookie nor form: the token in its address is all the proof there
    is, and whose browser sends it does not matter.
    """

    endpoint: str
    path: str
    methods: tuple[str, ...]
    allow: Permission
    door: Door
    limit: Limit | None = None
    form: bool = False
    body: int = SMALL_BODY
    kept: bool = False
    by_token: bool = False


class Area:
    """The routes of one kind of people, under one prefix and with one door for those who are signed out."""

    def __init__(self, name: str, *, prefix: str = "", door: Door) -> None:
        self.name, self.prefix, self.door = name, prefix, door
        self._routes: list[tuple[Rule, Callable[..., Any]]] = []

    def get(
        self, path: str, *, allow: Permission, limit: Limit | None = None, kept: bool = False, options: bool = False
    ) -> Callable[[View], View]:
        """Declare a page; its view answers HEAD, too. `kept`: browsers may keep the answer (files under hashed
        addresses). `options`: it also answers OPTIONS, as secret links must (DETAILS 4)."""
        return self._declare(path, ("GET", "OPTIONS") if options else ("GET",), allow=allow, limit=limit, kept=kept)

    def post(
        self, path: str, *, allow: Permission, limit: Limit | None = None, form: bool = False, files: bool = False
    ) -> Callable[[View], View]:
        """Declare an act. `files`: it takes uploads."""
        body = FILE_BODY if files else SMALL_BODY
        return self._declare(path, ("POST",), allow=allow, limit=limit, form=form, body=body)

    def post_by_token(self, path: str, *, allow: Permission) -> Callable[[View], View]:
        """Declare an act that programs do by an address out of a mail (RFC 8058): without cookie and CSRF token."""
        return self._declare(path, ("POST",), allow=allow, by_token=True)

    def call(self, method: str, path: str, *, allow: Permission, files: bool = False) -> Callable[[View], View]:
        """Declare a call of the JSON API."""
        return self._declare(path, (method,), allow=allow, body=FILE_BODY if files else SMALL_BODY)

    def _declare(self, path: str, methods: tuple[str, ...], **options: Any) -> Callable[[View], View]:
        def keep(view: View) -> View:
            endpoint = f"{self.name}.{view.__module__.rpartition('.')[2]}.{view.__name__}"
            rule = Rule(endpoint, self.prefix + path, methods, door=self.door, **options)
            self._routes.append((rule, view))
            return view

        return keep

    def register(self, app: Flask, package: ModuleType | None = None) -> None:
        """Import all modules of the area's package and put their routes into the app."""
        for module in pkgutil.iter_modules(package.__path__, package.__name__ + ".") if package else ():
            importlib.import_module(module.name)
        for rule, view in self._routes:
            app.add_url_rule(
                rule.path, rule.endpoint, view, methods=list(rule.methods), provide_automatic_options=False
            )
            app.extensions.setdefault("routes", {})[rule.endpoint] = rule


def declared_routes(app: Flask) -> list[Rule]:
    """All routes in the order of their addresses."""
    return sorted(app.extensions["routes"].values(), key=lambda rule: (rule.path, rule.methods))


def audit_routes(app: Flask) -> None:
    """Refuse to start when an endpoint was not declared by an area."""
    naked = {rule.endpoint for rule in app.url_map.iter_rules()} - set(app.extensions["routes"])
    if naked:
        raise RuntimeError(f"routes without a permission: {', '.join(sorted(naked))}")
