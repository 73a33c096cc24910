"""The mark of a demo instance: a file in its folder. What carries it may be wiped, and shows its outgoing mail."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

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
    temporary = instance / f"{NAME}.new"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(instance / NAME)


def is_demo(instance: Path) -> bool:
    """Whether this is the folder of a demo."""
    return read(instance) is not None
