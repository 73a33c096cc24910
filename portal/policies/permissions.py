"""All permissions, and which role has which (DETAILS 1, TRUST). One list; routes and operations name them."""

from __future__ import annotations

from enum import StrEnum

from portal.models.api_token import LINKS, READ, WRITE
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
    PORTAL_DECIDE = "portal.decide"
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


def of_link(*, comment: bool, decide: bool) -> frozenset[Permission]:
    """What a secret link may do: view always, the rest as the firm allows (B3)."""
    allowed = {Permission.PUBLIC, Permission.PORTAL_VIEW}
    if comment:
        allowed.add(Permission.PORTAL_COMMENT)
    if decide:
        allowed.add(Permission.PORTAL_DECIDE)
    return frozenset(allowed)
