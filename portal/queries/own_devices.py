"""Where a contact is signed in: the living sessions of one person at all her clients (F10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.base import clock
from portal.models.client import Client
from portal.models.sign_in import LINK, PASSWORD, SignIn
from portal.policies import scope as scopes
from portal.policies.actors import ClientActor


@dataclass(frozen=True)
class Device:
    """A session. `agent` is what the browser calls itself; `is_present`: the one that asks."""

    uid: str
    agent: str
    address: str
    created_at: datetime
    client: str
    by_password: bool
    is_present: bool


def of(actor: ClientActor) -> list[Device]:
    """Newest use first. A link that a mail scanner fetched without ever asking for a page is no device.

    In the scope of the firm: a person is signed in at several clients, each of which sees itself only.
    """
    now = clock.now()
    with scopes.of_firm(actor.firm_id) as whole:
        query = whole.join(whole.of(SignIn, SignIn, Client), Client, SignIn.client == Client.id)
        query = query.where(SignIn.contact == actor.contact_id, SignIn.ended_at.is_null())
        used = (SignIn.kind == PASSWORD) | ((SignIn.kind == LINK) & SignIn.opened_at.is_null(False))
        rows = [row for row in query.where(used).order_by(SignIn.seen_at.desc()) if row.is_live(now)]
    return [
        Device(
            row.uid, row.agent, row.address, row.created_at, row.client.name, row.kind == PASSWORD,
            row.id == actor.sign_in_id,
        )
        for row in rows
    ]  # fmt: skip
