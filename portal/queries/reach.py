"""Whom an invitation reaches, and why not: the rule is the same for what is shown before and for what is done (F3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from peewee import Expression

from portal.base.text import valid_email
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.firm import SECRET_LINK, Firm
from portal.models.identity import Identity
from portal.models.search import among
from portal.policies.scope import Scope

# whoever was asked in so shortly ago is not asked again by the next run
RECENT = timedelta(minutes=10)
TEST_CLIENT, ARCHIVED, CLOSED, LOGIN_OFF = "test_client", "archived", "closed", "login_off"
NO_EMAIL, INVALID_EMAIL, BOUNCED, HELD, NOTIFY_OFF = "no_email", "invalid_email", "bounced", "held", "notify_off"
ACTIVE, JUST_INVITED, NOT_INVITED, ENDED = "active", "just_invited", "not_invited", "ended"


@dataclass(frozen=True)
class Seat:
    """A contact at a client, with all that decides whether an invitation goes out.

    `came`: the person can get in there by herself: has a password, or was there by secret link (T13).
    """

    membership_id: int
    membership_uid: str
    client_id: int
    client_uid: str
    client_name: str
    client_number: str
    is_test: bool
    archived: bool
    open: bool
    by_link: bool
    language: str | None
    contact_id: int
    contact_name: str
    email: str
    email_error: str | None
    held_until: datetime | None
    invited_at: datetime | None
    pending: bool
    login: bool
    notify: bool
    email_sync: bool
    came: bool

    @property
    def is_left_out(self) -> str:
        """Why runs pass this client over, whatever is to be done; empty: they do not."""
        return TEST_CLIENT if self.is_test else ARCHIVED if self.archived else ""

    def switched(self, **switches: bool | None) -> Seat:
        """As it will be: switches that are to be turned on or off; None leaves one as it is."""
        if self.is_left_out:
            return self
        return replace(self, **{name: on for name, on in switches.items() if on is not None})  # type: ignore[arg-type]


def seats(
    scope: Scope,
    firm: Firm,
    *,
    clients: Collection[int] | None = None,
    contacts: Collection[int] | None = None,
    only: Sequence[Expression] = (),
    login_type: str | None = None,
) -> list[Seat]:
    """All living memberships of these clients, or of these contacts, by client and contact; or `only` such.

    `login_type`: as it would be with this one for the firm in place of its own.
    """
    query = scope.join(scope.of(Membership, *_COLUMNS), Client, on=Membership.client == Client.id)
    query = scope.join(query, Contact, on=Membership.contact == Contact.id)
    query = scope.join(query, Identity, on=Contact.identity == Identity.id, src=Contact, outer=True)
    query = query.where(Membership.ended_at.is_null(), *_chosen(clients, contacts), *only)
    in_force = login_type or firm.login_type
    return sorted(
        (_seat(row, in_force) for row in query.tuples()), key=lambda seat: (seat.client_id, seat.membership_id)
    )


def without_login(scope: Scope, firm: Firm) -> list[Seat]:
    """Whom *default access: all clients* would give login (B5)."""
    return seats(scope, firm, only=[~Membership.login, Client.archived_at.is_null(), ~Client.is_test])


def waiting_under(scope: Scope, firm: Firm, login_type: str) -> list[Seat]:
    """Who may come in but would need an invitation to, were this the firm's login type (B2)."""
    follows = [Client.login_type.is_null(), Client.portal_access, Client.archived_at.is_null(), ~Client.is_test]
    found = seats(scope, firm, only=[Membership.login, *follows], login_type=login_type)
    return [seat for seat in found if not seat.came]


def obstacle(seat: Seat, now: datetime) -> str:
    """What keeps a contact from being asked in at this client; empty: nothing."""
    if seat.is_left_out:
        return seat.is_left_out
    if not seat.open:
        return CLOSED
    if not seat.login:
        return LOGIN_OFF
    if seat.came:
        return ACTIVE
    return _unreachable(seat, now) or ("" if seat.notify else NOTIFY_OFF) or _just_invited(seat, now)


def best(of_contact: Iterable[Seat], now: datetime) -> tuple[Seat, str]:
    """The seat by which a contact is asked in; when there is none the first, with what stands in the way there."""
    first: tuple[Seat, str] | None = None
    for seat in of_contact:
        found = obstacle(seat, now)
        if not found:
            return seat, ""
        first = first or (seat, found)
    assert first is not None
    return first


def by_contact(found: Sequence[Seat]) -> dict[int, list[Seat]]:
    """One mail goes to a person, however many clients it is about."""
    sorted_out: dict[int, list[Seat]] = defaultdict(list)
    for seat in found:
        sorted_out[seat.contact_id].append(seat)
    return sorted_out


_COLUMNS = (
    Membership.id, Membership.uid, Membership.login, Membership.notify, Membership.email_sync, Membership.activated_at,
    Client.id, Client.uid, Client.name, Client.number, Client.is_test, Client.archived_at, Client.portal_access,
    Client.login_type, Client.language, Contact.id, Contact.title, Contact.first_name, Contact.last_name,
    Contact.email, Contact.email_error, Contact.held_until, Contact.invited_at, Contact.pending, Contact.language,
    Identity.password.is_null(False),
)  # fmt: skip


def _chosen(clients: Collection[int] | None, contacts: Collection[int] | None) -> list[Expression]:
    found = []
    if clients is not None:
        found.append(among(Membership.client, list(clients)))
    if contacts is not None:
        found.append(among(Membership.contact, list(contacts)))
    return found


def _seat(row: tuple, usual: str) -> Seat:  # type: ignore[type-arg]
    (
        membership_id, membership_uid, login, notify, email_sync, activated_at,
        client_id, client_uid, client_name, number, is_test, archived_at, portal_access, login_type, client_language,
        contact_id, title, first_name, last_name, email, email_error, held_until, invited_at, pending, language,
        has_password,
    ) = row  # fmt: skip
    by_link = (login_type or usual) == SECRET_LINK
    return Seat(
        membership_id=membership_id, membership_uid=membership_uid, client_id=client_id, client_uid=client_uid,
        client_name=client_name, client_number=number, is_test=is_test, archived=archived_at is not None,
        open=portal_access, by_link=by_link, language=language or client_language, contact_id=contact_id,
        contact_name=" ".join(part for part in (title, first_name, last_name) if part) or email, email=email,
        email_error=email_error, held_until=held_until, invited_at=invited_at, pending=pending, login=login,
        notify=notify, email_sync=email_sync,
        came=bool(has_password) or (by_link and activated_at is not None),
    )  # fmt: skip


def _unreachable(seat: Seat, now: datetime) -> str:
    if not seat.email:
        return NO_EMAIL
    if not valid_email(seat.email):
        return INVALID_EMAIL
    if seat.email_error is not None:
        return BOUNCED
    return HELD if seat.held_until is not None and seat.held_until > now else ""


def _just_invited(seat: Seat, now: datetime) -> str:
    return JUST_INVITED if seat.invited_at is not None and now - seat.invited_at < RECENT else ""
