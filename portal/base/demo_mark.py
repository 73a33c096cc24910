"""The mark of a demo instance: a file in its folder. What carries it may be wiped, and shows its outgoing mail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from portal.base import durable

NAME = "demo.json"


def read(instance: Path) -> dict[str, Any] | None:
    """What the mark says; None for an instance that is no demo."""
    try:
        found = json.loads((instance / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def write(instance: Path, content: dict[str, Any]) -> None:
    """Mark the instance, readable by this account alone: the token of the API stands in it."""
    instance.mkdir(parents=True, exist_ok=True)
    durable.write(instance / NAME, json.dumps(content, indent=1).encode())


def is_demo(instance: Path) -> bool:
    """Whether this is the folder of a demo."""
    return read(instance) is not None
