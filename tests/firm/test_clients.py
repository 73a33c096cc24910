"""Staff pages of clients: the list, a client's pages, creating, changing, archiving, closing."""

from __future__ import annotations

import re

import pytest

from portal.base import clock
from portal.models.client import Client
from portal.models.link import Link
from portal.operations import links
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from tests import factories
from tests.browser_client import Browser
from tests.personas import World


def client_of(world: World, client_id: int) -> Client:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Client, client_id)


def uid(world: World, client_id: int | None = None) -> str:
    return client_of(world, client_id or world.lindner).uid


def foreign_uid(world: World) -> str:
    with scopes.of_firm(world.other_firm) as scope:
        return scope.by_id(Client, world.other_client).uid


class TestList:
    def test_shows_clients_with_words_beside_the_dot(self, anna: Browser, world: World) -> None:
        text = anna.get("/firm/clients").text
        assert f'href="/firm/clients/{uid(world)}"' in text
        assert "2 offers, 1 invoice" in text
        assert re.search(r'data-tone="ok">.*</svg>Active', text)
        assert "3 clients" in text
        assert "Fremder Kunde" not in text

    def test_with_htmx_only_the_list_and_its_clean_address(self, anna: Browser) -> None:
        answer = anna.get("/firm/clients?search=lindner+haus&status=&seen=", htmx=True)
        assert answer.text.lstrip().startswith('<div class="stack region" id="list"')
        assert "<html" not in answer.text
        assert answer.headers["HX-Push-Url"] == "/firm/clients?search=lindner+haus"
        assert "HX-Request" in answer.headers["Vary"]

    def test_an_address_can_be_shared(self, anna: Browser, world: World) -> None:
        with scopes.of_firm(world.firm) as scope:
            link = scope.by_id(Link, world.okonkwo_link)
        links.revoke(InstanceActor(world.firm, "test"), link)
        text = anna.get("/firm/clients?status=pending&sort=-number").text
        assert "Familie Okonkwo" in text
        assert "Bäckerei" not in text
        assert 'aria-current="true"' in text
        assert 'aria-sort="descending"' in text

    def test_empty_lists_say_why(self, anna: Browser, frida: Browser) -> None:
        assert "No client fits" in anna.get("/firm/clients?search=zzzz").text
        assert "The archive is empty" in anna.get("/firm/clients?archived=1").text
        assert "<script>" not in anna.get("/firm/clients?search=<script>").text

    def test_pages_are_walked_by_key(self, anna: Browser, world: World) -> None:
        for number in range(60):
            factories.client(world.firm, name=f"Kunde {number:02}")
        first = anna.get("/firm/clients").text
        address = re.search(r'id="next" href="([^"]+)"', first)
        assert address
        second = anna.get(address[1].replace("&amp;", "&")).text
        assert "Kunde 59" in second
        assert "Kunde 00" not in second
        assert 'id="previous"' in second
        assert 'id="next"' not in second

    def test_nonsense_in_the_address_shows_the_list(self, anna: Browser) -> None:
        answer = anna.get("/firm/clients?status=x&seen=y&kind=z&sort=name;drop&after=%00&before=~~&archived=maybe")
        assert answer.status_code == 200
        assert "Bäckerei Thode" in answer.text

    @pytest.mark.usefixtures("advisers_restricted")
    def test_a_restricted_adviser_sees_names_and_opens_assigned_ones(
        self, ben: Browser, clara: Browser, world: World
    ) -> None:
        text = clara.get("/firm/clients").text
        assert "Hausverwaltung Lindner" in text
        assert f"/firm/clients/{uid(world)}" not in text
        assert "Hamburg" not in text
        assert f"/firm/clients/{uid(world)}" in ben.get("/firm/clients").text

    def test_only_the_portal_admin_is_offered_the_export(self, anna: Browser, ben: Browser) -> None:
        assert "/firm/clients/links" in anna.get("/firm/clients").text
        assert "/firm/clients/links" not in ben.get("/firm/clients").text


class TestPages:
    @pytest.mark.parametrize("tab", ["", "/documents", "/activity", "/edit"])
    def test_open_for_the_firm_only(self, tab: str, anna: Browser, frida: Browser, world: World) -> None:
        answer = anna.get(f"/firm/clients/{uid(world)}{tab}")
        assert answer.status_code == 200
        assert answer.text.count("<h1") == 1
        assert "Hausverwaltung Lindner" in answer.text
        assert frida.get(f"/firm/clients/{uid(world)}{tab}").status_code == 404
        assert anna.get(f"/firm/clients/nosuchclient0000{tab}").status_code == 404

    @pytest.mark.parametrize("tab", ["", "/documents", "/activity", "/edit"])
    @pytest.mark.usefixtures("advisers_restricted")
    def test_refuse_an_adviser_not_assigned(self, tab: str, ben: Browser, clara: Browser, world: World) -> None:
        assert ben.get(f"/firm/clients/{uid(world)}{tab}").status_code == 200
        assert clara.get(f"/firm/clients/{uid(world)}{tab}").status_code == 403

    def test_info_shows_contacts_with_switches_and_no_token(self, anna: Browser, world: World) -> None:
        text = anna.get(f"/firm/clients/{uid(world)}").text
        for name in ("Login", "Notify", "E-mail sync"):
            assert re.search(rf'role="switch"[^>]*aria-label="{name}"[^>]*aria-describedby="m-\w+-name"', text)
        assert "dora@lindner.example.org" in text
        assert "Primary contact" in text
        assert "/l/" not in text
        with scopes.of_firm(world.firm) as scope:
            from portal.queries import links as queries

            assert queries.token(scope.by_id(Link, world.lindner_link)) not in text

    def test_activity_says_what_happened_in_words(self, anna: Browser, world: World) -> None:
        anna.post(f"/firm/clients/{uid(world)}/edit", {**_data(client_of(world, world.lindner)), "city": "Kiel"})
        text = anna.get(f"/firm/clients/{uid(world)}/activity").text
        assert "Anna Petry changed the client&#39;s data: city." in text
        assert "Foyer created the client." in text
        assert "Foyer published AN-2026-0147." in text
        assert "client.changed" not in text

    def test_view_as_client_enters_the_portal(self, anna: Browser, world: World) -> None:
        answer = anna.post(f"/firm/clients/{uid(world)}/view")
        assert (answer.status_code, answer.location) == (303, "/portal/")
        assert any(cookie.startswith("foyer-client=") for cookie in answer.headers.getlist("Set-Cookie"))

    def test_view_as_client_is_not_for_other_firms(self, frida: Browser, world: World) -> None:
        assert frida.post(f"/firm/clients/{uid(world)}/view").status_code == 404


class TestForm:
    def test_creates_with_the_next_number_and_goes_to_the_page(self, ben: Browser, world: World) -> None:
        answer = ben.post("/firm/clients", {"name": "Café Nordlicht", "kind": "company", "city": "Hamburg"})
        assert answer.status_code == 303
        text = ben.get(answer.location).text
        assert "Café Nordlicht" in text
        assert "No contact yet" in text

    def test_shows_errors_at_their_fields_with_what_was_typed(self, anna: Browser) -> None:
        answer = anna.post(
            "/firm/clients", {"name": "", "number": "a/b", "email": "x", "kind": "company", "street": "Weg 1"}
        )
        assert answer.status_code == 422
        for field in ("name", "number", "email"):
            assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', answer.text)
        assert 'value="Weg 1"' in answer.text
        assert 'href="#number"' in answer.text

    def test_a_taken_number_is_said(self, anna: Browser, world: World) -> None:
        answer = anna.post("/firm/clients", {"name": "Neu", "number": "K-1042", "kind": "company"})
        assert answer.status_code == 422
        assert "Another client has this number already." in answer.text

    def test_a_stale_page_loses_nothing(self, anna: Browser) -> None:
        answer = anna.post("/firm/clients", {"name": "Neu", "kind": "company"}, csrf=False)
        assert answer.status_code == 422
        assert 'value="Neu"' in answer.text
        assert "please send it once more" in answer.text

    def test_changes_what_was_typed(self, anna: Browser, world: World) -> None:
        data = {**_data(client_of(world, world.thode)), "name": "Konditorei Thode", "number": "", "language": "en"}
        assert anna.post(f"/firm/clients/{uid(world, world.thode)}/edit", data).status_code == 422
        data["number"] = "K-1043b"
        assert anna.post(f"/firm/clients/{uid(world, world.thode)}/edit", data).status_code == 303
        changed = client_of(world, world.thode)
        assert (changed.name, changed.number, changed.language) == ("Konditorei Thode", "K-1043b", "en")

    def test_is_not_for_other_firms(self, frida: Browser, world: World) -> None:
        assert frida.post(f"/firm/clients/{uid(world)}/edit", {"name": "X", "number": "1"}).status_code == 404
        assert client_of(world, world.lindner).name == "Hausverwaltung Lindner"


class TestArchive:
    def test_asks_archives_and_fetches_back(self, anna: Browser, world: World) -> None:
        address = f"/firm/clients/{uid(world)}/archive"
        assert "Archive Hausverwaltung Lindner?" in anna.get(address).text
        assert anna.get(address, htmx=True).text.lstrip().startswith("<form")
        assert anna.post(address).location == "/firm/clients"
        assert client_of(world, world.lindner).is_archived
        assert "This client is archived" in anna.get(f"/firm/clients/{uid(world)}").text
        assert anna.post(address).status_code == 409
        assert anna.post(f"/firm/clients/{uid(world)}/unarchive").status_code == 303
        assert not client_of(world, world.lindner).is_archived

    def test_is_for_the_portal_admin(self, ben: Browser, world: World) -> None:
        assert ben.post(f"/firm/clients/{uid(world)}/archive").status_code == 403
        assert "/archive" not in ben.get(f"/firm/clients/{uid(world)}").text
        assert not client_of(world, world.lindner).is_archived


class TestAccess:
    def test_the_switch_turns_and_the_head_follows(self, anna: Browser, holder: Browser, world: World) -> None:
        assert holder.get("/portal/").status_code == 200
        answer = anna.post(f"/firm/clients/{uid(world)}/access", {"on": "0"}, htmx=True)
        assert 'aria-checked="false"' in answer.text
        assert re.search(r'id="client-status" hx-swap-oob="true".*Offline', answer.text, re.DOTALL)
        assert client_of(world, world.lindner).status(clock.now()) == "offline"
        assert holder.get("/portal/").status_code == 303
        assert anna.post(f"/firm/clients/{uid(world)}/access", {"on": "1"}).location.endswith("#access")
        assert holder.get("/portal/").status_code == 200

    def test_is_not_for_other_firms(self, frida: Browser, world: World) -> None:
        assert frida.post(f"/firm/clients/{uid(world)}/access", {"on": "0"}).status_code == 404
        assert client_of(world, world.lindner).portal_access


def _data(client: Client) -> dict[str, str]:
    fields = ("name", "number", "kind", "city", "street", "postcode")
    return {name: getattr(client, name) for name in fields}
