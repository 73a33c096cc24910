"""Sessions as rows: begun, seen, opened, viewed, ended, proved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from portal.base import tokens
from portal.base.config import Config
from portal.base.errors import Conflict, NotFound, NotPermitted
from portal.models.audit_entry import AuditEntry
from portal.models.client import Client
from portal.models.link import Link, LinkFetch, Opening
from portal.models.sign_in import SignIn
from portal.models.staff import Staff
from portal.operations import clients, sign_ins
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor, Stranger
from portal.queries.sign_ins import find_visit, list_of
from tests import acting
from tests.personas import PASSWORD, World


def test_a_session_token_is_new_each_time_and_kept_as_a_fingerprint(instance: Config, world: World) -> None:
    anna = _row(world, Staff, world.anna)
    first, second = (sign_ins.begin_staff(Stranger(world.firm), anna) for _ in range(2))
    assert first != second
    assert len(first) >= 43
    kept = {row.token for row in _sessions(world)}
    assert kept == {tokens.fingerprint(first), tokens.fingerprint(second)}
    assert find_visit(tokens.fingerprint(first), "staff") is not None
    assert find_visit(tokens.fingerprint(first), "client") is None
    assert find_visit(first, "staff") is None, "the fingerprint alone opens nothing"


def test_the_form_secret_is_the_sessions_own(instance: Config, world: World) -> None:
    anna = _row(world, Staff, world.anna)
    for _ in range(2):
        sign_ins.begin_staff(Stranger(world.firm), anna)
    assert len({row.memory["csrf_token"] for row in _sessions(world)}) == 2


@pytest.mark.parametrize(
    ("email", "password", "found"),
    [
        ("anna@petry.example.com", PASSWORD, True),
        ("ANNA@petry.example.com", PASSWORD, True),
        ("anna@petry.example.com", "wrong", False),
        ("anna@petry.example.com", "", False),
        ("frida@fischer.example.com", PASSWORD, False),
        ("dora@lindner.example.org", PASSWORD, False),
        ("", "", False),
    ],
)
def test_who_may_sign_in(instance: Config, world: World, email: str, password: str, found: bool) -> None:
    assert (sign_ins.authenticate(Stranger(world.firm), email, password) is not None) is found


def test_fetching_is_counted_by_the_hour(instance: Config, world: World, move_clock: Callable[..., None]) -> None:
    link = _row(world, Link, world.lindner_link)
    for hours in (0, 0, 1):
        move_clock(hours=hours)
        sign_ins.open_link(Stranger(world.firm), link)
    with scopes.of_firm(world.firm) as scope:
        assert sorted(row.count for row in scope.of(LinkFetch)) == [1, 2]
        assert list(scope.of(AuditEntry).where(AuditEntry.action.startswith("sign"))) == []


def test_a_link_of_another_firm_is_not_opened(instance: Config, world: World) -> None:
    with pytest.raises(NotFound):
        sign_ins.open_link(Stranger(world.other_firm), _row(world, Link, world.lindner_link))


def test_opened_is_noted_once_for_session_and_document(instance: Config, world: World) -> None:
    dora, again = (acting.by_link(world.firm, world.dora_link) for _ in range(2))
    client = _row(world, Client, world.lindner)
    for actor in (dora, dora, again):
        sign_ins.note_opening(actor, client)
        sign_ins.note_opening(actor, client, document_id=world.offer)
    with scopes.of_firm(world.firm) as scope:
        rows = list(scope.of(Opening))
    assert len(rows) == 4
    assert {row.contact_id for row in rows} == {world.dora}
    assert _row(world, Client, world.lindner).last_seen_at is not None


def test_opened_is_noted_at_ones_own_client_only(instance: Config, world: World) -> None:
    dora = acting.by_link(world.firm, world.dora_link)
    with pytest.raises(NotFound):
        sign_ins.note_opening(dora, _row(world, Client, world.thode))


def test_ending_a_session_ends_the_views_tied_to_it(instance: Config, world: World) -> None:
    anna = acting.staff(world.firm, world.anna)
    view = acting.viewing(anna, world.lindner)
    other = acting.viewing(acting.staff(world.firm, world.anna), world.lindner)
    sign_ins.end(anna, anna.sign_in_id)
    assert _row(world, SignIn, anna.sign_in_id).ended_at is not None
    assert _row(world, SignIn, view.sign_in_id).ended_at is not None
    assert _row(world, SignIn, other.sign_in_id).ended_at is None


def test_ones_own_sessions_end_one_by_one_or_all_but_this(instance: Config, world: World) -> None:
    first, second, third = (acting.staff(world.firm, world.anna) for _ in range(3))
    ben = acting.staff(world.firm, world.ben)
    anna = _row(world, Staff, world.anna)
    assert sign_ins.end_own(first, anna, sign_in_uid=second.sign_in_uid) == 1
    assert sign_ins.end_own(first, anna, sign_in_uid=ben.sign_in_uid) == 0, "nobody else's"
    assert sign_ins.end_own(first, anna) == 1
    ended = {row.id: row.ended_at is not None for row in _sessions(world)}
    assert ended == {
        first.sign_in_id: False, second.sign_in_id: True, third.sign_in_id: True, ben.sign_in_id: False,
    }  # fmt: skip
    with scopes.of_firm(world.firm) as scope:
        assert [row.id for row in list_of(scope, world.anna)] == [first.sign_in_id]


def test_proving_makes_the_session_young(instance: Config, world: World, move_clock: Callable[..., None]) -> None:
    anna = acting.staff(world.firm, world.anna)
    move_clock(minutes=20)
    row = _row(world, Staff, world.anna)
    assert sign_ins.prove(anna, row, password="wrong") is False
    assert _row(world, SignIn, anna.sign_in_id).proved_at == anna.proved_at
    assert sign_ins.prove(anna, row, password=PASSWORD) is True
    assert _row(world, SignIn, anna.sign_in_id).proved_at > anna.proved_at


def test_viewing_keeps_the_staff_session_alive(instance: Config, world: World, move_clock: Callable[..., None]) -> None:
    anna = acting.staff(world.firm, world.anna)
    view = acting.viewing(anna, world.lindner)
    before = _row(world, SignIn, anna.sign_in_id).seen_at
    move_clock(minutes=5)
    sign_ins.see(view, view.sign_in_id)
    assert _row(world, SignIn, anna.sign_in_id).seen_at > before
    other = acting.by_link(world.firm, world.dora_link)
    sign_ins.see(other, other.sign_in_id)


def test_viewing_is_for_staff_of_the_client(instance: Config, world: World) -> None:
    with pytest.raises(NotFound):
        sign_ins.view_as_client(acting.staff(world.other_firm, world.frida), _row(world, Client, world.lindner))
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.firm, advisers_see_all=False)
    clara = acting.staff(world.firm, world.clara)
    with pytest.raises(NotPermitted):
        sign_ins.view_as_client(clara, _row(world, Client, world.lindner))
    clients.archive(InstanceActor(world.firm, "t"), _row(world, Client, world.lindner))
    with pytest.raises(Conflict, match="archived"):
        sign_ins.view_as_client(acting.staff(world.firm, world.anna), _row(world, Client, world.lindner))


def test_a_view_ends_when_the_viewer_may_no_longer(instance: Config, world: World) -> None:
    ben = acting.staff(world.firm, world.ben)
    token = sign_ins.view_as_client(ben, _row(world, Client, world.thode))
    assert find_visit(tokens.fingerprint(token), "client") is not None
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.firm, advisers_see_all=False)
    assert find_visit(tokens.fingerprint(token), "client") is None


def _row(world: World, model: Any, row_id: int) -> Any:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(model, row_id)


def _sessions(world: World) -> list[SignIn]:
    with scopes.of_firm(world.firm) as scope:
        return list(scope.of(SignIn).order_by(SignIn.id))
