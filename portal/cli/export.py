"""Addresses of all clients as CSV for mail merge: client_number, name, portal_url. All admins are told by mail."""

from __future__ import annotations

import argparse
import sys

from portal.base import sheet
from portal.cli import chosen, console
from portal.operations import links
from portal.policies import scope as scopes
from portal.queries import links as known

_COLUMNS = ("client_number", "name", "portal_url")


def arguments(parser: argparse.ArgumentParser) -> None:
    chosen.firm_argument(
        parser.add_subparsers(dest="verb", required=True).add_parser("links", help="to standard output")
    )


def run(args: argparse.Namespace) -> int:
    config = console.open_existing()
    firm = chosen.firm(args.firm)
    with scopes.of_firm(firm.id) as scope:
        rows = list(known.export_rows(config.base_url, scope, firm))
    # noted before the first address leaves: an export that broke off half-way took half of them along
    links.exported(chosen.actor(firm, "foyer export links"), firm, count=len(rows))
    for line in sheet.lines(_COLUMNS, ((row.client_number, row.name, row.portal_url) for row in rows)):
        sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
    return 0
