"""The settings of the firm: one page a group, this one leads to them."""

from __future__ import annotations

from flask import Response

from portal.policies.permissions import Permission
from portal.queries import settings
from portal.web.answers import page, see_other
from portal.web.firm import area
from portal.web.forms.access import DEFAULT_WORDS, LOGIN_TYPE_WORDS
from portal.web.gate import firm, scope


@area.get("/settings", allow=Permission.SETTINGS_MANAGE)
def index() -> Response:
    """All groups with how things stand."""
    return page(
        "firm/settings/index.html", firm=firm(), now=settings.overview(scope()), login_words=LOGIN_TYPE_WORDS,
        default_words=DEFAULT_WORDS,
    )  # fmt: skip


@area.get("/settings/portal", allow=Permission.SETTINGS_MANAGE)
def portal() -> Response:
    """The contract's address for what the portal allows: today that is what links may do."""
    return see_other("firm.settings_links.index")
