"""Pictures of first pages, made by the worker after publishing (DETAILS 11, Files).

Which documents may lack one is read from the audit log: every change of a document is an entry there, so the worker
remembers the last entry it has seen and never walks through all documents.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from portal.base import clock, files
from portal.models import notices
from portal.models.audit_entry import AuditEntry
from portal.models.document import PUBLISHED, Document, DocumentVersion, PagePicture
from portal.models.instance import RateCount
from portal.models.stored_file import StoredFile
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.policies.permissions import Permission

SEEN = "worker.pictures_seen"
ATTEMPTS_AT_MOST = 8
ENTRIES_AT_ONCE = 200
_PAUSE = timedelta(seconds=30)
_PDF, _WEBP = "application/pdf", "image/webp"


@dataclass(frozen=True)
class Wanted:
    """A version whose first page is to be drawn; `path` is its file."""

    firm_id: int
    client_id: int
    version_id: int
    path: Path


@dataclass(frozen=True)
class Picture:
    """A drawn page as WebP; width and height in pixels."""

    content: bytes
    width: int
    height: int


def seen() -> int:
    """The id of the last audit entry that was looked at."""
    notice = notices.find(SEEN)
    return int(notice.value) if notice is not None else 0


def wanted_after(entry_id: int) -> tuple[list[Wanted], int]:
    """What the next entries of the log lead to, at most 200 of them, and the id of the last entry looked at."""
    with scopes.instance("the worker draws pages of all firms") as scope:
        query = scope.of(AuditEntry, AuditEntry.id, AuditEntry.subject).where(AuditEntry.id > entry_id)
        entries = list(query.order_by(AuditEntry.id).limit(ENTRIES_AT_ONCE).tuples())
        uids = {subject.removeprefix("document:") for _id, subject in entries if subject.startswith("document:")}
        found = _without_picture(scope, uids) if uids else []
    return found, entries[-1][0] if entries else entry_id


def may_try(wanted: Wanted) -> bool:
    """After a failure there is a pause, each time a longer one."""
    row = _tries(wanted)
    return row is None or clock.now() >= row.since + _PAUSE * row.count


@operation(allow=Permission.INSTANCE, audited=False)
def attempt(_actor: InstanceActor, wanted: Wanted) -> bool:
    """Count one attempt before it is made, so that one that kills the process counts too. False: it was the last."""
    row = _tries(wanted)
    if row is not None and row.count >= ATTEMPTS_AT_MOST:
        return False
    now = clock.now()
    RateCount.insert(key=_key(wanted), since=now, count=1).on_conflict(
        conflict_target=[RateCount.key], update={RateCount.since: now, RateCount.count: RateCount.count + 1}
    ).execute()
    return True


@operation(allow=Permission.INSTANCE, audited=False)
def keep(_actor: InstanceActor, wanted: Wanted, picture: Picture | None) -> None:
    """Keep the picture of a version; None: its page cannot be drawn, and nobody tries again."""
    scope = scopes.current()
    RateCount.delete().where(RateCount.key == _key(wanted)).execute()
    if scope.holds(scope.of(PagePicture, PagePicture.id).where(PagePicture.version == wanted.version_id)):
        return
    place = {"version": wanted.version_id, "client": wanted.client_id}
    if picture is None:
        scope.add(PagePicture, **place)
        return
    path, sha256 = files.keep_bytes(picture.content)
    file = scope.add(
        StoredFile, path=path, name="page-1.webp", media_type=_WEBP, size=len(picture.content), sha256=sha256,
        created_at=clock.now(),
    )  # fmt: skip
    scope.add(PagePicture, **place, file=file.id, width=picture.width, height=picture.height)


@operation(allow=Permission.INSTANCE, audited=False)
def remember(_actor: InstanceActor, entry_id: int) -> None:
    """Keep how far the log was looked through."""
    notices.put(SEEN, str(entry_id))


def _without_picture(scope: scopes.Scope, uids: set[str]) -> list[Wanted]:
    columns = (DocumentVersion.firm, DocumentVersion.client, DocumentVersion.id, StoredFile.path)
    query = scope.of(DocumentVersion, *columns)
    current = (Document.id == DocumentVersion.document) & (Document.version == DocumentVersion.number)
    query = scope.join(query, Document, current)
    query = scope.join(query, StoredFile, StoredFile.id == DocumentVersion.file, src=DocumentVersion)
    query = scope.join(query, PagePicture, PagePicture.version == DocumentVersion.id, src=DocumentVersion, outer=True)
    query = query.where(
        Document.uid.in_(uids),
        Document.state == PUBLISHED,
        StoredFile.media_type == _PDF,
        PagePicture.id.is_null(),
    )
    rows = list(query.order_by(DocumentVersion.id).tuples())
    return [Wanted(firm, client, version, files.path_of(path)) for firm, client, version, path in rows]


def _tries(wanted: Wanted) -> RateCount | None:
    return next(iter(list(RateCount.select().where(RateCount.key == _key(wanted)))), None)


def _key(wanted: Wanted) -> str:
    return f"page-picture:{wanted.version_id}"
