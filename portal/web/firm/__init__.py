"""Pages of the firm's staff."""

from __future__ import annotations

from portal.web.routing import Area

area = Area("firm", prefix="/firm", door="staff")
