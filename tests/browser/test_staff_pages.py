"""What staff do in the office: find, switch, hand links out, look as the client does, upload, set up."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, StorageState, expect

from tests import factories
from tests.browser.conftest import PHONE, WIDE, Visitors
from tests.browser.einvoices import zugferd
from tests.browser.site import Site
from tests.personas import PASSWORD
from tests.samples import SAMPLES, requires_samples


def test_clients_are_found_by_typing_and_back_restores_the_list(site: Site, anna: Page) -> None:
    anna.goto("/firm/clients")
    rows = anna.locator("tbody tr")
    expect(rows.filter(has_text="Bäckerei Thode")).to_have_count(1)
    anna.get_by_label("Search", exact=True).press_sequentially("hausv")
    expect(rows).to_have_count(1)
    expect(anna).to_have_url(re.compile(r"search=hausv"))
    expect(anna.get_by_label("Search", exact=True)).to_be_focused()
    anna.reload()
    expect(rows).to_have_count(1)
    expect(anna.get_by_label("Search", exact=True)).to_have_value("hausv")
    rows.get_by_role("link", name="Hausverwaltung Lindner").click()
    expect(anna.get_by_role("heading", level=1)).to_have_text("Hausverwaltung Lindner")
    anna.go_back()
    expect(rows).to_have_count(1)
    expect(anna.get_by_label("Search", exact=True)).to_have_value("hausv")


def test_filters_are_addresses(site: Site, anna: Page) -> None:
    closed = site.client("Ohne Zugang KG")
    anna.goto(f"/firm/clients/{closed.uid}")
    anna.get_by_role("switch", name="Portal access").click()
    expect(anna.get_by_role("switch", name="Portal access")).to_have_attribute("aria-checked", "false")
    anna.goto("/firm/clients")
    anna.get_by_role("group", name="Filter").get_by_role("link", name="Offline").click()
    rows = anna.locator("tbody tr")
    expect(rows.filter(has_text="Ohne Zugang KG")).to_have_count(1)
    expect(rows.filter(has_text="Bäckerei Thode")).to_have_count(0)
    expect(anna).to_have_url(re.compile("status=offline"))
    anna.get_by_role("button", name="Filter", exact=True).click()
    anna.locator("#filters").get_by_role("link", name="Person").click()
    expect(anna.get_by_role("heading", name="No client fits")).to_be_visible()
    anna.get_by_role("link", name="Show all").click()
    expect(rows.filter(has_text="Bäckerei Thode")).to_have_count(1)
    anna.go_back()
    expect(anna.get_by_role("heading", name="No client fits")).to_be_visible()


def test_a_switch_turns_at_once_and_stays(site: Site, anna: Page) -> None:
    client = site.client(person={"email": "uwe@brandt.example.org", "first_name": "Uwe", "last_name": "Brandt"})
    anna.goto(f"/firm/clients/{client.uid}")
    notify = anna.get_by_role("switch", name="Notify")
    expect(notify).to_have_accessible_description("Uwe Brandt")
    for state in ("false", "true"):
        notify.click()
        expect(notify).to_have_attribute("aria-checked", state)
        expect(notify).to_be_focused()
        expect(notify).to_have_attribute("value", "1" if state == "false" else "0")
        anna.reload()
        expect(notify).to_have_attribute("aria-checked", state)


def test_a_secret_link_is_copied_from_a_dialog(site: Site, anna: Page) -> None:
    client = site.client()
    anna.goto(f"/firm/clients/{client.uid}")
    assert "/l/" not in anna.content()
    opener = anna.get_by_role("button", name="Copy secret link: Portal link of the client")
    opener.click()
    dialog = anna.get_by_role("dialog")
    field = dialog.get_by_label("Address")
    expect(field).to_have_value(site.link_of(client))
    assert field.get_attribute("readonly") is not None
    expect(dialog.get_by_role("button", name="Copied")).to_be_visible()
    assert anna.evaluate("navigator.clipboard.readText()") == site.link_of(client)
    anna.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    expect(opener).to_be_focused()


def test_a_link_is_renewed_after_a_question(site: Site, anna: Page, visitors: Visitors) -> None:
    client = site.client()
    old = site.link_of(client)
    anna.goto(f"/firm/clients/{client.uid}")
    anna.get_by_role("button", name="Actions for Portal link of the client").click()
    anna.get_by_role("link", name="Renew link").click()
    anna.get_by_role("dialog").get_by_role("button", name="Renew link").click()
    expect(anna.get_by_text("The link was renewed.", exact=False)).to_be_visible()
    page = visitors.open()
    visitors.watch(page).expect(410)
    dead = page.goto(old)
    assert dead is not None
    assert dead.status == 410
    page.goto(site.link_of(client))
    expect(page).to_have_url(f"{site.url}/portal/")


def test_the_code_to_print(site: Site, anna: Page) -> None:
    client = site.client()
    anna.goto(f"/firm/clients/{client.uid}")
    anna.get_by_role("button", name="Actions for Portal link of the client").click()
    anna.locator(".menu:popover-open").get_by_role("button", name="Show QR code").click()
    expect(anna.get_by_role("img", name="QR code of the secret link")).to_be_visible()
    for kind in ("SVG", "PNG"):
        with anna.expect_download() as download:
            anna.get_by_role("button", name=f"Download as {kind}").click()
        assert download.value.suggested_filename.endswith(kind.lower())


def test_looking_as_the_client_does_nothing(site: Site, anna: Page) -> None:
    client = site.client("Schreinerei Ahrens")
    offer = site.document(client)
    visible = anna.get_by_role("button", name="View as client")
    anna.goto(f"/firm/clients/{client.uid}")
    visible.click()
    banner = anna.get_by_role("region", name="View as client")
    expect(banner).to_contain_text("You see the portal as Schreinerei Ahrens does.")
    anna.goto(f"/portal/documents/{offer.uid}")
    expect(anna.get_by_role("link", name="Accept offer")).to_have_count(0)
    expect(anna.get_by_role("link", name="Decline offer")).to_have_count(0)
    expect(anna.get_by_role("button", name="Send")).to_have_count(0)
    expect(anna.get_by_text("The client decides here; you only look.")).to_be_visible()
    banner.get_by_role("button", name="End the view").click()
    expect(anna).to_have_url(f"{site.url}/firm/clients/{client.uid}")
    expect(anna.locator("#links")).to_contain_text("not opened yet")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_an_einvoice_fills_the_form(site: Site, visitors: Visitors, anna_state: StorageState, *, scripts: bool) -> None:
    client = site.client(f"Autohaus Meier {scripts}")
    number = f"RG-{client.number}"
    page = visitors.open("/firm/documents/new", state=anna_state, scripts=scripts)
    file = FilePayload(
        name="rechnung.pdf", mimeType="application/pdf", buffer=zugferd(number, client.name, client.number)
    )
    page.get_by_label("Choose a PDF or an electronic invoice").set_input_files(file)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Check and publish")).to_be_visible()
    expect(page.get_by_label("Number", exact=True)).to_have_value(number)
    expect(page.locator("[name=client]")).to_have_value(client.number)
    expect(page.locator("[name=kind]")).to_have_value("invoice")
    expect(page.locator("[name=total]")).to_have_value("119.00")
    expect(page.locator("[name=due_on]")).to_have_value("2026-12-01")
    page.get_by_label("Title").fill("Wartung der Hebebühne")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Wartung der Hebebühne")

    seen = visitors.open(site.link_of(client), size=PHONE)
    seen.get_by_role("link", name="Look and pay").click()
    expect(seen.get_by_role("heading", level=1)).to_have_text("Wartung der Hebebühne")
    expect(seen.get_by_role("region", name="Payment")).to_contain_text("€119.00")
    expect(seen.get_by_role("region", name="Items")).to_contain_text("Wartung")


def test_a_file_that_is_no_pdf_is_refused_in_words(site: Site, anna: Page, visitors: Visitors) -> None:
    visitors.watch(anna).expect(422)
    anna.goto("/firm/documents/new")
    field = anna.get_by_label("Choose a PDF or an electronic invoice")
    field.set_input_files(FilePayload(name="bild.pdf", mimeType="application/pdf", buffer=b"GIF89a no document"))
    anna.get_by_role("button", name="Continue").click()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(anna.locator("#file-error")).to_be_visible()
    expect(field).to_be_focused()


@requires_samples
@pytest.mark.parametrize("name", ["pdf-passwort-noetig.pdf", "xml-billion-laughs.xml", "pdf-zyklischer-seitenbaum.pdf"])
def test_hostile_files_are_refused(name: str, anna: Page, visitors: Visitors) -> None:
    visitors.watch(anna).expect(422)
    anna.goto("/firm/documents/new")
    anna.get_by_label("Choose a PDF or an electronic invoice").set_input_files(Path(SAMPLES / "hostile" / name))
    anna.get_by_role("button", name="Continue").click()
    expect(anna.locator("#file-error")).to_be_visible(timeout=20_000)


def test_errors_leave_what_was_typed(site: Site, anna: Page, visitors: Visitors) -> None:
    visitors.watch(anna).expect(422)
    anna.goto("/firm/documents/new")
    file = FilePayload(name="angebot.pdf", mimeType="application/pdf", buffer=factories.pdf())
    anna.get_by_label("Choose a PDF or an electronic invoice").set_input_files(file)
    anna.get_by_role("button", name="Continue").click()
    anna.get_by_label("Title").fill("Wallbox")
    anna.get_by_role("button", name="Save").click()
    expect(anna.get_by_label("Title")).to_have_value("Wallbox")
    expect(anna.locator("[aria-invalid=true]").first).to_be_focused()
    expect(anna.get_by_text("angebot.pdf")).to_be_visible()


def test_the_colour_of_the_firm(site: Site, anna: Page, visitors: Visitors) -> None:
    client = site.client()
    before = _button_colour(visitors.open(site.link_of(client)))
    anna.goto("/firm/settings/look")
    old = anna.get_by_label("Brand colour", exact=True).or_(anna.locator("#colour"))
    was = old.input_value()
    old.fill("#b0126e")
    old.press("Tab")
    expect(anna.locator("#preview")).to_be_visible()
    anna.locator("form").filter(has=anna.locator("#colour")).get_by_role("button", name="Save").click()
    expect(anna.locator("#toasts .toast")).to_be_visible()
    after = visitors.open(site.link_of(client))
    assert _button_colour(after) != before
    assert _button_colour(after) == "rgb(176, 18, 110)"
    anna.locator("#colour").fill(was)
    anna.locator("form").filter(has=anna.locator("#colour")).get_by_role("button", name="Save").click()
    expect(anna.locator("#toasts .toast")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_signing_in_and_out(site: Site, visitors: Visitors, *, scripts: bool) -> None:
    page = visitors.open("/firm/documents", scripts=scripts, size=WIDE)
    visitors.watch(page).expect(422)
    page.get_by_label("Address of your firm").fill("petry")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("E-mail").fill("ben@petry.example.com")
    page.get_by_label("Password", exact=True).fill("falsch")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Password", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("E-mail")).to_have_value("ben@petry.example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Documents", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="Settings")).to_have_count(0)
    page.get_by_role("button", name="Ben Aydin").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/firm/clients")
    expect(page).to_have_url(re.compile("/login$"))


def test_the_menu_stays_in_the_window_on_a_long_page(site: Site, anna: Page) -> None:
    client = site.client("Viele Seiten OHG")
    for number in range(30):
        site.document(client, title=f"Wartung {number}")
    anna.goto(f"/firm/clients/{client.uid}/documents")
    anna.mouse.wheel(0, 300)
    anna.get_by_role("button", name="Anna Petry").click()
    expect(anna.get_by_role("button", name="Sign out")).to_be_in_viewport(ratio=1)
    expect(anna.get_by_role("link", name="My account")).to_be_in_viewport(ratio=1)


def _button_colour(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.querySelector('.letterhead .arch')).backgroundColor"))
