"""Every route of the portal: rule, methods, permission, feature."""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

from portal.base import config as settings
from portal.cli import console
from portal.factory import create_app
from portal.web.routing import Rule, declared_routes


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as one JSON document")


def run(args: argparse.Namespace) -> int:
    # the routes are the program's, whatever the instance: so none is touched, and none is needed
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(replace(settings.load(), instance=Path(folder)))
        rules = declared_routes(app)
    if args.json:
        console.document([_as_json(rule) for rule in rules])
    else:
        for rule in rules:
            console.say(f"{'/'.join(rule.methods):7} {rule.path:60} {rule.allow.value:16} {rule.endpoint}")
    return 0


def _as_json(rule: Rule) -> dict[str, object]:
    return {
        "rule": rule.path,
        "methods": list(rule.methods),
        "permission": rule.allow.value,
        "feature": getattr(rule, "feature", None),
        "endpoint": rule.endpoint,
    }
