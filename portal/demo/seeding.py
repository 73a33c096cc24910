"""Large invented data, written in bulk: rows as the operations leave them, but no mail and one audit entry a batch."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from portal.base import clock, files, language, passwords
from portal.base.errors import Invalid
from portal.demo import names
from portal.demo.crowd import FIRST_NUMBER, Crowd, Invented
from portal.demo.rows import Known, Rows, Stored
from portal.models import bulk
from portal.models.document import INVOICE, OFFER, SERVICE_REPORT
from portal.models.firm import Firm
from portal.models.link import Link
from portal.models.staff import ADVISER
from portal.models.stored_file import StoredFile
from portal.operations import audit, demo_firms, firms, settings, team
from portal.operations.operation import operation
from portal.papers import letter
from portal.papers.letter import Columns, Letter, Position, Sum
from portal.papers.sheet import Imprint
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor, Stranger
from portal.policies.permissions import Permission
from portal.queries import firms as known_firms
from portal.queries import letterheads

BATCH = 2500
SLUG = "seed"
PASSWORD = "viele-kunden-auf-einmal"  # noqa: S105 - of invented firms on an instance for one machine only
MOST_FIRMS, MOST_CLIENTS, MOST_DOCUMENTS = 1000, 1_000_000, 50
_HEADINGS = {OFFER: "Angebot", INVOICE: "Rechnung", SERVICE_REPORT: "Servicebericht"}


@dataclass(frozen=True)
class Seeded:
    """A firm full of clients. `seconds` for writing them."""

    name: str
    slug: str
    admin: str
    adviser: str
    password: str
    clients: int
    documents: int
    first_number: str
    last_number: str


def seed(*, firms_wanted: int, clients: int, documents: int) -> Iterator[Seeded]:
    """Make so many new firms, each with so many clients and each of these with so many documents. Raises Invalid."""
    errors = {
        name: f"a number from 1 to {most:,}"
        for name, value, least, most in (
            ("firms", firms_wanted, 1, MOST_FIRMS),
            ("clients", clients, 1, MOST_CLIENTS),
            ("documents", documents, 0, MOST_DOCUMENTS),
        )
        if not least <= value <= most
    }
    if errors:
        raise Invalid(**errors)
    bulk.with_room()
    hashed = passwords.hash_password(PASSWORD)
    # ids of links are random and short enough to be typed: in so many some would meet
    links = bulk.ids(Link)
    for _place in range(firms_wanted):
        yield _seed_firm(_free_slug(), clients, documents, hashed, links)


def _free_slug() -> str:
    return next(slug for number in range(1, 10**6) if known_firms.by_slug(slug := f"{SLUG}-{number}") is None)


def _seed_firm(slug: str, clients: int, documents: int, hashed: str, links: set[int]) -> Seeded:
    firm = _make_firm(slug, hashed)
    actor = InstanceActor(firm.id, "seed")
    crowd = iter(Crowd(f"{slug}:{clients}:{documents}", clients, documents))
    known = Known(firm, _keep_files(actor, firm) if documents else {}, links, clock.now())
    last = ""
    for start in range(0, clients, BATCH):
        batch = list(islice(crowd, BATCH))
        _write(actor, firm, batch=batch, known=known, start=start)
        last = batch[-1].number
    return Seeded(
        name=firm.name, slug=slug, admin=f"admin@{slug}.example.com", adviser=f"adviser@{slug}.example.com",
        password=PASSWORD, clients=clients, documents=clients * documents, first_number=str(FIRST_NUMBER),
        last_number=last,
    )  # fmt: skip


def _make_firm(slug: str, hashed: str) -> Firm:
    """A firm that can be looked at and paid, with an admin and an adviser who can sign in."""
    number = slug.rpartition("-")[2]
    name = f"{names.SURNAMES[int(number) % len(names.SURNAMES)]} Gebäudetechnik {number} GmbH"
    operator = InstanceActor(None, "seed")
    firm, ticket = firms.create(operator, name=name, admin_email=f"admin@{slug}.example.com", slug=slug)
    inside = InstanceActor(firm.id, "seed")
    with scopes.of_firm(firm.id):
        team.join(Stranger(firm.id), ticket, name="Alma Admin", hashed=hashed)
        invited = team.invite(inside, firm, email=f"adviser@{slug}.example.com", role=ADVISER, name="Bo Berater")
        team.join(Stranger(firm.id), invited, name="Bo Berater", hashed=hashed)
        settings.change_firm(
            inside, firm, name=name, language="de", time_zone="Europe/Berlin", street="Werkstraße 1",
            postcode="20095", city="Hamburg", phone="040 5550-100", email=f"post@{slug}.example.com",
        )  # fmt: skip
        settings.change_bank(inside, firm, account_holder=name, iban="DE89 3704 0044 0532 0130 00", bic="COBADEFFXXX")
        demo_firms.settle_mail(inside, firm)
    return firm


@operation(allow=Permission.INSTANCE)
def _keep_files(actor: InstanceActor, firm: Firm) -> dict[str, Stored]:
    """One real PDF a kind of document."""
    scope = scopes.current()
    found: dict[str, Stored] = {}
    for kind in _HEADINGS:
        drawn = _paper(firm, kind)
        path, sha256 = files.keep_bytes(drawn.content)
        row = scope.add(
            StoredFile, path=path, name=f"{kind}.pdf", media_type="application/pdf", size=len(drawn.content),
            sha256=sha256, created_at=clock.now(),
        )  # fmt: skip
        found[kind] = Stored(row.id, sha256, drawn.pages)
    audit.record(actor, "files.seeded", firm, facts={"count": len(found)})
    return found


def _paper(firm: Firm, kind: str) -> letter.Drawn:
    heading = _HEADINGS[kind]
    rows = tuple(
        Position(
            str(place),
            title,
            "nach Aufwand",
            "1",
            language.money(cents, "EUR", "de"),
            language.money(cents, "EUR", "de"),
        )
        for place, (title, cents) in enumerate(names.WORKS[:5], 1)
    )
    total = sum(cents for _title, cents in names.WORKS[:5])
    head = letterheads.of(firm, "de")
    return letter.draw(
        Letter(
            head=head,
            imprint=Imprint(heading, firm.name, "de", clock.now(), heading, "Seite %(page)s von %(pages)s"),
            recipient=("Erfundener Kunde", "Hauptstraße 1", "20095 Hamburg"),
            heading=heading,
            below="Ein Muster: viele Dokumente teilen sich diese Datei",
            subject="Gebäudetechnik",
            opening="Guten Tag,\ndas sind die Positionen:",
            columns=Columns("Pos.", "Leistung", "Menge", "Einzel", "Netto"),
            positions=rows,
            sums=(Sum("Gesamt", language.money(total, "EUR", "de"), total=True),),
            closing=(f"Mit freundlichen Grüßen\n{firm.name}",),
        )
    )


@operation(allow=Permission.INSTANCE)
def _write(actor: InstanceActor, firm: Firm, *, batch: list[Invented], known: Known, start: int) -> None:
    """One batch of clients with all that belongs to them, in the transaction of its audit entry."""
    # a link takes the instance's key as well, which is no part of this
    rows = Rows(known, random.Random(f"{firm.slug}:{start}"))  # noqa: S311
    for place, invented in enumerate(batch, start):
        rows.add(invented, place)
    rows.write()
    facts = {"clients": len(batch), "first": batch[0].number, "last": batch[-1].number}
    audit.record(actor, "clients.seeded", firm, facts=facts)
