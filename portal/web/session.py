"""Sessions over SignIn rows. Two cookies, one for staff and one for clients; before sign-in a signed one without a row.

The path tells which cookie counts: staff under `/firm`, client under `/portal`; elsewhere neither is the session, but
views may look at both with `visit_of` (DETAILS 5).
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from typing import Any, Literal

from flask import Flask, Request, Response, current_app, g, request
from flask.sessions import SessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeTimedSerializer

from portal.base import tokens
from portal.base.errors import Unavailable
from portal.operations import sign_ins
from portal.queries.sign_ins import Visit, find_visit

Side = Literal["staff", "client"]
PRE_COOKIE = "foyer-pre"
_PRE_SECONDS = 12 * 3600
_ABSOLUTE_SECONDS = 14 * 24 * 3600


class Session(dict[str, Any], SessionMixin):
    """What is remembered for a browser: the CSRF secret, messages for the next page, the page asked for."""

    def __init__(self, memory: dict[str, Any], visit: Visit | None = None, *, silent: bool = False) -> None:
        super().__init__(memory)
        self.visit = visit
        self.silent = silent
        self._before = dict(memory)

    @property
    def changed(self) -> bool:
        return dict(self) != self._before


class RowSessions(SessionInterface):
    """Opens the session that the path asks for, and keeps what changed."""

    def open_session(self, app: Flask, request: Request) -> Session:
        side = _side(request.path)
        if side == "none":
            return Session({}, silent=True)
        visit = visit_of(side, request) if side != "public" else None
        if visit is not None:
            return Session(visit.memory, visit)
        return Session(_read_pre(app, request))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        assert isinstance(session, Session)
        for name, token in g.pop("new_cookies", {}).items():
            _set_cookie(app, response, cookie_name(app, name), token)
        if session.silent:
            return
        response.vary.add("Cookie")
        if not session.changed or request.method in ("HEAD", "OPTIONS"):
            return
        if session.visit is not None:
            # what was to be remembered is not worth a page that could not be read with a full disk
            with suppress(Unavailable):
                sign_ins.remember(session.visit.actor, session.visit.sign_in_id, dict(session))
        else:
            response.set_cookie(
                PRE_COOKIE, _pre(app).dumps(dict(session)), max_age=_PRE_SECONDS, httponly=True, samesite="Lax",
                secure=app.config["HTTPS"], path="/",
            )  # fmt: skip


def visit_of(side: Side, from_request: Request | None = None) -> Visit | None:
    """The live visit that this browser's staff or client cookie stands for; looked up once in a request."""
    found = g.setdefault("visits", {})
    if side not in found:
        source = from_request or request
        token = source.cookies.get(cookie_name(current_app, side))
        found[side] = find_visit(tokens.fingerprint(token), side) if token else None
    visit: Visit | None = found[side]
    return visit


def give_cookie(side: Side, token: str) -> None:
    """Set the session cookie of a side with this answer; an empty token removes it."""
    g.setdefault("new_cookies", {})[side] = token
    g.get("visits", {}).pop(side, None)


def cookie_name(app: Any, side: str) -> str:
    """`__Host-` under https; on http loopback without, since clients do not send Secure cookies there (tried)."""
    return f"__Host-foyer-{side}" if app.config["HTTPS"] else f"foyer-{side}"


def csrf_secrets() -> list[str]:
    """The secrets this browser may have got its form from; `/logout` and `/language` stand on pages of all areas."""
    held = [visit.memory.get("csrf_token") for side in ("staff", "client") if (visit := visit_of(side))]
    return [secret for secret in held if secret]


def new_memory() -> dict[str, Any]:
    """What a new session begins with."""
    return {"csrf_token": secrets.token_hex(20)}


def _side(path: str) -> Any:
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return {"firm": "staff", "portal": "client"}.get(first) or ("none" if first in _SILENT else "public")


_SILENT = ("api", "static", "brand", "healthz", "readyz")


def _read_pre(app: Flask, request: Request) -> dict[str, Any]:
    try:
        memory = _pre(app).loads(request.cookies.get(PRE_COOKIE, ""), max_age=_PRE_SECONDS)
    except BadSignature:
        return {}
    return memory if isinstance(memory, dict) else {}


def _pre(app: Flask) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(app.config["PRE_KEYS"], salt="foyer-pre")


def _set_cookie(app: Flask, response: Response, name: str, token: str) -> None:
    if token:
        response.set_cookie(
            name, token, max_age=_ABSOLUTE_SECONDS, path="/", httponly=True, samesite="Lax", secure=app.config["HTTPS"]
        )
    else:
        response.delete_cookie(name, path="/", httponly=True, samesite="Lax", secure=app.config["HTTPS"])
