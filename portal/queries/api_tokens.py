"""The API tokens of a firm."""

from __future__ import annotations

from portal.models.api_token import ApiToken
from portal.policies.scope import Scope


def list_of(scope: Scope) -> list[ApiToken]:
    """Those that work first, the newest on top; then the revoked ones."""
    return list(scope.of(ApiToken).order_by(ApiToken.revoked_at.is_null(False), ApiToken.id.desc()))
