"""Who is in a client's portal now, and what could let somebody in: the access overview (X15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.models.client import Client
from portal.models.contact import Contact, Membership
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
    """The living sessions of a client's portal, the one last used first.

    One that opens nothing since the portal was closed or the contact's login switched off is not there for anybody.
    """
    members = scope.of(Membership, Membership.contact).where(
        Membership.client == client.id, Membership.ended_at.is_null()
    )
    let_in = {member.contact_id for member in list(members.where(Membership.login))} if client.is_open else set()
    query = scope.of(SignIn, SignIn, Contact, Staff)
    query = scope.join(query, Contact, SignIn.contact == Contact.id, src=SignIn, outer=True)
    query = scope.join(query, Staff, SignIn.staff == Staff.id, src=SignIn, outer=True)
    rows = query.where(SignIn.client == client.id, SignIn.ended_at.is_null(), SignIn.expires_at > now)
    living = [row for row in list(rows.order_by(SignIn.seen_at.desc())) if row.is_live(now)]
    return [_row(row) for row in living if _opens(row, client, let_in)]


def _opens(row: SignIn, client: Client, let_in: set[int]) -> bool:
    if row.kind == VIEW:
        return True
    return row.contact_id in let_in if row.contact_id is not None else bool(client.is_open)


def _row(row: SignIn) -> SessionRow:
    contact: Contact | None = row.contact if isinstance(row.contact, Contact) else None
    staff: Staff | None = row.staff if isinstance(row.staff, Staff) else None
    name = contact.name if contact is not None else staff.name if staff is not None else ""
    return SessionRow(row, name, row.opened_at is not None or row.kind != LINK)
