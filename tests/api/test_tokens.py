"""Who may call: tokens, their rights, their limits."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from portal.base import tokens
from portal.base.errors import Unavailable
from portal.models.api_token import ApiToken
from portal.models.audit_entry import AuditEntry
from portal.operations import api_tokens
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.web.api import calls
from portal.web.api.description import RIGHTS
from tests.api import declared
from tests.api.conftest import Programme, at
from tests.personas import World

CALLS = [(call.method, call.path, RIGHTS[call.allow]) for call in declared.CALLS]


def address(path: str, uid: str) -> str:
    number = path.replace("<number>", "K-1042").replace("<path:email>", "dora@lindner.example.org")
    return number.replace("<uid>", uid)


@pytest.mark.parametrize(("method", "path", "right"), CALLS)
def test_every_call_needs_a_token_with_its_right(
    app: Flask, programme: Callable[..., Programme], uid_of: Callable[[int], str], world: World, method: str, path: str,
    right: str,
) -> None:  # fmt: skip
    where = address(path, uid_of(world.offer))
    unknown = Programme(app, None).call(method, where)
    assert unknown.status_code == 401
    assert unknown.headers["WWW-Authenticate"].startswith("Bearer")
    assert unknown.mimetype == "application/problem+json"
    assert Programme(app, "foyer_" + tokens.session_token()).call(method, where).status_code == 401
    others = {"read", "write", "links"} - {right}
    assert programme(*others).call(method, where).status_code == 403
    assert programme(right).call(method, where).status_code not in (401, 403)


@pytest.mark.parametrize(
    ("method", "path"), [(method, path) for method, path, _right in CALLS if "<" in path and method != "PUT"]
)
def test_what_another_firm_has_does_not_exist(
    foreign: Programme, uid_of: Callable[[int], str], world: World, method: str, path: str
) -> None:
    where = address(path, uid_of(world.offer)).replace("K-1042", "K-1043")
    assert foreign.call(method, where).status_code == 404


def test_a_revoked_token_ends_at_once(api: Programme, world: World) -> None:
    assert api.get("/clients").status_code == 200
    with scopes.of_firm(world.firm) as scope:
        row = scope.one(scope.of(ApiToken))
        api_tokens.revoke(InstanceActor(world.firm, "test"), row)
    assert api.get("/clients").status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer  ", "Basic YTpi", "foyer_x", "Bearer \xff"])
def test_headers_that_are_no_token(app: Flask, header: str) -> None:
    answer = Programme(app, None).get("/clients", headers={"Authorization": header})
    assert answer.status_code == 401


def test_last_use_is_noted_once_a_minute(api: Programme, world: World, move_clock: Callable[..., None]) -> None:
    def used() -> object:
        with scopes.of_firm(world.firm) as scope:
            return scope.one(scope.of(ApiToken)).used_at

    assert used() is None
    api.get("/clients")
    first = used()
    move_clock(seconds=30)
    api.get("/clients")
    assert used() == first
    move_clock(seconds=40)
    api.get("/clients")
    assert used() != first


def test_too_many_calls_wait(
    monkeypatch: pytest.MonkeyPatch, programme: Callable[..., Programme], move_clock: Callable[..., None]
) -> None:
    monkeypatch.setattr(calls, "MOST", 6)
    monkeypatch.setattr(calls, "BLOCK", 2)
    monkeypatch.setattr(calls, "_bought", {})
    hasty, other = programme("read"), programme("read")
    assert [hasty.get("/clients").status_code for _ in range(8)] == [200] * 6 + [429] * 2
    refused = hasty.get(at("K-1042"))
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert other.get("/clients").status_code == 200, "another token is not concerned"
    move_clock(seconds=61)
    assert hasty.get("/clients").status_code == 200


def test_other_methods_and_unknown_addresses(api: Programme) -> None:
    refused = api.client.delete("/api/v1/clients", headers={"Authorization": f"Bearer {api.token}"})
    assert refused.status_code == 405
    assert refused.mimetype == "application/problem+json"
    assert "GET" in refused.headers["Allow"]
    assert refused.json["title"] == "Method Not Allowed"
    nothing = api.client.get("/api/v1/nothing", headers={"Authorization": f"Bearer {api.token}"})
    assert (nothing.status_code, nothing.mimetype) == (404, "application/problem+json")


def test_a_full_disk_ends_writing_only(api: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_kwargs: object) -> None:
        raise Unavailable("disk_full")

    monkeypatch.setattr(calls, "_bought", {})
    monkeypatch.setattr(calls.limits, "spend", full)
    assert api.get("/clients").status_code == 200
    refused = api.put(at("K-1042"), {})
    assert refused.status_code == 503
    assert refused.headers["Retry-After"]


def test_the_log_names_the_token(api: Programme, world: World) -> None:
    api.put(at("N-1"), {"name": "Nord", "contacts": [{"last_name": "Nord"}]})
    with scopes.of_firm(world.firm) as scope:
        token = scope.one(scope.of(ApiToken))
        entries = list(scope.of(AuditEntry).order_by(AuditEntry.id.desc()).limit(2))
    assert [(entry.actor, entry.action) for entry in entries] == [
        (f"token:{token.uid}", "contact.added"), (f"token:{token.uid}", "client.created"),
    ]  # fmt: skip
