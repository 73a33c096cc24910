"""Who can get into the demo, and how: read from what stands there, so that it is true each time it is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from portal.base import clock
from portal.base.config import Config
from portal.demo import people
from portal.demo.site import Mark
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.document import OFFER, Document
from portal.models.firm import Firm
from portal.models.link import PORTAL, Link
from portal.models.staff import ADMIN
from portal.policies import scope as scopes
from portal.policies.scope import Scope
from portal.queries import firms
from portal.queries import links as known

CONTACT = "contact"


@dataclass(frozen=True)
class Player:
    """Somebody who can sign in: of the staff, or a contact of clients with a password."""

    role: str
    name: str
    email: str
    password: str
    url: str


@dataclass(frozen=True)
class Way:
    """A secret link: whose it is, what it shows, and the offer that waits there."""

    client_number: str
    client: str
    contact: str
    url: str
    document: str
    test_client: bool


@dataclass(frozen=True)
class Cast:
    """All of it. `stale`: a printed offer no longer waits, because somebody decided it or time went by."""

    base_url: str
    firm: str
    slug: str
    people: tuple[Player, ...]
    links: tuple[Way, ...]
    token: str
    made_at: str
    stale: bool

    @property
    def mail_url(self) -> str:
        return f"{self.base_url}/demo/mail"

    @property
    def api_url(self) -> str:
        return f"{self.base_url}/api/v1"

    def as_json(self) -> dict[str, Any]:
        """The document of `foyer demo --json` (DETAILS 13)."""
        return {
            "base_url": self.base_url,
            "firm": {"name": self.firm, "slug": self.slug},
            "people": [asdict(player) for player in self.people],
            "links": [asdict(way) for way in self.links],
            "api": {"url": self.api_url, "token": self.token},
            "mail_url": self.mail_url,
        }


def read(config: Config, mark: Mark) -> Cast:
    """The cast of the demo that is open."""
    firm = firms.by_slug(people.SLUG)
    assert firm is not None
    with scopes.of_firm(firm.id) as scope:
        offers = [_offer(scope, number) for number in (mark.below, mark.above)]
        ways = tuple(_way(scope, config, offer) for offer in offers)
    today = clock.today(firm.time_zone)
    return Cast(
        base_url=config.base_url,
        firm=firm.name,
        slug=firm.slug,
        people=(*(_player(config, member) for member in people.STAFF), *_contacts(config)),
        links=ways,
        token=mark.token,
        made_at=mark.made_at,
        stale=any(not offer.is_open or offer.is_expired(today) for offer in offers),
    )


def _player(config: Config, member: people.StaffMember) -> Player:
    return Player(member.role, member.name, member.email, people.PASSWORD, f"{config.base_url}/login")


def _contacts(config: Config) -> Iterator[Player]:
    joined = dict.fromkeys(person for company in people.COMPANIES for person in company.people if person.joined)
    for person in joined:
        name = f"{person.first_name} {person.last_name}"
        yield Player(CONTACT, name, person.email, people.PASSWORD, f"{config.base_url}/login")


def _offer(scope: Scope, number: str) -> Document:
    found: Document = scope.one(scope.of(Document).where(Document.kind == OFFER, Document.number == number))
    return found


def _way(scope: Scope, config: Config, offer: Document) -> Way:
    """By the link of the primary contact; where that was revoked, by whatever link of the client is left."""
    client = scope.by_id(Client, offer.client_id)
    query = scope.join(scope.of(Contact), Membership, Membership.contact == Contact.id)
    primary: Contact = scope.one(query.where(Membership.client == client.id, Membership.primary))
    living = scope.of(Link).where(Link.client == client.id, Link.kind == PORTAL, Link.revoked_at.is_null())
    link: Link | None = scope.first(living.where(Link.contact == primary.id).order_by(Link.created_at.desc()))
    if link is None:
        link = scope.first(living.order_by(Link.contact.is_null().desc(), Link.created_at.desc()))
    return Way(
        client_number=client.number,
        client=client.name,
        contact=primary.name,
        url=known.address(config.base_url, link) if link is not None else "",
        document=offer.number,
        test_client=client.is_test,
    )


def role_in_words(player: Player, firm: Firm | None = None) -> str:
    """For people who read the list."""
    if player.role == ADMIN:
        return "Portal admin"
    if player.role == CONTACT:
        at = sum(any(person.email == player.email for person in each.people) for each in people.COMPANIES)
        return "Contact of one client" if at == 1 else f"Contact of {at} clients"
    assigned = any(member.email == player.email and member.assigned for member in people.STAFF)
    return "Adviser, assigned to some clients" if assigned else "Adviser, assigned to none"
