"""What the address of *Pending activation* asks for, and what was selected there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import request, url_for
from flask_babel import lazy_gettext as _l

from portal.models.contact import Contact
from portal.policies.scope import Scope
from portal.queries import pending

SHOW_WORDS = {
    pending.NEVER: _l("Never sent"),
    pending.ASKED: _l("Sent, not used yet"),
    pending.EXPIRED: _l("Unanswered for more than 7 days"),
    pending.PROBLEM: _l("With a problem"),
}
TICKED, MATCHING = "ticked", "matching"
_MOST_TICKED = 200


@dataclass(frozen=True)
class PendingFilters:
    """What stands in the address of the list, so that it can be shared and Back works."""

    show: str = ""
    search: str = ""
    sort: str = "sent"
    after: str = ""
    before: str = ""

    @classmethod
    def asked(cls) -> PendingFilters:
        """As asked for in this request; words that nobody here wrote are passed over."""
        values = request.values
        show, sort = values.get("show", ""), values.get("sort", "sent")
        return cls(
            show=show if show in SHOW_WORDS else "",
            search=values.get("search", "").strip(),
            sort=sort if sort in pending.SORTS else "sent",
            after=values.get("after", ""),
            before=values.get("before", ""),
        )

    def query(self) -> dict[str, Any]:
        """The same for `queries.pending.page`."""
        return {**vars(self), "after": self.after or None, "before": self.before or None}

    @property
    def values(self) -> dict[str, Any]:
        """What differs from the plain list, by name."""
        plain = PendingFilters()
        return {name: value for name, value in vars(self).items() if value != getattr(plain, name)}

    @property
    def address(self) -> str:
        """The address that shows the list so."""
        return url_for("firm.pending.index", **self.values)

    def but(self, **changes: Any) -> str:
        """The address of the list with these changes, from its first page on."""
        return replace(self, **{"after": "", "before": "", **changes}).address

    @property
    def direction(self) -> str:
        """The word of aria-sort."""
        return "descending" if self.sort == "-sent" else "ascending"


@dataclass(frozen=True)
class Selection:
    """Who was chosen: the ticked ones, all that match the filters, or all of those never asked.

    `contacts`: the first of them, `most` at most; `more`: there are others.
    """

    which: str
    uids: tuple[str, ...]
    contacts: list[Contact]
    more: bool

    @classmethod
    def asked(cls, scope: Scope, filters: PendingFilters, most: int) -> Selection:
        """As this request says; ticked by hand are those of a page."""
        which = request.values.get("which", TICKED)
        uids = tuple(dict.fromkeys(request.values.getlist("contact")))[:_MOST_TICKED]
        if which == MATCHING:
            found = pending.matching(scope, show=filters.show, search=filters.search, limit=most + 1)
        elif which == pending.NEVER:
            found = pending.matching(scope, show=pending.NEVER, search=filters.search, limit=most + 1)
        else:
            which, found = TICKED, pending.named(scope, uids) if uids else []
        return cls(which, uids if which == TICKED else (), found[:most], len(found) > most)
