"""All permissions, and which role has which (DETAILS 1, TRUST). One list; routes and operations name them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum

from portal.models.api_token import LINKS, READ, WRITE
from portal.models.contact import Membership
from portal.models.staff import ADMIN, ADVISER


class Permission(StrEnum):
    """What somebody may do. Those of staff end in what they are done to."""

    PUBLIC = "public"
    # staff
    FIRM_VIEW = "firm.view"
    CLIENT_WORK = "client.work"
    CLIENT_ARCHIVE = "client.archive"
    LINKS_EXPORT = "links.export"
    SETTINGS_MANAGE = "settings.manage"
    TEAM_MANAGE = "team.manage"
    TOKENS_MANAGE = "tokens.manage"
    AUDIT_VIEW = "audit.view"
    # clients
    PORTAL_VIEW = "portal.view"
    PORTAL_COMMENT = "portal.comment"
    PORTAL_AMOUNTS = "portal.amounts"
    PORTAL_DECIDE = "portal.decide"
    PORTAL_PAY = "portal.pay"
    PORTAL_UPLOAD = "portal.upload"
    PORTAL_INVITE = "portal.invite"
    PORTAL_ACCOUNT = "portal.account"
    # invoicing programmes
    API_READ = "api.read"
    API_WRITE = "api.write"
    API_LINKS = "api.links"
    # the instance's own work: command line and worker
    INSTANCE = "instance"


PUBLIC = Permission.PUBLIC

_ADVISER = frozenset({Permission.PUBLIC, Permission.FIRM_VIEW, Permission.CLIENT_WORK})
OF_ROLE = {
    ADVISER: _ADVISER,
    ADMIN: _ADVISER
    | {
        Permission.CLIENT_ARCHIVE,
        Permission.LINKS_EXPORT,
        Permission.SETTINGS_MANAGE,
        Permission.TEAM_MANAGE,
        Permission.TOKENS_MANAGE,
        Permission.AUDIT_VIEW,
    },
}

# An invoicing programme works on clients and documents as staff do; the call's own permission narrows it.
# It acts as the firm, by a portal admin's token: PUT with "archived": false fetches a client back (DETAILS 8).
# Renewing a link is work on its client: no call that wants API_LINKS does anything else.
OF_RIGHT = {
    READ: frozenset({Permission.API_READ}),
    WRITE: frozenset({Permission.API_WRITE, Permission.CLIENT_WORK, Permission.CLIENT_ARCHIVE}),
    LINKS: frozenset({Permission.API_LINKS, Permission.CLIENT_WORK}),
}


@dataclass(frozen=True)
class Rights:
    """What a contact may do at a client (X19); a link of nobody is narrowed by the firm's settings alone.

    `decide_limit`: offers up to this amount in cents, gross; None: any.
    """

    amounts: bool = True
    decide: bool = True
    decide_limit: int | None = None
    pay: bool = True
    upload: bool = True
    invite: bool = False

    @classmethod
    def of(cls, membership: Membership | None) -> Rights:
        """The rights of a membership."""
        if membership is None:
            return cls()
        return cls(**{each.name: getattr(membership, each.name) for each in fields(cls)})


def of_link(rights: Rights, *, comment: bool, decide: bool) -> frozenset[Permission]:
    """What a visit by secret link may do: view always, the rest as firm and membership allow (B3, X19)."""
    return _of_visit(rights, comment=comment, decide=decide)


def of_password(rights: Rights) -> frozenset[Permission]:
    """What somebody who signed in with a password may do: the person is known, so the account belongs to it."""
    allowed = _of_visit(rights, comment=True, decide=True) | {Permission.PORTAL_ACCOUNT}
    return allowed | {Permission.PORTAL_INVITE} if rights.invite else allowed


def _of_visit(rights: Rights, *, comment: bool, decide: bool) -> frozenset[Permission]:
    # whoever may not see what it costs can neither order nor pay it
    wanted = {
        Permission.PORTAL_COMMENT: comment,
        Permission.PORTAL_AMOUNTS: rights.amounts,
        Permission.PORTAL_DECIDE: decide and rights.decide and rights.amounts,
        Permission.PORTAL_PAY: rights.pay and rights.amounts,
        Permission.PORTAL_UPLOAD: rights.upload,
    }
    return frozenset({Permission.PUBLIC, Permission.PORTAL_VIEW, *(each for each, on in wanted.items() if on)})
