"""The firm's terms for offers: what is in force, and what was before."""

from __future__ import annotations

from typing import Any

from portal.models.terms import Terms
from portal.policies.prepared import prepared
from portal.policies.scope import Scope


def current(scope: Scope) -> Terms | None:
    """The version in force; None when the firm has none, or saved an empty text to have none."""
    last: Terms | None = _last.first(scope)
    return last if last is not None and last.text else None


@prepared
def _last(scope: Scope) -> Any:
    return scope.of(Terms).order_by(Terms.version.desc()).limit(1)


def versions(scope: Scope) -> list[Terms]:
    """All versions without their texts, the newest first."""
    columns = (Terms.id, Terms.version, Terms.sha256, Terms.created_at)
    return list(scope.of(Terms, *columns).order_by(Terms.version.desc()))


def version(scope: Scope, number: int) -> Terms:
    """One version with its text. Raises NotFound."""
    found: Terms = scope.one(scope.of(Terms).where(Terms.version == number))
    return found
