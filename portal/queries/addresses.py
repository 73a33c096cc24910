"""Absolute addresses that go into mails and onto the console, built from the base address only."""

from __future__ import annotations

from portal.base import tokens
from portal.models.ticket import Ticket


def invite(base_url: str, ticket: Ticket) -> str:
    """Where an invited staff member sets a password."""
    return f"{base_url}/invite/{tokens.issue('invite', ticket.id, ticket.nonce)}"


def reset(base_url: str, ticket: Ticket) -> str:
    """Where a staff member sets a new password."""
    return f"{base_url}/password/reset/{tokens.issue('reset', ticket.id, ticket.nonce)}"
