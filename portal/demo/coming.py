"""How the people of the demo come in: asked by mail, with a password where the client has it so, by colleagues."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from portal.base import tokens
from portal.demo import people
from portal.demo.people import COMPANIES, Colleague, Company, Person
from portal.demo.story import When
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.firm import PASSWORD
from portal.models.ticket import INVITE, Ticket
from portal.operations import clients, colleagues, contact_passwords, demo_firms, invitations, memberships, sign_ins
from portal.policies import scope as scopes
from portal.policies.actors import ClientActor, InstanceActor, Stranger
from portal.policies.permissions import Rights
from portal.queries.sign_ins import find_visit

if TYPE_CHECKING:
    from portal.demo.building import Making

Step = tuple[datetime, Callable[[], None]]
_ADDRESS, _AGENT = "203.0.113.24", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def steps(making: Making) -> Iterator[Step]:
    """Each with its moment: a client goes over to passwords, people are asked in and come, and bring others."""
    asked: set[str] = set()
    for company in COMPANIES:
        if company.password is not None:
            yield making.moment(When(company.password, 9, 0)), partial(_by_password, making, company)
        for person in company.people:
            if person.invites or person.decide_limit is not None:
                yield making.moment(When(company.since, 8, 45)), partial(_give_rights, making, company, person)
            last = [each for each in COMPANIES if person in each.people][-1]
            if person.invited is not None and company is last and person.email not in asked:
                asked.add(person.email)
                yield making.moment(When(person.invited, 9, 30)), partial(_invite, making, company, person)
            if person.joined is not None and company is last:
                yield making.moment(When(person.joined, 13, 10)), partial(_join, making, company, person)
    for colleague in people.COLLEAGUES:
        yield making.moment(When(colleague.days, 11, 20)), partial(_bring, making, colleague)


def _by_password(making: Making, company: Company) -> None:
    clients.change(making.jana, making.clients[company.number], login_type=PASSWORD)


def _give_rights(making: Making, company: Company, person: Person) -> None:
    rights = Rights(invite=person.invites, decide_limit=person.decide_limit)
    memberships.set_rights(making.jana, _membership(making, company.number, person.email), rights)


def _invite(making: Making, company: Company, person: Person) -> None:
    invitations.send(making.jana, _membership(making, company.number, person.email))


def _join(making: Making, company: Company, person: Person) -> None:
    """The mail, the button, a password, and a look around."""
    # the mail had arrived
    demo_firms.settle_mail(InstanceActor(making.firm.id, "demo"), making.firm)
    membership = _membership(making, company.number, person.email)
    with scopes.of_firm(making.firm.id) as scope:
        mine = scope.of(Ticket).where(Ticket.contact == membership.contact_id, Ticket.purpose == INVITE)
        ticket = scope.one(mine.order_by(Ticket.created_at.desc()))
    stranger = Stranger(making.firm.id, _ADDRESS, _AGENT)
    contact_passwords.accept(stranger, ticket, password=people.PASSWORD)
    _visit(making, membership)


def _bring(making: Making, colleague: Colleague) -> None:
    membership = _membership(making, colleague.client, colleague.by)
    actor = _visit(making, membership)
    colleagues.invite(
        actor, making.clients[colleague.client], first_name=colleague.first_name, last_name=colleague.last_name,
        email=colleague.email,
    )  # fmt: skip


def _visit(making: Making, membership: Membership) -> ClientActor:
    token = sign_ins.begin_contact(Stranger(making.firm.id, _ADDRESS, _AGENT), membership)
    found = find_visit(tokens.fingerprint(token), "client")
    assert found is not None
    assert isinstance(found.actor, ClientActor)
    with scopes.of_firm(making.firm.id) as scope:
        client = scope.by_id(Client, membership.client_id)
    sign_ins.note_opening(found.actor, client)
    return found.actor


def _membership(making: Making, number: str, email: str) -> Membership:
    client = making.clients[number]
    with scopes.of_firm(making.firm.id) as scope:
        contact: Contact = scope.one(scope.of(Contact).where(Contact.email == email))
        living = scope.of(Membership).where(Membership.client == client.id, Membership.ended_at.is_null())
        found: Membership = scope.one(living.where(Membership.contact == contact.id))
    return found
