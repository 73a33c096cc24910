"""Every page by axe-core, as each kind of person gets it, with dialogs, menus, errors and states: nothing is wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import FilePayload, Page, StorageState, expect

from portal.base import clock, tokens
from portal.factory import create_app
from portal.models.client import Client
from portal.models.document import INVOICE, Document
from portal.models.link import Link
from portal.operations import documents, links, payments, team
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.web.routing import Rule, declared_routes
from tests import factories
from tests.browser.axe import violations
from tests.browser.conftest import Visitors
from tests.browser.site import Site
from tests.contracts import access

_PRESS = "href => [...document.querySelectorAll('main [data-dialog-url]')].find(each => each.href === href).click()"
_PARTS = {"firm.documents_upload.suggest", "firm.settings_look.preview"}  # answers that htmx alone asks for


@pytest.fixture
def routes(site: Site) -> list[Rule]:
    """All pages that a browser may ask for."""
    app = create_app(site.config)
    return [
        rule
        for rule in declared_routes(app)
        if rule.methods[0] == "GET" and rule.door != "api" and rule.endpoint not in _PARTS
    ]


@pytest.mark.parametrize("who", ["nobody", "anna", "dora"])
def test_every_address(who: str, routes: list[Rule], site: Site, visitors: Visitors, anna_state: StorageState) -> None:
    page = visitors.open(state=anna_state if who == "anna" else None)
    visitors.watch(page).expect(403, 404, 410)
    if who == "dora":
        page.goto(site.secret_address(site.world.dora_link))
    wrong, seen = [], 0
    for path in _addresses(page, routes, site):
        page.goto(path)
        wrong += violations(page)
        seen += 1
    assert not wrong, "\n".join(wrong)
    assert seen > {"nobody": 8, "anna": 50, "dora": 8}[who]


def _addresses(page: Page, routes: list[Rule], site: Site) -> Iterator[str]:
    """Those that answer with a page of their own to this person; a redirect's target is in the list itself."""
    told: set[str] = set()
    for rule in routes:
        path = access.address(rule, site.world)
        answer = page.request.get(path, max_redirects=0)
        is_page = answer.headers.get("content-type", "").startswith("text/html") and answer.status not in (204, 303)
        if is_page and (answer.status < 400 or rule.path not in told):
            told.add(rule.path)
            yield path


def test_what_became_of_documents(site: Site, visitors: Visitors, anna_state: StorageState) -> None:
    client = site.client("Zustände GmbH", person={"email": "zoe@brandt.example.org", "last_name": "Brandt"})
    found = _documents(site, client)
    page = visitors.open(site.link_of(client))
    office = visitors.open(state=anna_state)
    wrong = _decide(page, found["accepted"], "acceptance", "Place binding order")
    wrong += _decide(page, found["declined"], "decline", "Decline")
    visitors.watch(page).expect(409)
    page.goto(f"/portal/documents/{found['accepted'].uid}/acceptance")
    wrong += violations(page)
    for document in found.values():
        page.goto(f"/portal/documents/{document.uid}")
        office.goto(f"/firm/documents/{document.uid}")
        wrong += violations(page) + violations(office)
    office.goto("/firm/")
    wrong += violations(office)
    assert not wrong, "\n".join(wrong)


def test_forms_with_errors(site: Site, visitors: Visitors, anna_state: StorageState) -> None:
    offer = site.document(site.client("Fehler GmbH"))
    page = visitors.open(state=anna_state)
    visitors.watch(page).expect(422)
    wrong = []
    for path, button in (
        ("/firm/clients/new", "Create client"),
        ("/firm/team", "Send invitation"),
        ("/firm/settings/tokens", "Make token"),
        (f"/firm/documents/{offer.uid}/versions/new", "Continue"),
        ("/f/fischer/login", "Sign in"),
        ("/l", "Open"),
    ):
        page.goto(path)
        page.locator("main form").last.evaluate("form => { form.noValidate = true; }")
        page.get_by_role("button", name=button, exact=True).last.click()
        expect(page.locator("[aria-invalid=true]").first).to_be_visible()
        wrong += violations(page)
    page.goto("/firm/documents/new")
    file = FilePayload(name="angebot.pdf", mimeType="application/pdf", buffer=factories.pdf())
    page.get_by_label("Choose a PDF or an electronic invoice").set_input_files(file)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Check and publish")).to_be_visible()
    wrong += violations(page)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    wrong += violations(page)
    assert not wrong, "\n".join(wrong)


def test_dialogs_and_menus(site: Site, visitors: Visitors, anna_state: StorageState) -> None:
    client = site.client("Dialoge GmbH", person={"email": "dirk@brandt.example.org", "last_name": "Brandt"})
    offer = site.document(client)
    invoice = site.document(client, kind=INVOICE, number=f"RE-{client.number}")
    page = visitors.open(site.link_of(client))
    wrong = _opened(page, f"/portal/documents/{offer.uid}", 2)
    page = visitors.open(state=anna_state)
    wrong += _opened(page, f"/firm/clients/{client.uid}", 5)
    wrong += _opened(page, f"/firm/documents/{invoice.uid}", 4)
    page.goto(f"/firm/clients/{client.uid}")
    for menu in page.locator("[popover].menu").all():
        menu.evaluate("menu => menu.showPopover()")
        wrong += violations(page)
    page.get_by_role("button", name="Copy secret link: Portal link of the client").evaluate("button => button.click()")
    expect(page.get_by_role("dialog").get_by_label("Address")).to_be_visible()
    wrong += violations(page)
    assert not wrong, "\n".join(wrong)


def test_links_and_tickets(site: Site, visitors: Visitors, anna_state: StorageState) -> None:
    one, other = site.client("Eins GmbH"), site.client("Zwei GmbH")
    dead = site.client("Alt GmbH")
    old, nobody = site.link_of(dead), InstanceActor(site.world.firm, "test")
    with scopes.of_firm(site.world.firm) as scope:
        links.revoke(nobody, scope.one(scope.of(Link).where(Link.client == dead.id)))
        ticket = team.invite(nobody, scope.firm, email="neu@petry.example.com", role="adviser")
    page, staff = visitors.open(site.link_of(one)), visitors.open(state=anna_state)
    preview = visitors.open(user_agent="WhatsApp/2.24.1 A")
    visitors.watch(page).expect(410)
    wrong = []
    for browser, address in (
        (page, site.link_of(other)),
        (page, old),
        (page, f"/invite/{tokens.issue('invite', ticket.id, ticket.nonce)}"),
        (staff, site.link_of(one)),
        (preview, site.link_of(one)),
    ):
        browser.goto(address)
        wrong += violations(browser)
    staff.goto(site.link_of(one))
    staff.get_by_role("button", name="View as client").click()
    wrong += violations(staff)
    assert not wrong, "\n".join(wrong)


def _documents(site: Site, client: Client) -> dict[str, Document]:
    nobody, today = InstanceActor(site.world.firm, "test"), clock.today("Europe/Berlin")
    found = {name: site.document(client, title=name) for name in ("accepted", "declined", "withdrawn", "cancelled")}
    documents.withdraw(nobody, found["withdrawn"])
    documents.cancel(nobody, found["cancelled"])
    for name, paid in (("paid", 119_00), ("part paid", 50_00)):
        found[name] = site.document(client, kind=INVOICE, number=f"RE-{client.number}-{paid}", title=name)
        payments.record(nobody, found[name], amount=paid, currency="EUR", paid_on=today, reference=name)
    return found


def _decide(page: Page, document: Document, what: str, button: str) -> list[str]:
    page.goto(f"/portal/documents/{document.uid}/{what}")
    page.get_by_label("Your name").fill("Zoe Brandt")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator("#decision")).to_contain_text("Zoe Brandt")
    return violations(page)


def _opened(page: Page, path: str, least: int) -> list[str]:
    """Opens all that the page shows in a dialog, one after the other."""
    page.goto(path)
    addresses = page.locator("main [data-dialog-url]").evaluate_all("all => [...new Set(all.map(each => each.href))]")
    assert len(addresses) >= least, addresses
    wrong = []
    for address in addresses:
        page.evaluate(_PRESS, address)
        expect(page.get_by_role("dialog")).to_be_visible()
        expect(page.get_by_role("dialog").get_by_role("heading").first).to_be_visible()
        wrong += violations(page)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).not_to_be_visible()
    return wrong
