"""Pictures of first pages, made by the worker after publishing (DETAILS 11, Files).

Which documents may lack one is read from the audit log: every change of a document is an entry there, so the worker
keeps the id of the last one it has seen and never walks through all documents.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from portal.base import clock, files, pdf
from portal.base.refusal import Refused
from portal.models import notices
from portal.models.audit_entry import AuditEntry
from portal.models.document import PUBLISHED, Document, DocumentVersion, PagePicture
from portal.models.stored_file import StoredFile
from portal.operations import limits
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.policies.permissions import Permission

SEEN = "worker.pictures_seen"
ATTEMPTS_AT_MOST = 8
_ENTRIES_AT_ONCE = 200
_WEBP, _PDF = "image/webp", "application/pdf"
_BUSY = "busy"


@dataclass(frozen=True)
class Wanted:
    """A version whose first page is to be drawn. `entry_id`: the entry of the audit log that led to it."""

    firm_id: int
    version_id: int
    entry_id: int
    path: Path


def make_next() -> bool:
    """Draw the next picture that is missing; False when there is none.

    One that cannot be drawn gets a row without file, so that nobody tries again. Where only the moment is bad (no room,
    no process free) it raises, and after 8 attempts the picture counts as one that cannot be drawn.
    """
    wanted = next_wanted()
    if wanted is None:
        return False
    actor = InstanceActor(wanted.firm_id, "worker")
    try:
        picture = _drawn(wanted)
    except Refused:
        picture = None
    except Exception:
        # counted, and out again to the worker's loop
        if _attempts(wanted) >= ATTEMPTS_AT_MOST:
            keep(actor, wanted, None)
        raise
    keep(actor, wanted, picture)
    return True
