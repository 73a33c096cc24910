"""Contacts who may come in and did not yet: the tab *Pending activation* (T7, T9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from peewee import SQL, Expression, fn

from portal.base import clock
from portal.base.text import email_key, searchable, valid_email
from portal.models import search as index
from portal.models.client import Client
from portal.models.contact import UNREACHABLE, Contact, Membership
from portal.models.firm import PASSWORD
from portal.models.outbox import DROPPED, FAILED, QUEUED, SENDING, OutboxMail
from portal.models.record import InstantField
from portal.models.staff import Staff
from portal.policies.scope import Scope, StaffScope
from portal.queries.page import COUNTED, Page, counted, cursor, read_cursor
from portal.queries.reach import BOUNCED, HELD, INVALID_EMAIL, NO_EMAIL

NEVER, ASKED, EXPIRED, PROBLEM = "never", "sent", "expired", "problem"
SHOWS = (NEVER, ASKED, EXPIRED, PROBLEM)
SORTS = ("sent", "-sent")
# what became of asking; `asked`: the mail has left the house
NOT_ASKED, WAITING, FAILED_TO_SEND, SENT = "never", "waiting", "failed", "sent"
# how long an invitation opens anything (`invitations.LASTS`): unanswered for longer it needs another one
LASTS = timedelta(days=7)
_MAILS = ("access", "invitation")
_PLACES = 3
_FAILED_MAILS = 1000
_SEARCHED, _MOST_LETTERS, _MOST_WORDS = 2000, 100, 5
_Key = tuple[datetime | None, int]


@dataclass(frozen=True)
class Place:
    """A client that is open to the contact, and the membership there."""

    uid: str
    name: str
    membership: str


@dataclass(frozen=True)
class Inviter:
    """Who asked: a staff member, or a contact, whose `membership` is empty where the scope does not reach it."""

    name: str
    staff_uid: str = ""
    membership: str = ""


@dataclass(frozen=True)
class PendingRow:
    """A contact who is waited for.

    `problem` of the address: no_email, invalid_email, bounced, held; empty: it is good. `words`: the server's, of the
    address or of the last invitation. `sent`: never, waiting, failed or sent. `places` are the first three of `many`.
    `pending`: false when the person came in, or lost access, meanwhile.
    """

    uid: str
    name: str
    email: str
    problem: str
    words: str
    held_until: datetime | None
    sent: str
    invited_at: datetime | None
    error: str
    expired: bool
    inviter: Inviter | None
    places: tuple[Place, ...]
    many: int
    pending: bool


def page(
    scope: Scope,
    *,
    show: str = "",
    search: str = "",
    sort: str = "sent",
    after: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> Page[PendingRow]:
    """A page of them. `sort`: sent (never asked first, then the longest ago), or -sent (the latest first).

    `show`: all, never, sent, expired (asked longer ago than an invitation lives) or problem (nothing reaches them).
    Without count and without `many`: the words fit too much, and only the first of it was looked through.
    """
    down = sort == "-sent"
    back = _read(before)
    start = back or _read(after)
    sources = _sources(scope, show, search)
    found = _merged(sources, start, down != (back is not None), limit + 1)
    further = len(found) > limit
    contacts = found[:limit][::-1] if back else found[:limit]
    if not contacts:
        return Page([], None, None, *_count(sources))
    following = _cursor(contacts[-1]) if further or back else None
    preceding = _cursor(contacts[0]) if (further if back else start) else None
    return Page(rows(scope, contacts), following, preceding, *_count(sources))


def count(scope: Scope) -> tuple[int | None, bool]:
    """How many there are, for the tab: exact up to 1,000."""
    return _count(_Sources([_waited_for(scope, Contact.id)]))


def count_of(scope: Scope, show: str) -> tuple[int | None, bool]:
    """How many of one sort, exact up to 1,000."""
    return _count(_sources(scope, show, ""))


def matching(scope: Scope, *, show: str = "", search: str = "", limit: int) -> list[Contact]:
    """The first of those that the list would show, so many at most: what *all that match* means."""
    return _merged(_sources(scope, show, search), None, False, limit)


def named(scope: Scope, uids: Iterable[str]) -> list[Contact]:
    """Contacts by their public ids, those too who are waited for no more; others are passed over."""
    return list(scope.of(Contact).where(Contact.uid.in_(list(uids))).order_by(Contact.invited_at, Contact.id))


def rows(scope: Scope, contacts: Sequence[Contact]) -> list[PendingRow]:
    """The rows of these contacts, in a number of statements that does not depend on how many there are."""
    now = clock.now()
    ids = [contact.id for contact in contacts]
    places, many = _places(scope, ids)
    mails = _mails(scope, [contact.email_key for contact in contacts if contact.invited_at and contact.email_key])
    inviters = _Inviters(scope, contacts)
    return [_row(each, places, many, mails.get(each.email_key or ""), inviters, now) for each in contacts]


def address_problem(contact: Contact, now: datetime) -> str:
    """What keeps mail from a contact: no_email, invalid_email, bounced, held; empty: nothing."""
    if not contact.email:
        return NO_EMAIL
    if not valid_email(contact.email):
        return INVALID_EMAIL
    if contact.email_error is not None:
        return BOUNCED
    return HELD if contact.held_until is not None and contact.held_until > now else ""


@dataclass(frozen=True)
class _Sources:
    """Queries of contacts; the list is their union. Each is walked by an index or is a handful of rows.

    `cut`: more was found by the words than is looked through.
    """

    queries: list[Any]
    cut: bool = False


def _sources(scope: Scope, show: str, search: str) -> _Sources:
    if searchable(search):
        ids, cut = _found(scope, search)
        test = _unreachable() | _unsent(_failed(scope)) if show == PROBLEM else None
        shown = _shown(show) if test is None else [test]
        return _Sources([index.fetched(_waited_for(scope).where(*shown), ids)], cut)
    if show != PROBLEM:
        return _Sources([_waited_for(scope).where(*_shown(show))])
    # the text of the index, word for word, or it is not used
    unreachable = _waited_for(scope).where(SQL(UNREACHABLE), _unreachable())
    failed = _failed(scope)
    return _Sources([unreachable, _waited_for(scope).where(_unsent(failed))] if failed else [unreachable])


def _waited_for(scope: Scope, *columns: Any) -> Any:
    return _of(scope, *columns).where(Contact.pending == True)  # noqa: E712


def _of(scope: Scope, *columns: Any) -> Any:
    query = scope.of(Contact, *columns)
    # somebody who came in at the adviser's client and is waited for elsewhere only is not the adviser's to ask
    return query.where(Contact.id.in_(_waiting(scope))) if _is_restricted(scope) else query


def _waiting(scope: Scope) -> Any:
    query = scope.join(scope.of(Membership, Membership.contact), Client, Membership.client == Client.id)
    by_password = fn.COALESCE(Client.login_type, scope.firm.login_type) == PASSWORD
    return query.where(*_open(), ~Client.is_test, by_password | Membership.activated_at.is_null())


def _is_restricted(scope: Scope) -> bool:
    return isinstance(scope, StaffScope) and scope.assigned_to is not None


def _open() -> tuple[Expression, ...]:
    return (
        Membership.login == True,  # noqa: E712
        Membership.ended_at.is_null(),
        Client.portal_access == True,  # noqa: E712
        Client.archived_at.is_null(),
    )


def _shown(show: str) -> list[Expression]:
    if show == NEVER:
        return [Contact.invited_at.is_null()]
    if show == ASKED:
        return [Contact.invited_at.is_null(False)]
    return [Contact.invited_at < clock.now() - LASTS] if show == EXPIRED else []


def _unreachable() -> Expression:
    held = Contact.held_until > clock.now()
    return Contact.email_error.is_null(False) | Contact.email_key.is_null() | held


def _unsent(failed: list[str]) -> Expression:
    """Asked, but the mail never left the house."""
    return index.among(Contact.email_key, failed) & Contact.invited_at.is_null(False)


def _failed(scope: Scope) -> list[str]:
    """Where the last invitations went that could not be sent."""
    mails = scope.of(OutboxMail, OutboxMail.to_key).where(OutboxMail.state == FAILED, OutboxMail.kind.in_(_MAILS))
    return [key for (key,) in mails.order_by(OutboxMail.done_at.desc()).limit(_FAILED_MAILS).tuples()]


def _found(scope: Scope, typed: str) -> tuple[list[int], bool]:
    """Ids of those in whose name or address, or the name of whose client, all words stand; whether there are more."""
    words = searchable(typed)[:_MOST_LETTERS].split()[:_MOST_WORDS]
    long = [word for word in words if len(word) >= index.SHORTEST]
    if not long:
        return _beginning(scope, email_key(" ".join(words)))
    assert scope.firm_id is not None
    clients = index.find(scope.firm_id, long, _SEARCHED)
    columns = (Contact.id, Contact.title, Contact.first_name, Contact.last_name, Contact.email, Client.name_key)
    query = scope.join(scope.of(Membership, *columns), Contact, Membership.contact == Contact.id)
    query = scope.join(query, Client, Membership.client == Client.id, src=Membership)
    query = query.where(index.among(Membership.client, clients), *_open(), Contact.pending == True)  # noqa: E712
    found = dict.fromkeys(row_id for row_id, *texts in query.tuples() if _holds(words, " ".join(texts)))
    return list(found), len(clients) == _SEARCHED


def _holds(words: list[str], text: str) -> bool:
    plain = searchable(text)
    return all(word in plain for word in words)


def _beginning(scope: Scope, letters: str) -> tuple[list[int], bool]:
    """One or two letters: addresses that begin so, by a range of their index."""
    end = letters[:-1] + chr(ord(letters[-1]) + 1)
    query = _waited_for(scope, Contact.id).where(Contact.email_key >= letters, Contact.email_key < end)
    found = [row_id for (row_id,) in query.limit(_SEARCHED).tuples()]
    return found, len(found) == _SEARCHED


def _merged(sources: _Sources, start: _Key | None, down: bool, limit: int) -> list[Contact]:
    found: dict[int, Contact] = {}
    for source in sources.queries:
        found |= {contact.id: contact for contact in _walked(source, start, down, limit)}
    return sorted(found.values(), key=_place, reverse=down)[:limit]


def _walked(query: Any, start: _Key | None, down: bool, limit: int) -> list[Contact]:
    order = (Contact.invited_at.desc(), Contact.id.desc()) if down else (Contact.invited_at, Contact.id)
    found: list[Contact] = []
    for part in _beyond(start, down):
        found += list(query.where(*part).order_by(*order).limit(limit - len(found)))
        if len(found) >= limit:
            break
    return found


def _beyond(start: _Key | None, down: bool) -> list[list[Expression]]:
    """What follows a key, as ranges of the index one after the other; null stands before all instants in it."""
    if start is None:
        return [[]]
    at, row_id = start
    beyond_id = Contact.id < row_id if down else Contact.id > row_id
    if at is None:
        return [[Contact.invited_at.is_null(), beyond_id], *([] if down else [[Contact.invited_at.is_null(False)]])]
    if down:
        return [
            [Contact.invited_at <= at, (Contact.invited_at < at) | beyond_id],
            [Contact.invited_at.is_null()],
        ]
    return [[Contact.invited_at >= at, (Contact.invited_at > at) | beyond_id]]


def _place(contact: Contact) -> tuple[int, int]:
    at = InstantField().db_value(contact.invited_at)
    return (-1 if at is None else at, contact.id)


def _read(text: str | None) -> _Key | None:
    at, row_id = read_cursor(text, int, int) or (None, None)
    if not isinstance(row_id, int):
        return None
    return InstantField().python_value(at if isinstance(at, int) else None), row_id


def _cursor(contact: Contact) -> str:
    return cursor(InstantField().db_value(contact.invited_at), contact.id)


def _count(sources: _Sources) -> tuple[int | None, bool]:
    if sources.cut:
        return None, False
    if len(sources.queries) == 1:
        return counted(sources.queries[0].limit(COUNTED + 1).count())
    ids: set[int] = set()
    for query in sources.queries:
        ids.update(row_id for (row_id,) in query.select(Contact.id).limit(COUNTED + 1).tuples())
    return counted(len(ids))


def _row(
    contact: Contact,
    places: dict[int, list[Place]],
    many: dict[int, int],
    mail: OutboxMail | None,
    inviters: _Inviters,
    now: datetime,
) -> PendingRow:
    at = contact.invited_at
    sent = _sent(at, mail)
    return PendingRow(
        uid=contact.uid,
        name=contact.name,
        email=contact.email,
        problem=address_problem(contact, now),
        words=contact.email_error or "",
        held_until=contact.held_until,
        sent=sent,
        invited_at=at,
        error=mail.error if mail is not None and sent == FAILED_TO_SEND else "",
        expired=at is not None and at < now - LASTS,
        inviter=inviters.of(contact),
        places=tuple(places.get(contact.id, ())),
        many=many.get(contact.id, 0),
        pending=contact.pending,
    )


def _sent(at: datetime | None, mail: OutboxMail | None) -> str:
    if at is None:
        return NOT_ASKED
    if mail is not None and mail.state in (QUEUED, SENDING):
        return WAITING
    return FAILED_TO_SEND if mail is not None and mail.state == FAILED else SENT


def _places(scope: Scope, ids: list[int]) -> tuple[dict[int, list[Place]], dict[int, int]]:
    """The first clients of each, by name, and how many there are: somebody may be contact of hundreds."""
    by_contact: dict[str, Any] = {"partition_by": [Membership.contact]}
    nth = fn.ROW_NUMBER().over(**by_contact, order_by=[Client.name_key, Client.id]).alias("nth")
    all_of_it = fn.COUNT(Membership.id).over(**by_contact).alias("many")
    mine = Membership.uid.alias("membership")
    inner = scope.of(Membership, Membership.contact.alias("contact"), Client.uid, Client.name, mine, nth, all_of_it)
    inner = scope.join(inner, Client, Membership.client == Client.id)
    inner = inner.where(index.among(Membership.contact, ids), *_open())
    columns = (inner.c.contact, inner.c.uid, inner.c.name, inner.c.membership, inner.c.many)
    outer = inner.select_from(*columns).where(inner.c.nth <= _PLACES)
    places: dict[int, list[Place]] = {}
    many: dict[int, int] = {}
    for contact_id, uid, name, membership, how_many in outer.order_by(inner.c.contact, inner.c.nth).tuples():
        places.setdefault(contact_id, []).append(Place(uid, name, membership))
        many[contact_id] = how_many
    return places, many


def _mails(scope: Scope, keys: list[str]) -> dict[str, OutboxMail]:
    """The last invitation to each address. One that was replaced or taken back tells nothing."""
    query = scope.of(OutboxMail, OutboxMail.id, OutboxMail.to_key, OutboxMail.state, OutboxMail.error)
    query = query.where(OutboxMail.to_key.in_(keys), OutboxMail.kind.in_(_MAILS), OutboxMail.state != DROPPED)
    return {mail.to_key: mail for mail in list(query.order_by(OutboxMail.id))}


class _Inviters:
    """Who asked these contacts in, in two statements."""

    def __init__(self, scope: Scope, contacts: Sequence[Contact]) -> None:
        staff = {each.invited_by_id for each in contacts} - {None}
        colleagues = {each.invited_by_contact_id for each in contacts} - {None}
        self._staff = _staff(scope, staff) if staff else {}
        self._colleagues = _colleagues(scope, colleagues) if colleagues else {}

    def of(self, contact: Contact) -> Inviter | None:
        if contact.invited_by_id is not None:
            return self._staff.get(contact.invited_by_id)
        return self._colleagues.get(contact.invited_by_contact_id)


def _staff(scope: Scope, ids: set[int]) -> dict[int, Inviter]:
    found = scope.of(Staff, Staff.id, Staff.name, Staff.uid).where(Staff.id.in_(ids))
    return {row_id: Inviter(name, staff_uid=uid) for row_id, name, uid in found.tuples()}


def _colleagues(scope: Scope, ids: set[int]) -> dict[int, Inviter]:
    query = scope.join(scope.of(Membership, Membership, Contact), Contact, Membership.contact == Contact.id)
    query = query.where(Membership.contact.in_(ids)).order_by(Membership.ended_at.is_null(), Membership.id)
    return {row.contact.id: Inviter(row.contact.name, membership=row.uid) for row in list(query)}
