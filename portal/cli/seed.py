"""Large invented data for benchmarks and tests: the same each time, with a portal admin whose password is printed."""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict

from portal.base import config as settings
from portal.base.config import ConfigError
from portal.cli import console
from portal.demo import seeding
from portal.demo.seeding import Seeded


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--firms", type=int, default=1, metavar="N", help="default: 1")
    parser.add_argument("--clients", type=int, default=1000, metavar="N", help="of each firm; default: 1000")
    parser.add_argument("--documents", type=int, default=3, metavar="N", help="of each client; default: 3")
    parser.add_argument("--json", action="store_true", help="what was made, as one JSON document")


def run(args: argparse.Namespace) -> int:
    if not settings.load().loopback:
        raise ConfigError("what seed makes has passwords that everybody knows: PORTAL_BASE_URL must be on loopback")
    config = console.open_or_begin()
    began = time.perf_counter()
    made = []
    for firm in seeding.seed(firms_wanted=args.firms, clients=args.clients, documents=args.documents):
        made.append(firm)
        if not args.json:
            _tell(firm)
    seconds = time.perf_counter() - began
    if args.json:
        firms = [asdict(firm) for firm in made]
        console.document({"base_url": config.base_url, "seconds": round(seconds, 2), "firms": firms})
    else:
        clients = sum(firm.clients for firm in made)
        console.say(f"{clients:,} clients in {seconds:.1f} s; sign in at {config.base_url}/login")
    return 0


def _tell(firm: Seeded) -> None:
    console.say(
        f"{firm.name} ({firm.slug}): {firm.clients:,} clients, {firm.first_number} to {firm.last_number}, with "
        f"{firm.documents:,} documents"
    )
    console.say(f"  portal admin {firm.admin}, adviser {firm.adviser}, password {firm.password}")
