"""What happened to a document, done by whoever did it: clients through a visit by their link, staff as themselves."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from portal.base import clock, text, tokens
from portal.demo import people
from portal.demo.story import (
    Accepted,
    Answered,
    Asked,
    Cancelled,
    Confirmed,
    Declined,
    Event,
    Opened,
    Paid,
    Paper,
    Scanned,
    Withdrawn,
)
from portal.models.client import Client
from portal.models.contact import Contact
from portal.models.decision import StepUpCode
from portal.models.document import Document, DocumentVersion
from portal.models.firm import Firm
from portal.models.link import Link
from portal.operations import codes, comments, decisions, documents, payments, sign_ins
from portal.policies import scope as scopes
from portal.policies.actors import ClientActor, StaffActor, Stranger
from portal.queries import decisions as decided
from portal.queries import terms
from portal.queries.sign_ins import find_visit

# documentation ranges (RFC 5737, RFC 3849): nobody's addresses
_ADDRESSES = ("203.0.113.24", "198.51.100.77", "203.0.113.140", "192.0.2.61", "2001:db8:41::8a2e")
_AGENTS = tuple(
    f"Mozilla/5.0 {rest}"
    for rest in (
        "(iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1",
        "(Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36",
        "(Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "(Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
    )
)
_SCANNER = Stranger(None, "192.0.2.200", "MailScanner/5.4 (+https://scanner.example.com)")
ACCEPT_BUTTON, DECLINE_BUTTON = "Zahlungspflichtig beauftragen", "Ablehnen"


@dataclass(frozen=True)
class Teller:
    """Does to one document what its paper tells."""

    firm: Firm
    staff: dict[str, StaffActor]
    paper: Paper
    document: Document

    def tell(self, event: Event) -> None:
        """Do it, now by the clock."""
        _tell(event, self)

    @property
    def publisher(self) -> StaffActor:
        return self.staff[self.paper.by]

    def visit(self, by: str) -> ClientActor:
        """Somebody opened the link and looked at the start page and at this document."""
        token = sign_ins.open_link(_stranger(self.firm.id, by), self._link(by))
        found = find_visit(tokens.fingerprint(token), "client")
        assert found is not None
        assert isinstance(found.actor, ClientActor)
        with scopes.of_firm(self.firm.id) as scope:
            client = scope.by_id(Client, self.document.client_id)
        sign_ins.note_opening(found.actor, client)
        sign_ins.note_opening(found.actor, client, document_id=self.document.id)
        return found.actor

    def scan(self, by: str) -> None:
        """A machine fetched the address."""
        sign_ins.open_link(Stranger(self.firm.id, _SCANNER.address, _SCANNER.agent), self._link(by))

    def shown(self) -> DocumentVersion:
        """The version that stands on the page."""
        with scopes.of_firm(self.firm.id) as scope:
            query = scope.of(DocumentVersion).where(
                DocumentVersion.document == self.document.id, DocumentVersion.number == self.document.version
            )
            found: DocumentVersion = scope.one(query)
        return found

    def _link(self, by: str) -> Link:
        """The contact's newest portal link; by nobody the client's own."""
        with scopes.of_firm(self.firm.id) as scope:
            mine = Link.contact.is_null()
            if by:
                mine = Link.contact == scope.one(scope.of(Contact).where(Contact.email_key == text.email_key(by))).id
            query = scope.of(Link).where(Link.client == self.document.client_id, Link.revoked_at.is_null(), mine)
            found: Link = scope.one(query.order_by(Link.created_at.desc()))
        return found


def _stranger(firm_id: int, by: str) -> Stranger:
    """The same person has the same device."""
    place = sum(by.encode())
    return Stranger(firm_id, _ADDRESSES[place % len(_ADDRESSES)], _AGENTS[place % len(_AGENTS)])


@functools.singledispatch
def _tell(event: Event, _teller: Teller) -> None:
    raise TypeError(f"nobody knows how to tell {event}")


@_tell.register
def _opened(event: Opened, teller: Teller) -> None:
    teller.visit(event.by)


@_tell.register
def _scanned(event: Scanned, teller: Teller) -> None:
    teller.scan(event.by)


@_tell.register
def _asked(event: Asked, teller: Teller) -> None:
    visitor = teller.visit(event.by)
    comments.write_as_client(visitor, teller.document, text=event.text, author=visitor.contact_name)


@_tell.register
def _answered(event: Answered, teller: Teller) -> None:
    writer = teller.staff[event.by]
    comments.write(writer, teller.document, text=event.text, author=writer.name)


@_tell.register
def _accepted(event: Accepted, teller: Teller) -> None:
    visitor, version = teller.visit(event.by), teller.shown()
    content = codes.shown(version.number, version.sha256, version.fields_sha256)
    with scopes.of_firm(teller.firm.id) as scope:
        in_force = terms.current(scope)
        asked = codes.needed(scope.firm, teller.document, visitor) and codes.destination(scope, visitor) is not None
    code = _typed_code(visitor, teller.document, content) if asked else None
    decisions.accept(
        visitor, teller.document, version=version.number, sha256=version.sha256,
        fields_sha256=version.fields_sha256, name=event.name or visitor.contact_name, agreed=True, key="demo",
        language="de", button=ACCEPT_BUTTON, code=code, terms_version=in_force.version if in_force else None,
    )  # fmt: skip


def _typed_code(visitor: ClientActor, document: Document, content: str) -> str:
    codes.send(visitor, document, content)
    with scopes.of_firm(visitor.firm_id) as scope:
        sent: StepUpCode = scope.one(
            scope.of(StepUpCode)
            .where(StepUpCode.sign_in == visitor.sign_in_id, StepUpCode.expires_at > clock.now())
            .order_by(StepUpCode.created_at.desc())
        )
    return codes.digits(sent)


@_tell.register
def _declined(event: Declined, teller: Teller) -> None:
    visitor, version = teller.visit(event.by), teller.shown()
    decisions.decline(
        visitor, teller.document, version=version.number, sha256=version.sha256,
        fields_sha256=version.fields_sha256, name=visitor.contact_name, key="demo", language="de",
        button=DECLINE_BUTTON, reason=event.reason,
    )  # fmt: skip


@_tell.register
def _confirmed(event: Confirmed, teller: Teller) -> None:
    with scopes.of_firm(teller.firm.id) as scope:
        waiting = decided.waiting(scope, teller.document)
        when = clock.today(people.FIRM["time_zone"])
    decisions.confirm(
        teller.staff[event.by], waiting, with_whom=event.with_whom, how=event.how, when=f"{when:%d.%m.%Y}, vormittags"
    )


@_tell.register
def _paid(event: Paid, teller: Teller) -> None:
    paid_on = clock.today(people.FIRM["time_zone"])
    reference = f"Kontoauszug {paid_on:%d.%m.%Y}, {teller.document.number}"
    if event.cents is None:
        payments.mark_paid(teller.publisher, teller.document, paid_on=paid_on, reference=reference)
    else:
        payments.record(
            teller.publisher, teller.document, amount=event.cents, currency="EUR", paid_on=paid_on, reference=reference
        )


@_tell.register
def _withdrawn(_event: Withdrawn, teller: Teller) -> None:
    documents.withdraw(teller.publisher, teller.document)


@_tell.register
def _cancelled(_event: Cancelled, teller: Teller) -> None:
    documents.cancel(teller.publisher, teller.document)
