"""The audit log of the whole firm: who did what and when, and whether the chain holds (X2)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, request

from portal.policies.permissions import Permission
from portal.queries import audit_chain, audit_log
from portal.queries.audit_chain import Broken
from portal.web.answers import page, page_or_part
from portal.web.firm import area, audit_words
from portal.web.gate import firm, scope
from portal.web.routing import Limit


@dataclass(frozen=True)
class Finding:
    """What the check found for this firm: `broken` its first bad entry; `removed`: entries were cut off at an end."""

    entries: int
    broken: Broken | None
    removed: bool


@area.get("/audit", allow=Permission.AUDIT_VIEW)
def index() -> Response:
    """Fifty entries, the newest first."""
    entries = audit_log.page(scope(), after=request.args.get("after"), before=request.args.get("before"))
    return page_or_part("firm/audit/index.html", part="firm/audit/_list.html", entries=entries, words=audit_words)


@area.get("/audit/check", allow=Permission.AUDIT_VIEW, limit=Limit(10, 600))
def check() -> Response:
    """Walk the chain of all entries, as `foyer audit verify` does."""
    verdict = audit_chain.verify()
    ours = next((broken for broken in verdict.broken if broken.firm == firm().slug), None)
    return page("firm/audit/check.html", finding=Finding(audit_log.newest(scope()), ours, removed=verdict.removed > 0))
