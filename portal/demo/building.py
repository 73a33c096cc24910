"""Making the demo: all of it through the operations, in the order in which it happened, so that every entry of the
audit log, every link and every figure is what a year of work would have left."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as day_time
from functools import partial
from zoneinfo import ZoneInfo

from portal.base import clock, files, passwords
from portal.base.config import Config
from portal.demo import coming, letters, people
from portal.demo.letters import Case, File
from portal.demo.papers import ABOVE_THE_LIMIT, BELOW_THE_LIMIT, PAPERS
from portal.demo.past import Past, moved
from portal.demo.people import COMPANIES, Company, Person, StaffMember
from portal.demo.story import PUBLISHED_AT, Event, Paper, Revised, When
from portal.demo.telling import Teller
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.document import CREDIT_NOTE, INVOICE, OFFER, SERVICE_REPORT, Document
from portal.models.firm import Firm
from portal.models.identity import Identity
from portal.models.staff import Staff
from portal.operations import (
    api_tokens,
    assignments,
    clients,
    codes,
    contacts,
    demo_firms,
    documents,
    firms,
    invitations,
    links,
    memberships,
    settings,
    team,
    terms,
    texts,
)
from portal.papers.bill import Item
from portal.papers.letterhead import Letterhead
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor, StaffActor, Stranger
from portal.queries import letterheads
from portal.queries.links import portal_link
from portal.queries.texts import DEFAULTS, OFFER_STEPS

ZONE = people.FIRM["time_zone"]
_BEGAN = 730  # days ago
_NUMBERS = {OFFER: ("AN", 121), INVOICE: ("RE", 268), CREDIT_NOTE: ("GS", 7), SERVICE_REPORT: ("SB", 455)}
_A_MOMENT_AGO = timedelta(minutes=20)


@dataclass(frozen=True)
class Built:
    """What is told once the demo stands. `token` is the text of the API token, which nobody can see again."""

    below: str
    above: str
    token: str


@dataclass
class Making:
    """The demo being made: who and what is there so far."""

    now: datetime
    past: Past
    firm: Firm
    staff: dict[str, StaffActor] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(ZONE)).date()

    @property
    def jana(self) -> StaffActor:
        return self.staff[people.JANA]

    def moment(self, when: When) -> datetime:
        """The instant of the firm's day; what would be later today happened a moment ago."""
        day = self.today - timedelta(days=when.days)
        local = datetime.combine(day, day_time(when.hour, when.minute), ZoneInfo(ZONE))
        return min(local.astimezone(UTC), self.now - _A_MOMENT_AGO)

    def workday(self, when: When) -> When:
        """The same, on the Friday before when it falls on a weekend: an office writes nothing then."""
        weekday = (self.today - timedelta(days=when.days)).weekday()
        return When(when.days + max(0, weekday - 4), when.hour, when.minute)


def build(config: Config) -> Built:
    """Make the firm with everything in it, in an instance that is open and empty. Takes some ten seconds."""
    codes.configure(mail_available=True)
    with moved(config.clock_offset_file) as past:
        making = _begin(past)
        steps = [*_of_firm(making), *_of_clients(making), *_of_documents(making)]
        for moment, step in sorted(steps, key=lambda each: each[0]):
            past.go(moment)
            step()
        past.go(making.now)
        token = _end(making)
    numbers = making.numbers
    return Built(numbers[BELOW_THE_LIMIT], numbers[ABOVE_THE_LIMIT], token)


def _begin(past: Past) -> Making:
    """The firm two years ago: its settings, its people, its terms."""
    now = clock.now()
    past.go(now - timedelta(days=_BEGAN))
    admin = people.STAFF[0]
    operator = InstanceActor(None, "demo")
    firm, ticket = firms.create(
        operator, name=people.FIRM["name"], admin_email=admin.email, slug=people.SLUG, language="de",
        admin_name=admin.name,
    )  # fmt: skip
    hashed = passwords.hash_password(people.PASSWORD)
    making = Making(now, past, firm)
    with scopes.of_firm(firm.id):
        demo_firms.mark(InstanceActor(firm.id, "demo"), firm)
        team.join(Stranger(firm.id), ticket, name=admin.name, hashed=hashed)
        making.staff[admin.email] = _actor(firm, admin)
        for member in people.STAFF[1:]:
            invited = team.invite(making.jana, firm, email=member.email, role=member.role, name=member.name)
            team.join(Stranger(firm.id), invited, name=member.name, hashed=hashed)
            making.staff[member.email] = _actor(firm, member)
        _settle_in(making)
    return making


def _actor(firm: Firm, member: StaffMember) -> StaffActor:
    with scopes.of_firm(firm.id) as scope:
        query = scope.join(scope.of(Staff, Staff, Identity), Identity, Staff.identity == Identity.id)
        row: Staff = scope.one(query.where(Identity.email == member.email))
    return StaffActor(
        firm_id=firm.id, staff_id=row.id, staff_uid=row.uid, identity_id=row.identity_id, name=row.name,
        email=member.email, role=row.role, restricted=False, sign_in_id=0, sign_in_uid="", proved_at=clock.now(),
    )  # fmt: skip


def _settle_in(making: Making) -> None:
    jana, firm = making.jana, making.firm
    settings.change_firm(jana, firm, **people.FIRM)
    settings.change_bank(jana, firm, **people.BANK)
    settings.change_look(jana, firm, colour=people.COLOUR, background=people.BACKGROUND)
    terms.save(jana, firm, text=people.FORMER_TERMS)
    for language, text in people.STEPS.items():
        texts.save(jana, firm, OFFER_STEPS, language, text, default=DEFAULTS[OFFER_STEPS][language])


Step = tuple[datetime, Callable[[], None]]


def _of_firm(making: Making) -> Iterator[Step]:
    yield making.moment(When(300, 16, 20)), partial(_renew_terms, making)


def _renew_terms(making: Making) -> None:
    terms.save(making.jana, making.firm, text=people.TERMS)


def _of_clients(making: Making) -> Iterator[Step]:
    for company in COMPANIES:
        yield making.moment(When(company.since, 8, 30)), partial(_add_client, making, company)
        if company.archived is not None:
            yield making.moment(When(company.archived, 15, 0)), partial(_archive, making, company)
        for person in company.people:
            if person.bounced:
                yield making.moment(When(2, 14, 0)), partial(_bounce, making, company, person)
    yield making.moment(When(290, 8, 0)), partial(_add_tester, making)
    yield from coming.steps(making)


def _add_client(making: Making, company: Company) -> None:
    jana = making.jana
    client = clients.create(
        jana, making.firm, number=company.number, name=company.name, kind=company.kind, vat_id=company.vat_id,
        email=company.email, phone=company.phone, language=company.language, street=company.street,
        extra=company.extra, postcode=company.postcode, city=company.city, country="DE",
        external_accountant=company.external_accountant,
    )  # fmt: skip
    making.clients[company.number] = client
    for person in company.people:
        _add_person(making, client, person)
    for member in people.STAFF:
        if company.number in member.assigned:
            _assign(making, client, member)
    if not company.access:
        clients.set_access(jana, client, False)
    if company.link_revoked:
        _revoke(making, client)


def _bounce(making: Making, company: Company, person: Person) -> None:
    """Mail to the person came back: what was sent before had arrived."""
    operator = InstanceActor(making.firm.id, "demo")
    demo_firms.settle_mail(operator, making.firm)
    with scopes.of_firm(making.firm.id) as scope:
        contact: Contact = scope.one(scope.of(Contact).where(Contact.email == person.email))
        client = making.clients[company.number]
        membership = scope.one(
            scope.of(Membership).where(Membership.client == client.id, Membership.contact == contact.id)
        )
    invitations.send(making.jana, membership)
    demo_firms.mark_bounced(operator, contact, person.bounced)


def _add_person(making: Making, client: Client, person: Person) -> None:
    membership = contacts.add(
        making.jana, client, email=person.email, salutation=person.salutation, title=person.title,
        first_name=person.first_name, last_name=person.last_name, role=person.role, phone=person.phone,
        language=person.language, notify=person.notify,
    )  # fmt: skip
    if not person.login:
        memberships.set_login(making.jana, membership, False)


def _assign(making: Making, client: Client, member: StaffMember) -> None:
    with scopes.of_firm(making.firm.id) as scope:
        row = scope.by_id(Staff, making.staff[member.email].staff_id)
    assignments.assign(making.jana, client, row)


def _revoke(making: Making, client: Client) -> None:
    with scopes.of_firm(making.firm.id) as scope:
        link = portal_link(scope, client)
    assert link is not None
    links.revoke(making.jana, link)


def _archive(making: Making, company: Company) -> None:
    clients.archive(making.jana, making.clients[company.number])


def _add_tester(making: Making) -> None:
    with scopes.of_firm(making.firm.id) as scope:
        client: Client = scope.one(scope.of(Client).where(Client.is_test))
    address = {name: people.FIRM[name] for name in ("street", "postcode", "city")}
    making.clients[people.TEST_CLIENT] = clients.change(making.jana, client, **address, country="DE")
    for person in people.TESTER:
        _add_person(making, client, person)


def _of_documents(making: Making) -> Iterator[Step]:
    """Papers get their numbers in the order in which they were written, as in any office."""
    counted: Counter[str] = Counter()
    planned = sorted(((making.moment(making.workday(paper.issued)), paper) for paper in PAPERS), key=lambda e: e[0])
    for moment, paper in planned:
        prefix, first = _NUMBERS[paper.kind]
        issued_on = moment.astimezone(ZoneInfo(ZONE)).date()
        making.numbers[paper.key] = f"{prefix}-{issued_on.year}-{first + counted[paper.kind]:04d}"
        counted[paper.kind] += 1
    for moment, paper in planned:
        yield moment, partial(_add_document, making, paper, moment)
        for event in paper.events:
            yield _moment_of(making, paper, event), partial(_tell, making, paper, event)


def _moment_of(making: Making, paper: Paper, event: Event) -> datetime:
    if (event.when.hour, event.when.minute) == PUBLISHED_AT and isinstance(event, Revised):
        return making.moment(making.workday(event.when))
    return max(making.moment(event.when), making.moment(making.workday(paper.issued)) + timedelta(minutes=1))


def _add_document(making: Making, paper: Paper, moment: datetime) -> None:
    case = _case(making, paper, moment, paper.items, paper.ends_in)
    made = letters.make(case)
    replaced = making.documents[paper.replaces] if paper.replaces else None
    with files.received(io.BytesIO(made.content)) as file:
        done = documents.create(
            making.staff[paper.by], making.clients[paper.client], file=file, filename=made.name, kind=paper.kind,
            number=case.number, publish=not paper.draft, replaces=replaced, **_fields(case, made, paper.title),
        )  # fmt: skip
    making.documents[paper.key] = done.document


def _case(
    making: Making, paper: Paper, moment: datetime, items: tuple[Item, ...], ends_in: int | None
) -> Case:  # fmt: skip
    until = None if ends_in is None else making.today + timedelta(days=ends_in)
    return Case(
        paper=paper,
        company=_company(making, paper.client),
        number=making.numbers[paper.key],
        issued_on=moment.astimezone(ZoneInfo(ZONE)).date(),
        until=until,
        items=items,
        made_at=moment,
        signed_by=making.staff[paper.by].name,
        head=_letterhead(making.firm),
        corrected=making.numbers.get(paper.corrects, ""),
    )


def _company(making: Making, number: str) -> Company:
    if number != people.TEST_CLIENT:
        return next(company for company in COMPANIES if company.number == number)
    client, firm = making.clients[number], people.FIRM
    return Company(number, client.name, firm["street"], firm["postcode"], firm["city"], people.TESTER)


def _letterhead(firm: Firm) -> Letterhead:
    head = letterheads.of(firm, "de")
    phone = f"Telefon {firm.phone}"
    foot = (
        (firm.name, *people.REGISTER),
        (f"USt-IdNr. {firm.vat_id}", people.TAX_NUMBER),
        head.foot[-1][1:],
    )
    return Letterhead(
        name=head.name, colour=head.colour, reach=(head.reach[0], phone, firm.email), sender=head.sender, foot=foot,
        logo=head.logo, sign=head.sign,
    )  # fmt: skip


def _fields(case: Case, made: File, title: str) -> documents.Fields:
    priced = case.kind != SERVICE_REPORT
    dates = {OFFER: {"valid_until": case.until}, INVOICE: {"due_on": case.until}}.get(case.kind, {})
    return documents.Fields(
        title=title,
        issued_on=case.issued_on,
        currency="EUR",
        net=case.net if priced else None,
        tax=case.tax if priced else None,
        total=case.total if priced else None,
        note=case.paper.note,
        lines=made.lines,
        syntax=made.invoice.syntax if made.invoice else "",
        pages=made.pages,
        **dates,  # type: ignore[typeddict-item]
    )


def _tell(making: Making, paper: Paper, event: Event) -> None:
    document = _fresh(making, paper.key)
    if isinstance(event, Revised):
        _revise(making, paper, event, document)
        return
    Teller(making.firm, making.staff, paper, document).tell(event)


def _fresh(making: Making, key: str) -> Document:
    with scopes.of_firm(making.firm.id) as scope:
        return scope.by_id(Document, making.documents[key].id)


def _revise(making: Making, paper: Paper, event: Revised, document: Document) -> None:
    moment = making.moment(event.when)
    case = _case(making, paper, moment, event.items, event.ends_in)
    made = letters.make(case)
    with files.received(io.BytesIO(made.content)) as file:
        documents.add_version(
            making.staff[paper.by], document, file=file, filename=made.name,
            **_fields(case, made, event.title or paper.title),
        )  # fmt: skip


def _end(making: Making) -> str:
    """Nothing of the past is mailed now; the invoicing programme gets its token."""
    demo_firms.settle_mail(InstanceActor(making.firm.id, "demo"), making.firm)
    _row, token = api_tokens.create(
        making.jana, making.firm, name="Rechnungsprogramm", rights=("read", "write", "links")
    )
    return token
