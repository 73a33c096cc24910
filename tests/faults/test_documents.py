"""What outsiders found about documents: PDFs with scripts, and money to the client."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from flask import Flask

from portal.base import clock
from portal.models.client import Client
from portal.models.document import INVOICE, Document
from portal.policies import scope as scopes
from portal.queries import clients, documents
from tests import factories
from tests.browser_client import Browser
from tests.personas import World


def of_lindner(world: World, **fields: object) -> Document:
    with scopes.of_firm(world.firm) as scope:
        client = scope.by_id(Client, world.lindner)
    return factories.document(client, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("person", ["dora", "anna"])
def test_a_pdf_with_scripts_is_for_downloading_only(
    app: Flask, world: World, person: str, request: pytest.FixtureRequest
) -> None:
    area = "portal" if person == "dora" else "firm"
    browser: Browser = request.getfixturevalue(person)
    for number, warnings, shown in (("S-1", ["active"], "attachment"), ("S-2", [], "inline")):
        uid = of_lindner(world, number=number, warnings=warnings).uid
        with browser.get(f"/{area}/documents/{uid}/file?inline=1") as answer:
            assert answer.headers["Content-Disposition"].partition(";")[0] == shown
        assert ("inline=1" in browser.get(f"/{area}/documents/{uid}").text) is (shown == "inline")


def test_money_to_the_client_is_never_overdue(app: Flask, world: World, anna: Browser) -> None:
    day = clock.today("Europe/Berlin")
    late = {"kind": INVOICE, "due_on": day - timedelta(days=9), "issued_on": day - timedelta(days=30)}
    back = of_lindner(world, number="R-BACK", total=804_86, payable=-225_14, **late)
    owed = of_lindner(world, number="R-OWED", total=804_86, payable=225_14, **late)
    assert (back.is_overdue(day), owed.is_overdue(day)) == (False, True)
    with scopes.of_firm(world.firm) as scope:
        found = documents.page(scope, status="overdue", limit=50).rows
        row = next(r for r in clients.page(scope, search="Lindner", limit=5).rows if r.overdue_invoices)
    assert [r.document.number for r in found] == ["R-OWED"]
    assert row.overdue_invoices == 1
    page = anna.get("/firm/").text
    assert "R-OWED" in page
    assert "R-BACK is" not in page


def test_a_certificate_stays_in_the_browser_of_its_reader(app: Flask, world: World, dora: Browser) -> None:
    uid = of_lindner(world, number="C-1").uid
    form = dora.get(f"/portal/documents/{uid}/decline").text
    hidden = {
        name: form.split(f'name="{name}"')[1].split('value="')[1].split('"')[0]
        for name in ("version", "sha256", "fields_sha256", "key")
    }
    assert dora.post(f"/portal/documents/{uid}/decline", {**hidden, "name": "Dora"}).status_code == 303
    with dora.get(f"/portal/documents/{uid}/certificate") as answer:
        assert answer.status_code == 200
        assert "private" in answer.headers["Cache-Control"]
        assert io.BytesIO(answer.data).read(5) == b"%PDF-"
