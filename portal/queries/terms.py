"""The firm's terms for offers: what is in force, and what was before."""

from __future__ import annotations

from portal.models.terms import Terms
from portal.policies.scope import Scope


def current(scope: Scope) -> Terms | None:
    """The version in force; None when the firm has none, or saved an empty text to have none."""
    last: Terms | None = scope.first(scope.of(Terms).order_by(Terms.version.desc()))
    return last if last is not None and last.text else None


def versions(scope: Scope) -> list[Terms]:
    """All versions without their texts, the newest first."""
    columns = (Terms.id, Terms.version, Terms.sha256, Terms.created_at)
    return list(scope.of(Terms, *columns).order_by(Terms.version.desc()))


def version(scope: Scope, number: int) -> Terms:
    """One version with its text. Raises NotFound."""
    found: Terms = scope.one(scope.of(Terms).where(Terms.version == number))
    return found
