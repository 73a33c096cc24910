"""Check that nobody altered the audit log. Exit status 1 and the first broken entry of each firm when somebody did."""

from __future__ import annotations

import argparse

from portal.cli import console
from portal.queries import audit_chain

_WORDS = {
    "altered": "was altered",
    "reordered": "is not in its place",
    "missing": "is missing",
    "text_altered": "has an altered text",
    "unreadable": "was overwritten with something that cannot be read",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    verify = parser.add_subparsers(dest="verb", required=True).add_parser("verify", help="walk the hash chains")
    verify.add_argument("--json", action="store_true", help="as one JSON document")


def run(args: argparse.Namespace) -> int:
    console.open_existing()
    verdict = audit_chain.verify()
    if args.json:
        console.document(_as_json(verdict))
    else:
        for line in _lines(verdict):
            console.say(line)
    return 0 if verdict.intact else 1


def _as_json(verdict: audit_chain.Verdict) -> dict[str, object]:
    broken = [{"firm": b.firm, "number": b.number, "action": b.action, "reason": b.reason} for b in verdict.broken]
    counts = {"entries": verdict.entries, "erased": verdict.erased, "removed": verdict.removed}
    return {"intact": verdict.intact, **counts, "broken": broken}


def _lines(verdict: audit_chain.Verdict) -> list[str]:
    lines = [
        f"{each.firm}: entry {each.number}{f' ({each.action})' if each.action else ''} {_WORDS[each.reason]}"
        for each in verdict.broken
    ]
    if verdict.removed:
        lines.append(f"{verdict.removed} entries were taken away at the end of the log")
    if verdict.intact:
        erased = f", {verdict.erased} of them with the personal text erased" if verdict.erased else ""
        lines.append(f"The audit log is whole: {verdict.entries} entries{erased}")
    return lines
