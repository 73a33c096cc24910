"""Tokens of the JSON API. A new one is shown once, alone on the last line; revoke it by its id or name."""

from __future__ import annotations

import argparse

from portal.cli import chosen, console
from portal.models.api_token import RIGHTS, ApiToken
from portal.operations import api_tokens
from portal.policies import scope as scopes


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True)
    create = verbs.add_parser("create", help="a new token")
    create.add_argument("--name", required=True, metavar="N", help="what it is for")
    create.add_argument("--rights", default=",".join(RIGHTS), metavar="R", help=f"of {','.join(RIGHTS)}; default: all")
    revoke = verbs.add_parser("revoke", help="it stops working at once")
    revoke.add_argument("token", metavar="ID_OR_NAME")
    for verb in (create, revoke):
        chosen.firm_argument(verb)


def run(args: argparse.Namespace) -> int:
    console.open_existing()
    firm = chosen.firm(args.firm)
    actor = chosen.actor(firm, f"foyer token {args.verb}")
    if args.verb == "create":
        rights = [right.strip() for right in args.rights.split(",") if right.strip()]
        token, plain = api_tokens.create(actor, firm, name=args.name, rights=rights)
        console.say(
            f"Token {token.uid} ({token.name}) with the rights {', '.join(token.rights)}; it is shown only now:"
        )
        console.say(plain)
        return 0
    token = _named(firm.id, args.token)
    api_tokens.revoke(actor, token)
    console.say(f"Token {token.uid} ({token.name}) is revoked.")
    return 0


def _named(firm_id: int, wanted: str) -> ApiToken:
    with scopes.of_firm(firm_id) as scope:
        tokens: list[ApiToken] = list(scope.of(ApiToken).order_by(ApiToken.id))
    found = [t for t in tokens if t.uid == wanted] or [t for t in tokens if t.name == wanted and t.revoked_at is None]
    if len(found) == 1:
        return found[0]
    if found:
        raise console.GaveUp(f"several tokens are called {wanted!r}: name the id, {', '.join(t.uid for t in found)}")
    living = ", ".join(f"{t.uid} ({t.name})" for t in tokens if t.revoked_at is None)
    raise console.GaveUp(f"there is no living token {wanted!r}; there is {living or 'none at all'}")
