"""Back up database, stored files, keys and settings into one archive, while the server runs.

The archive holds the keys: whoever has it can open every secret link. Keep it as you keep the server.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from portal.base import archive
from portal.cli import console
from portal.operations import backups


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="the archive, a tar file")
    parser.add_argument("--replace", action="store_true", help="write over a file of this name")


def run(args: argparse.Namespace) -> int:
    config = console.open_existing()
    try:
        backup = backups.take(config, args.file.absolute(), replace=args.replace)
    except archive.Exists as error:
        raise console.GaveUp(f"{error}; choose another name, or --replace") from error
    except OSError as error:
        raise console.GaveUp(f"the archive cannot be written: {error}") from error
    parts = backup.manifest.parts
    console.say(f"{args.file}: {len(parts)} files, {backup.manifest.size / 1e6:.1f} MB")
    for names, what in ((backup.missing, "missing in the store"), (backup.altered, "not what was stored")):
        if names:
            console.point_out(f"{len(names)} stored files are {what}; see what foyer doctor says")
    return 0
