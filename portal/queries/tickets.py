"""What stands behind the token of an invitation or a reset, of a staff member or of a contact."""

from __future__ import annotations

from dataclasses import dataclass

from peewee import JOIN

from portal.base import clock, tokens
from portal.base.errors import NotFound
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.firm import Firm
from portal.models.identity import Identity
from portal.models.staff import Staff
from portal.models.ticket import Ticket
from portal.policies import scope as scopes

_NOBODYS = -1


@dataclass(frozen=True)
class TicketDoor:
    """A genuine ticket with whose it is. `opens`: it does something now; `clients`: names, of what a contact may enter.

    `has_password`: the person can sign in already. `language` is the person's own, if any.
    """

    ticket: Ticket
    firm: Firm
    staff: Staff | None
    contact: Contact | None
    email: str
    has_password: bool
    is_staff: bool
    language: str | None
    clients: tuple[str, ...]
    opens: bool


def find(purpose: str, token: str) -> TicketDoor:
    """The ticket of a token, living or not. Raises NotFound for what is not ours, after the same work."""
    row_id = tokens.read_id(token)
    with scopes.instance("opening an invitation or a reset") as scope:
        query = (
            Ticket.select(Ticket, Firm)
            .join_from(Ticket, Firm, JOIN.INNER)
            .where(Ticket.id == (_NOBODYS if row_id is None else row_id), Ticket.purpose == purpose)
        )
        row = scope.first(query)
    plain = token if row_id is not None else "0" * tokens.LENGTH
    if not tokens.genuine(purpose, plain, row_id or 0, row.nonce if row else None) or row is None:
        raise NotFound(purpose)
    with scopes.of_firm(row.firm_id) as own:
        return _of_contact(own, row) if row.contact_id is not None else _of_staff(own, row)


def _of_staff(scope: scopes.Scope, ticket: Ticket) -> TicketDoor:
    staff = scope.by_id(Staff, ticket.staff_id)
    identity = scope.by_id(Identity, staff.identity_id)
    return TicketDoor(
        ticket=ticket, firm=ticket.firm, staff=staff, contact=None, email=identity.email,
        has_password=identity.password is not None, is_staff=True, language=identity.language, clients=(),
        opens=ticket.is_live(clock.now()) and staff.is_active and identity.email_key == ticket.email_key,
    )  # fmt: skip


def _of_contact(scope: scopes.Scope, ticket: Ticket) -> TicketDoor:
    contact = scope.by_id(Contact, ticket.contact_id)
    identity = _identity(scope, contact)
    clients = _clients(scope, contact)
    is_held = contact.held_until is not None and contact.held_until > clock.now()
    staff = scope.of(Staff, Staff.id).where(Staff.identity == (identity.id if identity is not None else 0))
    return TicketDoor(
        ticket=ticket, firm=ticket.firm, staff=None, contact=contact, email=contact.email,
        has_password=identity is not None and identity.password is not None,
        is_staff=scope.holds(staff.where(Staff.deactivated_at.is_null())),
        language=contact.language or next((client.language for client in clients if client.language), None),
        clients=tuple(client.name for client in clients),
        opens=(
            ticket.is_live(clock.now()) and contact.email_key == ticket.email_key and not is_held and bool(clients)
        ),
    )  # fmt: skip


def _identity(scope: scopes.Scope, contact: Contact) -> Identity | None:
    """The contact's own once it has a password, else that of its address (`operations/contact_passwords.py`).

    One statement either way: the time tells nobody who has a password.
    """
    wanted = (Identity.id == contact.identity_id) | (Identity.email_key == contact.email_key)
    found: list[Identity] = list(scope.of(Identity).where(wanted))
    own = (row for row in found if row.id == contact.identity_id and row.password is not None)
    return next(own, None) or next((row for row in found if row.email_key == contact.email_key), None)


def _clients(scope: scopes.Scope, contact: Contact) -> list[Client]:
    query = scope.join(scope.of(Client), Membership, on=Membership.client == Client.id)
    rows = query.where(
        Membership.contact == contact.id, Membership.login, Membership.ended_at.is_null(), Client.portal_access,
        Client.archived_at.is_null(),
    )  # fmt: skip
    return list(rows.order_by(Client.name_key, Client.id))
