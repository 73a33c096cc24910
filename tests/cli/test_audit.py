"""`foyer audit verify`: whatever is altered in the log is found, and where."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from portal.base.database import database
from portal.base.errors import Invalid
from portal.models.audit_entry import AuditEntry
from portal.models.chain import entry_hash
from portal.operations import firms
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.queries import audit_chain
from tests.cli.conftest import Site, foyer


def forge(site: Site, *statements: str) -> None:
    """What somebody with the file in his hands can do: drop the triggers and write."""
    with closing(sqlite3.connect(site.folder / "portal.sqlite3")) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            assert connection.execute(statement).rowcount > 0, statement
        connection.commit()


def test_an_untouched_log_is_whole(site: Site) -> None:
    done = foyer(site.folder, "audit", "verify")
    assert done.returncode == 0
    assert "The audit log is whole: " in done.stdout
    assert json.loads(foyer(site.folder, "audit", "verify", "--json").stdout)["entries"] > 3


@pytest.mark.parametrize("verb", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_text"])
def test_triggers_refuse_to_alter_it(site: Site, verb: str) -> None:
    with (
        closing(sqlite3.connect(site.folder / "portal.sqlite3")) as connection,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        connection.execute(verb)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE audit_entry SET action = 'nothing.happened' WHERE number = 3", "altered"),
        ("UPDATE audit_entry SET at = at - 1 WHERE number = 3", "altered"),
        ("UPDATE audit_entry SET actor = 'staff:somebody' WHERE number = 3", "altered"),
        ("UPDATE audit_entry SET subject = 'client:other' WHERE number = 3", "altered"),
        ("UPDATE audit_entry SET client_id = 77 WHERE number = 3", "altered"),
        ("""UPDATE audit_entry SET facts = '{"number":"9"}' WHERE number = 3""", "altered"),
        ("UPDATE audit_entry SET facts = 'torn' WHERE number = 3", "unreadable"),
        ("UPDATE audit_entry SET at = 'then' WHERE number = 3", "unreadable"),
        ("UPDATE audit_entry SET text_digest = NULL WHERE number = 3", "altered"),
        ("UPDATE audit_entry SET previous = hash WHERE number = 3", "altered"),
        ("DELETE FROM audit_entry WHERE number = 3", "missing"),
        (
            """UPDATE audit_text SET personal = '{"actor":"X"}'
               WHERE entry_id = (SELECT id FROM audit_entry WHERE number = 3)""",
            "text_altered",
        ),
    ],
)
def test_the_first_broken_entry_is_named(site: Site, statement: str, reason: str) -> None:
    forge(site, statement)
    done = foyer(site.folder, "audit", "verify", "--json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert [(b["firm"], b["number"], b["reason"]) for b in found["broken"]] == [("muster", 3, reason)]
    assert not found["intact"]
    words = foyer(site.folder, "audit", "verify")
    assert (words.returncode, words.stdout[:15]) == (1, "muster: entry 3")


def test_reordered_entries_are_found(site: Site) -> None:
    forge(
        site,
        "UPDATE audit_entry SET number = -1 WHERE number = 2",
        "UPDATE audit_entry SET number = 2 WHERE number = 3",
        "UPDATE audit_entry SET number = 3 WHERE number = -1",
    )
    assert [(b.number, b.reason) for b in audit_chain.verify().broken] == [(2, "altered")]


def test_an_entry_that_hashes_right_but_follows_another_is_found(site: Site) -> None:
    """Whoever can hash may forge one entry; the one behind it gives him away."""
    with scopes.of_firm(site.firm.id) as scope:
        entry = scope.one(scope.of(AuditEntry).where(AuditEntry.number == 3))
    entry.action = "forged"
    forge(site, f"UPDATE audit_entry SET action = 'forged', hash = '{entry_hash(entry)}' WHERE number = 3")  # noqa: S608
    assert [(b.number, b.reason) for b in audit_chain.verify().broken] == [(4, "reordered")]


def test_entries_cut_off_at_the_end_are_found(site: Site) -> None:
    forge(
        site,
        "DELETE FROM audit_text WHERE entry_id > (SELECT max(id) - 2 FROM audit_entry)",
        "DELETE FROM audit_entry WHERE id > (SELECT max(id) - 2 FROM audit_entry)",
    )
    done = foyer(site.folder, "audit", "verify")
    assert (done.returncode, done.stdout) == (1, "2 entries were taken away at the end of the log\n")


def test_a_rolled_back_act_is_no_gap(site: Site) -> None:
    with pytest.raises(Invalid):
        site.add_client("1001")
    with database.atomic() as transaction:
        site.add_client("1009")
        transaction.rollback()
    assert audit_chain.verify().intact


def test_an_erased_text_leaves_the_chain_valid(site: Site) -> None:
    forge(site, "DELETE FROM audit_text WHERE entry_id = (SELECT id FROM audit_entry WHERE number = 3)")
    verdict = audit_chain.verify()
    assert verdict.intact
    assert verdict.erased == 1


def test_each_firm_has_a_chain_of_its_own(site: Site) -> None:
    firms.create(InstanceActor(None, "test"), name="Zweite", admin_email="frida@example.org", slug="zweite")
    assert audit_chain.verify().intact
    forge(site, "UPDATE audit_entry SET action = 'x' WHERE number = 2")
    assert [(b.firm, b.number) for b in audit_chain.verify().broken] == [("muster", 2), ("zweite", 2)]


def test_a_long_log_is_walked_in_pages(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_chain, "_PAGE", 2)
    before = audit_chain.verify().entries
    site.add_client("1003")
    after = audit_chain.verify()
    assert after.entries == before + 1
    assert after.intact
