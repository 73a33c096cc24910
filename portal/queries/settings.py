"""What the settings show: a line for each group, and the firm's logo under an address that names the firm."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from peewee import fn

from portal.base import files
from portal.models.api_token import ApiToken
from portal.models.firm import Firm
from portal.models.staff import Staff
from portal.models.terms import FirmText, Terms
from portal.policies import scope as scopes
from portal.policies.scope import Scope
from portal.queries import terms


@dataclass(frozen=True)
class Overview:
    """How things stand, one figure a group. `texts`: wordings of the firm's own; `told`: who is mailed decisions."""

    terms: Terms | None
    texts: int
    told: int
    tokens: int


def overview(scope: Scope) -> Overview:
    """For the first page of the settings."""
    told = Staff.mail_decisions & Staff.deactivated_at.is_null()
    return Overview(
        terms=terms.current(scope),
        texts=_count(scope.of(FirmText, fn.COUNT(FirmText.id))),
        told=_count(scope.of(Staff, fn.COUNT(Staff.id)).where(told)),
        tokens=_count(scope.of(ApiToken, fn.COUNT(ApiToken.id)).where(ApiToken.revoked_at.is_null())),
    )


def logo(slug: str, name: str) -> Path:
    """The file of a firm's present logo. Raises NotFound for any other name, so that no other file can be asked for."""
    with scopes.instance("a logo is shown before anybody signed in") as scope:
        firm: Firm = scope.one(scope.of(Firm, Firm.logo).where(Firm.slug == slug, Firm.logo == name))
    return files.path_of(str(firm.logo))


def _count(query: object) -> int:
    rows = list(query.tuples())  # type: ignore[attr-defined]
    return int(rows[0][0])
