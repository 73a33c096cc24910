"""Floor 6: the command line, one module per command.

Each module has `arguments(parser)` and `run(args) -> int`, the exit status: 0 done, 1 not done, 2 a wrong setting or
argument. Only the module of the command that was called is imported.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from portal.base.config import ConfigError
from portal.base.errors import DomainError

# command -> what it does, in one line; its module has its name
COMMANDS = {
    "serve": "serve the portal, with the worker inside",
    "worker": "run the worker alone",
    "upgrade": "back up, then bring the database up to date",
    "firm": "create a firm: firm create",
    "seed": "large invented data for benchmarks and tests",
    "demo": "the demo firm",
    "link": "a client's portal address",
    "token": "tokens of the JSON API: token create, token revoke",
    "staff": "invite staff, or help one who forgot the password: staff invite, staff reset",
    "import": "clients and contacts from a CSV or XLSX list: import clients",
    "export": "addresses of all clients as CSV: export links",
    "routes": "every route of the portal",
    "audit": "check that nobody altered the audit log: audit verify",
    "backup": "everything into one archive, while the server runs",
    "restore": "an archive into an empty instance",
    "mail": "end the hold on outgoing mail after a restore: mail release",
    "doctor": "what is unhealthy, and what to do about it",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in ("-h", "--help", "help"):
        print(_overview())
        return 0 if words else 2
    if words[0] not in COMMANDS:
        return _complain(f"there is no command {words[0]!r}; foyer --help shows all", 2)
    # what commands write (archives, keys, mails, pictures of secret links) is for this account alone
    os.umask(0o077)
    try:
        return _run(words[0], words[1:])
    except ConfigError as error:
        return _complain(str(error), 2)
    except DomainError as error:
        # imported late: the words are needed only when something went wrong
        return _complain(importlib.import_module("portal.cli.console").in_words(error), 1)
    except BrokenPipeError:
        # who read our output has had enough; nothing may be written at the exit either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _complain(str(error), 1)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        # imported late, too: what cannot be said in words is a fault of ours and shows where
        said = importlib.import_module("portal.base.database").in_words(error)
        if said is None:
            raise
        return _complain(said, 1)


def _overview() -> str:
    width = max(len(name) for name in COMMANDS)
    lines = [f"  {name:{width}}  {text}" for name, text in COMMANDS.items()]
    return "\n".join(["usage: foyer COMMAND …    (foyer COMMAND --help tells more)", "", *lines])


def _run(name: str, words: Sequence[str]) -> int:
    module = importlib.import_module(f"portal.cli.{name}")
    parser = argparse.ArgumentParser(prog=f"foyer {name}", description=module.__doc__)
    module.arguments(parser)
    status: int = module.run(parser.parse_args(words))
    return status


def _complain(line: str, status: int) -> int:
    print(f"foyer: {line}", file=sys.stderr)
    return status
