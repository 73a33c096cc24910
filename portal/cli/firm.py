"""Create a firm. Prints the address at which its first portal admin sets a password."""

from __future__ import annotations

import argparse

from portal.cli import console
from portal.operations import firms
from portal.policies.actors import InstanceActor
from portal.queries import addresses


def arguments(parser: argparse.ArgumentParser) -> None:
    create = parser.add_subparsers(dest="verb", required=True).add_parser("create", help="a new firm")
    create.add_argument("--name", required=True, metavar="N")
    create.add_argument("--admin-email", required=True, metavar="E")
    create.add_argument("--slug", metavar="S", help="what stands in addresses; by default made from the name")


def run(args: argparse.Namespace) -> int:
    config = console.open_or_begin()
    firm, ticket = firms.create(
        InstanceActor(None, "foyer firm create"), name=args.name, admin_email=args.admin_email, slug=args.slug
    )
    console.say(f"The firm {firm.name} ({firm.slug}) is made. Its first portal admin sets a password here, for 7 days:")
    console.say(addresses.invite(config.base_url, ticket))
    return 0
