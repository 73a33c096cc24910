"""What a document is made of and what happened to it: the words in which `papers.py` tells the demo's history."""

from __future__ import annotations

from dataclasses import dataclass

from portal.papers.bill import Item

PUBLISHED_AT = (9, 40)


@dataclass(frozen=True)
class When:
    """So many days ago, at this time of the firm's day."""

    days: int
    hour: int = PUBLISHED_AT[0]
    minute: int = PUBLISHED_AT[1]


@dataclass(frozen=True)
class Opened:
    """A contact (by e-mail; empty: the client's own link) looked at the document."""

    when: When
    by: str = ""


@dataclass(frozen=True)
class Scanned:
    """A machine fetched the address in the mail and looked at nothing."""

    when: When
    by: str = ""


@dataclass(frozen=True)
class Asked:
    """A comment of a contact."""

    when: When
    by: str
    text: str


@dataclass(frozen=True)
class Answered:
    """A comment of a staff member."""

    when: When
    by: str
    text: str


@dataclass(frozen=True)
class Accepted:
    """The offer was accepted, with a code where the firm asks for one; `name` is typed behind a link of nobody."""

    when: When
    by: str = ""
    name: str = ""


@dataclass(frozen=True)
class Declined:
    """The offer was declined."""

    when: When
    by: str
    reason: str = ""


@dataclass(frozen=True)
class Confirmed:
    """Staff made an acceptance that waited binding."""

    when: When
    by: str
    with_whom: str
    how: str


@dataclass(frozen=True)
class Revised:
    """The next version, with other items and a later end."""

    when: When
    items: tuple[Item, ...]
    ends_in: int
    title: str = ""


@dataclass(frozen=True)
class Paid:
    """Money came; `cents` None: all that was owed."""

    when: When
    cents: int | None = None


@dataclass(frozen=True)
class Withdrawn:
    """Staff took it back."""

    when: When


@dataclass(frozen=True)
class Cancelled:
    """Staff cancelled it."""

    when: When


Event = Opened | Scanned | Asked | Answered | Accepted | Declined | Confirmed | Revised | Paid | Withdrawn | Cancelled


@dataclass(frozen=True)
class Paper:
    """A document and its story. `ends_in`: days from today to its due date or the end of its validity.

    `key` names it within the demo: for `replaces`, `corrects` and the links that are printed. `by` published it.
    """

    key: str
    kind: str
    client: str
    issued: When
    title: str
    place: str
    items: tuple[Item, ...] = ()
    ends_in: int | None = None
    by: str = ""
    note: str = ""
    findings: tuple[tuple[str, str], ...] = ()
    closing: str = ""
    events: tuple[Event, ...] = ()
    draft: bool = False
    only_xml: bool = False
    replaces: str = ""
    corrects: str = ""
