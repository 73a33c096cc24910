"""Invite staff, or help one who forgot the password. Prints an address to hand over; it is mailed as well."""

from __future__ import annotations

import argparse

from portal.cli import chosen, console
from portal.models.staff import ROLES
from portal.operations import team
from portal.policies import scope as scopes
from portal.queries import addresses


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True)
    invite = verbs.add_parser("invite", help="the address is good for 7 days")
    invite.add_argument("--email", required=True, metavar="E")
    invite.add_argument("--role", required=True, choices=ROLES)
    invite.add_argument("--name", default="", metavar="N")
    reset = verbs.add_parser("reset", help="the address is good for 30 minutes")
    reset.add_argument("--email", required=True, metavar="E")
    for verb in (invite, reset):
        chosen.firm_argument(verb)


def run(args: argparse.Namespace) -> int:
    config = console.open_existing()
    firm = chosen.firm(args.firm)
    actor = chosen.actor(firm, f"foyer staff {args.verb}")
    if args.verb == "invite":
        ticket = team.invite(actor, firm, email=args.email, role=args.role, name=args.name)
        console.say(addresses.invite(config.base_url, ticket))
        return 0
    with scopes.of_firm(firm.id) as scope:
        person = chosen.staff(scope, args.email)
    console.say(addresses.reset(config.base_url, team.reset(actor, person)))
    return 0
