"""Who acts. Frozen: an actor is what the look-up of this request found, never kept for the next one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from portal.policies.permissions import OF_RIGHT, OF_ROLE, Permission

# what only shows: staff who look as the client does see it, too
_SHOWS = frozenset({Permission.PUBLIC, Permission.PORTAL_VIEW, Permission.PORTAL_AMOUNTS, Permission.PORTAL_PAY})


class Actor(Protocol):
    """What every actor has. `who` stands in the audit log: kind and public id, no personal text."""

    @property
    def firm_id(self) -> int | None: ...
    @property
    def who(self) -> str: ...
    @property
    def name(self) -> str: ...
    def may(self, permission: Permission) -> bool: ...


@dataclass(frozen=True)
class Stranger:
    """Nobody known: signing in, opening a link, asking for a new one. `firm_id` when the address tells it."""

    firm_id: int | None = None
    address: str = ""
    agent: str = ""
    who: str = "stranger"
    name: str = ""

    def may(self, permission: Permission) -> bool:
        return permission is Permission.PUBLIC


@dataclass(frozen=True)
class StaffActor:
    """A signed-in staff member. `restricted`: an adviser who works only for assigned clients (DETAILS 1)."""

    firm_id: int
    staff_id: int
    staff_uid: str
    identity_id: int
    name: str
    email: str
    role: str
    restricted: bool
    sign_in_id: int
    sign_in_uid: str
    proved_at: datetime
    shortcuts: bool = True
    address: str = ""

    @property
    def who(self) -> str:
        return f"staff:{self.staff_uid}"

    def may(self, permission: Permission) -> bool:
        return permission in OF_ROLE[self.role]


@dataclass(frozen=True)
class ClientActor:
    """Somebody in a client's portal, by secret link or by password. `contact_id` null: a link of nobody.

    `by_password`: the person is known, no link stands behind the visit. `decide_limit`: offers up to this amount in
    cents; None: any. `document_id`: the link opens this document only. `viewer`: the staff member who looks as
    the client does; such a visit does nothing and counts nothing, except at the test client (`may_act`).
    """

    firm_id: int
    client_id: int
    client_uid: str
    client_name: str
    client_kind: str
    sign_in_id: int
    link_id: int | None
    link_uid: str
    allowed: frozenset[Permission]
    contact_id: int | None = None
    contact_uid: str = ""
    contact_name: str = ""
    document_id: int | None = None
    by_password: bool = False
    decide_limit: int | None = None
    viewer: str = ""
    viewer_uid: str = ""
    is_test: bool = False
    address: str = ""
    agent: str = ""

    @property
    def who(self) -> str:
        if self.viewer_uid:
            return f"staff:{self.viewer_uid} as client:{self.client_uid}"
        return f"contact:{self.contact_uid}" if self.contact_uid else f"link:{self.link_uid}"

    @property
    def name(self) -> str:
        return self.contact_name

    def allowed_to_client(self, permission: str) -> bool:
        """Whether the client could do it: what staff who only look are told."""
        return permission in self.allowed

    def may(self, permission: Permission) -> bool:
        if self.viewer_uid and not self.is_test and permission not in _SHOWS:
            return False
        return permission in self.allowed


@dataclass(frozen=True)
class ApiActor:
    """An invoicing programme with its token."""

    firm_id: int
    token_id: int
    token_uid: str
    name: str
    rights: frozenset[str] = field(default_factory=frozenset)
    address: str = ""

    @property
    def who(self) -> str:
        return f"token:{self.token_uid}"

    def may(self, permission: Permission) -> bool:
        return permission is Permission.PUBLIC or any(permission in OF_RIGHT[right] for right in self.rights)


@dataclass(frozen=True)
class InstanceActor:
    """The command line or the worker, by the operator's own hand. May everything within its firm."""

    firm_id: int | None
    what: str
    name: str = "Foyer"

    @property
    def who(self) -> str:
        return f"instance:{self.what}"

    def may(self, permission: Permission) -> bool:
        return True
