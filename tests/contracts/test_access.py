"""Every route for everybody: the table is complete and true, and holds what must be true of every row."""

from __future__ import annotations

import os

import pytest
from flask import Flask

from portal.policies.permissions import Permission
from portal.web.routing import Rule, declared_routes
from tests.browser_client import Browser
from tests.contracts import access
from tests.personas import World

_ADMIN_ONLY = {
    Permission.CLIENT_ARCHIVE, Permission.LINKS_EXPORT, Permission.SETTINGS_MANAGE, Permission.TEAM_MANAGE,
    Permission.TOKENS_MANAGE, Permission.AUDIT_VIEW,
}  # fmt: skip


_NO_STAFF = ("nobody", "dora", "dora_signed_in", "holder", "emil")


@pytest.fixture
def personas(
    app: Flask, nobody: Browser, anna: Browser, ben: Browser, clara: Browser, frida: Browser, dora: Browser,
    dora_signed_in: Browser, holder: Browser, emil: Browser, advisers_restricted: None,
) -> dict[str, Browser]:  # fmt: skip
    browsers = (nobody, anna, ben, clara, frida, dora, dora_signed_in, holder, emil)
    return dict(zip(access.PERSONAS, browsers, strict=True))


def test_everybody_gets_what_the_table_says(app: Flask, world: World, personas: dict[str, Browser]) -> None:
    found: dict[str, dict[str, str]] = {}
    for rule in declared_routes(app):
        found[access.name_of(rule)] = {name: access.ask(personas[name], rule, world) for name in access.PERSONAS}
    if os.environ.get("UPDATE_ACCESS"):
        access.write(found)
    table = access.read()
    assert sorted(table) == sorted(found), "routes and table differ: an undeclared expectation"
    wrong = [
        f"{route}, {name}: {answers[name]} instead of {table[route][name]}"
        for route, answers in found.items()
        for name in access.PERSONAS
        if answers[name] != table[route][name]
    ]
    assert not wrong, "\n".join(wrong)


def test_what_must_be_true_of_every_row(app: Flask) -> None:
    table = access.read()
    wrong = [
        f"{access.name_of(rule)}: {flaw}"
        for rule in declared_routes(app)
        for flaw in flaws(rule, table[access.name_of(rule)])
    ]
    assert not wrong, "\n".join(wrong)


def flaws(rule: Rule, row: dict[str, str]) -> list[str]:
    """What no change of the table may make right."""
    found = []
    if rule.door == "staff":
        found += [f"{who} is not sent to the door" for who in _NO_STAFF if row[who] != "303>/login"]
        if rule.allow in _ADMIN_ONLY:
            found += [f"{who} may do what is the admins'" for who in ("ben", "clara") if not row[who].startswith("403")]
        if "<uid>" in rule.path and not _is_own(rule):
            found += ["Frida learns that it exists"] if not row["frida"].startswith("404") else []
        if rule.allow is Permission.CLIENT_WORK and _is_of_a_client(rule):
            found += ["Clara may work for a client not assigned to her"] if not row["clara"].startswith("403") else []
    if rule.door == "client":
        found += [
            f"{who} is not sent to the door"
            for who in ("nobody", "anna", "ben", "clara", "frida")
            if row[who] != "303>/portal/door"
        ]
        # what needs a password is refused to a link before anything is looked up
        if "<uid>" in rule.path and rule.allow is not Permission.PORTAL_ACCOUNT:
            found += ["Emil learns of another client's document"] if not row["emil"].startswith("404") else []
    if rule.door == "api":
        found += [
            f"{who} gets in without a token"
            for who in row
            if not row[who].startswith("401") and rule.allow is not Permission.PUBLIC
        ]
    return found


def _is_own(rule: Rule) -> bool:
    """Routes about oneself, where a foreign id is simply not one's own."""
    return rule.path.startswith("/firm/account")


def _is_of_a_client(rule: Rule) -> bool:
    return rule.path.startswith(("/firm/clients/<", "/firm/documents/<", "/firm/memberships/<", "/firm/links/<"))
