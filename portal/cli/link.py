"""A client's portal address, alone on its line. Exit status 1 with the reason when there is none."""

from __future__ import annotations

import argparse
from pathlib import Path

from portal.base import qr
from portal.cli import chosen, console
from portal.models.client import Client
from portal.models.firm import Firm
from portal.models.link import Link
from portal.operations import links
from portal.policies import scope as scopes
from portal.queries import links as known

_PICTURES = {".svg": qr.svg_file, ".png": qr.png}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", metavar="CLIENT_NUMBER")
    chosen.firm_argument(parser)
    parser.add_argument("--qr", type=Path, metavar="FILE", help="write it as a QR code: FILE.svg or FILE.png")
    change = parser.add_mutually_exclusive_group()
    change.add_argument("--renew", action="store_true", help="a new link; the old one stops working at once")
    change.add_argument("--revoke", action="store_true", help="the link stops working at once, without a new one")


def run(args: argparse.Namespace) -> int:
    if args.qr is not None and args.qr.suffix.lower() not in _PICTURES:
        raise console.GaveUp(f"{args.qr} tells no kind of picture; call it something.svg or something.png")
    config = console.open_existing()
    firm = chosen.firm(args.firm)
    with scopes.of_firm(firm.id) as scope:
        client = chosen.client(scope, args.number)
        link = known.portal_link(scope, client)
    if args.revoke:
        return _revoke(firm, client, link)
    if args.renew:
        _renew(firm, client, link)
    with scopes.of_firm(firm.id) as scope:
        address = known.portal_url(config.base_url, scope, client, firm)
    if address is None:
        raise console.GaveUp(f"{client.number} {client.name} has no portal address: {_reason(client)}")
    _show(address, args.qr)
    return 0


def _revoke(firm: Firm, client: Client, link: Link | None) -> int:
    if link is None:
        raise console.GaveUp(f"{client.number} {client.name} has no link to revoke: {_reason(client)}")
    links.revoke(chosen.actor(firm, "foyer link --revoke"), link)
    console.say(f"The link of {client.number} {client.name} is revoked.")
    return 0


def _renew(firm: Firm, client: Client, link: Link | None) -> None:
    if client.is_archived or not client.portal_access:
        raise console.GaveUp(f"a new link of {client.number} {client.name} would not open: {_reason(client)}")
    actor = chosen.actor(firm, "foyer link --renew")
    if link is None:
        links.make(actor, client)
    else:
        links.renew(actor, link)


def _reason(client: Client) -> str:
    if client.is_archived:
        return "the client is archived"
    if not client.portal_access:
        return "its portal access is off"
    return "its link was revoked; --renew makes a new one"


def _show(address: str, picture: Path | None) -> None:
    if picture is not None:
        try:
            # capitals make a smaller code, and only secret links open in them (TRUST, Secret links)
            payload = address.upper() if "/l/" in address else address
            picture.write_bytes(_PICTURES[picture.suffix.lower()](payload))
        except OSError as error:
            raise console.GaveUp(f"the picture cannot be written: {error}") from error
    console.say(address)
