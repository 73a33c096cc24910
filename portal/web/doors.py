"""Who is signed out: the door of the area. The page asked for is kept in the row-less session, never in an address."""

from __future__ import annotations

from flask import Response, g, redirect, request, session, url_for

from portal.base import tokens
from portal.operations import api_tokens
from portal.policies.actors import ApiActor
from portal.web.agents import is_navigation
from portal.web.errors import Unauthorised
from portal.web.htmx import is_htmx
from portal.web.paths import safe_path
from portal.web.routing import Door

_ENDPOINTS = {"staff": "public.sign_in.index", "client": "public.visit_door.index"}


def show(door: Door) -> Response:
    """303 to the door; with HTMX 401 and HX-Redirect, so that no fragment is replaced by a sign-in page (tried)."""
    address = url_for(_ENDPOINTS[door])
    if is_navigation() and not is_htmx():
        session["asked_for"] = request.full_path.rstrip("?")
    if is_htmx():
        return Response(status=401, headers={"HX-Redirect": address})
    return redirect(address, 303)  # type: ignore[return-value]


def asked_for(prefix: str) -> str | None:
    """The page asked for before sign-in, when it lies under the prefix. Ours by signature, checked all the same."""
    address = safe_path(session.pop("asked_for", None))
    return address if address.startswith(f"{prefix}/") else None


def api_actor() -> ApiActor:
    """The bearer of the token in `Authorization`. Raises Unauthorised (401)."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    found = (
        api_tokens.find(tokens.fingerprint(token.strip()), address=request.remote_addr or "")
        if kind.lower() == "bearer"
        else None
    )
    if found is None:
        raise Unauthorised
    g.api = True
    return found
