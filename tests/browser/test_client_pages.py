"""What a client does besides deciding: asks, pays, comes back, opens a link that is dead."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from portal.models.document import INVOICE
from portal.operations import links
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from tests.browser.conftest import PHONE, Visitors
from tests.browser.site import Site, text_of

_CLIPBOARD = ["clipboard-read", "clipboard-write"]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_comments_go_both_ways(site: Site, visitors: Visitors, anna: Page, *, scripts: bool) -> None:
    client = site.client(person={"email": f"rita{scripts}@brandt.example.org".lower(), "last_name": "Brandt"})
    offer = site.document(client, title="Fußbodenheizung")
    page = visitors.open(site.link_of(client), scripts=scripts, size=PHONE)
    page.goto(f"/portal/documents/{offer.uid}")
    comments = page.get_by_role("region", name="Questions about the offer")
    comments.get_by_label("Your name").fill("Rita Brandt")
    comments.get_by_label("Your question or message").fill("Geht das noch vor Weihnachten?")
    comments.get_by_role("button", name="Send").click()
    expect(comments.get_by_role("log")).to_contain_text("Geht das noch vor Weihnachten?")
    expect(comments.get_by_label("Your question or message")).to_have_value("")

    anna.goto("/firm/")
    anna.get_by_role("link", name=f"Question about {offer.number}").click()
    answers = anna.get_by_role("region", name="Comments")
    expect(answers).to_contain_text("Geht das noch vor Weihnachten?")
    answers.locator("textarea").fill("Ja, in der 50. Woche.")
    answers.get_by_role("button", name="Send").click()
    expect(answers.get_by_role("log")).to_contain_text("Ja, in der 50. Woche.")

    page.reload()
    expect(comments.get_by_role("listitem").nth(1)).to_contain_text("Ja, in der 50. Woche.")
    expect(comments.get_by_role("listitem").nth(1)).to_contain_text("Anna Petry")


def test_an_invoice_is_ready_to_be_paid(site: Site, visitors: Visitors) -> None:
    client = site.client()
    invoice = site.document(client, kind=INVOICE, number=f"RE-{client.number}", total=1456_96, title="Heizungswartung")
    page = visitors.open(site.link_of(client), permissions=_CLIPBOARD)
    page.get_by_role("link", name="Look and pay").click()
    payment = page.get_by_role("region", name="Payment")
    expect(payment).to_contain_text("€1,456.96")
    expect(payment.get_by_role("img", name=re.compile("GiroCode|QR"))).to_be_visible()
    for label, copied in (
        ("IBAN", "DE89370400440532013000"),
        ("Amount", "1456.96"),
        ("Reference", invoice.number),
        ("Recipient", "Petry Haustechnik GmbH"),
    ):
        button = payment.get_by_role("listitem").filter(has_text=label).get_by_role("button")
        button.click()
        expect(button).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == copied


def test_on_paper_an_invoice_is_a_letter(site: Site, visitors: Visitors) -> None:
    client = site.client()
    invoice = site.document(client, kind=INVOICE, number=f"RE-{client.number}", total=456_96)
    page = visitors.open(site.link_of(client))
    page.goto(f"/portal/documents/{invoice.uid}")
    page.emulate_media(media="print", color_scheme="dark")
    for chrome in (page.locator("nav").first, page.get_by_role("button", name="Copy").first, page.locator("#comments")):
        expect(chrome).not_to_be_visible()
    expect(page.get_by_role("link", name="Download")).not_to_be_visible()
    expect(page.get_by_text("Fährstieg 14 · 21107 Hamburg").first).to_be_visible()
    expect(page.locator(".giro svg")).to_be_visible()
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"), background


def test_documents_are_found_by_typing_and_by_kind(site: Site, visitors: Visitors) -> None:
    page = visitors.open(site.secret_address(site.world.dora_link))
    page.goto("/portal/documents")
    rows = page.locator("#list").get_by_role("listitem")
    page.get_by_label("Search documents").press_sequentially("pumpe")
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile(r"q=pumpe"))
    page.get_by_label("Search documents").fill("")
    page.get_by_label("Kind").select_option("invoice")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("RE-2026-0312")
    page.reload()
    expect(rows).to_have_count(1)
    page.go_back()
    expect(page).to_have_url(re.compile(r"q=pumpe"))
    expect(page.get_by_label("Search documents")).to_have_value("pumpe")
    expect(rows).to_contain_text("AN-2026-0147")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_signing_out_and_coming_back(site: Site, visitors: Visitors, *, scripts: bool) -> None:
    address = f"otto{scripts}@brandt.example.org".lower()
    client = site.client(person={"email": address, "last_name": "Brandt"})
    site.document(client)
    page = visitors.open(site.link_of(client), scripts=scripts, size=PHONE)
    visitors.watch(page).expect(422)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Your visit has ended")).to_be_visible()
    page.goto("/portal/documents")
    expect(page).to_have_url(f"{site.url}/portal/door")

    page.get_by_label("Code from your letter").fill("ABCD EFGH")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_label("Code from your letter")).to_have_attribute("aria-invalid", "true")
    with scopes.of_firm(client.firm_id) as scope:
        link = next(
            link for link in scope.of(links.Link).where(links.Link.client == client.id, links.Link.contact.is_null())
        )
    page.get_by_label("Code from your letter").fill(site.typed_code(link.id).lower())
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hello")


def test_a_dead_link_says_so_and_a_new_one_comes_by_mail(site: Site, visitors: Visitors) -> None:
    address = "rosa@brandt.example.org"
    client = site.client(person={"email": address, "last_name": "Brandt"})
    old = site.link_of(client)
    with scopes.of_firm(client.firm_id) as scope:
        link = next(
            link for link in scope.of(links.Link).where(links.Link.client == client.id, links.Link.contact.is_null())
        )
    links.renew(InstanceActor(client.firm_id, "test"), link)

    page = visitors.open(size=PHONE)
    visitors.watch(page).expect(410, 404)
    answer = page.goto(old)
    assert answer is not None
    assert answer.status == 410
    expect(page.get_by_role("heading", name="This link does not work any more")).to_be_visible()
    expect(page.get_by_role("link", name="040 66969-120")).to_be_visible()
    page.get_by_role("button", name="Send me a new link").click()
    expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
    found = re.search(rf"{re.escape(site.url)}/l/\w+", text_of(site.mail_to(address, "/l/")))
    assert found
    assert found[0] != old
    page.goto(found[0])
    expect(page).to_have_url(f"{site.url}/portal/")

    unknown = page.goto(f"/l/{'0' * 32}")
    assert unknown is not None
    assert unknown.status == 404


def test_another_link_asks_before_it_ends_the_visit(site: Site, visitors: Visitors) -> None:
    one, other = site.client("Erste GmbH"), site.client("Zweite GmbH")
    page = visitors.open(site.link_of(one))
    page.goto(site.link_of(other))
    expect(page.get_by_role("heading", name="You are signed in as")).to_be_visible()
    page.get_by_role("link", name=re.compile("^Stay as")).click()
    expect(page.get_by_role("banner")).to_contain_text("Erste GmbH")
    page.goto(site.link_of(other))
    page.get_by_role("button", name=re.compile("^Open as")).click()
    expect(page.get_by_role("banner")).to_contain_text("Zweite GmbH")


def test_a_preview_gets_nothing(site: Site, visitors: Visitors) -> None:
    client = site.client()
    page = visitors.open(site.link_of(client), user_agent="WhatsApp/2.24.1 A")
    expect(page.get_by_role("heading", name="Client portal")).to_be_visible()
    expect(page.get_by_text(client.name)).to_have_count(0)
    assert not [cookie for cookie in page.context.cookies() if cookie.get("name") == "foyer-client"]
