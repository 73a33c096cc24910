"""The one `before_request`: host, route, origin, actor, permission, limit, CSRF; then the scope is open.

Unknown 404, known but forbidden 403, signed out: the door of the area (ARCHITECTURE, The way of a request).
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from dataclasses import replace
from urllib.parse import SplitResult, urlsplit

from flask import Flask, Response, abort, current_app, g, redirect, request, session
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.routing import RequestRedirect

from portal.base.config import LOOPBACK, Config
from portal.base.database import roll_back_open
from portal.base.errors import NotPermitted, Unavailable
from portal.models.client import Client
from portal.models.firm import Firm
from portal.models.record import opened
from portal.operations import limits, sign_ins
from portal.policies import scope as scopes
from portal.policies.actors import Actor, ClientActor, StaffActor, Stranger
from portal.queries.sign_ins import Visit
from portal.web import doors
from portal.web.csrf import csrf
from portal.web.paths import safe_path
from portal.web.routing import Rule
from portal.web.session import csrf_secrets

SAFE = ("GET", "HEAD", "OPTIONS")
_PROBES = ("public.health.alive", "public.health.ready")
_PORTS = {"http": 80, "https": 443}


def init_app(app: Flask) -> None:
    app.before_request(_enter)
    app.teardown_request(_leave)


def actor() -> Actor:
    """Who acts in this request."""
    found: Actor = g.actor
    return found


def scope() -> scopes.Scope:
    """The scope of this request: rows outside it do not exist."""
    found: scopes.Scope = g.scope
    return found


def visit() -> Visit:
    """The session of this request, in areas that need one."""
    found: Visit = g.visit
    return found


def firm() -> Firm:
    """The firm of this request, in areas that need a session."""
    return visit().firm


def client() -> Client:
    """The client of this request, in a client's portal."""
    found = visit().client
    assert found is not None
    return found


def stranger(firm_id: int | None = None) -> Stranger:
    """The actor of a public page: nobody, with an address."""
    return Stranger(firm_id, request.remote_addr or "", request.user_agent.string)


def _enter() -> Response | None:
    config: Config = current_app.config["PORTAL"]
    if not _trusted_host(config):
        abort(400)
    rule = _rule()
    if rule is None:
        return _with_the_right_slashes()
    request.max_content_length = rule.body
    if request.method not in SAFE and not _brings_own_proof(rule) and not _own_origin(config, rule.door):
        abort(400)
    answer = _identify(rule)
    if answer is not None:
        return answer
    if not g.actor.may(rule.allow):
        raise NotPermitted(rule.allow)
    if rule.limit is not None:
        key = f"{rule.endpoint}:{limits.network(request.remote_addr or '')}"
        limits.spend(key, most=rule.limit.most, seconds=rule.limit.seconds)
    _check_csrf(rule)
    _open_scope()
    return None


def _brings_own_proof(rule: Rule) -> bool:
    """A token in header or address, which no page elsewhere can make a browser send."""
    return rule.door == "api" or rule.by_token


def _with_the_right_slashes() -> Response | None:
    """A slash too few or too many: werkzeug would build the whole address from the request's host."""
    wrong = request.routing_exception
    if not isinstance(wrong, RequestRedirect):
        return None
    asked = urlsplit(wrong.new_url)
    return redirect(safe_path(asked._replace(scheme="", netloc="").geturl()), 308)  # type: ignore[return-value]


def _rule() -> Rule | None:
    rules: dict[str, Rule] = current_app.extensions["routes"]
    return rules.get(request.endpoint) if request.endpoint else None


def _trusted_host(config: Config) -> bool:
    """The host of the base address; on loopback all its names. Probes for machines ask by any name (CONTRACT)."""
    if request.endpoint in _PROBES:
        return True
    host = _parts(f"//{request.host}")
    if config.loopback:
        return host.hostname in LOOPBACK
    own = urlsplit(config.base_url)
    return (host.hostname, host.port or _PORTS[own.scheme]) == _host_and_port(own)


def _own_origin(config: Config, door: str) -> bool:
    """Our own check in place of Flask-WTF's Referer rule, which breaks under no-referrer (tried; TRUST, Pages)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin is None:
        return True  # no browser: the CSRF token decides
    if origin == "null":
        # what Safari before 16.4 says of a form on a page with no-referrer: there the CSRF token decides
        return door == "public"
    parts = _parts(origin)
    if config.loopback and parts.scheme == "http" and parts.hostname in LOOPBACK:
        return parts.port == _parts(f"//{request.host}").port
    own = urlsplit(config.base_url)
    return parts.scheme == own.scheme and _host_and_port(parts) == _host_and_port(own)


def _host_and_port(parts: SplitResult) -> tuple[str | None, int | None]:
    return parts.hostname, parts.port or _PORTS.get(parts.scheme)


def _parts(address: str) -> SplitResult:
    """Of something a stranger wrote: nothing where it is no address."""
    try:
        parts = urlsplit(address)
        assert parts.port is None or parts.port >= 0
    except ValueError:
        return urlsplit("")
    return parts


def _identify(rule: Rule) -> Response | None:
    if rule.door == "public":
        g.actor = stranger()
        return None
    if rule.door == "api":
        g.actor = doors.api_actor()
        return None
    found: Visit | None = current_user.visit if current_user.is_authenticated else None
    if found is None:
        return doors.show(rule.door)
    g.visit, g.actor = found, _from_here(found.actor)
    if sign_ins.is_due(found.seen_at):
        with suppress(Unavailable):  # reading goes on with a full disk
            sign_ins.see(found.actor, found.sign_in_id)
    return None


def _from_here(acting: ClientActor | StaffActor) -> ClientActor | StaffActor:
    """A proof says from where the act came, not where the session began."""
    address = request.remote_addr or ""
    if isinstance(acting, ClientActor):
        return replace(acting, address=address, agent=request.user_agent.string)
    return replace(acting, address=address)


def _check_csrf(rule: Rule) -> None:
    if request.method in SAFE or _brings_own_proof(rule):
        return
    g.csrf_stale = False
    held = session.get("csrf_token")
    for secret in [held, *(csrf_secrets() if rule.door == "public" else [])]:
        if secret is None:
            continue
        session["csrf_token"] = secret
        try:
            csrf.protect()
        except CSRFError:
            continue
        finally:
            _put_back(held)
        return
    if not rule.form:
        abort(400, description="stale")
    g.csrf_stale = True


def _put_back(held: str | None) -> None:
    if held is None:
        session.pop("csrf_token", None)
    else:
        session["csrf_token"] = held


def _open_scope() -> None:
    g.stack = ExitStack()
    if g.actor.firm_id is not None:
        g.scope = scopes.of(g.actor)
        g.stack.enter_context(opened(g.scope))


def _leave(_error: BaseException | None) -> None:
    stack = g.pop("stack", None)
    if stack is not None:
        stack.close()
    roll_back_open()
