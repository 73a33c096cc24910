"""Restore an archive into an empty instance: one without keys.json and database.

Nobody stays signed in, outgoing mail waits for `foyer mail release`, and what was revoked since the backup is revoked
again, as far as the journal tells: the one in the folder, or the one that --journal names.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from portal.base import archive, lock
from portal.base import config as settings
from portal.base.config import Config
from portal.cli import console
from portal.models.schema import TooNew
from portal.operations import restoration


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="the archive that foyer backup made")
    parser.add_argument("--journal", type=Path, metavar="DIR", help="the folder journal/ of the lost instance")


def run(args: argparse.Namespace) -> int:
    config = settings.load()
    try:
        done = restoration.restore(config, args.file, journal_folder=args.journal)
    except (restoration.NotEmpty, restoration.NoJournal, archive.Damaged, TooNew) as error:
        raise console.GaveUp(f"{error}; nothing was restored") from error
    except lock.Held as error:
        raise console.GaveUp(f"a server or another restore ({error}) uses {config.instance}; stop it first") from error
    except OSError as error:
        raise console.GaveUp(f"not restored: {error}") from error
    for line in _lines(config, done):
        console.say(line)
    return 0


def _lines(config: Config, done: restoration.Restored) -> list[str]:
    made = f"{done.manifest.made_at:%Y-%m-%d %H:%M:%S} UTC"
    lines = [f"Restored into {config.instance}: the state of {made}, {done.firms} firms, all hashes as they should be."]
    if done.migrations:
        lines.append(f"Upgraded: {', '.join(done.migrations)}.")
    if done.kept_settings:
        lines.append("The folder's own portal.env was kept.")
    lines.append(f"{done.sessions} sessions were ended: everybody signs in anew.")
    lines += _journal_lines(done)
    lines.append(f"Outgoing mail is on hold ({done.mails_held} mails from the backup wait): foyer mail release")
    return [*lines, "See that all is well: foyer doctor"]


def _journal_lines(done: restoration.Restored) -> list[str]:
    if not done.journal_found:
        return [
            "There is no journal, neither in the folder nor named by --journal.",
            "Links and people whose access was taken away since the backup have it again: look through them.",
        ]
    acts = done.acts
    lines = [f"Journal: {acts['done']} acts since the backup were done again, {acts['already']} were so already."]
    if acts["unknown_row"]:
        lines.append(f"{acts['unknown_row']} acts concern what was made after the backup and is not there.")
    if acts["unknown_act"]:
        lines.append(f"{acts['unknown_act']} acts are of a kind that this program does not know: look at the journal.")
    return lines
