"""Checking that nobody altered the audit log (X2): `foyer audit verify`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from portal.base.database import database
from portal.models.audit_entry import AuditEntry, AuditText
from portal.models.chain import FIRST, digest, entry_hash
from portal.models.firm import Firm
from portal.policies import scope as scopes

_PAGE = 2000
# a column that was overwritten with what its field cannot read; peewee makes an IndexError of some
_UNREADABLE = (ValueError, TypeError, OverflowError, IndexError)


@dataclass(frozen=True)
class Broken:
    """The first entry of a firm at which the chain does not hold; `number` is its place in the chain, `reason` a code.

    `altered` (its columns are not what was hashed), `reordered` (it does not follow the one before), `missing` (there
    is none with this number), `text_altered` (the personal text is not what was hashed), `unreadable`.
    """

    firm: str
    number: int
    reason: str
    action: str = ""


@dataclass(frozen=True)
class Verdict:
    """`entries` checked; `erased` of them without their personal text; `removed`: how many rows were once there in all
    and are not any more (entries cut off at an end leave a valid chain; the counter of ids tells)."""

    entries: int
    erased: int
    removed: int
    broken: tuple[Broken, ...]

    @property
    def intact(self) -> bool:
        return not self.broken and not self.removed


def verify() -> Verdict:
    """Walk every firm's chain from its first entry."""
    with scopes.instance("the chains of all firms are checked") as scope:
        firms = list(scope.of(Firm).order_by(Firm.id))
    counts = [_walk(firm) for firm in firms]
    entries = sum(count.entries for count in counts)
    broken = tuple(count.broken for count in counts if count.broken)
    return Verdict(entries, sum(count.erased for count in counts), 0 if broken else _removed(), broken)


@dataclass
class _Walk:
    entries: int = 0
    erased: int = 0
    broken: Broken | None = None


def _walk(firm: Firm) -> _Walk:
    walk, previous = _Walk(), FIRST
    with scopes.of_firm(firm.id) as scope:
        try:
            for entry, text in _entries(scope):
                reason = _fault(entry, text, walk.entries + 1, previous)
                if reason is not None:
                    walk.broken = Broken(firm.slug, walk.entries + 1, reason, str(entry.action))
                    break
                walk.entries += 1
                walk.erased += text is None
                previous = entry.hash
        except _UNREADABLE:
            walk.broken = Broken(firm.slug, walk.entries + 1, "unreadable")
    return walk


def _entries(scope: scopes.Scope) -> Iterator[tuple[AuditEntry, AuditText | None]]:
    """All entries of a firm in their order, with their text, a page at a time. Raises what is in _UNREADABLE."""
    last = (-1, 0)
    while page := _page(scope, last, _PAGE):
        yield from page
        last = (page[-1][0].number, page[-1][0].id)


def _page(scope: scopes.Scope, last: tuple[int, int], size: int) -> list[tuple[AuditEntry, AuditText | None]]:
    later = (AuditEntry.number > last[0]) | ((AuditEntry.number == last[0]) & (AuditEntry.id > last[1]))
    try:
        entries = list(scope.of(AuditEntry).where(later).order_by(AuditEntry.number, AuditEntry.id).limit(size))
        ids = [entry.id for entry in entries]
        texts = {text.entry_id: text for text in list(scope.of(AuditText).where(AuditText.entry.in_(ids)))}
    except _UNREADABLE:
        if size == 1:
            raise
        return _page(scope, last, 1)  # one at a time from here, to name the entry that cannot be read
    return [(entry, texts.get(entry.id)) for entry in entries]


def _fault(entry: AuditEntry, text: AuditText | None, number: int, previous: str) -> str | None:
    if entry.number > number:
        return "missing"
    if entry.hash != entry_hash(entry):
        return "altered"
    if entry.number != number or entry.previous != previous:
        return "reordered"
    if text is not None and digest(text.salt, text.personal) != entry.text_digest:
        return "text_altered"
    return None


def _removed() -> int:
    """Ids are given once and never again; a transaction that was rolled back gives its ids back. So there are as many
    entries as ids, unless some were taken away."""
    with database.unguarded("the counter of ids, and all rows of the log"):
        given = database.execute_sql("SELECT seq FROM sqlite_sequence WHERE name = ?", ("audit_entry",)).fetchall()
        there = database.execute_sql("SELECT count(*) FROM audit_entry").fetchall()
    return max(0, (given[0][0] if given else 0) - int(there[0][0]))
