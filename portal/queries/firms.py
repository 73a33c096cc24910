"""Firms of the instance, for pages before sign-in."""

from __future__ import annotations

from portal.models.firm import Firm
from portal.policies import scope as scopes


def the_only() -> Firm | None:
    """The firm of an instance of one; None when there are several or none yet."""
    with scopes.instance("which firm a door belongs to") as scope:
        found: list[Firm] = list(scope.of(Firm).limit(2))
    return found[0] if len(found) == 1 else None


def by_slug(slug: str) -> Firm | None:
    """The firm with this address, or None."""
    with scopes.instance("which firm a door belongs to") as scope:
        found: Firm | None = scope.first(scope.of(Firm).where(Firm.slug == slug))
    return found


def by_id(firm_id: int) -> Firm | None:
    """The firm with this internal id, which a browser was given under our signature, or None."""
    with scopes.instance("which firm a door belongs to") as scope:
        found: Firm | None = scope.first(scope.of(Firm).where(Firm.id == firm_id))
    return found


def exists() -> bool:
    """Whether the instance has been set up."""
    with scopes.instance("whether the instance was set up") as scope:
        return scope.holds(scope.of(Firm))


def sign_in_path(firm: Firm) -> str:
    """Where people of a firm sign in: `/login` on an instance of one, the firm's own address on one of several."""
    return f"{_prefix(firm)}/login"


def forgotten_path(firm: Firm) -> str:
    """Where people of a firm ask for a new password."""
    return f"{_prefix(firm)}/password/forgot"


def _prefix(firm: Firm) -> str:
    return "" if the_only() is not None else f"/f/{firm.slug}"
