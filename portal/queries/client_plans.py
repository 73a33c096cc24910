"""What a bulk change of contacts would do, before it does (T4, F3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from peewee import fn

from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.firm import Firm
from portal.models.search import among
from portal.policies.scope import Scope
from portal.queries import access_mails, reach
from portal.queries.access_mails import Preview
from portal.queries.reach import Seat

SHOWN = 20
NO_CONTACT = "no_contact"


@dataclass(frozen=True)
class Group:
    """Those left out for one reason: how many, and the names of the first 20."""

    reason: str
    count: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class Size:
    """How many clients, and how many people are contacts of theirs."""

    clients: int
    contacts: int


@dataclass(frozen=True)
class Plan:
    """Figures of what is about to happen. `turned`: how many contacts each switch changes for.

    `left_out`: clients that are passed over; `not_invited`: contacts that get no mail, by reason; `ends`: how many
    contacts lose their access; `sample`: whom the preview is addressed to.
    """

    clients: int
    contacts: int
    turned: Mapping[str, int]
    ends: int
    left_out: Sequence[Group]
    invited: int
    not_invited: Sequence[Group]
    sample: Seat | None

    @property
    def does_something(self) -> bool:
        return bool(self.invited or any(self.turned.values()))


def size(scope: Scope, clients: Collection[int]) -> Size:
    """Whom a change would be about, before it is known which."""
    members = scope.of(Membership, fn.COUNT(Membership.contact.distinct())).where(Membership.ended_at.is_null())
    rows = list(members.where(among(Membership.client, list(clients))).tuples())
    return Size(len(clients), int(rows[0][0]))


def plan(
    scope: Scope,
    firm: Firm,
    now: datetime,
    *,
    clients: Collection[int],
    switches: Mapping[str, bool | None],
    invite: bool,
) -> Plan:
    """What turning these switches for all contacts of these clients means, and inviting them afterwards."""
    found = reach.seats(scope, firm, clients=clients)
    turned = {
        name: _people(seat for seat in found if not seat.is_left_out and getattr(seat, name) != on)
        for name, on in switches.items()
        if on is not None
    }
    ends = turned["login"] if switches.get("login") is False else 0
    invited, refused = _invited([seat.switched(**switches) for seat in found], now) if invite else ([], [])
    return Plan(
        clients=len(clients),
        contacts=_people(found),
        turned=turned,
        ends=ends,
        left_out=_left_out(scope, clients, found),
        invited=len(invited),
        not_invited=groups((reason, at(seat)) for seat, reason in refused),
        sample=invited[0] if invited else None,
    )


def _people(seats: Iterable[Seat]) -> int:
    """Contacts, each once however many of the clients they belong to: as the run counts them."""
    return len({seat.contact_id for seat in seats})


def preview(scope: Scope, firm: Firm, seat: Seat, sender: str) -> Preview | None:
    """The firm's own text as this contact gets it; None: a mail of ours that names clients and the way in."""
    client, contact = scope.by_id(Client, seat.client_id), scope.by_id(Contact, seat.contact_id)
    if not access_mails.is_plain(access_mails.places(scope, contact, client), firm):
        return None
    return access_mails.preview(scope, firm, client, contact, sender)


def _invited(found: Sequence[Seat], now: datetime) -> tuple[list[Seat], list[tuple[Seat, str]]]:
    chosen = [reach.best(seats, now) for seats in reach.by_contact(found).values()]
    return [seat for seat, reason in chosen if not reason], [(seat, reason) for seat, reason in chosen if reason]


def _left_out(scope: Scope, clients: Collection[int], found: Iterable[Seat]) -> list[Group]:
    """Clients that are passed over: the test client, archived ones, and those of which nobody is known."""
    with_contact = {seat.client_id for seat in found}
    chosen = scope.of(Client, Client.id, Client.name, Client.is_test, Client.archived_at)
    return groups(
        (reason, name)
        for row_id, name, is_test, archived_at in chosen.where(among(Client.id, list(clients))).tuples()
        if (reason := _passed_over(is_test, archived_at) or ("" if row_id in with_contact else NO_CONTACT))
    )


def _passed_over(is_test: bool, archived_at: datetime | None) -> str:
    return reach.TEST_CLIENT if is_test else reach.ARCHIVED if archived_at is not None else ""


def groups(found: Iterable[tuple[str, str]]) -> list[Group]:
    """Reasons and names, by reason."""
    sorted_out: dict[str, list[str]] = {}
    for reason, name in found:
        sorted_out.setdefault(reason, []).append(name)
    return [Group(reason, len(names), tuple(sorted(names)[:SHOWN])) for reason, names in sorted_out.items()]


def at(seat: Seat) -> str:
    """The contact with its client."""
    return f"{seat.contact_name or '–'} ({seat.client_name})"
