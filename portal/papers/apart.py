"""Drawing in a process of its own: the drawing library takes 40 MB, which a server would keep as long as it runs.

python -I -m portal.papers.apart < certificate.json > certificate.pdf
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from dataclasses import asdict
from datetime import datetime
from threading import BoundedSemaphore
from typing import Any

from portal.base.errors import Unavailable
from portal.papers import certificate
from portal.papers.certificate import Certificate, Fact, Section
from portal.papers.letterhead import Letterhead
from portal.papers.sheet import Imprint

SECONDS = 30
_turns = BoundedSemaphore(2)


def draw(paper: Certificate) -> bytes:
    """As `certificate.draw`, in half a second and without its memory. Raises Unavailable when the machine is busy."""
    if not _turns.acquire(timeout=SECONDS):
        raise Unavailable("busy")
    try:
        return _drawn(json.dumps(asdict(paper), default=_plain).encode())
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable("busy") from error
    finally:
        _turns.release()


def _drawn(told: bytes) -> bytes:
    # no environment: the child needs none, and ours may hold passwords
    done = subprocess.run(
        [sys.executable, "-I", "-m", "portal.papers.apart"],
        input=told,
        capture_output=True,
        env={"LC_ALL": "C.UTF-8"},
        timeout=SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"a paper could not be drawn: {done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(value)


def _told(fields: dict[str, Any]) -> Certificate:
    head, imprint = fields["head"], fields["imprint"]
    logo = head["logo"]
    sections = tuple(
        Section(each["heading"], tuple(Fact(**fact) for fact in each["facts"]), each["remark"])
        for each in fields["sections"]
    )
    return Certificate(
        head=Letterhead(
            **{
                **head,
                "reach": tuple(head["reach"]),
                "foot": tuple(tuple(column) for column in head["foot"]),
                "logo": base64.b64decode(logo) if logo else None,
            }
        ),
        imprint=Imprint(**{**imprint, "made_at": datetime.fromisoformat(imprint["made_at"])}),
        sections=sections,
        **{name: fields[name] for name in ("heading", "below", "verdict", "summary")},
    )


if __name__ == "__main__":
    sys.stdout.buffer.write(certificate.draw(_told(json.load(sys.stdin))))
