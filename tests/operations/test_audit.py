"""The audit log: a chain per firm, personal text beside it, nothing changed or removed."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from portal.base.config import Config
from portal.base.database import database
from portal.models.audit_entry import AuditEntry, AuditText
from portal.models.client import Client
from portal.operations import audit, clients
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from tests.personas import World


def test_entries_are_numbered_without_gaps_and_chained(instance: Config, world: World) -> None:
    for firm in (world.firm, world.other_firm):
        entries = _entries(firm)
        assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
        assert entries[0].previous == audit.FIRST
        for before, after in itertools.pairwise(entries):
            assert after.previous == before.hash
        assert all(audit.entry_hash(entry) == entry.hash for entry in entries)


def test_no_personal_text_is_chained(instance: Config, world: World) -> None:
    for entry in _entries(world.firm):
        chained = f"{entry.actor} {entry.action} {entry.subject} {entry.facts}"
        for word in ("Dora", "Lindner", "Anna", "example.org", "example.com"):
            assert word not in chained, entry.action


def test_only_a_salted_digest_of_personal_text_is_chained(instance: Config, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        rows = list(scope.of(AuditText).order_by(AuditText.id))
        entries = {entry.id: entry for entry in scope.of(AuditEntry)}
    assert len({row.salt for row in rows}) == len(rows)
    for row in rows:
        assert audit.digest(row.salt, row.personal) == entries[row.entry_id].text_digest
        assert audit.digest("0" * 32, row.personal) != entries[row.entry_id].text_digest


@pytest.mark.parametrize("field", ["action", "actor", "subject", "facts", "text_digest", "previous", "at", "number"])
def test_any_change_breaks_the_hash(instance: Config, world: World, field: str) -> None:
    entry = _entries(world.firm)[-1]
    value = {"facts": {"x": 1}, "number": entry.number + 1}.get(field, "x")
    if field == "at":
        value = entry.at.replace(microsecond=(entry.at.microsecond + 1) % 1_000_000)
    setattr(entry, field, value)
    assert audit.entry_hash(entry) != entry.hash


@pytest.mark.parametrize(
    "sql",
    ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry",
     "UPDATE audit_entry SET at = at + 1 WHERE number = 1",
     "INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE number = 1"],
)  # fmt: skip
def test_the_database_refuses_changes(instance: Config, world: World, sql: str) -> None:
    before = [(entry.number, entry.hash) for entry in _entries(world.firm)]
    with (
        database.unguarded("a test tries to alter the log"),
        pytest.raises(Exception, match=r"audit|append|UNIQUE|abort"),
    ):
        database.execute_sql(sql)
    assert [(entry.number, entry.hash) for entry in _entries(world.firm)] == before


def test_parallel_acts_make_one_chain(instance: Config, world: World) -> None:
    def make(number: int) -> None:
        try:
            with scopes.of_firm(world.firm) as scope:
                firm = scope.firm
            clients.create(InstanceActor(world.firm, "t"), firm, name=f"Kunde {number}", number=f"P-{number}")
        finally:
            database.close()

    before = len(_entries(world.firm))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make, range(40)))
    entries = _entries(world.firm)
    assert len(entries) >= before + 40
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    for one, two in itertools.pairwise(entries):
        assert two.previous == one.hash


def test_who_acted_on_whom_is_found_by_client(instance: Config, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        found = list(scope.of(AuditEntry).where(AuditEntry.client_id == world.lindner))
        assert {entry.client_id for entry in found} == {world.lindner}
        lindner = scope.by_id(Client, world.lindner)
    assert any(entry.subject == f"client:{lindner.uid}" for entry in found)


def _entries(firm_id: int) -> list[AuditEntry]:
    with scopes.of_firm(firm_id) as scope:
        return list(scope.of(AuditEntry).order_by(AuditEntry.number))
