"""The child's half of `portal.base.child`: it limits itself before it opens anything, and always answers."""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable
from typing import Any


class Refusal(Exception):
    """Leaves the process as its answer, with the code of `portal.base.refusal.Refused`."""


def answer(
    question: Callable[[], dict[str, Any]], *, processor_seconds: int, memory_bytes: int, output_bytes: int
) -> int:
    """Print what the question brings, or why it is refused, as JSON; the exit status: 0 whenever it was answered."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (processor_seconds, processor_seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output_bytes, output_bytes))
    try:
        found = question()
    except Refusal as refusal:
        found = {"refused": str(refusal)}
    except MemoryError:
        found = {"refused": "bomb"}
    except Exception:  # the libraries' errors have no common base, and whatever it was: not readable
        found = {"refused": "broken"}
    json.dump(found, sys.stdout, separators=(",", ":"))
    return 0
