"""Clients for lists and pages. The list is walked by key and searched by index (P3, F2; DETAILS 11, Search)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from peewee import Case, Expression, fn

from portal.base import clock
from portal.base.text import searchable
from portal.models import search as index
from portal.models.client import ACTIVE, OFFLINE, PENDING, Client
from portal.models.document import INVOICE, OFFER, PART_PAID, PUBLISHED, Document
from portal.models.record import InstantField
from portal.models.staff import Assignment
from portal.policies.scope import Scope, StaffScope
from portal.queries.page import COUNTED, Page, counted, cursor, read_cursor

SORTS = {"name": Client.name_key, "number": Client.number_key, "seen": Client.last_seen_at}
STATUSES = (ACTIVE, PENDING, OFFLINE)
NEVER = "never"
SEEN_DAYS = {"7": 7, "30": 30, "365": 365}
_PROBE = 1000
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
    narrowed = [
        *_searched(scope, search, shown),
        *_with_status(scope, status, shown, now),
        *_seen(scope, seen, shown, now),
    ]
    conditions = [shown, *_narrowest(narrowed)]
    if kind:
        conditions.append(Client.kind == kind)
    order = _Order.of(sort)
    clients, following, preceding = order.walk(_listed(scope), conditions, after, before, limit)
    count, many = _count(scope, conditions, narrowed, uncounted=bool(kind))
    rows = _rows(scope, clients, now, today)
    return Page(rows, next=following, previous=preceding, count=count, many=many)


def by_number(scope: Scope, number: str) -> Client:
    """The client with the firm's own number, case ignored. Raises NotFound."""
    found: Client = scope.one(scope.of(Client).where(Client.number_key == searchable(number)))
    return found


def documents_count(scope: Scope, client: Client) -> tuple[int | None, bool]:
    """How many documents a client has, for its tab: exact up to 1,000."""
    found = scope.of(Document, Document.id).where(Document.client == client.id).limit(COUNTED + 1)
    return counted(len(list(found.tuples())))


@dataclass(frozen=True)
class _Narrowing:
    """One way to make the list shorter: `ids` when they are few enough to be fetched, else only a test for each row."""

    test: Expression
    ids: list[int] | None = None
    extra: Expression | None = None

    @property
    def conditions(self) -> list[Expression]:
        first = self.test if self.ids is None else index.among(Client.id, self.ids)
        return [first] if self.extra is None else [first, self.extra]


def _narrowest(ways: list[_Narrowing]) -> list[Expression]:
    """Fetch by the shortest list of ids; the others only test what it found. None short: walk and test."""
    shortest = min((way for way in ways if way.ids is not None), key=lambda way: len(way.ids or ()), default=None)
    found: list[Expression] = []
    for way in ways:
        if way is shortest:
            found += way.conditions
        else:
            found += [way.test] if way.extra is None else [way.test, way.extra]
    return found


def _searched(scope: Scope, typed: str, shown: Expression) -> list[_Narrowing]:
    words = _words(typed)
    if not words:
        return []
    long = [word for word in words if len(word) >= index.SHORTEST]
    if not long:
        return [_begins(scope, " ".join(words), shown)]
    extra = _own(scope, words)
    test = _all(index.holds(Client.search_text, word) for word in words)
    assert scope.firm_id is not None
    ids = index.find(scope.firm_id, long, _PROBE)
    return [
        _Narrowing(test, ids if len(ids) < _PROBE else None, _both(test if len(long) < len(words) else None, extra))
    ]


def _words(typed: str) -> list[str]:
    plain = searchable(typed)[:_MOST_LETTERS]
    if _PHONE.fullmatch(plain):
        digits = "".join(letter for letter in plain if letter.isdecimal())
        return [digits.removeprefix("00")]
    return plain.split()[:_MOST_WORDS]


def _begins(scope: Scope, prefix: str, shown: Expression) -> _Narrowing:
    """One or two letters: names and numbers that begin so, by ranges of their indexes (a bound LIKE scans; tried)."""
    names, numbers = _range(Client.name_key, prefix), _range(Client.number_key, prefix)
    named, numbered = _ids(scope, shown & names), _ids(scope, shown & numbers)
    test = names if not numbered else numbers if not named else names | numbers
    few = len(named) < _PROBE and len(numbered) < _PROBE
    return _Narrowing(test, list({*named, *numbered}) if few else None)


def _range(field: Any, prefix: str) -> Expression:
    return (field >= prefix) & (field < prefix[:-1] + chr(ord(prefix[-1]) + 1))


def _with_status(scope: Scope, status: str | None, shown: Expression, now: datetime) -> list[_Narrowing]:
    if status not in STATUSES:
        return []
    never, past, open_now = (
        Client.reachable_until.is_null(),
        Client.reachable_until <= now,
        Client.reachable_until > now,
    )
    if status == ACTIVE:
        return [_probed(scope, shown, open_now, [Client.login_granted.in_((False, True)) & open_now])]
    granted = Client.login_granted == (status == PENDING)
    return [_probed(scope, shown, granted & (never | past), [granted & never, granted & past])]


def _seen(scope: Scope, seen: str | None, shown: Expression, now: datetime) -> list[_Narrowing]:
    if seen == NEVER:
        test = Client.last_seen_at.is_null()
    elif seen in SEEN_DAYS:
        test = Client.last_seen_at >= now - timedelta(days=SEEN_DAYS[seen])
    else:
        return []
    return [_probed(scope, shown, test, [test])]


def _probed(scope: Scope, shown: Expression, test: Expression, parts: list[Expression]) -> _Narrowing:
    """`parts`: the test as ranges of an index, each of which can be probed."""
    found = {row_id for part in parts for row_id in _ids(scope, shown & part)}
    return _Narrowing(test, list(found) if len(found) < _PROBE else None)


def _ids(scope: Scope, condition: Expression) -> list[int]:
    return [row_id for (row_id,) in _listed(scope, Client.id).where(condition).limit(_PROBE).tuples()]


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


def _both(one: Expression | None, other: Expression | None) -> Expression | None:
    if one is None or other is None:
        return one if other is None else other
    return one & other


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

    def walk(
        self, query: Any, conditions: list[Expression], after: str | None, before: str | None, limit: int
    ) -> tuple[list[Client], str | None, str | None]:
        """The rows after or before a cursor, with the cursors of the next and the previous page."""
        kind = int if self.name == "seen" else str
        back = read_cursor(before, kind, int)
        start = back or read_cursor(after, kind, int)
        down = self.down != (back is not None)
        rows: list[Client] = []
        for part in self._parts(start, down):
            chosen = query.where(*conditions, *part).order_by(*self._by(down)).limit(limit + 1 - len(rows))
            rows += list(chosen)
            if len(rows) > limit:
                break
        further = len(rows) > limit
        rows = rows[:limit][::-1] if back else rows[:limit]
        if not rows:
            return [], None, None
        following = self._cursor(rows[-1]) if further or back else None
        preceding = self._cursor(rows[0]) if (further if back else start) else None
        return rows, following, preceding

    def _by(self, down: bool) -> list[Any]:
        field = SORTS[self.name]
        return [field.desc(), Client.id.desc()] if down else [field, Client.id]

    def _parts(self, start: Any, down: bool) -> list[list[Expression]]:
        """What lies beyond the key, as ranges of the index one after the other: an OR over null would sort all rows."""
        if start is None:
            return [[]]
        field, (value, row_id) = SORTS[self.name], start
        beyond_id = Client.id < row_id if down else Client.id > row_id
        if value is None:
            rest = [] if down else [[field.is_null(False)]]
            return [[field.is_null(), beyond_id], *rest]
        limit = InstantField().python_value(value) if self.name == "seen" else value
        beyond = field < limit if down else field > limit
        same = field <= limit if down else field >= limit
        nulls = [[field.is_null()]] if down and field.null else []
        return [[same, beyond | beyond_id], *nulls]

    def _cursor(self, row: Client) -> str:
        value = getattr(row, SORTS[self.name].name)
        return cursor(InstantField().db_value(value) if self.name == "seen" else value, row.id)


def _count(
    scope: Scope, conditions: list[Expression], ways: list[_Narrowing], *, uncounted: bool
) -> tuple[int | None, bool]:
    if any(way.ids is not None for way in ways) or not (ways or uncounted):
        found = _listed(scope, Client.id).where(*conditions).limit(COUNTED + 1)
        return counted(len(list(found.tuples())))
    return None, len(ways) == 1 and not uncounted


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
    overdue = Case(None, [((Document.kind == INVOICE) & (Document.due_on < day), 1)], 0)
    query = scope.of(Document, Document.client, fn.SUM(offers), fn.SUM(invoices), fn.SUM(overdue)).where(
        index.among(Document.client, ids),
        Document.kind.in_((OFFER, INVOICE)),
        Document.state == PUBLISHED,
        Document.outcome.is_null() | (Document.outcome == PART_PAID),
    )
    return {row[0]: (row[1], row[2], row[3]) for row in query.group_by(Document.client).tuples()}


def _still(field: Any, day: date) -> Expression:
    return field.is_null() | (field >= day)
