"""What can go wrong in the domain. `web/errors.py` and `web/api` map each of these once."""

from __future__ import annotations


class DomainError(Exception):
    """Base of all: never raised itself."""


class NotFound(DomainError):
    """Unknown, or of another firm or client: the same answer (404)."""


class Gone(DomainError):
    """Known, genuine and dead: a link or invitation that was revoked, renewed or ran out (410)."""


class NotPermitted(DomainError):
    """One sees it but may not do it (403)."""


class Conflict(DomainError):
    """The state moved on meanwhile; the present state is shown and nothing was changed (409).

    `code` is a stable word for the reason (`decided`, `expired`, `changed`, ...); `existing` the public id
    of the row that is in the way.
    """

    def __init__(self, code: str, *, existing: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.existing = existing


class Invalid(DomainError):
    """Input that cannot be taken (422). `errors` maps a field's name to reason codes or texts."""

    def __init__(self, **errors: str | list[str]) -> None:
        super().__init__(", ".join(errors))
        self.errors: dict[str, list[str]] = {
            field: [texts] if isinstance(texts, str) else list(texts) for field, texts in errors.items()
        }


class TooMany(DomainError):
    """Tried too often (429). `retry_after` in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"again in {retry_after} s")
        self.retry_after = retry_after


class StepUpNeeded(DomainError):
    """Signed in too long ago for this: sign in once more first."""


class Unavailable(DomainError):
    """Disk full, database locked or read only: nothing was changed, try again (503, uploads 507)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
