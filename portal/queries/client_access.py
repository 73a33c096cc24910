"""Who is in a client's portal now, and what could let somebody in: the access overview (X15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.models.client import Client
from portal.models.contact import Contact
from portal.models.sign_in import LINK, VIEW, SignIn
from portal.models.staff import Staff
from portal.policies.scope import Scope


@dataclass(frozen=True)
class SessionRow:
    """A living session in the client's portal. `who`: contact or viewing staff member, empty behind a link of nobody.

    `is_person`: a page was asked for by navigation; a session without may be a mail scanner's.
    """

    session: SignIn
    who: str
    is_person: bool

    @property
    def by_link(self) -> bool:
        return bool(self.session.kind == LINK)

    @property
    def is_view(self) -> bool:
        return bool(self.session.kind == VIEW)


def sessions(scope: Scope, client: Client, now: datetime) -> list[SessionRow]:
    """The living sessions of a client's portal, the one last used first."""
    query = scope.of(SignIn, SignIn, Contact, Staff)
    query = scope.join(query, Contact, SignIn.contact == Contact.id, src=SignIn, outer=True)
    query = scope.join(query, Staff, SignIn.staff == Staff.id, src=SignIn, outer=True)
    rows = query.where(SignIn.client == client.id, SignIn.ended_at.is_null(), SignIn.expires_at > now)
    return [_row(row) for row in list(rows.order_by(SignIn.seen_at.desc())) if row.is_live(now)]


def _row(row: SignIn) -> SessionRow:
    contact: Contact | None = row.contact if isinstance(row.contact, Contact) else None
    staff: Staff | None = row.staff if isinstance(row.staff, Staff) else None
    name = contact.name if contact is not None else staff.name if staff is not None else ""
    return SessionRow(row, name, row.opened_at is not None or row.kind != LINK)
