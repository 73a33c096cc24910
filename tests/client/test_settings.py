"""A contact's own settings (F10): what a password may change, what a link may, and what is refused."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.models.audit_entry import AuditEntry
from portal.models.client import Client
from portal.models.contact import DAILY, Contact, Membership
from portal.models.document import Document
from portal.models.staff import Staff
from portal.models.ticket import ADDRESS, Ticket
from portal.operations import links, sign_ins
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor, Stranger
from tests import acting
from tests.browser_client import Browser
from tests.client.deciding import mails
from tests.personas import PASSWORD, World

DETAILS = {"salutation": "mr", "title": "Dr.", "first_name": "Dorian", "last_name": "Linde", "phone": "040 1"}
NEW = "sieben Teller"


def dora_row(world: World) -> Contact:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Contact, world.dora)


def membership(world: World, row_id: int) -> Membership:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Membership, row_id)


def acts(world: World) -> list[str]:
    with scopes.of_firm(world.firm) as scope:
        return [row.action for row in scope.of(AuditEntry).order_by(AuditEntry.id)]


def staff_too(world: World) -> None:
    """Dora's password is a staff member's, too."""
    with scopes.of_firm(world.firm) as scope:
        contact = scope.by_id(Contact, world.dora)
        scope.update(Staff, identity=contact.identity_id).where(Staff.id == world.clara).execute()


def test_everything_stands_on_one_page(dora_signed_in: Browser) -> None:
    page = dora_signed_in.get("/portal/settings").text
    for words in (
        "Language and notifications", "About you", "Password", "E-mail address", "Signed-in devices", "This device",
        "Hausverwaltung Lindner", "K-1042", "Lindenstraße 4", "Fährstieg 14", "040 66969-120",
        "At least 10 characters.",
    ):  # fmt: skip
        assert words in page, words
    assert "You came by secret link" not in page
    assert "Invite a colleague" not in page, "the right is off"
    assert '<a href="/portal/settings" aria-current="page">' in page


def test_by_link_the_page_says_why_there_is_less(dora: Browser, holder: Browser, world: World) -> None:
    page = dora.get("/portal/settings").text
    assert "You came by secret link, and a link can be passed on" in page
    assert "please ask us" in page
    assert "Sign in with your password" not in page
    assert 'action="/portal/settings"' in page
    for words in ('action="/portal/settings/', "Signed-in devices", "Invite a colleague"):
        assert words not in page, words
    assert "K-1042" in page
    acting.give_password(world.firm, world.dora)
    assert "Sign in with your password" in dora.get("/portal/settings").text
    nobody = holder.get("/portal/settings").text
    assert "belongs to the client and to no person" in nobody
    assert 'action="/portal/settings"' not in nobody


def test_staff_who_look_change_nothing(app: Flask, anna: Browser, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        from portal.models.client import Client

        uid = scope.by_id(Client, world.lindner).uid
    anna.post(f"/firm/clients/{uid}/view")
    answer = anna.get("/portal/settings")
    if answer.status_code != 200:
        pytest.skip("the view is opened elsewhere")
    assert 'action="/portal/settings' not in answer.text


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("who", ["dora", "dora_signed_in"])
def test_language_and_mails(request: pytest.FixtureRequest, world: World, who: str, htmx: bool) -> None:
    browser = request.getfixturevalue(who)
    answer = browser.post("/portal/settings", {"language": "de", "mail": DAILY}, htmx=htmx)
    assert answer.status_code == (204 if htmx else 303)
    assert dora_row(world).language == "de"
    assert membership(world, world.dora_at_lindner).mail == DAILY
    assert membership(world, world.dora_at_thode).mail == "each", "each client for itself"
    assert '<html lang="de"' in browser.get("/portal/settings").text
    assert acts(world)[-1] == "contact.preferred"
    browser.post("/portal/settings", {"language": "", "mail": DAILY})
    assert dora_row(world).language is None
    assert '<html lang="en"' in browser.get("/portal/settings").text


@pytest.mark.parametrize("typed", [{"language": "fr", "mail": "each"}, {"language": "de", "mail": "hourly"}, {}])
def test_what_is_no_choice_comes_back(dora: Browser, world: World, typed: dict[str, str]) -> None:
    answer = dora.post("/portal/settings", typed)
    assert answer.status_code == 422
    assert "Please choose one of the list." in answer.text
    assert dora_row(world).language is None


def test_a_link_to_one_document_prefers_nothing(app: Flask, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        client, document = scope.by_id(Client, world.lindner), scope.by_id(Document, world.offer)
    link = links.make(InstanceActor(world.firm, "test"), client, contact=dora_row(world), document=document)
    visitor = Browser(app).open_link(link.id, world.firm)
    assert 'id="s-preferences"' not in visitor.get("/portal/settings").text
    assert visitor.post("/portal/settings", {"language": "en", "mail": "none"}).status_code == 403
    assert (dora_row(world).language, membership(world, world.dora_at_lindner).mail) != ("en", "none")


def test_a_link_of_nobody_prefers_nothing(holder: Browser) -> None:
    assert holder.post("/portal/settings", {"language": "de", "mail": "none"}).status_code == 403


@pytest.mark.parametrize("who", ["dora", "holder"])
@pytest.mark.parametrize(
    "path",
    ["details", "password", "email", "devices/end", "devices/0000000000000000/end", "colleague"],
)
def test_by_link_the_account_is_closed(request: pytest.FixtureRequest, world: World, who: str, path: str) -> None:
    browser = request.getfixturevalue(who)
    before = dora_row(world).__data__
    answer = browser.post(f"/portal/settings/{path}", {**DETAILS, "current": PASSWORD, "new": NEW, "email": "n@x.test"})
    assert answer.status_code == 403
    assert dora_row(world).__data__ == before


def test_the_person_says_how_she_is_called(dora_signed_in: Browser, world: World) -> None:
    assert dora_signed_in.post("/portal/settings/details", DETAILS).status_code == 303
    row = dora_row(world)
    assert (row.name, row.salutation, row.phone) == ("Dr. Dorian Linde", "mr", "040 1")
    assert row.email == "dora@lindner.example.org"
    assert acts(world)[-1] == "contact.changed_self"
    with scopes.of_firm(world.firm) as scope:
        from portal.models.client import Client

        assert "dorian" in scope.by_id(Client, world.thode).search_text, "found by the new name at every client"


@pytest.mark.parametrize(
    "change",
    [{"first_name": "", "last_name": " "}, {"salutation": "prof"}, {"phone": "1" * 1000}, {"first_name": "x" * 1000}],
)
def test_details_that_cannot_be_come_back(dora_signed_in: Browser, world: World, change: dict[str, str]) -> None:
    answer = dora_signed_in.post("/portal/settings/details", {**DETAILS, **change})
    assert answer.status_code == 422
    assert "Linde" in answer.text or change.get("last_name") == " "
    assert dora_row(world).first_name == "Dora"


def test_an_address_in_the_details_is_not_taken(dora_signed_in: Browser, world: World) -> None:
    dora_signed_in.post("/portal/settings/details", {**DETAILS, "email": "thief@example.org"})
    assert dora_row(world).email == "dora@lindner.example.org"


def test_the_password(app: Flask, dora_signed_in: Browser, world: World) -> None:
    elsewhere = Browser(app).sign_in_contact(world.dora_at_thode, world.firm)
    wrong = dora_signed_in.post("/portal/settings/password", {"current": "falsch", "new": NEW})
    assert wrong.status_code == 422
    assert "This is not your present password." in wrong.text
    assert NEW not in wrong.text
    assert dora_signed_in.post("/portal/settings/password", {"current": PASSWORD, "new": "kurz"}).status_code == 422
    assert dora_signed_in.post("/portal/settings/password", {"current": PASSWORD, "new": NEW}).status_code == 303
    assert dora_signed_in.get("/portal/settings").status_code == 200
    assert elsewhere.get("/portal/settings").status_code == 303
    assert sign_ins.authenticate(Stranger(world.firm), "dora@lindner.example.org", NEW) is not None


def test_a_new_address_is_confirmed_before_it_counts(dora_signed_in: Browser, world: World) -> None:
    typed = {"email": "Dora@neu.example.org", "password": PASSWORD}
    assert dora_signed_in.post("/portal/settings/email", typed).status_code == 303
    assert dora_row(world).email == "dora@lindner.example.org"
    [mail] = mails(world, "address")
    assert mail.to == "Dora@neu.example.org"
    assert "Dora@neu.example.org" in dora_signed_in.get("/portal/settings").text
    with scopes.of_firm(world.firm) as scope:
        assert [row.new_email for row in scope.of(Ticket).where(Ticket.purpose == ADDRESS)] == ["Dora@neu.example.org"]


@pytest.mark.parametrize(
    ("email", "password", "said"),
    [
        ("", PASSWORD, "Please fill this in."),
        ("dora@", PASSWORD, "Please enter an e-mail address like"),
        ("dora@neu.example.org", "falsch", "This is not your present password."),
        ("DORA@lindner.example.org", PASSWORD, "This is your present e-mail address."),
    ],
)
def test_an_address_that_cannot_be(dora_signed_in: Browser, world: World, email: str, password: str, said: str) -> None:
    answer = dora_signed_in.post("/portal/settings/email", {"email": email, "password": password})
    assert answer.status_code == 422
    assert said in answer.text
    assert mails(world, "address") == []


def test_nobody_learns_who_has_an_address(dora_signed_in: Browser, world: World) -> None:
    free = dora_signed_in.post("/portal/settings/email", {"email": "neu@example.org", "password": PASSWORD})
    asked = len(mails(world, "address"))
    for taken in ("emil@okonkwo.example.org", "anna@petry.example.com"):
        answer = dora_signed_in.post("/portal/settings/email", {"email": taken, "password": PASSWORD})
        assert (answer.status_code, answer.location, answer.data) == (free.status_code, free.location, free.data)
    assert len(mails(world, "address")) == asked == 1


def test_wrong_passwords_are_counted(dora_signed_in: Browser) -> None:
    typed = {"email": "neu@example.org", "password": "falsch"}
    found = [dora_signed_in.post("/portal/settings/email", typed).status_code for _ in range(11)]
    assert found[:10] == [422] * 10
    assert found[10] == 429


def test_who_is_staff_too_is_told(dora_signed_in: Browser, world: World) -> None:
    staff_too(world)
    page = dora_signed_in.get("/portal/settings").text
    assert "with the same password: it changes there, too" in page
    assert "a portal admin changes it in the team" in page
    assert 'action="/portal/settings/email"' not in page
    assert "At least 12 characters." in page
    typed = {"email": "neu@example.org", "password": PASSWORD}
    assert dora_signed_in.post("/portal/settings/email", typed).status_code == 403
    assert mails(world, "address") == []


def test_a_stale_form_comes_back_as_typed(dora_signed_in: Browser, world: World) -> None:
    answer = dora_signed_in.post("/portal/settings/details", DETAILS, csrf=False)
    assert answer.status_code == 422
    assert "This page was open for a long time." in answer.text
    assert 'value="Dorian"' in answer.text
    assert dora_row(world).first_name == "Dora"
