"""End the hold on outgoing mail after a restore. Mails that the backup held may have gone out before: --drop."""

from __future__ import annotations

import argparse

from portal.cli import console
from portal.operations import restoration


def arguments(parser: argparse.ArgumentParser) -> None:
    release = parser.add_subparsers(dest="verb", required=True).add_parser("release", help="mail goes out again")
    release.add_argument("--drop", action="store_true", help="do not send what was waiting in the backup")


def run(args: argparse.Namespace) -> int:
    console.open_existing()
    if not restoration.on_hold():
        console.say("Outgoing mail is not on hold.")
        return 0
    count = restoration.release_mail(drop=args.drop)
    what = "were dropped" if args.drop else "go out now"
    console.say(f"The hold is over; {count} mails that waited {what}.")
    return 0
