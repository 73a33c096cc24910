"""What is unhealthy, and what to do about it. Exit status 0 when healthy, 1 when not. Changes nothing."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from portal.base.config import Config
from portal.cli import console
from portal.mail.mailbox import Address, Mailbox, Unreachable
from portal.queries import findings
from portal.queries.findings import Finding, Level

_MARKS = {Level.FINE: "ok  ", Level.NOTE: "note", Level.WRONG: "BAD "}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quick", action="store_true", help="do not read through every stored file")
    parser.add_argument("--json", action="store_true", help="as one JSON document")


def run(args: argparse.Namespace) -> int:
    config = console.open_unchecked()
    found = [*findings.examine(config, quick=args.quick), *_bounces(config)]
    healthy = all(finding.level is not Level.WRONG for finding in found)
    if args.json:
        console.document({"healthy": healthy, "findings": [_as_json(finding) for finding in found]})
    else:
        for finding in found:
            console.say(f"{_MARKS[finding.level]}  {finding.text}")
            if finding.remedy and finding.level is not Level.FINE:
                console.say(f"      {finding.remedy}")
        console.say("Healthy." if healthy else "Not healthy.")
    return 0 if healthy else 1


def _bounces(config: Config) -> Iterator[Finding]:
    """Whether the sender's mailbox can be opened; findings of the database know nothing of lines to elsewhere."""
    if config.bounce_url is None:
        return
    try:
        with Mailbox(Address.of(config.bounce_url)):
            yield Finding("bounces", Level.FINE, "The mailbox for bounced mails can be read.")
    except Unreachable as error:
        text = f"The mailbox for bounced mails cannot be read: {error.words}"
        yield Finding("bounces", Level.WRONG, text, "Check PORTAL_BOUNCE_URL and the mailbox's password.")


def _as_json(finding: Finding) -> dict[str, str]:
    return {"check": finding.check, "level": finding.level.value, "text": finding.text, "remedy": finding.remedy}
