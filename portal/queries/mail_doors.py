"""Whose mails the address in a mail's foot is about."""

from __future__ import annotations

from dataclasses import dataclass

from portal.base import tokens
from portal.base.errors import NotFound
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.firm import Firm
from portal.policies import scope as scopes

PURPOSE = "mail"


@dataclass(frozen=True)
class MailDoor:
    """A contact at a client, with the firm that writes."""

    membership: Membership
    contact: Contact
    client: Client
    firm: Firm


def token_of(membership: Membership) -> str:
    """Derived from the membership, stored nowhere, good as long as it lasts."""
    return tokens.issue(PURPOSE, membership.id, _nonce(membership))


def find(token: str) -> MailDoor:
    """Raises NotFound for what is not ours and for memberships that ended: the same work for both."""
    row_id = tokens.read_id(token)
    with scopes.instance("choosing mails by the address in one") as scope:
        query = (
            Membership.select(Membership, Contact, Client, Firm)
            .join_from(Membership, Contact)
            .join_from(Membership, Client)
            .join_from(Membership, Firm)
            .where(Membership.id == (row_id or 0), Membership.ended_at.is_null())
        )
        row = scope.first(query)
    plain = token if row_id is not None else "0" * tokens.LENGTH
    if not tokens.genuine(PURPOSE, plain, row_id or 0, _nonce(row) if row else None) or row is None:
        raise NotFound(PURPOSE)
    return MailDoor(row, row.contact, row.client, row.firm)


def _nonce(membership: Membership) -> bytes:
    return str(membership.uid).encode()
