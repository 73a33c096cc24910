"""The JSON API for invoicing programmes (CONTRACT, JSON API)."""

from __future__ import annotations

from portal.web.api.calls import ApiArea

area = ApiArea("api", prefix="/api/v1")
