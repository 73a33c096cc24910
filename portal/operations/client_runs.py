"""Switches, invitations and cancellations for many contacts at once (T4, T10, T11).

Begun with the ids of clients or contacts as they came through the actor's scope; each row is looked at again when its
turn comes. A person gets one mail, whatever happens: her row is marked in the commit that queues it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from portal.base import clock, journal
from portal.base.errors import Invalid
from portal.base.placeholders import OF_CLIENT, OF_FIRM, OF_STAFF, fill
from portal.base.text import many_lines
from portal.models.contact import Contact, Membership
from portal.models.firm import Firm
from portal.models.record import canonical
from portal.models.run import Run, RunRow
from portal.models.search import among
from portal.operations import access, audit, invitations, memberships, runs
from portal.operations.operation import operation
from portal.operations.runs import NOT_ASSIGNED, Kind, Wanted
from portal.policies import scope as scopes
from portal.policies.actors import Actor, StaffActor
from portal.policies.permissions import Permission
from portal.policies.scope import Scope
from portal.queries import reach
from portal.queries.reach import Seat

SWITCH, INVITE, CANCEL = "switch", "invite", "cancel"
SWITCHES = ("login", "notify", "email_sync")
# a message's own placeholders; the way in is no word of the message but stands below it in each mail
PLACEHOLDERS = (*(name for name in OF_CLIENT if name != "Client.customerportal_url"), *OF_FIRM, *OF_STAFF)
UNCHANGED = "unchanged"


@operation(allow=Permission.CLIENT_WORK)
def begin(
    actor: Actor,
    firm: Firm,
    *,
    clients: Collection[int],
    selection: Mapping[str, Any],
    key: str,
    login: bool | None = None,
    notify: bool | None = None,
    email_sync: bool | None = None,
    invite: bool = False,
    message: str = "",
) -> Run:
    """Turn switches of all contacts of these clients, and invite them where asked to; None leaves a switch as it is.

    `selection` says how the clients were chosen, which together with `key` makes asking twice one run. Raises Invalid
    with message (too_long) or choice (nothing).
    """
    switches = {"login": login, "notify": notify, "email_sync": email_sync}
    text = checked(message)
    if not invite and all(on is None for on in switches.values()):
        raise Invalid(choice="nothing")
    found = reach.seats(scopes.current(), firm, clients=clients)
    choice = {**switches, "invite": invite, "message": text if invite else "", "of": dict(selection)}
    return runs.begin(actor, "clients", key=key, choice=choice, rows=_rows(found, switches, invite=invite))


@operation(allow=Permission.CLIENT_WORK)
def begin_invitations(actor: Actor, firm: Firm, *, contacts: Collection[int], key: str, message: str = "") -> Run:
    """Ask these contacts in, or once more, to all their clients (T10). Raises Invalid with message."""
    choice = {"invite": True, "message": checked(message), "of": _digest(contacts)}
    rows = [Wanted(INVITE, contact_id=contact_id) for contact_id in dict.fromkeys(contacts)]
    return runs.begin(actor, "invitations", key=key, choice=choice, rows=rows)


@operation(allow=Permission.CLIENT_WORK)
def begin_cancellations(actor: Actor, firm: Firm, *, contacts: Collection[int], key: str) -> Run:
    """Take the invitations of these contacts back (T11)."""
    rows = [Wanted(CANCEL, contact_id=contact_id) for contact_id in dict.fromkeys(contacts)]
    choice = {"of": _digest(contacts)}
    return runs.begin(actor, "cancellations", key=key, choice=choice, rows=rows)


def rows_of_access(granted: Sequence[Seat], invited: Sequence[Seat]) -> list[Wanted]:
    """The rows of a run that gives some login and asks some in. For the inside of operations."""
    return [*_rows(granted, {"login": True}, invite=False), *_rows(invited, {}, invite=True)]


def work(scope: Scope, actor: Actor, run: Run, rows: Sequence[RunRow]) -> None:
    """One batch of any of these runs: its rows are all of one act."""
    act = {SWITCH: _switch, INVITE: _invite, CANCEL: _cancel}[rows[0].act]
    with journal.together(), access.together():
        act(scope, actor, run, rows)


KINDS = {
    "clients": Kind(Permission.CLIENT_WORK, work),
    "invitations": Kind(Permission.CLIENT_WORK, work),
    "cancellations": Kind(Permission.CLIENT_WORK, work),
    "access": Kind(Permission.SETTINGS_MANAGE, work),
}


def checked(message: str) -> str:
    """The message as it is kept. Raises Invalid with message (too_long)."""
    text = many_lines(message)
    if len(text) > invitations.LONGEST_MESSAGE:
        raise Invalid(message="too_long")
    return text


def _digest(contacts: Collection[int]) -> str:
    return hashlib.sha256(canonical(sorted(set(contacts))).encode()).hexdigest()


def _rows(found: Sequence[Seat], switches: Mapping[str, bool | None], *, invite: bool) -> list[Wanted]:
    """First all switches, then one row for each person to be asked in."""
    rows = []
    if any(on is not None for on in switches.values()):
        rows += [
            Wanted(SWITCH, client_id=seat.client_id, contact_id=seat.contact_id, membership_id=seat.membership_id)
            for seat in found
        ]
    if invite:
        rows += [_to_invite(seats) for seats in reach.by_contact(found).values()]
    return rows


def _to_invite(seats: Sequence[Seat]) -> Wanted:
    facts = {"memberships": [seat.membership_id for seat in seats]} if len(seats) > 1 else {}
    # no client of its own when it is about several: who may work for one of them may ask her in there
    client_id = seats[0].client_id if len(seats) == 1 else None
    return Wanted(
        INVITE, client_id=client_id, contact_id=seats[0].contact_id, membership_id=seats[0].membership_id, facts=facts
    )


def _switch(scope: Scope, actor: Actor, run: Run, rows: Sequence[RunRow]) -> None:
    switches = {name: run.choice[name] for name in SWITCHES if run.choice.get(name) is not None}
    seats = _seats(scope, rows)
    ids = [row.membership_id for row in rows]
    living = {row.id: row for row in list(scope.of(Membership).where(among(Membership.id, ids)))}
    for row in rows:
        seat = next((each for each in seats.get(row.contact_id, []) if each.membership_id == row.membership_id), None)
        if seat is None:
            runs.skip(row, reach.ENDED)
        elif seat.is_left_out:
            runs.skip(row, seat.is_left_out)
        else:
            turned = {name: on for name, on in switches.items() if getattr(seat, name) != on}
            _turn(actor, run, living[row.membership_id], seat, turned)
            runs.done(row, "" if turned else UNCHANGED)


def _turn(actor: Actor, run: Run, membership: Membership, seat: Seat, turned: Mapping[str, bool]) -> None:
    for name, on in turned.items():
        memberships.switch(membership, name, on)
        audit.record(
            actor, f"membership.{name}_{'on' if on else 'off'}", membership, facts={"run": run.uid},
            personal={"contact": seat.contact_name},
        )  # fmt: skip


def _invite(scope: Scope, actor: Actor, run: Run, rows: Sequence[RunRow]) -> None:
    seats, people, firm = _seats(scope, rows), _people(scope, rows), scope.firm
    mine = runs.may_work_for(actor, {seat.client_id for found in seats.values() for seat in found})
    for row in rows:
        meant = _meant(row, seats.get(row.contact_id, []))
        theirs = [seat for seat in meant if seat.client_id in mine]
        if not theirs:
            runs.skip(row, NOT_ASSIGNED if meant else reach.ENDED)
            continue
        seat, obstacle = reach.best(theirs, clock.now())
        if obstacle:
            runs.skip(row, obstacle)
            continue
        message = fill(run.choice.get("message", ""), values(firm, seat, actor))
        invitations.put(actor, people[row.contact_id], message=message, key=f"run:{run.uid}")
        _record(actor, "invitation.sent", run, seat, email=seat.email)
        runs.done(row)


def _cancel(scope: Scope, actor: Actor, run: Run, rows: Sequence[RunRow]) -> None:
    seats, people = _seats(scope, rows), _people(scope, rows)
    mine = runs.may_work_for(actor, {seat.client_id for found in seats.values() for seat in found})
    for row in rows:
        theirs = [seat for seat in seats.get(row.contact_id, []) if seat.client_id in mine]
        contact = people[row.contact_id]
        if not theirs:
            runs.skip(row, NOT_ASSIGNED if row.contact_id in seats else reach.ENDED)
        elif not contact.pending or contact.invited_at is None:
            runs.skip(row, reach.NOT_INVITED)
        else:
            invitations.withdraw(contact)
            _record(actor, "invitation.cancelled", run, theirs[0])
            runs.done(row)


def values(firm: Firm, seat: Seat, actor: Actor) -> dict[str, str]:
    """What the placeholders of a message stand for (DETAILS 8)."""
    return {
        "Client.name": seat.client_name,
        "Client.number": seat.client_number,
        "Client.contact_name": seat.contact_name,
        "Firm.name": firm.name,
        "Firm.phone": firm.phone,
        "Firm.email": firm.email,
        "Staff.name": actor.name if isinstance(actor, StaffActor) else firm.name,
    }


def _seats(scope: Scope, rows: Sequence[RunRow]) -> dict[int, list[Seat]]:
    contacts = {row.contact_id for row in rows if row.contact_id is not None}
    return reach.by_contact(reach.seats(scope, scope.firm, contacts=contacts))


def _people(scope: Scope, rows: Sequence[RunRow]) -> dict[int, Contact]:
    ids = [row.contact_id for row in rows]
    return {contact.id: contact for contact in list(scope.of(Contact).where(among(Contact.id, ids)))}


def _meant(row: RunRow, seats: Sequence[Seat]) -> list[Seat]:
    if row.membership_id is None:
        return list(seats)
    chosen = row.facts.get("memberships", [row.membership_id])
    return [seat for seat in seats if seat.membership_id in chosen]


def _record(actor: Actor, action: str, run: Run, seat: Seat, **personal: str) -> None:
    audit.record(
        actor, action, f"membership:{seat.membership_uid}", facts={"run": run.uid},
        personal={"contact": seat.contact_name, **personal}, client_id=seat.client_id,
    )  # fmt: skip
