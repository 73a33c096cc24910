"""Where the program looks across firms: each place with its reason, listed here, so that a new one is seen."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "portal"


def reasons(call: str) -> set[tuple[str, str]]:
    """(module, reason) of all calls of `….<call>("reason")`."""
    found = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == call:
                reason = node.args[0] if node.args else None
                text = reason.value if isinstance(reason, ast.Constant) else ast.unparse(reason) if reason else ""
                found.add((path.relative_to(ROOT).as_posix(), str(text)))
    return found


def test_every_look_across_firms_is_listed() -> None:
    assert listed("instance") == reasons("instance")


def test_every_unguarded_statement_is_listed() -> None:
    assert listed("unguarded") == reasons("unguarded")


def listed(call: str) -> set[tuple[str, str]]:
    """The list beside this file: `call | module | reason`."""
    lines = Path(__file__).with_name("across_firms.txt").read_text(encoding="utf-8").splitlines()
    rows = [
        tuple(cell.strip() for cell in line.split("|")) for line in lines if line.strip() and not line.startswith("#")
    ]
    return {(module, reason) for kind, module, reason in rows if kind == call}
