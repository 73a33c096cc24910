"""Prepared queries answer what the plain ones do, always for the scope that is open."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.base import clock
from portal.base.config import Config
from portal.models.client import Client
from portal.models.document import Document
from portal.models.record import ScopeMissing, opened
from portal.policies.prepared import prepared
from portal.policies.scope import ClientScope, Scope, StaffScope
from tests.personas import World

by_number = prepared(lambda scope, number: scope.of(Document).where(Document.number == number))
with_client = prepared(
    lambda scope, since: (
        scope.join(scope.of(Document, Document, Client), Client, Document.client == Client.id)
        .where(Document.created_at >= since)
        .order_by(Document.id)
    )
)
careless = prepared(lambda scope, number: Document.select().where(Document.number == number))


def test_the_same_query_in_each_scope(instance: Config, world: World) -> None:
    for scope, found in [
        (StaffScope(world.firm), [world.offer]),
        (StaffScope(world.firm, assigned_to=world.ben), [world.offer]),
        (StaffScope(world.firm, assigned_to=world.clara), []),
        (StaffScope(world.other_firm), []),
        (ClientScope(world.firm, world.lindner), [world.offer]),
        (ClientScope(world.firm, world.thode), []),
        (ClientScope(world.firm, world.lindner, document_id=world.invoice), []),
        (ClientScope(world.firm, world.lindner, document_id=world.offer), [world.offer]),
        (Scope(world.firm), [world.offer]),
    ]:
        for _again in range(2):
            with opened(scope):
                assert [row.id for row in by_number(scope, number="AN-2026-0147")] == found


def test_values_are_converted_and_joined_rows_are_there(instance: Config, world: World) -> None:
    with opened(scope := StaffScope(world.firm)):
        rows = with_client(scope, since=clock.now() - timedelta(days=1))
        assert [(row.id, row.client.name, row.issued_on) for row in rows] == [
            (row.id, row.client.name, row.issued_on)
            for row in scope.join(scope.of(Document, Document, Client), Client, Document.client == Client.id).order_by(
                Document.id
            )
        ]
        assert with_client(scope, since=clock.now() + timedelta(days=1)) == []


def test_a_query_without_the_scope_is_refused(instance: Config, world: World) -> None:
    with opened(scope := StaffScope(world.firm)), pytest.raises(ScopeMissing):
        careless(scope, number="AN-2026-0147")


def test_another_scope_than_the_open_one_is_refused(instance: Config, world: World) -> None:
    mine = StaffScope(world.firm)
    with opened(StaffScope(world.other_firm)), pytest.raises(ScopeMissing):
        by_number(mine, number="AN-2026-0147")
