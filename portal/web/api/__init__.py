"""The JSON API for invoicing programmes (CONTRACT, JSON API)."""

from __future__ import annotations

from portal.web.routing import Area

area = Area("api", prefix="/api/v1", door="api")
