"""The route x persona table: who gets what from each route, asked with an empty form and a valid CSRF token.

`UPDATE_ACCESS=1 pytest tests/contracts/test_access.py` writes `access.txt` anew; then read the difference.
The test fails for a route that is not in the table, and `test_access.py` holds what must be true of every row, whatever
the table says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.base.database import database
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.document import Document
from portal.models.link import Link
from portal.models.staff import Staff
from portal.policies import scope as scopes
from portal.web.routing import Rule
from tests.browser_client import Browser
from tests.personas import World

TABLE = Path(__file__).with_name("access.txt")
PERSONAS = ("nobody", "anna", "ben", "clara", "frida", "dora", "dora_signed_in", "holder", "emil")
TOKEN = "0" * 32


def address(rule: Rule, world: World) -> str:
    """The route's address, filled in with what belongs to Lindner of the firm Petry."""
    path = rule.path
    for pattern, value in _values(world):
        if re.match(pattern, path):
            path = re.sub(r"<(?:\w+:)?\w+>", value, path, count=1)
    for name, value in _BY_NAME.items():
        path = path.replace(name, value)
    assert "<" not in path, f"no value is known for {rule.path}: add one to tests/contracts/access.py"
    return path


def ask(browser: Browser, rule: Rule, world: World) -> str:
    """Status and, for redirects, where to. Whatever the route did is undone, so that the order does not matter."""
    path = address(rule, world)
    cookies = dict(browser.client._cookies)
    with undone():
        if rule.methods[0] == "GET":
            answer = browser.get(path)
        elif rule.methods[0] == "POST":
            answer = browser.post(path)
        else:
            answer = browser.client.open(path, method=rule.methods[0])
        answer.close()
    browser.client._cookies.clear()
    browser.client._cookies.update(cookies)
    place = answer.headers.get("Location", "")
    place = re.sub(r"[0-9a-z]{16}|[0-9A-Z]{32}", "…", place)
    return f"{answer.status_code}{'>' + place if place else ''}"


@contextmanager
def undone() -> Iterator[None]:
    """A transaction around a request: its own joins this one, which is rolled back."""
    outer = database.transaction()
    outer.__enter__()
    try:
        yield
    finally:
        if database.connection().in_transaction:
            database.rollback()
        database.pop_transaction()


def _values(world: World) -> list[tuple[str, str]]:
    with scopes.of_firm(world.firm) as scope:

        def uid(model: type, row_id: int) -> str:
            return str(scope.by_id(model, row_id).uid)

        return [
            (r"/firm/clients/pending/<", uid(Contact, world.dora)),
            (r"/firm/clients/<", uid(Client, world.lindner)),
            (r"/firm/documents/<", uid(Document, world.offer)),
            (r"/firm/memberships/<", uid(Membership, world.dora_at_lindner)),
            (r"/firm/links/<", uid(Link, world.lindner_link)),
            (r"/firm/team/<", uid(Staff, world.ben)),
            (r"/portal/documents/<", uid(Document, world.offer)),
            (r"/api/v1/clients/<", "K-1042"),
            (r"/api/v1/documents/<", uid(Document, world.offer)),
        ]


_BY_NAME = {
    "<token>": TOKEN,
    "<slug>": "petry",
    "<etag>": "0" * 12,
    "<name>": "none",
    "<int:number>": "1",
    "<uid>": "0" * 16,
    "<group>": "send_access",
    "<email>": "dora@lindner.example.org",
    "<path:email>": "dora@lindner.example.org",
}


def read() -> dict[str, dict[str, str]]:
    """The table: route -> persona -> answer."""
    lines = TABLE.read_text(encoding="utf-8").splitlines() if TABLE.exists() else []
    rows = [[cell.strip() for cell in line.split("|")] for line in lines if line and not line.startswith("#")]
    return {row[0]: dict(zip(PERSONAS, row[1:], strict=True)) for row in rows}


def write(found: dict[str, dict[str, str]]) -> None:
    """The table as aligned text."""
    rows = [["route", *PERSONAS], *([route, *answers.values()] for route, answers in sorted(found.items()))]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    TABLE.write_text("# " + lines[0] + "\n" + "\n".join("  " + line for line in lines[1:]) + "\n", encoding="utf-8")


def name_of(rule: Rule) -> str:
    return f"{rule.methods[0]} {rule.path}"
