"""The demo firm: made once in instance/demo, with fixed passwords; prints who can get in. FRESH=1 makes it anew."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from contextlib import ExitStack

from portal.base.config import Config
from portal.cli import console, serve
from portal.demo import cast, site
from portal.demo.cast import Cast
from portal.demo.site import Mark
from portal.models.schema import TooNew


def arguments(parser: argparse.ArgumentParser) -> None:
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="the cast as one JSON document")
    how.add_argument("--serve", action="store_true", help="then serve it, as foyer serve does")
    parser.add_argument("--fresh", action="store_true", help="make it anew; as the environment's FRESH=1")


def run(args: argparse.Namespace) -> int:
    config = site.configure(os.environ)
    fresh = args.fresh or os.environ.get("FRESH", "") not in ("", "0")
    mark = site.read(config)
    with ExitStack() as stack:
        if args.serve or mark is None or fresh:
            serve.hold(stack, config)
        # a taken port is said before anybody waits for the demo to be made
        sockets = serve.listening(stack, config) if args.serve else []
        found = cast.read(config, _made(config, mark, fresh=fresh))
        if args.json:
            console.document(found.as_json())
        else:
            _tell(found)
        if args.serve:
            serve.serve(config, sockets)
    return 0


def _made(config: Config, mark: Mark | None, *, fresh: bool) -> Mark:
    if mark is None or fresh:
        console.point_out(f"making the demo in {config.instance}, some ten seconds …")
        done = subprocess.run([sys.executable, "-m", "portal.demo"], check=False, stdout=sys.stderr)
        mark = site.read(config)
        if done.returncode or mark is None:
            raise console.GaveUp("the demo could not be made; what stands above says why")
    try:
        site.open_it(config)
    except TooNew as error:
        raise console.GaveUp(str(error)) from error
    return mark


def _tell(found: Cast) -> None:
    console.say()
    console.say(f"{found.firm}, an invented firm. Staff and clients with a password sign in at {found.base_url}/login")
    width = max(len(player.email) for player in found.people)
    for player in found.people:
        console.say(f"  {player.email:{width}}  {player.password}  {player.name}, {cast.role_in_words(player)}")
    console.say()
    console.say("Other clients come by secret link, without a password:")
    for way in found.links:
        limit = "below the amount that takes a code" if way.test_client else "takes a code by e-mail"
        console.say(f"  {way.contact} of {way.client} ({way.client_number}), offer {way.document}, {limit}")
        console.say(f"    {way.url}")
    console.say()
    console.say(f"Outgoing mail, codes too: {found.mail_url}")
    console.say(f"JSON API: {found.api_url}, token {found.token}")
    if found.stale:
        console.say(f"Made {found.made_at[:10]}; an offer above no longer waits. FRESH=1 make demo begins anew.")
    console.say()
