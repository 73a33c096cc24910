"""What another login type would mean for a client: who needs an invitation then, and which links open nothing (B2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.link import Link
from portal.policies.scope import Scope
from portal.queries.contacts import with_password


@dataclass(frozen=True)
class Meaning:
    """Contacts with login on, `with_password` and `without_password`; `links`: the living secret links."""

    with_password: int
    without_password: int
    links: int


def meaning(scope: Scope, client: Client, now: datetime) -> Meaning:
    """The figures behind a change of the login type."""
    people = scope.join(scope.of(Contact), Membership, Membership.contact == Contact.id)
    granted = list(people.where(Membership.client == client.id, Membership.login, Membership.ended_at.is_null()))
    links = scope.of(Link, Link.id).where(
        Link.client == client.id, Link.revoked_at.is_null(), Link.expires_at.is_null() | (Link.expires_at > now)
    )
    known = len(with_password(scope, granted))
    return Meaning(known, len(granted) - known, links.count())
