"""Inventing many clients: believable, the same each time, and quickly."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from portal.base.text import searchable
from portal.demo import names
from portal.models.client import COMPANY, PERSON
from portal.models.document import INVOICE, OFFER, SERVICE_REPORT

FIRST_NUMBER = 10001
KINDS = (OFFER, INVOICE, SERVICE_REPORT)
_RARE_EVERY = 1000
# Zipf: the second name is half as common as the first
_OFTEN = list(accumulate(1 / place for place in range(3, len(names.SURNAMES) + 3)))


@dataclass(frozen=True, slots=True)
class Member:
    """A contact."""

    salutation: str | None
    first_name: str
    last_name: str
    role: str
    email: str
    phone: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True)
class Deal:
    """A document: what it is about (a place in `names.WORKS`), how old it is in days, whether an invoice is paid."""

    kind: str
    work: int
    days: int
    paid: bool


@dataclass(frozen=True, slots=True)
class Invented:
    """A client with contacts and documents. `seen`: days since the last visit, None: never came."""

    number: str
    name: str
    kind: str
    vat_id: str
    email: str
    phone: str
    street: str
    postcode: str
    city: str
    people: tuple[Member, ...]
    deals: tuple[Deal, ...]
    access: bool
    archived: bool
    days: int
    seen: int | None


class Crowd:
    """Clients of one firm, number by number. The same `seed` gives the same clients."""

    def __init__(self, seed: str, clients: int, documents: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - invented data, the same each time
        self._clients, self._documents = clients, documents

    def __iter__(self) -> Iterator[Invented]:
        for place in range(self._clients):
            yield self._client(place)

    def _client(self, place: int) -> Invented:
        draw = self._random
        # the last one and every thousandth have a name that nobody else has
        rare = place % _RARE_EVERY == _RARE_EVERY - 1 or place == self._clients - 1
        kind = COMPANY if rare or place == 0 or draw.random() < 0.72 else PERSON
        surname = self._rare_surname(place) if rare else self._surname()
        number = str(FIRST_NUMBER + place)
        domain = f"k{number}.example.com"
        people = tuple(self._member(surname, domain, each) for each in range(self._people(kind)))
        town, postcode = draw.choice(names.TOWNS)
        days = draw.randrange(30, 720)
        healthy = place == 0 or rare
        return Invented(
            number=number,
            name=self._name(kind, surname, people[0]),
            kind=kind,
            vat_id=f"DE{draw.randrange(10**9):09d}" if kind == COMPANY and draw.random() < 0.6 else "",
            email=f"post@{domain}" if draw.random() < 0.7 else "",
            phone=f"0{draw.randrange(200, 999)} {draw.randrange(10**5, 10**7)}" if draw.random() < 0.6 else "",
            street=f"{draw.choice(names.STREETS)} {draw.randrange(1, 180)}",
            postcode=f"{postcode + draw.randrange(60):05d}",
            city=town,
            people=people,
            deals=tuple(self._deal(place, each, days) for each in range(self._documents)),
            access=healthy or draw.random() < 0.93,
            archived=not healthy and draw.random() < 0.03,
            days=days,
            seen=draw.randrange(days) if draw.random() < 0.6 else None,
        )

    def _surname(self) -> str:
        return self._random.choices(names.SURNAMES, cum_weights=_OFTEN)[0]

    def _rare_surname(self, place: int) -> str:
        rest, beginning = divmod(place // _RARE_EVERY, len(names.BEGINNINGS))
        rest, middle = divmod(rest, len(names.MIDDLES))
        return names.BEGINNINGS[beginning] + names.MIDDLES[middle] + names.ENDS[rest % len(names.ENDS)]

    def _people(self, kind: str) -> int:
        return 1 if kind == PERSON else self._random.choices((1, 2, 3), (75, 18, 7))[0]

    def _member(self, surname: str, domain: str, place: int) -> Member:
        draw = self._random
        salutation, first = draw.choice(names.FIRST_NAMES)
        last = surname if place == 0 else self._surname()
        email = f"{searchable(first)}.{place}@{domain}" if draw.random() < 0.94 else ""
        phone = f"01{draw.randrange(50, 79)} {draw.randrange(10**6, 10**8)}" if draw.random() < 0.3 else ""
        return Member(salutation, first, last, draw.choice(names.ROLES), email, phone)

    def _name(self, kind: str, surname: str, first: Member) -> str:
        draw = self._random
        if kind == PERSON:
            return f"Familie {surname}" if draw.random() < 0.4 else first.name
        if draw.random() < 0.3:
            return f"{surname} {draw.choice(names.FORMS)}"
        trade = draw.choice(names.TRADES)
        return f"{trade} {surname}" if draw.random() < 0.35 else f"{trade} {surname} {draw.choice(names.FORMS)}"

    def _deal(self, place: int, each: int, known: int) -> Deal:
        draw = self._random
        kind = KINDS[each % len(KINDS)]
        # offers of the first client wait still: somebody will want to look at one
        days = 3 if place == 0 else draw.randrange(min(known, 540))
        return Deal(kind, draw.randrange(len(names.WORKS)), days, kind == INVOICE and draw.random() < 0.8)
