"""Which firm, client, staff member a command means."""

from __future__ import annotations

import argparse

from portal.base.text import email_key, one_line, searchable
from portal.cli.console import GaveUp
from portal.models.client import Client
from portal.models.firm import Firm
from portal.models.identity import Identity
from portal.models.staff import Staff
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor


def firm_argument(parser: argparse.ArgumentParser) -> None:
    """`--firm SLUG`, needed only where there are several."""
    parser.add_argument("--firm", metavar="SLUG", help="needed when the instance has several firms")


def firm(slug: str | None) -> Firm:
    """The firm with this slug, or the only one. Raises GaveUp."""
    with scopes.instance("the command line chooses a firm") as scope:
        firms = list(scope.of(Firm).order_by(Firm.slug))
    if not firms:
        raise GaveUp("there is no firm yet; make one: foyer firm create --name NAME --admin-email EMAIL")
    if slug is None and len(firms) > 1:
        raise GaveUp(f"which firm? --firm {'|'.join(each.slug for each in firms)}")
    for each in firms:
        if slug in (None, each.slug):
            return each
    raise GaveUp(f"there is no firm {slug!r}; there is {', '.join(each.slug for each in firms)}")


def actor(chosen: Firm, command: str) -> InstanceActor:
    """The operator at the command line, within a firm."""
    return InstanceActor(chosen.id, command)


def client(scope: scopes.Scope, number: str) -> Client:
    """The client with this number, case ignored. Raises GaveUp."""
    key = searchable(one_line(number))
    found: Client | None = scope.first(scope.of(Client).where(Client.number_key == key))
    if found is None:
        raise GaveUp(f"there is no client with the number {number!r}")
    return found


def staff(scope: scopes.Scope, email: str) -> Staff:
    """The staff member with this address. Raises GaveUp."""
    query = scope.join(scope.of(Staff), Identity, Staff.identity == Identity.id)
    found: Staff | None = scope.first(query.where(Identity.email_key == email_key(email)))
    if found is None:
        raise GaveUp(f"nobody of the firm has the address {email!r}")
    return found
