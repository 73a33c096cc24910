"""What stands behind the token of an invitation or a reset."""

from __future__ import annotations

from dataclasses import dataclass

from portal.base import clock, tokens
from portal.base.errors import Gone, NotFound
from portal.models.firm import Firm
from portal.models.identity import Identity
from portal.models.staff import Staff
from portal.models.ticket import Ticket
from portal.policies import scope as scopes


@dataclass(frozen=True)
class TicketDoor:
    """A genuine, living ticket with whose it is."""

    ticket: Ticket
    staff: Staff
    firm: Firm
    email: str


def find(purpose: str, token: str) -> TicketDoor:
    """Raises NotFound for what is not ours, Gone for what was used, cancelled or ran out."""
    row_id = tokens.read_id(token)
    with scopes.instance("opening an invitation or a reset") as scope:
        query = (
            Ticket.select(Ticket, Staff, Identity, Firm)
            .join_from(Ticket, Staff)
            .join_from(Staff, Identity)
            .join_from(Ticket, Firm)
            .where(Ticket.id == (row_id or 0), Ticket.purpose == purpose)
        )
        row = scope.first(query)
    plain = token if row_id is not None else "0" * tokens.LENGTH
    if not tokens.genuine(purpose, plain, row_id or 0, row.nonce if row else None) or row is None:
        raise NotFound(purpose)
    if not row.is_live(clock.now()) or not row.staff.is_active:
        raise Gone(purpose)
    return TicketDoor(row, row.staff, row.firm, row.staff.identity.email)
