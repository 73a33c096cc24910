"""The firm's terms for offers: each saved text is a new version, so that a decision can name what was read (X2)."""

from __future__ import annotations

import hashlib

from portal.base import clock
from portal.base.errors import Invalid
from portal.base.text import many_lines
from portal.models.firm import Firm
from portal.models.terms import Terms
from portal.operations import audit
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import Actor
from portal.policies.permissions import Permission

LONGEST = 100_000


@operation(allow=Permission.SETTINGS_MANAGE)
def save(actor: Actor, firm: Firm, *, text: str) -> Terms | None:
    """Put this text in force as the next version, an empty one to have no terms. The version in force.

    The same text again makes no version. Raises Invalid.
    """
    plain = many_lines(text)
    if len(plain) > LONGEST:
        raise Invalid(text="too_long")
    scope = scopes.current()
    last: Terms | None = scope.first(scope.of(Terms).order_by(Terms.version.desc()))
    if plain == (last.text if last else ""):
        audit.noticed()
        return last
    sha256 = hashlib.sha256(plain.encode()).hexdigest()
    version = last.version + 1 if last else 1
    terms = scope.add(Terms, version=version, text=plain, sha256=sha256, created_at=clock.now())
    audit.record(actor, "terms.saved", firm, facts={"version": version, "sha256": sha256})
    return terms
