"""Clients for lists and pages. The list is walked by key and searched by index (P3, F2; DETAILS 11, Search)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from peewee import SQL, Case, Expression, fn

from portal.base import clock
from portal.base.text import searchable
from portal.models import search as index
from portal.models.client import ACTIVE, OFFLINE, PENDING, Client
from portal.models.document import INVOICE, OFFER, PART_PAID, PUBLISHED, Document, late
from portal.models.record import InstantField
from portal.models.staff import Assignment
from portal.policies.scope import Scope, StaffScope
from portal.queries.page import COUNTED, Page, counted, cursor, read_cursor

SORTS = {"name": Client.name_key, "number": Client.number_key, "seen": Client.last_seen_at}
_COLUMNS = (
    Client.id, Client.uid, Client.number, Client.number_key, Client.name, Client.name_key, Client.kind, Client.city,
    Client.is_test, Client.archived_at, Client.login_granted, Client.portal_access, Client.reachable_until,
    Client.last_seen_at,
)  # fmt: skip
NEVER_INVITED = "never_invited"
STATUSES = (ACTIVE, PENDING, OFFLINE, NEVER_INVITED)
NEVER = "never"
SEEN_DAYS = {"7": 7, "30": 30, "365": 365}
# Fewer candidates than _FEW are looked up at once; else a stretch of the order is walked, and if that brings too
# little, up to _MANY are looked up. Looking up costs about as much per row as walking (docs/performance.md)
_FEW, _STRETCH, _MANY = 1000, 1000, 20_000
_MOST_LETTERS, _MOST_WORDS = 100, 8
_PHONE = re.compile(r"[+0-9][0-9 ()/.-]{5,}")


@dataclass(frozen=True)
class ClientRow:
    """A client in the list. Without `may_open` only name, number and status are filled (DETAILS 1)."""

    uid: str
    number: str
    name: str
    kind: str
    status: str
    is_test: bool
    archived: bool
    may_open: bool
    city: str = ""
    last_seen_at: datetime | None = None
    open_offers: int = 0
    open_invoices: int = 0
    overdue_invoices: int = 0


def page(
    scope: Scope,
    *,
    search: str = "",
    status: str | None = None,
    seen: str | None = None,
    kind: str | None = None,
    archived: bool = False,
    sort: str = "name",
    after: str | None = None,
    before: str | None = None,
    limit: int = 50,
    today: date | None = None,
) -> Page[ClientRow]:
    """A page of clients. `sort`: name, number, seen, with `-` from the end; `seen`: never, or within 7, 30, 365 days.

    Words that are not known as a filter or sort are passed over. `today` is the firm's date.
    """
    now = clock.now()
    shown = Client.archived_at.is_null(not archived)
    ways = [*_searched(scope, search, shown), *_with_status(scope, status, shown, now), *_seen(scope, seen, shown, now)]
    others = [shown] if kind is None else [shown, Client.kind == kind]
    found = _Walk(scope, _Order.of(sort), after, before, limit).page(ways, others)
    # what was met while walking is not counted: that would be a scan
    count = _count(scope, found.query) if found.countable and kind is None else (None, len(ways) == 1 and kind is None)
    return Page(_rows(scope, found.clients, now, today), found.next, found.previous, *count)


def selected(
    scope: Scope,
    *,
    search: str = "",
    status: str | None = None,
    seen: str | None = None,
    kind: str | None = None,
    archived: bool = False,
) -> list[int]:
    """Ids of all clients that the same filters find, as far as the actor may work for them; never the test client."""
    now, shown = clock.now(), Client.archived_at.is_null(not archived)
    ways = [*_searched(scope, search, shown), *_with_status(scope, status, shown, now), *_seen(scope, seen, shown, now)]
    query = scope.of(Client, Client.id).where(shown, ~Client.is_test, *(way.test for way in ways))
    if kind is not None:
        query = query.where(Client.kind == kind)
    return [row_id for (row_id,) in query.order_by(Client.name_key, Client.id).tuples()]


def chosen(scope: Scope, uids: Collection[str]) -> list[int]:
    """Ids of these clients, as far as the actor may work for them."""
    query = scope.of(Client, Client.id).where(Client.uid.in_(list(uids)))
    return [row_id for (row_id,) in query.order_by(Client.name_key, Client.id).tuples()]


def by_number(scope: Scope, number: str) -> Client:
    """The client with the firm's own number, case ignored. Raises NotFound."""
    found: Client = scope.one(scope.of(Client).where(Client.number_key == searchable(number)))
    return found


def documents_count(scope: Scope, client: Client) -> tuple[int | None, bool]:
    """How many documents a client has, for its tab: exact up to 1,000."""
    found = scope.of(Document, Document.id).where(Document.client == client.id).limit(COUNTED + 1)
    return counted(len(list(found.tuples())))


@dataclass(frozen=True)
class _Way:
    """One way to make the list shorter: `find` answers ids, at most so many; `test` asks the same of one row.

    A test uses no index of its own, or SQLite would leave the order's index for it and sort what it finds. `exact`:
    what was found needs no test. `by_id`: the ids come in their order, which tells how dense they lie. `within`: the
    same as a range of the column `field`, for the order by that column.
    """

    test: Expression
    find: Callable[[int], list[int]]
    exact: bool = True
    by_id: bool = False
    field: Any = None
    within: Any = None


def _searched(scope: Scope, typed: str, shown: Expression) -> list[_Way]:
    words = _words(typed)
    long = [word for word in words if len(word) >= index.SHORTEST]
    if not words:
        return []
    if not long:
        return [_begins(scope, " ".join(words), shown)]
    firm_id = scope.firm_id
    assert firm_id is not None
    tests = [index.holds(Client.search_text, word) for word in words]
    own = _own(scope, words)
    test = _all([*tests, own] if own is not None else tests)
    exact = own is None and len(long) == len(words)
    return [_Way(test, lambda most: index.find(firm_id, long, most), exact=exact, by_id=True)]


def _words(typed: str) -> list[str]:
    plain = searchable(typed)[:_MOST_LETTERS]
    if _PHONE.fullmatch(plain):
        digits = "".join(letter for letter in plain if letter.isdecimal())
        return [digits.removeprefix("00")]
    return plain.split()[:_MOST_WORDS]


def _begins(scope: Scope, prefix: str, shown: Expression) -> _Way:
    """One or two letters: names and numbers that begin so, by ranges of their indexes (a bound LIKE scans; tried)."""
    ranges = {field: _range(field, prefix) for field in (Client.name_key, Client.number_key)}
    held = {field: part for field, part in ranges.items() if scope.holds(_listed(scope, Client.id).where(shown, part))}
    field = next(iter(held)) if len(held) == 1 else None
    tests = [fn.SUBSTR(each, 1, len(prefix)) == prefix for each in ranges]
    return _Way(
        tests[0] | tests[1],
        lambda most: _ids(scope, shown, list(held.values()), most),
        field=field,
        within=held[field] if field is not None else None,
    )


def _range(field: Any, prefix: str) -> Expression:
    return (field >= prefix) & (field < prefix[:-1] + chr(ord(prefix[-1]) + 1))


def _with_status(scope: Scope, status: str | None, shown: Expression, now: datetime) -> list[_Way]:
    if status not in STATUSES:
        return []
    never, past, reachable = (
        Client.reachable_until.is_null(),
        Client.reachable_until <= now,
        Client.reachable_until > now,
    )
    if status == NEVER_INVITED:
        waiting = [(Client.login_granted == True) & Client.invited_at.is_null()]  # noqa: E712 - a column
        untold = fn.COALESCE(Client.login_granted, False) & (fn.COALESCE(Client.invited_at, 0) == 0)
        return [_Way(untold & _nobody_came(), lambda most: _ids(scope, shown, waiting, most), exact=False)]
    until, granted = fn.COALESCE(Client.reachable_until, 0), fn.COALESCE(Client.login_granted, False)
    instant = InstantField().db_value(now)
    if status == ACTIVE:
        ranges = [Client.login_granted.in_((False, True)) & reachable]
        return [_Way(until > instant, lambda most: _ids(scope, shown, ranges, most))]
    has_login = Client.login_granted == (status == PENDING)
    ranges = [has_login & never, has_login & past]
    test = (granted == (status == PENDING)) & (until <= instant)
    return [_Way(test, lambda most: _ids(scope, shown, ranges, most))]


def _nobody_came() -> Expression:
    # whoever was there needs no invitation, whether one was ever sent or not
    found: Expression = fn.COALESCE(Client.last_seen_at, 0) == 0
    return found


def _seen(scope: Scope, seen: str | None, shown: Expression, now: datetime) -> list[_Way]:
    at = fn.COALESCE(Client.last_seen_at, 0)
    if seen == NEVER:
        part, test = Client.last_seen_at.is_null(), at == 0
    elif seen in SEEN_DAYS:
        since = now - timedelta(days=SEEN_DAYS[seen])
        part, test = Client.last_seen_at >= since, at >= InstantField().db_value(since)
    else:
        return []
    return [_Way(test, lambda most: _ids(scope, shown, [part], most), field=Client.last_seen_at, within=part)]


def _ids(scope: Scope, shown: Expression, ranges: list[Expression], most: int) -> list[int]:
    """Ids in ranges of an index, at most so many of each: an OR of them would not be looked up but scanned."""
    found: set[int] = set()
    for part in ranges:
        found.update(row_id for (row_id,) in _listed(scope, Client.id).where(shown, part).limit(most).tuples())
    return list(found)


def _own(scope: Scope, words: list[str]) -> Expression | None:
    """Of clients not assigned a restricted adviser finds name and number, never contact or e-mail (DETAILS 1)."""
    if not _is_restricted(scope):
        return None
    plain = _all(index.holds(Client.name_key, word) | index.holds(Client.number_key, word) for word in words)
    return plain | Client.id.in_(scope.of(Assignment, Assignment.client))


def _all(tests: Iterable[Expression]) -> Expression:
    first, *others = tests
    for test in others:
        first &= test
    return first


def _is_restricted(scope: Scope) -> bool:
    return isinstance(scope, StaffScope) and scope.assigned_to is not None


def _listed(scope: Scope, *columns: Any) -> Any:
    return scope.listed_clients(*columns) if isinstance(scope, StaffScope) else scope.of(Client, *columns)


@dataclass(frozen=True)
class _Order:
    """The order of the list: by one indexed column, then by id. Nulls stand before all values, as in the index."""

    name: str
    down: bool

    @classmethod
    def of(cls, sort: str) -> _Order:
        name = sort.removeprefix("-")
        return cls(name, sort.startswith("-")) if name in SORTS else cls("name", False)

    @property
    def field(self) -> Any:
        return SORTS[self.name]

    def by(self, down: bool) -> list[Any]:
        return [self.field.desc(), Client.id.desc()] if down else [self.field, Client.id]

    def beyond(self, start: tuple[Any, ...] | None, down: bool) -> list[list[Expression]]:
        """What follows a key, as ranges of the index one after the other: an OR over null would sort all rows."""
        if start is None:
            return [[]]
        value, row_id = start
        beyond_id = Client.id < row_id if down else Client.id > row_id
        if value is None:
            rest = [] if down else [[self.field.is_null(False)]]
            return [[self.field.is_null(), beyond_id], *rest]
        after = self.field < value if down else self.field > value
        same = self.field <= value if down else self.field >= value
        nulls = [[self.field.is_null()]] if down and self.field.null else []
        return [[same, after | beyond_id], *nulls]

    def read(self, text: str | None) -> tuple[Any, ...] | None:
        key: tuple[Any, ...] | None = read_cursor(text, int if self.name == "seen" else str, int)
        if key is None or self.name != "seen":
            return key
        return InstantField().python_value(key[0]), key[1]

    def cursor(self, row: Client) -> str:
        value = getattr(row, self.field.name)
        return cursor(InstantField().db_value(value) if self.name == "seen" else value, row.id)


@dataclass(frozen=True)
class _Found:
    """What a walk brought: rows, the cursors beside them, the query of the whole list, and whether
    counting it costs no more than a look into an index."""

    clients: list[Client]
    next: str | None
    previous: str | None
    query: Any
    countable: bool


class _Walk:
    """Finds a page: few candidates are looked up and sorted, many are met while walking the index of the order."""

    def __init__(self, scope: Scope, order: _Order, after: str | None, before: str | None, limit: int) -> None:
        self.scope, self.order, self.limit = scope, order, limit
        back = order.read(before)
        self.back = back is not None
        self.start = back or order.read(after)
        self.down = order.down != self.back

    def page(self, ways: list[_Way], others: list[Expression]) -> _Found:
        query = _listed(self.scope, *_COLUMNS).where(*others)
        ranged = [way for way in ways if way.field is self.order.field]
        tested = query.where(*(way.within if way in ranged else way.test for way in ways))
        if not ways or (ranged and len(ways) == 1):
            return self._found(self._read(tested), tested, countable=True)
        probes = [way.find(_FEW) for way in ways]
        shortest = min(range(len(ways)), key=lambda place: len(probes[place]))
        known: tuple[list[int], list[_Way]] | None = (probes[shortest], [ways[shortest]])
        if len(probes[shortest]) >= _FEW:
            rows = self._near(tested, others) if self._are_dense(ways, probes) else None
            if rows is not None:
                return self._found(rows, tested, countable=False)
            known = self._common(ways)
        chosen = tested if known is None else _looked_up(query, ways, *known)
        return self._found(self._read(chosen), chosen, countable=known is not None)

    def _are_dense(self, ways: list[_Way], probes: list[list[int]]) -> bool:
        """Whether a stretch of the order promises a page: judged by how far apart the ids lie that were found first."""
        if self.order.field.null:
            return True
        spread = [ids[-1] - ids[0] for way, ids in zip(ways, probes, strict=True) if way.by_id]
        return all(_FEW * _STRETCH / wide > 2 * self.limit for wide in spread)

    def _near(self, query: Any, others: list[Expression]) -> list[Client] | None:
        """Walk a stretch of the order; None: too little was met there, as with names that stand side by side."""
        if self.order.field.null:
            return self._read(query)
        far = self._key_at(_STRETCH, others)
        if far is None:
            return self._read(query)
        rows = self._read(query.where(self.order.field >= far if self.down else self.order.field <= far))
        return rows if len(rows) > self.limit else None

    def _key_at(self, offset: int, others: list[Expression]) -> Any:
        (part,) = self.order.beyond(self.start, self.down)
        keys = _listed(self.scope, self.order.field).where(*others, *part).order_by(*self.order.by(self.down))
        return next((key for (key,) in list(keys.offset(offset).limit(1).tuples())), None)

    def _common(self, ways: list[_Way]) -> tuple[list[int], list[_Way]] | None:
        """The ids that all ways have in common, as far as they can be listed, and the ways that were."""
        listed = [(way, ids) for way in ways if len(ids := way.find(_MANY)) < _MANY]
        if not listed:
            return None
        return list(set.intersection(*(set(ids) for _way, ids in listed))), [way for way, _ids in listed]

    def _read(self, query: Any) -> list[Client]:
        rows: list[Client] = []
        for part in self.order.beyond(self.start, self.down):
            rows += list(query.where(*part).order_by(*self.order.by(self.down)).limit(self.limit + 1 - len(rows)))
            if len(rows) > self.limit:
                break
        return rows

    def _found(self, rows: list[Client], query: Any, *, countable: bool) -> _Found:
        further = len(rows) > self.limit
        rows = rows[: self.limit][::-1] if self.back else rows[: self.limit]
        if not rows:
            return _Found([], None, None, query, countable)
        following = self.order.cursor(rows[-1]) if further or self.back else None
        preceding = self.order.cursor(rows[0]) if (further if self.back else self.start) else None
        return _Found(rows, following, preceding, query, countable)


def _looked_up(query: Any, ways: list[_Way], ids: list[int], by: list[_Way]) -> Any:
    tests = [way.test for way in ways if not (way.exact and way in by)]
    return index.fetched(query.where(*tests) if tests else query, ids)


def _count(scope: Scope, query: Any) -> tuple[int | None, bool]:
    """The test client is in the list but in no figure (T3); looked up by itself, so that the index still counts."""
    tests = _listed(scope, Client.id).where(Client.is_test == SQL("1"))  # literally, as the index has it
    found = query.limit(COUNTED + 1).count()
    return counted(found - query.where(Client.id.in_(tests)).count() if found <= COUNTED else found)


def _rows(scope: Scope, clients: list[Client], now: datetime, today: date | None) -> list[ClientRow]:
    ids = [client.id for client in clients]
    mine = _assigned(scope, ids) if _is_restricted(scope) else set(ids)
    open_ones = _open_documents(scope, [row_id for row_id in ids if row_id in mine], today)
    return [_row(client, client.id in mine, open_ones.get(client.id, (0, 0, 0)), now) for client in clients]


def _row(client: Client, may_open: bool, figures: tuple[int, int, int], now: datetime) -> ClientRow:
    row = ClientRow(
        uid=client.uid,
        number=client.number,
        name=client.name,
        kind=client.kind,
        status=client.status(now),
        is_test=client.is_test,
        archived=client.is_archived,
        may_open=may_open,
    )
    if not may_open:
        return row
    offers, invoices, overdue = figures
    return replace(
        row,
        city=client.city,
        last_seen_at=client.last_seen_at,
        open_offers=offers,
        open_invoices=invoices,
        overdue_invoices=overdue,
    )


def _assigned(scope: Scope, ids: list[int]) -> set[int]:
    query = scope.of(Assignment, Assignment.client).where(index.among(Assignment.client, ids))
    return {client_id for (client_id,) in query.tuples()}


def _open_documents(scope: Scope, ids: list[int], today: date | None) -> dict[int, tuple[int, int, int]]:
    """Open offers, open invoices and, of these, the overdue ones of each client, in one statement."""
    day = today or clock.today(scope.firm.time_zone)
    offers = Case(None, [((Document.kind == OFFER) & _still(Document.valid_until, day), 1)], 0)
    invoices = Case(None, [(Document.kind == INVOICE, 1)], 0)
    overdue = Case(None, [((Document.kind == INVOICE) & late(day), 1)], 0)
    query = scope.of(Document, Document.client, fn.SUM(offers), fn.SUM(invoices), fn.SUM(overdue)).where(
        index.among(Document.client, ids),
        Document.kind.in_((OFFER, INVOICE)),
        Document.state == PUBLISHED,
        Document.outcome.is_null() | (Document.outcome == PART_PAID),
    )
    return {row[0]: (row[1], row[2], row[3]) for row in query.group_by(Document.client).tuples()}


def _still(field: Any, day: date) -> Expression:
    return field.is_null() | (field >= day)
