"""Pages of a client's portal."""

from __future__ import annotations

from portal.web.routing import Area

area = Area("client", prefix="/portal", door="client")
