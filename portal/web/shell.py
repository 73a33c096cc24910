"""What every page's frame needs: menus, the firm's style sheet, languages, messages. Globals, no context processors."""

from __future__ import annotations

import json

from flask import Flask, g, request

from portal.models.firm import Firm
from portal.policies.actors import Actor, ClientActor, StaffActor
from portal.policies.permissions import Permission
from portal.queries.own_clients import OwnClient
from portal.queries.own_clients import of as clients_of
from portal.web import languages, menus
from portal.web.answers import waiting_toasts
from portal.web.csrf import csrf_field, csrf_token, is_stale
from portal.web.paths import base_url
from portal.web.public.brand import stylesheet_address

THEME_COOKIE = "foyer-theme"
THEMES = ("light", "dark")
HTMX_CONFIG = json.dumps(
    {
        "includeIndicatorStyles": False,
        "allowEval": False,
        "allowScriptTags": False,
        "selfRequestsOnly": True,
        "historyCacheSize": 0,
        "refreshOnHistoryMiss": True,
        "scrollIntoViewOnBoost": False,
        # not style: setting it is an inline style, which the page's own policy refuses
        "attributesToSettle": ["class", "width", "height"],
        "responseHandling": [
            {"code": "204", "swap": False},
            {"code": "[23]..", "swap": True},
            {"code": "409|422|429", "swap": True, "error": True},
            {"code": "[45]..", "swap": False, "error": True},
        ],
    },
    separators=(",", ":"),
)


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        actor=actor,
        may=may,
        page_firm=page_firm,
        stylesheet=lambda: stylesheet_address(page_firm()),
        language=languages.language,
        language_names=languages.NAMES,
        theme=theme,
        staff_menu=menus.staff_menu,
        client_menu=menus.client_menu,
        csrf_field=csrf_field,
        masked_csrf_token=csrf_token,
        is_stale=is_stale,
        waiting_toasts=waiting_toasts,
        htmx_config=HTMX_CONFIG,
        is_staff=is_staff,
        here=here,
        own_clients=own_clients,
        asked_document=asked_document,
        base_url=base_url,
    )


def actor() -> Actor | None:
    """Who acts, on pages of an area; None on an error page before the gate."""
    return g.get("actor")


def is_staff() -> bool:
    return isinstance(g.get("actor"), StaffActor)


def may(permission: str) -> bool:
    """Whether to offer something; whether it may be done is decided by the gate and the operation."""
    found = g.get("actor")
    return found is not None and found.may(Permission(permission))


def own_clients() -> list[OwnClient]:
    """The clients between which the person may change; nothing, and no query, for people of one client (T6)."""
    found = g.get("visit")
    if found is None or not found.has_others or not isinstance(found.actor, ClientActor):
        return []
    return clients_of(found.actor)


def asked_document() -> str:
    """The document whose page was asked for: a mail does not say at which of a person's clients it is."""
    arguments = request.view_args or {}
    return str(arguments.get("uid", "")) if request.endpoint == "client.documents.show" else ""


def page_firm() -> Firm | None:
    """The firm whose colours and names the page bears: of the session, or of the link or address shown."""
    if "visit" in g:
        visited: Firm = g.visit.firm
        return visited
    shown: Firm | None = g.get("shown_firm")
    return shown


def theme() -> str:
    """`light`, `dark` or nothing: the system decides."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""


def here() -> str:
    """The address of this page, for coming back after switching the language. Read back by `safe_path`."""
    return request.full_path.rstrip("?") if request.method == "GET" else request.path
