"""What the tests of a client's decisions share: the form as a page holds it, and the rows it leaves."""

from __future__ import annotations

import re
from typing import Any

from portal.models.decision import OfferDecision, StepUpCode
from portal.models.document import Document
from portal.models.outbox import OutboxMail
from portal.operations import codes
from portal.policies import scope as scopes
from tests.browser_client import Browser
from tests.personas import World

NAME = {"name": "Dora Lindner", "agreed": "y"}


def address(world: World, document_id: int, what: str = "") -> str:
    """The address of a document's page, or of what lies below it."""
    with scopes.instance("a test") as scope:
        uid = scope.by_id(Document, document_id).uid
    return f"/portal/documents/{uid}" + (f"/{what}" if what else "")


def hidden(text: str) -> dict[str, str]:
    """The hidden fields of a form in a page, but the CSRF token."""
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text))
    return {name: value for name, value in found.items() if name not in ("csrf_token", "back", "area")}


def form(browser: Browser, world: World, document_id: int, what: str = "acceptance") -> dict[str, str]:
    """The form of a page just opened, filled in."""
    return {**hidden(browser.get(address(world, document_id, what)).text), **NAME}


def token(text: str) -> dict[str, str]:
    """The CSRF token of a page: for a session that the test's browser did not begin itself."""
    return {"csrf_token": re.findall(r'name="csrf_token" value="([^"]*)"', text)[0]}


def document(world: World, document_id: int) -> Document:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Document, document_id)


def decisions(world: World, document_id: int) -> list[OfferDecision]:
    with scopes.of_firm(world.firm) as scope:
        return list(scope.of(OfferDecision).where(OfferDecision.document == document_id).order_by(OfferDecision.id))


def sent_code(world: World) -> str:
    """The digits of the code sent last."""
    with scopes.of_firm(world.firm) as scope:
        return codes.digits(scope.one(scope.of(StepUpCode).order_by(StepUpCode.created_at.desc())))


def sent_codes(world: World) -> list[OutboxMail]:
    return mails(world, "code")


def mails(world: World, kind: str) -> list[OutboxMail]:
    with scopes.of_firm(world.firm) as scope:
        return list(scope.of(OutboxMail).where(OutboxMail.kind == kind).order_by(OutboxMail.id))


def change_firm(world: World, **fields: Any) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.firm, **fields)
