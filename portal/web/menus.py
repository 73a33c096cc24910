"""Menus: only what works today and what the person may open."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for
from flask_babel import lazy_gettext as _l

from portal.policies.permissions import Permission
from portal.web.gate import actor


@dataclass(frozen=True)
class Item:
    """An entry. `current`: the page shown lies below it."""

    label: str
    icon: str
    address: str
    current: bool


_STAFF = (
    (_l("Today"), "home", "firm.today.index", Permission.FIRM_VIEW, ("today",)),
    (
        _l("Clients"),
        "clients",
        "firm.clients.index",
        Permission.FIRM_VIEW,
        ("clients", "contacts", "memberships", "links", "imports", "archive", "client_runs", "runs", "pending"),
    ),
    (
        _l("Documents"),
        "file",
        "firm.documents.index",
        Permission.FIRM_VIEW,
        ("documents", "versions", "payments", "decisions", "comments"),
    ),
    (_l("Team"), "team", "firm.team.index", Permission.TEAM_MANAGE, ("team",)),
    (
        _l("Settings"),
        "settings",
        "firm.settings.index",
        Permission.SETTINGS_MANAGE,
        ("settings", "api_tokens", "audit"),
    ),
)
_CLIENT = (
    (_l("Start"), "home", "client.start.index", Permission.PORTAL_VIEW, ("start",)),
    (
        _l("Documents"),
        "file",
        "client.documents.index",
        Permission.PORTAL_VIEW,
        ("documents", "acceptances", "declines", "comments", "certificates"),
    ),
    (
        _l("Settings"),
        "settings",
        "client.settings.index",
        Permission.PORTAL_VIEW,
        ("settings", "devices", "colleagues"),
    ),
)


def staff_menu() -> list[Item]:
    return _items(_STAFF)


def client_menu() -> list[Item]:
    return _items(_CLIENT)


def _items(entries: tuple[tuple[object, str, str, Permission, tuple[str, ...]], ...]) -> list[Item]:
    module = (request.endpoint or "..").split(".")[1]
    return [
        Item(str(label), icon, url_for(endpoint), module.startswith(modules))
        for label, icon, endpoint, permission, modules in entries
        if actor().may(permission)
    ]
