"""Pages before sign-in: doors, secret links, invitations, set-up."""

from __future__ import annotations

from portal.web.routing import Area

area = Area("public", door="public")
