"""Templates in one environment per language, their fixed texts put in when they are compiled.

A page has a hundred texts; looked up one by one while it is drawn, they cost a third of the drawing.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, url_for
from flask.templating import Environment
from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from portal.base.language import LANGUAGES, translations
from portal.web.languages import language

_ADDRESSES = 5_000


class LanguageEnvironment(Environment):
    """Flask's environment; with a `spoken` language `_("…")` without values becomes its translation at compile time."""

    spoken: str | None = None

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        return _Fixed(self.spoken).visit(tree) if self.spoken else tree


class _Fixed(NodeTransformer):
    def __init__(self, spoken: str) -> None:
        self._say = translations(spoken).gettext

    def visit_Call(self, node: nodes.Call, *args: Any, **kwargs: Any) -> nodes.Node:
        self.generic_visit(node, *args, **kwargs)
        if not _is_fixed(node):
            return node
        text = node.args[0]
        assert isinstance(text, nodes.Const)
        return nodes.MarkSafe(nodes.Const(self._say(text.value), lineno=node.lineno), lineno=node.lineno)


def init_app(app: Flask) -> None:
    """After all globals and filters are in place: the environments share them."""
    app.jinja_env.globals["url_for"] = address
    found = app.extensions["environments"] = {}
    for spoken in LANGUAGES:
        environment = app.jinja_env.overlay(cache_size=-1)
        environment.spoken = spoken  # type: ignore[attr-defined]
        found[spoken] = environment


def render(template: str, **context: Any) -> str:
    """The template in the page's language."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    app.update_template_context(context)
    text: str = app.extensions["environments"][language()].get_template(template).render(context)
    return text


def address(endpoint: str, **values: Any) -> str:
    """`url_for` that remembers: our addresses depend on nothing but what is asked for, and a list asks for hundreds."""
    key = (endpoint, *((name, type(value), value) for name, value in values.items()))
    found = _addresses.get(key)
    if found is None:
        if len(_addresses) >= _ADDRESSES:
            _addresses.clear()
        found = _addresses[key] = url_for(endpoint, **values)
    return found


_addresses: dict[tuple[Any, ...], str] = {}


def _is_fixed(node: nodes.Call) -> bool:
    return (
        isinstance(node.node, nodes.Name)
        and node.node.name in ("_", "gettext")
        and len(node.args) == 1
        and isinstance(node.args[0], nodes.Const)
        and not (node.kwargs or node.dyn_args or node.dyn_kwargs)
    )
