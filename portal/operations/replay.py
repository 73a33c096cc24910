"""Replaying the journal: acts that took access away since the backup are done again (TRUST, Keys)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from portal.base import journal
from portal.models.api_token import ApiToken
from portal.models.client import Client
from portal.models.contact import Membership
from portal.models.link import Link
from portal.models.record import TenantRecord
from portal.models.staff import Staff
from portal.models.ticket import Ticket
from portal.operations import access, audit
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor


@dataclass(frozen=True)
class Act:
    """A line of the journal: what was done, when, and the ids it speaks of."""

    at: datetime
    name: str
    ids: Mapping[str, Any]


def read(folder: Path) -> Iterator[Act]:
    """All acts in a folder; lines that are none are passed over."""
    for line in journal.read(folder):
        try:
            yield Act(datetime.fromisoformat(line["at"]), line["act"], line)
        except (KeyError, TypeError, ValueError):
            continue


def sorted_by_firm(scope: scopes.Scope, acts: Sequence[Act]) -> tuple[dict[int, list[Act]], Counter[str]]:
    """The acts by the firm of their row, oldest first; counted beside them those this backup knows nothing about."""
    by_firm: dict[int, list[Act]] = {}
    unknown: Counter[str] = Counter()
    for act in sorted(acts, key=lambda act: act.at):
        if act.name not in _EFFECTS:
            unknown["unknown_act"] += 1
        elif (row := _row(scope, act)) is None:
            unknown["unknown_row"] += 1
        else:
            by_firm.setdefault(row.firm_id, []).append(act)
    return by_firm, unknown


def apply(actor: InstanceActor, acts: Sequence[Act]) -> Counter[str]:
    """Do them within the open transaction and scope, each with an audit entry; what was so already is counted apart."""
    scope, outcome, touched = scopes.current(), Counter[str](), set[int]()
    for act in acts:
        row = _row(scope, act)
        fields = _EFFECTS[act.name].fields(act)
        if row is None or all(bool(getattr(row, name)) == bool(value) for name, value in fields.items()):
            outcome["already"] += 1
            continue
        scope.change(row, **fields)
        audit.record(actor, act.name, row, facts={"journal": act.at.isoformat()})
        outcome["done"] += 1
        if isinstance(row, Link | Membership | Client):
            touched.add(row.id if isinstance(row, Client) else row.client_id)
    for client_id in sorted(touched):
        access.refresh(client_id)
    return outcome


@dataclass(frozen=True)
class _Effect:
    model: type[TenantRecord]
    key: str
    fields: Callable[[Act], dict[str, Any]]


def _ends(column: str) -> Callable[[Act], dict[str, Any]]:
    return lambda act: {column: act.at}


def _switches_off(column: str) -> Callable[[Act], dict[str, Any]]:
    return lambda _act: {column: False}


_EFFECTS = {
    "link.revoked": _Effect(Link, "link", _ends("revoked_at")),
    "membership.login_off": _Effect(Membership, "membership", _switches_off("login")),
    "membership.ended": _Effect(Membership, "membership", _ends("ended_at")),
    "client.access_off": _Effect(Client, "client", _switches_off("portal_access")),
    "client.archived": _Effect(Client, "client", _ends("archived_at")),
    "staff.deactivated": _Effect(Staff, "staff", _ends("deactivated_at")),
    "ticket.cancelled": _Effect(Ticket, "ticket", _ends("cancelled_at")),
    "token.revoked": _Effect(ApiToken, "token", _ends("revoked_at")),
}


def _row(scope: scopes.Scope, act: Act) -> Any:
    effect = _EFFECTS[act.name]
    named = act.ids.get(effect.key)
    column = effect.model.uid if isinstance(named, str) else effect.model.id
    return scope.first(scope.of(effect.model).where(column == named))
