"""What stands behind a token that somebody brings: a link, alive or not, or nothing."""

from __future__ import annotations

from dataclasses import dataclass

from peewee import JOIN

from portal.base import clock, tokens
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.document import Document
from portal.models.firm import SECRET_LINK, Firm
from portal.models.link import Link
from portal.models.sign_in import LINK, PASSWORD, SignIn
from portal.policies import scope as scopes
from portal.policies.scope import Scope
from portal.queries.sign_ins import link_opens

_NOBODYS = -1


@dataclass(frozen=True)
class LinkDoor:
    """A genuine link with whose it is. `opens`: it lets in now; `wants_password`: its client is entered otherwise."""

    link: Link
    client: Client
    firm: Firm
    contact: Contact | None
    membership: Membership | None
    document: Document | None
    opens: bool

    @property
    def wants_password(self) -> bool:
        return self.client.is_open and self.client.signs_in_by(self.firm) != SECRET_LINK

    @property
    def whose(self) -> str:
        """As whom one would enter: the contact's name, else the client's."""
        return self.contact.name if self.contact else self.client.name


def find(token: str) -> LinkDoor | None:
    """The link of a token, typed or clicked; None for what is not ours, after the same work."""
    plain = tokens.typed(token)
    row_id = tokens.read_id(plain)
    with scopes.instance("opening a secret link") as scope:
        if row_id is None:
            plain, row_id = "0" * tokens.LENGTH, _NOBODYS
        row = _row(scope, row_id)
        if not tokens.genuine("link", plain, row_id, row.nonce if row else None) or row is None:
            return None
        return _door(row)


def by_uid(uid: str) -> LinkDoor | None:
    """The link with this public id, for a browser that was at its door before."""
    with scopes.instance("the door of an ended visit") as scope:
        row = scope.first(scope.of(Link, Link.id).where(Link.uid == uid))
        found = _row(scope, row.id) if row is not None else None
        return _door(found) if found is not None else None


def of_ended_session(fingerprint: str) -> LinkDoor | None:
    """The link whose session this was, for the door of a visit that has ended."""
    with scopes.instance("the door of an ended visit") as scope:
        session = scope.first(scope.of(SignIn).where(SignIn.token == fingerprint, SignIn.kind == LINK))
        row = _row(scope, session.link_id) if session is not None else None
        return _door(row) if row is not None else None


def firm_of_ended_session(fingerprint: str) -> Firm | None:
    """The firm at which a session with a password ended, for the door that asks for it again."""
    with scopes.instance("the door of an ended visit") as scope:
        session = scope.first(
            SignIn.select(SignIn, Firm)
            .join_from(SignIn, Firm)
            .where(SignIn.token == fingerprint, SignIn.kind == PASSWORD)
        )
        return session.firm if session is not None else None


def document_named(scope: Scope, name: str) -> tuple[Document | None, bool]:
    """What `?d=` means in a client's portal: the document with this uid or number; True when several have it."""
    found: list[Document] = list(scope.of(Document).where((Document.uid == name) | (Document.number == name)).limit(2))
    return (found[0] if len(found) == 1 else None), len(found) > 1


def _row(scope: Scope, row_id: int) -> Link | None:
    live = (Membership.client == Link.client) & (Membership.contact == Link.contact) & Membership.ended_at.is_null()
    query = (
        Link.select(Link, Client, Firm, Contact, Membership, Document)
        .join_from(Link, Client)
        .join_from(Link, Firm)
        .join_from(Link, Contact, JOIN.LEFT_OUTER, on=(Contact.id == Link.contact), attr="found_contact")
        .join_from(Link, Membership, JOIN.LEFT_OUTER, on=live, attr="found_membership")
        .join_from(Link, Document, JOIN.LEFT_OUTER, on=(Document.id == Link.document), attr="found_document")
        .where(Link.id == row_id)
    )
    found: Link | None = scope.first(query)
    return found


def _door(row: Link) -> LinkDoor:
    membership = getattr(row, "found_membership", None)
    return LinkDoor(
        link=row,
        client=row.client,
        firm=row.firm,
        contact=getattr(row, "found_contact", None),
        membership=membership,
        document=getattr(row, "found_document", None),
        opens=link_opens(row.client, row.firm, row, membership, clock.now()),
    )
