"""The audit log in words, page by page, and the check of its chain."""

from __future__ import annotations

import re

from portal.base.database import database
from portal.operations import audit, settings, team
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.queries import audit_log
from portal.web.firm import activity_words, audit_words
from tests import acting
from tests.browser_client import Browser
from tests.personas import World


def numbers(page: str) -> list[int]:
    return [int(found) for found in re.findall(r'data-label="No\.">(\d+)<', page)]


def test_the_log_is_the_admins_and_of_one_firm(anna: Browser, ben: Browser, frida: Browser) -> None:
    assert "Hausverwaltung Lindner" in anna.get("/firm/audit").text
    assert "Hausverwaltung Lindner" not in frida.get("/firm/audit").text
    assert ben.get("/firm/audit").status_code == 403
    assert ben.get("/firm/audit/check").status_code == 403


def test_a_changed_bank_account_shows_what_it_was(anna: Browser, world: World) -> None:
    anna.post("/firm/settings/bank", {"account_holder": "Petry", "iban": "DE02120300000000202051", "bic": ""})
    page = anna.get("/firm/audit").text
    assert "Anna Petry changed the bank account." in page
    assert "IBAN: DE89370400440532013000 → DE02120300000000202051" in page


def test_limits_are_words_and_amounts(anna: Browser) -> None:
    anna.post("/firm/settings/links", {"link_decide": "y", "link_comment": "y", "code": "from", "code_limit": "2500"})
    page = anna.get("/firm/audit").text
    assert "code by e-mail from: €1,000.00 → €2,500.00" in page
    assert "days until a link expires: 365 → never" in page


def test_the_log_is_walked_by_key(anna: Browser, world: World) -> None:
    actor = InstanceActor(world.firm, "test")
    for number in range(120):
        with scopes.of_firm(world.firm) as scope:
            settings.change_look(actor, scope.firm, colour=f"#0000{number:02x}", background="plain")
    with scopes.of_firm(world.firm) as scope:
        newest = audit_log.newest(scope)
    address, seen = "/firm/audit", []
    while address:
        page = anna.get(address).text
        seen.append(numbers(page))
        older = re.search(r'href="(/firm/audit\?after=[^"]+)"', page)
        address = older[1] if older else ""
    assert [number for page in seen for number in page] == list(range(newest, 0, -1))
    assert all(len(page) == 50 for page in seen[:-1])
    with scopes.of_firm(world.firm) as scope:
        middle = audit_log.page(scope, after=audit_log.cursor(newest - 49))
        back = audit_log.page(scope, before=middle.previous)
    assert [entry.number for entry in back.rows] == seen[0]
    assert back.previous is None


def test_a_cursor_nobody_wrote_shows_the_newest(anna: Browser) -> None:
    newest = numbers(anna.get("/firm/audit").text)
    assert numbers(anna.get("/firm/audit?after=%00").text) == newest
    assert numbers(anna.get("/firm/audit?before=WyJ4Il0").text) == newest


def test_htmx_gets_the_list_only(anna: Browser) -> None:
    part = anna.get("/firm/audit", htmx=True).text
    assert "<html" not in part
    assert part.lstrip().startswith('<div class="card tbl region" id="audit-list"')


def test_the_check_holds_and_finds_what_was_altered(anna: Browser, world: World) -> None:
    assert "The chain holds" in anna.get("/firm/audit/check").text
    with database.unguarded("a test plays the thief"):
        database.execute_sql("DROP TRIGGER audit_entry_no_update")
        database.execute_sql("UPDATE audit_entry SET facts = '{}' WHERE firm_id = ? AND number = 3", (world.firm,))
    page = anna.get("/firm/audit/check").text
    assert "The chain breaks at entry 3." in page
    assert "This entry was altered." in page


def test_every_act_of_the_firm_has_words_of_its_own(anna: Browser, world: World) -> None:
    actor = acting.staff(world.firm, world.anna)
    with scopes.of_firm(world.firm) as scope:
        team.invite(actor, scope.firm, email="gesa@petry.example.com", role="admin", name="<b>Gesa</b>")
    page = anna.get("/firm/audit").text
    assert "Anna Petry invited gesa@petry.example.com to the team." in page
    written = {row.row.action for row in rows(world)}
    assert written <= set(audit_words.WORDS) | set(activity_words.WORDS)


def rows(world: World) -> list[audit_log.Entry]:
    with scopes.of_firm(world.firm) as scope:
        return list(audit_log.page(scope).rows)


def test_an_unknown_act_is_shown_by_its_name(anna: Browser, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        audit.record(InstanceActor(world.firm, "test"), "thing.done", scope.firm)
    assert "Foyer: thing.done" in anna.get("/firm/audit").text
